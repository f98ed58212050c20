// SCAN's guarantee: who scans from 0 to 0 meets every key that was there all the time, whatever
// other clients do in between, and nothing that was never there.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../bench/workload.ts";
import { Cache, checkShardLocked } from "../../../../cache/mod.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** Scans once around, with something done between two steps. */
async function scanAll(
  speaker: Speaker,
  options: string,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<{ keys: string[]; steps: number }> {
  const keys: string[] = [];
  let steps = 0;
  for (let cursor = "0"; steps === 0 || cursor !== "0"; steps++) {
    const [next, found] = JSON.parse(await speaker.say(`SCAN ${cursor}${options}`));
    cursor = next;
    keys.push(...found);
    await between();
  }
  return { keys, steps };
}

Deno.test("SCAN meets all keys that stay, while others come, go, grow and expire", async () => {
  const cache = newCache();
  const [scanner, other] = [new Speaker(cache), new Speaker(cache)];
  const random = new Random(7171);
  const staying = Array.from({ length: 3000 }, (_, i) => `stay:${i}`);
  for (const key of staying) await other.say(`SET ${key} v`);
  let turn = 0;
  const { keys, steps } = await scanAll(scanner, " COUNT 50", async () => {
    for (let i = 0; i < 20; i++) {
      const key = random.below(500);
      await other.say(`SET go:${key} ${"x".repeat(random.below(900))}`);
      await other.say(`DEL go:${random.below(500)}`);
      // The same item in another size, and moved inside its shard.
      await other.say(`SET stay:${random.below(3000)} ${"y".repeat(random.below(700))}`);
      await other.say(`PEXPIRE go:${key} ${turn % 2 === 0 ? -1 : 100000}`);
    }
    turn++;
  });
  assert(steps > 50);
  const found = new Set(keys);
  assertEquals(staying.filter((key) => !found.has(key)), []);
  assertEquals([...found].filter((key) => !/^(stay|go):\d+$/.test(key)), []);
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("SCAN returns each key once when nothing changes, and heeds MATCH, COUNT and TYPE", async () => {
  const speaker = new Speaker(newCache());
  for (let i = 0; i < 1000; i++) await speaker.say(`SET k${i} v`);
  const { keys } = await scanAll(speaker, "");
  assertEquals([keys.length, new Set(keys).size], [1000, 1000]);
  assertEquals((await scanAll(speaker, " COUNT 100000")).keys.length, 1000);
  assertEquals((await scanAll(speaker, " COUNT 100 MATCH k1?")).keys.sort().length, 10);
  assertEquals((await scanAll(speaker, " TYPE hash")).keys, []);
  assertEquals(JSON.parse(await speaker.say("KEYS k*")).length, 1000);
  assertEquals(await speaker.say("DBSIZE"), ":1000");
});

Deno.test("SCAN, KEYS and RANDOMKEY leave out what has expired", async () => {
  let nowMs = NOW_MS;
  const speaker = new Speaker(newCache(newRegion(), () => nowMs));
  await speaker.say("SET a v PX 10");
  await speaker.say("SET b v");
  nowMs += 11;
  assertEquals(await speaker.say("KEYS *"), '["b"]');
  assertEquals(await speaker.say("SCAN 0 COUNT 10"), '["0", ["b"]]');
  assertEquals(await speaker.say("RANDOMKEY"), '"b"');
});

Deno.test("whole-keyspace commands answer BUSY when a shard cannot be had", async () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2, cache.now);
  const speaker = new Speaker(cache);
  const held = holdShard(other, 3)!;
  const busy = "-BUSY slabkv could not lock the key in time, nothing has changed, try again";
  assertEquals(await speaker.say("KEYS *"), busy);
  const partly = "-BUSY some keys are locked and still there, try again";
  assertEquals(await speaker.say("FLUSHALL"), partly);
  letGo(held);
  assertEquals(await speaker.say("FLUSHALL"), "+OK");
});

Deno.test("an empty large region is scanned in few steps", async () => {
  const region = newRegion(256 * 2 ** 20);
  const speaker = new Speaker(new Cache(region, 1, () => NOW_MS));
  assertEquals((await scanAll(speaker, "")).steps, 1);
  await speaker.say("SET k v");
  const { keys, steps } = await scanAll(speaker, "");
  assertEquals([keys, steps], [["k"], 1]);
});

Deno.test("SCAN answers as many keys as COUNT says from all shards of a large region", async () => {
  const cache = new Cache(newRegion(512 * 2 ** 20), 1, () => NOW_MS);
  const speaker = new Speaker(cache);
  for (let i = 0; i < 10; i++) await speaker.say(`SET k${i} v`);
  const [cursor, found] = JSON.parse(await speaker.say("SCAN 0 COUNT 1000"));
  assertEquals([cursor, found.length], ["0", 10]);
  assertEquals((await scanAll(speaker, " COUNT 3")).steps, 4);
  for (let i = 0; i < 300; i++) await speaker.say(`SET k${i} v`);
  await speaker.say("SELECT 1");
  await speaker.say("SET other v");
  await speaker.say("SELECT 0");
  const { keys, steps } = await scanAll(speaker, " COUNT 7");
  assertEquals([keys.length, new Set(keys).size, steps], [300, 300, 43]);
});
