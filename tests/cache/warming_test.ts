// Reading ahead of lookups: which words are read, for how many keys.

import { assert, assertEquals } from "@std/assert";
import { EIGHTH_WORD_SHIFT } from "../../cache/layout.ts";
import type { ShardMemory } from "../../cache/shard_memory.ts";
import { windowWord } from "../../cache/table.ts";
import { Warming } from "../../cache/warming.ts";
import { find, makeFixture, put, valueOf } from "./fixture.ts";

/** A shard's memory up to word `end`, which notes which of its words are read. */
function watched(memory: ShardMemory, end: number, read: Set<number>): ShardMemory {
  const words = new Proxy(memory.words.subarray(0, end), {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) read.add(Number(name));
      return Reflect.get(target, name, target);
    },
  });
  return new Proxy(memory, {
    get: (target, name) => name === "words" ? words : Reflect.get(target, name, target),
  });
}

Deno.test("Warming.warm() reads window, header and the line after it of each key, and nothing outside", () => {
  const { cache } = makeFixture();
  const keys = Array.from({ length: 2000 }, (_, i) => `key${i}`);
  for (const key of keys) put(cache, key, valueOf(20));
  const items = keys.map((key) => find(cache, key)).filter(({ address }) => address !== 0);
  // As if the shards ended with the header of their last items.
  const ends = cache.shards.map(({ index }) => {
    const own = items.filter(({ shard }) => shard.index === index);
    return Math.max(...own.map(({ address }) => (address << EIGHTH_WORD_SHIFT) + 8));
  });
  for (const count of [0, 1, 64, 65, items.length]) {
    const reads = cache.shards.map(() => new Set<number>());
    const warming = new Warming(
      cache.shards.map(({ memory }, i) => ({ memory: watched(memory, ends[i]!, reads[i]!) })),
    );
    warming.warm(Int32Array.from(items, ({ hash }) => hash), count);
    for (const [i, { shard, address, hash }] of items.slice(0, count).entries()) {
      const { memory, index } = shard;
      const header = address << EIGHTH_WORD_SHIFT;
      assert(reads[index]!.has(windowWord(memory, hash)), `window of ${i} of ${count}`);
      assert(
        Array.from({ length: 16 }, (_, at) => header + at).some((at) => reads[index]!.has(at)),
      );
      const next = header + 16;
      assertEquals(reads[index]!.has(next) || next >= ends[index]!, true, `item ${i}`);
    }
    for (const [i, end] of ends.entries()) assert([...reads[i]!].every((at) => at < end));
    if (count === 0) assert(reads.every(({ size }) => size === 0));
  }
});
