// Random commands on streams and their groups in too little memory: others are evicted all the while, and shards keep
// their invariants.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../bench/workload.ts";
import { checkShardLocked, readStats } from "../../../../cache/mod.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { bytesOf } from "../differential/answer.ts";
import { Draw } from "../differential/draw.ts";
import { ofStreamGroups } from "../differential/groups/stream_groups.ts";
import { ofStreams } from "../differential/groups/streams.ts";
import { Speaker } from "../speaker.ts";

const COMMANDS = 6000;
/** Commands between two looks at all shards. */
const CHECKED = 1000;
const KEYS = Array.from({ length: 200 }, (_, i) => `key${i}`);

Deno.test("streams in too little memory are evicted whole, and shards keep their invariants", async () => {
  const cache = newCache(newRegion(1.5 * 2 ** 20));
  const speaker = new Speaker(cache);
  const draw = new Draw(new Random(1), KEYS);
  const makers = [...ofStreams(draw), ...ofStreamGroups(draw)];
  const broken: string[] = [];
  for (let i = 0; i < COMMANDS; i++) {
    const grown = [
      "XADD",
      draw.key(),
      `${i}-*`,
      "f",
      draw.long(),
      "g",
      "y".repeat(draw.below(3000)),
    ];
    const words = i % 3 === 0 ? grown : draw.pick(makers)();
    // Nobody would answer it.
    if (words.includes("BLOCK")) continue;
    await speaker.runWords(words.map(bytesOf));
    const answer = speaker.answer();
    if (/^-(ERR )?(Cannot|Internal|TypeError|RangeError)/.test(answer)) broken.push(answer);
    if (i % CHECKED === 0) { for (const { memory } of cache.shards) checkShardLocked(memory); }
  }
  assertEquals(broken, []);
  for (const { memory } of cache.shards) checkShardLocked(memory);
  assert(readStats(cache).evictions > 100, "nothing was evicted: the test has lost its point");
});
