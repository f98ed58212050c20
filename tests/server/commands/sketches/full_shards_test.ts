/**
 * Sketches where there is little memory: they grow to half a shard and are then refused more, others make space for
 * them, and what they have stays right.
 */

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

function check(cache: ServerCache): void {
  for (const { memory } of cache.shards) checkShardLocked(memory);
}

function items(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `item:${from + i}`).join(" ");
}

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

Deno.test("a Bloom filter grows until it would take half a shard, and keeps all that it has", async () => {
  const cache = newCache(newRegion(4 * 2 ** 20));
  const speaker = new Speaker(cache);
  for (let i = 0; i < 20_000; i++) await speaker.say(`SET filler:${i} ${"x".repeat(100)}`);
  let added = 0;
  let answer = "";
  for (; !answer.includes("OOM") && added < 2_000_000; added += 200) {
    answer = await speaker.say(`BF.MADD f ${items(added, 200)}`);
    if (added % 20_000 === 0) check(cache);
  }
  assert(answer.endsWith(`${OOM}]`), answer.slice(-80));
  check(cache);
  assert(added > 20_000, `${added}`);
  for (let from = 0; from < added - 200; from += 200) {
    assert(!(await speaker.say(`BF.MEXISTS f ${items(from, 200)}`)).includes(":0"));
  }
  assertEquals(await speaker.say("BF.ADD f other"), OOM);
  assertEquals(await speaker.say("BF.EXISTS f item:1"), ":1");
  assertEquals(await speaker.say("DEL f"), ":1");
  assertEquals(await speaker.say("BF.EXISTS f item:1"), ":0");
  check(cache);
});

Deno.test("sketches that are larger than half a shard are refused when they are made", async () => {
  const cache = newCache(newRegion(4 * 2 ** 20));
  const speaker = new Speaker(cache);
  const refusal = "-ERR Insufficient memory to create filter";
  assertEquals(await speaker.say("BF.RESERVE f 0.01 1000000"), refusal);
  assertEquals(await speaker.say("BF.INSERT f CAPACITY 1000000 ITEMS a"), refusal);
  assertEquals(
    await speaker.say("CMS.INITBYDIM c 100000 5"),
    "-CMS: Insufficient memory to create the key",
  );
  assertEquals(await speaker.say("DBSIZE"), ":0");
  check(cache);
});

Deno.test("sketches are evicted like any item, whole, and are empty then", async () => {
  const cache = newCache(newRegion(4 * 2 ** 20));
  const speaker = new Speaker(cache);
  let gone = 0;
  for (let round = 0; round < 300; round++) {
    const words = Array.from({ length: 400 }, (_, i) => `${round}:${i}`).join(" ");
    await speaker.say(`PFADD log:${round} ${words}`);
    await speaker.say(`PFDEBUG TODENSE log:${round}`);
    await speaker.say(`CMS.INITBYDIM cms:${round} 500 4`);
    await speaker.say(`CMS.INCRBY cms:${round} a 5`);
    await speaker.say(`BF.RESERVE bloom:${round} 0.01 5000`);
    await speaker.say(`BF.MADD bloom:${round} ${words}`);
    if (round % 20 === 0) check(cache);
  }
  for (let round = 0; round < 300; round++) {
    const count = Number((await speaker.say(`PFCOUNT log:${round}`)).slice(1));
    assert(count === 0 || Math.abs(count - 400) < 20, `${count}`);
    if (count === 0) gone++;
    const sum = await speaker.say(`CMS.QUERY cms:${round} a`);
    assert(sum === "[:5]" || sum === "-CMS: key does not exist", sum);
    const has = await speaker.say(`BF.EXISTS bloom:${round} ${round}:1`);
    assertEquals(await speaker.say(`BF.EXISTS bloom:${round} ${round}:399`), has);
  }
  assert(gone > 0 && gone < 300, `${gone} of 300 were evicted`);
  check(cache);
});
