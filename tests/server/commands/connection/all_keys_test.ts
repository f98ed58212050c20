// Commands on all keys inside EXEC: answered as outside, with all shards locked, and bounded in time, since
// everybody else waits.

import { assert, assertEquals } from "@std/assert";
import { Cache, checkShardLocked } from "../../../../cache/mod.ts";
import { HeldWalks, MAX_HELD_WALK_MS } from "../../../../server/contract/time_slices.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

Deno.test("EXEC runs commands on all keys together with others, as one", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const table = [
    ["SET a 1 PX 100000", "+OK"],
    ["KEYS *", '["a"]'],
    ["KEYS b*", "[]"],
    ["DBSIZE", ":1"],
    ["SCAN 0 COUNT 100", '["0", ["a"]]'],
    ["SCAN 0 MATCH b* COUNT 100", '["0", []]'],
    ["SCAN x", "-ERR invalid cursor"],
    ["RANDOMKEY", '"a"'],
    ["FLUSHALL", "+OK"],
    ["RANDOMKEY", "nil"],
    ["DBSIZE", ":0"],
    ["MSET b 1 b 2", "+OK"],
    ["PEXPIRE a -1", ":0"],
    ["PEXPIRE b -1", ":1"],
    ["KEYS *", "[]"],
    ["SET c 1", "+OK"],
    ["SELECT 1", "+OK"],
    ["KEYS *", "[]"],
    ["FLUSHDB", "+OK"],
    ["SELECT 0", "+OK"],
    ["EXISTS c", ":1"],
  ] as const;
  await speaker.say("MULTI");
  for (const [line] of table) assertEquals(await speaker.say(line), "+QUEUED", line);
  assertEquals(await speaker.say("EXEC"), `[${table.map(([, answer]) => answer).join(", ")}]`);
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("EXEC with a command on all keys needs all shards", async () => {
  const region = newRegion();
  const other = new Cache(region, 2);
  const speaker = new Speaker(newCache(region));
  for (const line of ["KEYS *", "SCAN 0", "RANDOMKEY", "DBSIZE", "FLUSHALL", "FLUSHDB"]) {
    const held = holdShard(other, 5)!;
    for (const text of ["MULTI", line]) await speaker.say(text);
    assert((await speaker.say("EXEC")).startsWith("-BUSY"), line);
    letGo(held);
  }
});

Deno.test("EXEC gives commands on all keys a bounded time, and runs the rest", async () => {
  const speaker = new Speaker(newCache(newRegion(2 ** 25)));
  for (let i = 0; i < 20_000; i++) await speaker.say(`SET key:${i} v`);
  const tooLong =
    "-ERR transaction takes too long: its commands on all keys have 20 ms together, " +
    "since everybody else waits, so send this one outside of MULTI";
  await speaker.say("MULTI");
  // 400 times 20,000 keys.
  for (let i = 0; i < 400; i++) await speaker.say(`KEYS *${"?".repeat(20)}*x*`);
  for (const line of ["DBSIZE", "FLUSHALL", "GET key:7"]) await speaker.say(line);
  const answer = await speaker.say("EXEC");
  const refused = answer.split(tooLong).length - 1;
  assert(refused > 2, `${refused} were refused`);
  assert(answer.endsWith(`${tooLong}, ${tooLong}, "v"]`), answer.slice(-400));
  assertEquals(await speaker.say("DBSIZE"), ":20000");
  for (const line of ["MULTI", "DBSIZE"]) await speaker.say(line);
  assertEquals(await speaker.say("EXEC"), "[:20000]");
});

Deno.test("EXEC runs FLUSHALL as often as it is asked to, with new keys in between", async () => {
  const cache = newCache(newRegion(2 ** 26));
  const speaker = new Speaker(cache);
  const rounds = 300;
  await speaker.say("SET a 1");
  await speaker.say("MULTI");
  const store = `MSET ${Array.from({ length: 30 }, (_, i) => `key:${i} v`).join(" ")}`;
  for (let i = 0; i < rounds; i++) {
    for (const line of ["FLUSHALL", "EXISTS a key:7", store]) await speaker.say(line);
  }
  assertEquals(
    await speaker.say("EXEC"),
    `[${new Array(rounds).fill("+OK, :0, +OK").join(", ")}]`,
  );
  assertEquals(await speaker.say("DBSIZE"), ":30");
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("KEYS inside EXEC sees a few thousand keys however slow the machine is", () => {
  const walks = new HeldWalks();
  walks.reset();
  let seen = 0;
  assert(walks.begin());
  const endMs = performance.now() + MAX_HELD_WALK_MS;
  while (performance.now() < endMs) continue;
  while (walks.goesOn(50)) seen += 50;
  assertEquals(seen, 4150);
  walks.end();
  assertEquals(walks.begin(), false);
  walks.reset();
  assertEquals(walks.begin(), true);
});

Deno.test("EXEC refuses a FLUSHDB that would pick very many keys from among others", async () => {
  const cache = newCache(newRegion(2 ** 25));
  const speaker = new Speaker(cache);
  for (let i = 0; i < 2000; i++) await speaker.say(`SET key:${i} v`);
  await speaker.say("SELECT 3");
  const fill = new Array(100).fill(0);
  for (let i = 0; i < 50_000; i += 100) {
    await speaker.say(`MSET ${fill.map((_, j) => `${i + j} v`).join(" ")}`);
  }
  for (const line of ["MULTI", "FLUSHDB", "GET 1"]) await speaker.say(line);
  const answer = await speaker.say("EXEC");
  assert(
    answer.startsWith("[-ERR transaction takes too long: ") && answer.endsWith('"v"]'),
    answer,
  );
  for (const line of ["SELECT 0", "MULTI", "FLUSHDB", "DBSIZE", "SELECT 3", "DBSIZE"]) {
    await speaker.say(line);
  }
  assertEquals(await speaker.say("EXEC"), "[+OK, :0, +OK, :50000]");
});
