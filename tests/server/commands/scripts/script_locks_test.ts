// Which shards a script holds: those of the keys that it names, all where it asks for others, and further ones where it has
// written by then. Two caches of one region stand for two workers.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cache } from "../../../../cache/mod.ts";
import { asksForGivenKeys } from "../../../../server/commands/scripts/named_keys.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const NOT_NAMED = "local KEYS = {'other'} ";
const encoder = new TextEncoder();

/** Keys of two shards. */
function keysApart(cache: ServerCache): [string, string] {
  const shardOf = (key: string) => cache.shardOf(cache.hash(encoder.encode(key), 0, key.length));
  const other = Array.from({ length: 100 }, (_, i) => `k${i}`)
    .find((key) => shardOf(key) !== shardOf("other"))!;
  return [other, "other"];
}

async function withLocked(
  key: string,
  line: (key: string) => string,
): Promise<{ answer: string; locks: number; cache: ServerCache; hasWaited: boolean }> {
  const region = newRegion();
  const [mine, others] = [1, 2].map((actor) => new Cache(region, actor, () => NOW_MS)) as [
    ServerCache,
    ServerCache,
  ];
  const speaker = new Speaker(mine);
  await speaker.say("EVAL return\\x201 0");
  const [named] = keysApart(mine);
  let locks = 0;
  const take = mine.withNoted.bind(mine);
  mine.withNoted = (work) => {
    locks++;
    return take(work);
  };
  const bytes = encoder.encode(key);
  let waiting: void | Promise<void> = undefined;
  if (key === "") await speaker.say(line(named));
  else {
    others.withShard(others.hash(bytes, 0, bytes.length), {
      runLocked: () => {
        waiting = speaker.run(line(named));
      },
    });
  }
  const hasWaited = waiting !== undefined;
  await waiting;
  return { answer: speaker.answer(), locks, cache: mine, hasWaited };
}

function evaluate(script: string, rest: string): string {
  return `EVAL ${script.replaceAll(" ", "\\x20")} ${rest}`;
}

Deno.test("asksForGivenKeys() holds for texts in which each key is an element of KEYS, and for no others", () => {
  const sure = [
    "return redis.call('get', KEYS[1])",
    'local key = KEYS[1]\nif redis.call("exists", key) then return redis.call("INCR", key) end',
    "for i = 1, #KEYS do redis.call('del', KEYS[i]) end return redis.call('TIME')",
    "redis.log(redis.LOG_NOTICE, 'x') return redis.sha1hex(ARGV[1])",
    "return 1",
  ];
  const unsure = [
    "return redis.call('get', ARGV[1])",
    "return redis.call('get', KEYS[1] .. ':x')",
    "return redis.call('rename', KEYS[1], 'x')",
    "return redis.call('del', KEYS[1], 'x')",
    "return redis.call('mget', unpack(KEYS))",
    "local key = KEYS[1]\nkey = 'x' redis.call('get', key)",
    "local key = KEYS[1] .. 'x'\nredis.call('get', key)",
    "local call = redis.call call('get', 'x')",
    "local r = redis r.call('get', 'x')",
    "return _G['redis'].call('get', 'x')",
    "return redis.call(ARGV[1], KEYS[1])",
    "return redis.call('keys', '*')",
    "redis.call('flushall')",
    `return 1 -- ${"x".repeat(40_000)}`,
  ];
  for (const text of sure) assert(asksForGivenKeys(text), text);
  for (const text of unsure) assert(!asksForGivenKeys(text), text);
});

Deno.test("a script waits for no shard but those of its keys", async () => {
  const found = await withLocked(
    "other",
    (key) => evaluate("return redis.call('incr', KEYS[1])", `1 ${key}`),
  );
  assertEquals([found.answer, found.locks], [":1", 1]);
});

Deno.test("a script that puts its keys together holds all shards, and waits where one is held", async () => {
  const line = (key: string) => evaluate("return redis.call('incr', ARGV[1])", `0 ${key}`);
  assertEquals((await withLocked("", line)).answer, ":1");
  const found = await withLocked("other", line);
  assertEquals([found.answer, found.hasWaited, found.locks], [":1", true, 2]);
});

Deno.test("a script that says it asks for its keys alone holds no others, whatever its text shows", async () => {
  const script = "#!lua flags=allow-key-locking\\x0alocal f = redis.call return f('incr', KEYS[1])";
  const found = await withLocked("other", (key) => evaluate(script, `1 ${key}`));
  assertEquals([found.answer, found.hasWaited, found.locks], [":1", false, 1]);
});

Deno.test("a transaction with a script waits for the locks of all shards, and is answered as a whole", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  for (const line of ["EVAL return\\x201 0", "WATCH k", "MULTI", "INCR n"]) await speaker.say(line);
  await speaker.say(evaluate("return redis.call('incr', KEYS[1])", "1 n"));
  const take = cache.withNoted.bind(cache);
  let tries = 0;
  cache.withNoted = (work) => ++tries > 3 && take(work);
  assertEquals(await speaker.say("EXEC"), "[:1, :2]");
  assertEquals(tries, 4);
  cache.withNoted = () => false;
  await speaker.say("MULTI");
  await speaker.say(evaluate("return redis.call('incr', KEYS[1])", "1 n"));
  assertMatch(await speaker.say("EXEC"), /^-BUSY /);
  assertEquals(await speaker.say("EXEC"), "-ERR EXEC without MULTI");
  assertEquals(await speaker.say("GET n"), '"2"');
});

Deno.test("a script gives up after a second of waiting for locks, and has done nothing", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  await speaker.say("EVAL return\\x201 0");
  cache.withNoted = () => false;
  const answer = await speaker.say(evaluate("return redis.call('incr', KEYS[1])", "1 k"));
  assertMatch(answer, /^-BUSY slabkv could not lock the key in time, nothing has changed/);
  assertEquals(await speaker.say("GET k"), "nil");
});

Deno.test("a script that asks for a key it has not named begins anew with all shards", async () => {
  const script = `${NOT_NAMED}redis.call('get', KEYS[1]) return redis.call('incr', KEYS[1])`;
  const found = await withLocked("", (key) => evaluate(script, `1 ${key}`));
  assertEquals([found.answer, found.locks], [":1", 2]);
  const again = new Speaker(found.cache);
  assertEquals(await again.say("GET other"), '"1"');
});

Deno.test("a script that has written gets a further shard where it is free, and is refused it where not", async () => {
  const script = "local named = KEYS[1]\nredis.call('set', named, 'x') " +
    `do ${NOT_NAMED}redis.call('incr', KEYS[1]) end return redis.call('get', named)`;
  const line = (key: string) => evaluate(script.replace("\n", "\\x0a"), `1 ${key}`);
  const free = await withLocked("", line);
  assertEquals([free.answer, free.locks], ['"x"', 1]);
  const held = await withLocked("other", line);
  assertMatch(held.answer, /^-ERR Script attempted to access a non local key in a cluster node/);
  const speaker = new Speaker(held.cache);
  assertEquals(await speaker.say(`GET ${keysApart(held.cache)[0]}`), '"x"');
  // From then on it begins with all.
  const [named] = keysApart(free.cache);
  assertEquals(await new Speaker(free.cache).say(line(named)), '"x"');
});

Deno.test("scripts of one transaction have a second together, whatever each of them may have", async () => {
  const server = new LocalServer(configOf("--script-time", "400ms"), NOW_MS);
  const speaker = new Speaker(newCache(), server);
  await speaker.say("EVAL return\\x201 0");
  await speaker.say("MULTI");
  for (let i = 0; i < 6; i++) await speaker.say(evaluate("while true do end", "0"));
  const answer = await speaker.say("EXEC");
  const ended = answer.match(/Script took longer than 400 ms/g)?.length ?? 0;
  // Three, on a slow machine fewer.
  assert(ended >= 1 && ended <= 3, answer);
  assertEquals(answer.match(/transaction takes too long/g)?.length, 6 - ended);
});

Deno.test("what a script of a client with tracking reads is what it has named", async () => {
  const cache = new Cache(newRegion(), 1, () => NOW_MS) as ServerCache;
  const speaker = new Speaker(cache);
  await speaker.say("HELLO 3");
  const remembered: string[] = [];
  await speaker.say("CLIENT TRACKING ON");
  const { tracking } = speaker.session;
  tracking!.remember = (_hash, bytes, start, length) => {
    remembered.push(new TextDecoder().decode(bytes.slice(start, start + length)));
  };
  await speaker.say(evaluate("return redis.call('set', KEYS[1], 1)", "1 a"));
  assertEquals(remembered, []);
  await speaker.say(evaluate("return redis.call('get', KEYS[2])", "2 a b"));
  assertEquals(remembered, ["a", "b"]);
});
