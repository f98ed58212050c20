/**
 * Count-Min sketches beside exact counts: never too low, and above their bound no more often than was asked for.
 */

import { assert, assertEquals } from "@std/assert";
import { Random, Zipf } from "../../../../bench/workload.ts";
import { checkShardLocked } from "../../../../cache/mod.ts";
import { depthFor, widthFor } from "../../../../cache/sketches/count_min.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

Deno.test("CMS.QUERY is never too low, and within its bound", async () => {
  const cache = newCache(newRegion(64 * 2 ** 20));
  const speaker = new Speaker(cache);
  for (const [rate, probability] of [[0.01, 0.01], [0.001, 0.1]]) {
    const key = `${rate}`;
    assertEquals(await speaker.say(`CMS.INITBYPROB ${key} ${rate} ${probability}`), "+OK");
    const counts = new Map<number, number>();
    const zipf = new Zipf(new Random(5), 5000, 0.9);
    let sum = 0;
    for (let i = 0; i < 20_000; i++) {
      const item = zipf.next();
      const by = 1 + i % 3;
      counts.set(item, (counts.get(item) ?? 0) + by);
      sum += by;
      const [answer] = /\d+/.exec(await speaker.say(`CMS.INCRBY ${key} i${item} ${by}`))!;
      assert(Number(answer) >= counts.get(item)!);
    }
    let above = 0;
    for (const [item, count] of counts) {
      const found = Number(/\d+/.exec(await speaker.say(`CMS.QUERY ${key} i${item}`))![0]);
      assert(found >= count);
      if (found > count + rate! * sum) above++;
    }
    assert(above / counts.size <= probability!, `${above} of ${counts.size} items`);
    assertEquals(
      await speaker.say(`CMS.INFO ${key}`),
      `[+width, :${widthFor(rate!)}, +depth, :${depthFor(probability!)}, +count, :${sum}]`,
    );
  }
  for (const { memory } of cache.shards) checkShardLocked(memory);
});

Deno.test("depthFor() rounds like RedisBloom, which counts with 32 bits", () => {
  const known: [probability: number, depth: number][] = [
    [0.5, 1],
    [0.25, 2],
    [0.1, 4],
    [0.01, 7],
    [0.002, 9],
    [0.001, 10],
    [1 / 1024, 10],
    [1e-6, 20],
    [0.99, 1],
  ];
  for (const [probability, depth] of known) assertEquals(depthFor(probability), depth);
});

Deno.test("CMS.MERGE of sketches that are not packed adds every counter, and refuses too many", async () => {
  const cache = newCache(newRegion(64 * 2 ** 20));
  const speaker = new Speaker(cache);
  for (const key of ["a", "b", "sum"]) await speaker.say(`CMS.INITBYDIM ${key} 5000 7`);
  for (let i = 0; i < 3000; i++) {
    await speaker.say(`CMS.INCRBY ${i % 2 === 0 ? "a" : "b"} i${i} ${i}`);
    await speaker.say(`CMS.INCRBY sum i${i} ${i}`);
  }
  await speaker.say("CMS.INITBYDIM all 5000 7");
  assertEquals(await speaker.say("CMS.MERGE all 2 a b"), "+OK");
  for (let i = 0; i < 4000; i++) {
    assertEquals(
      await speaker.say(`CMS.QUERY all i${i}`),
      await speaker.say(`CMS.QUERY sum i${i}`),
    );
  }
  assertEquals(await speaker.say("CMS.INFO all"), await speaker.say("CMS.INFO sum"));
  await speaker.say("CMS.INITBYDIM huge 60000 7");
  const refused = await speaker.say("CMS.MERGE huge 3 huge huge huge");
  assert(refused.startsWith("-ERR too many counters to merge at once"), refused);
  for (const { memory } of cache.shards) checkShardLocked(memory);
});
