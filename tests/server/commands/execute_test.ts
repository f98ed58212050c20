// The dispatcher: arity before anything else, locks around everything, nothing changed when a lock
// cannot be had, and shards shut after an exception until they are repaired.

import { assertEquals, assertThrows } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { CollectedReply, OutcomeKind } from "../../../server/codecs/collected_reply.ts";
import type { Command } from "../../../server/contract/command.ts";
import { numberedKeys } from "../../../server/contract/keys/found_keys.ts";
import { execute } from "../../../server/commands/execute.ts";
import { COMMANDS, DEL, GET, INCRBY, MGET, MPUT, SET } from "../../../server/commands/table.ts";
import { holdShard, letGo } from "../../cache/fixture.ts";
import { argsOf, contextOf, newCache, newRegion } from "../fixture.ts";
import { failureOf, run } from "./commands.ts";

Deno.test("COMMANDS have a name, a summary, an arity and keys within it", () => {
  assertEquals(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
  for (const { name, arity: [min, max], keys, summary } of COMMANDS) {
    assertEquals(/^[A-Z][A-Z._]*$/.test(name) && summary !== "", true, name);
    assertEquals(min <= max && (keys === null || keys.first <= min && keys.step >= 1), true, name);
  }
});

Deno.test("execute() refuses too few and too many arguments and runs nothing", () => {
  const cache = newCache();
  for (const command of COMMANDS) {
    const [min, max] = command.arity;
    for (const count of [min - 1, max + 1]) {
      if (count < 0) continue;
      const failure = failureOf(cache, command, ...Array<string>(count).fill("1"));
      assertEquals(failure?.kind, "arity", command.name);
      const name = command.name.toLowerCase();
      assertEquals(failure?.message, `wrong number of arguments for '${name}' command`);
    }
  }
  assertEquals(cache.region.total("puts"), 0);
});

Deno.test("execute() answers busy when another actor holds the lock, and changes nothing", () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2, cache.now);
  run(cache, SET, "k", "1");
  const key = new TextEncoder().encode("k");
  const held = holdShard(other, other.hash(key, 0, key.length))!;
  const calls: [Command, string[]][] = [
    [GET, ["k"]],
    [SET, ["k", "2"]],
    [INCRBY, ["k", "1"]],
    [DEL, ["a", "k", "b"]],
    [MGET, ["a", "k", "b"]],
    [MPUT, ["a", "1", "", "k", "2", "", "b", "3", ""]],
  ];
  for (const [command, texts] of calls) {
    assertEquals(failureOf(cache, command, ...texts)?.kind, "busy", command.name);
  }
  assertEquals(region.counter(1, "lockTimeouts"), calls.length);
  letGo(held);
  assertEquals(run(cache, MGET, "a", "k", "b"), ["miss", "1", "miss"]);
});

for (const many of [false, true]) {
  const keys = { first: 0, many, step: 1 };
  const broken: Command = {
    name: "BROKEN",
    arity: [1, 9],
    flags: ["write"],
    group: "string",
    keys,
    summary: "Throws",
    id: 0,
    isWrite: true,
    groupNumber: 0,
    isTimed: false,
    run: () => {
      throw new RangeError("bug");
    },
  };
  Deno.test(`execute() keeps shards shut after an exception until repair() (many keys: ${many})`, () => {
    const region = newRegion();
    const main = new Cache(region, 0);
    const cache = newCache(region);
    run(cache, SET, "k", "1");
    const context = contextOf(cache);
    const reply = new CollectedReply();
    assertThrows(() => execute(context, broken, argsOf("k"), reply), RangeError, "bug");
    assertEquals(failureOf(cache, GET, "k")?.kind, "busy");
    assertEquals(main.repair(), 1);
    assertEquals(run(cache, GET, "k"), ["miss"]);
    assertEquals(run(cache, SET, "k", "2"), ["ok"]);
    assertEquals(main.repair(), 0);
  });
}

Deno.test("execute() runs commands of many keys in one shard and in all of them", () => {
  const cache = newCache();
  const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
  assertEquals(run(cache, MPUT, ...keys.flatMap((key) => [key, key, ""])), [500]);
  const shards = keys.map((key) => {
    const bytes = new TextEncoder().encode(key);
    return cache.hash(bytes, 0, bytes.length) & (cache.shards.length - 1);
  });
  assertEquals(new Set(shards).size, cache.shards.length);
  assertEquals(run(cache, MGET, ...keys), keys);
  const together = keys.filter((_, i) => shards[i] === 0);
  assertEquals(run(cache, DEL, ...together), [together.length]);
  assertEquals(run(cache, DEL, ...keys), [500 - together.length]);
});

Deno.test("execute() locks and hashes keys whose places stand among the arguments", () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2, cache.now);
  const hashes = ["d", "a", "b"].map((text) => {
    const bytes = new TextEncoder().encode(text);
    return cache.hash(bytes, 0, bytes.length);
  });
  const seen: number[][] = [];
  const union: Command = {
    ...MGET,
    arity: [2, 9],
    keys: numberedKeys(1, 0),
    run: ({ hashes, keyIndexes, keyCount }, _args, reply) => {
      seen.push([...hashes.subarray(0, keyCount), ...keyIndexes.subarray(0, keyCount)]);
      reply.ok();
    },
  };
  assertEquals(run(cache, union, "d", "2", "a", "b", "LIMIT"), ["ok"]);
  assertEquals(run(cache, union, "d", "9", "a", "b"), ["ok"]);
  assertEquals(seen, [[...hashes, 0, 2, 3], [hashes[0], 0]]);
  const held = holdShard(other, hashes[2]!)!;
  assertEquals(run(cache, union, "d", "2", "a", "b"), ["busy"]);
  letGo(held);
});

Deno.test("CollectedReply says what each command came to", () => {
  const cache = newCache();
  const reply = new CollectedReply();
  const context = contextOf(cache);
  execute(context, GET, argsOf("k"), reply);
  assertEquals([reply.count, reply.kinds[0]], [1, OutcomeKind.miss]);
});
