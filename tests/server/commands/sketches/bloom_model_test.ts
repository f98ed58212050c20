/**
 * Random commands on Bloom filters and Count-Min sketches beside plain models, in which every bit and counter is an
 * element of an array and hashes are BigInts: each answer, and at the end each bit, must be the same.
 */

import { assertEquals } from "@std/assert";
import { Random } from "../../../../bench/workload.ts";
import { checkShardLocked } from "../../../../cache/mod.ts";
import { bitsPerItem, bloomBits, hashCount } from "../../../../cache/sketches/bloom_size.ts";
import { reference32, referencePlaces } from "../../../cache/sketches/reference.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { bytesOf, readFrom } from "../differential/answer.ts";
import { Speaker } from "../speaker.ts";

const encoder = new TextEncoder();

interface Filter {
  readonly capacity: number;
  readonly rate: number;
  readonly bits: Uint8Array;
  items: number;
}

/** A chain of filters. */
class Model {
  readonly filters: Filter[] = [];

  constructor(capacity: number, rate: number, readonly growth: number) {
    this.#add(capacity, growth === 0 ? rate : rate / 2);
  }

  #add(capacity: number, rate: number): void {
    this.filters.push({
      capacity,
      rate,
      items: 0,
      bits: new Uint8Array(bloomBits(capacity, rate)),
    });
  }

  has(item: Uint8Array): boolean {
    return this.filters.some((filter) => this.#places(filter, item).every((at) => filter.bits[at]));
  }

  #places({ bits, rate }: Filter, item: Uint8Array): number[] {
    return referencePlaces(item, bits.length, hashCount(bitsPerItem(rate)));
  }

  /** What BF.ADD answers. */
  add(item: Uint8Array): string {
    if (this.has(item)) return ":0";
    const last = this.filters.at(-1)!;
    if (last.items >= last.capacity) {
      if (this.growth === 0) return "-ERR non scaling filter is full";
      this.#add(last.capacity * this.growth, last.rate / 2);
    }
    const filter = this.filters.at(-1)!;
    for (const at of this.#places(filter, item)) filter.bits[at] = 1;
    filter.items++;
    return ":1";
  }

  /** All bits as bytes, filter after filter. */
  bytes(): number[] {
    return this.filters.flatMap(({ bits }) =>
      Array.from(
        { length: bits.length / 8 },
        (_, i) =>
          bits.subarray(8 * i, 8 * i + 8).reduce((byte, bit, place) => byte | bit << place, 0),
      )
    );
  }
}

Deno.test("BF.ADD and BF.EXISTS answer as a model does, and every bit is the same", async () => {
  const cache = newCache(newRegion(32 * 2 ** 20));
  const speaker = new Speaker(cache);
  const shapes: [capacity: number, rate: number, growth: number][] = [
    [5, 0.1, 1],
    [10, 0.01, 2],
    [3, 0.001, 4],
    [300, 0.01, 0],
    [400, 0.25, 2],
    [5000, 0.0001, 2],
  ];
  for (const [i, [capacity, rate, growth]] of shapes.entries()) {
    const random = new Random(i);
    const model = new Model(capacity, rate, growth);
    const key = `f${i}`;
    await speaker.say(`BF.RESERVE ${key} ${rate} ${capacity} EXPANSION ${growth}`);
    for (let step = 0; step < 1500; step++) {
      const item = `i${random.below(1000)}`.padEnd(random.below(30), "x");
      if (random.below(3) > 0) {
        assertEquals(await speaker.say(`BF.ADD ${key} ${item}`), model.add(encoder.encode(item)));
      } else {
        const isThere = model.has(encoder.encode(item)) ? ":1" : ":0";
        assertEquals(await speaker.say(`BF.EXISTS ${key} ${item}`), isThere);
      }
    }
    const bytes: number[] = [];
    for (let iterator = "1"; iterator !== "0";) {
      await speaker.run(`BF.SCANDUMP ${key} ${iterator}`);
      const [next, data] = speaker.answerAs(readFrom).answer.items;
      bytes.push(...bytesOf(data!.text));
      iterator = next!.text;
    }
    assertEquals(bytes, model.bytes());
  }
  for (const { memory } of cache.shards) checkShardLocked(memory);
});

Deno.test("CMS.INCRBY and CMS.QUERY answer as a model does", async () => {
  const cache = newCache(newRegion(32 * 2 ** 20));
  const speaker = new Speaker(cache);
  for (const [i, [width, depth]] of [[7, 3], [100, 5], [3000, 4]].entries()) {
    const random = new Random(i);
    const rows = Array.from({ length: depth! }, () => Array<number>(width!).fill(0));
    await speaker.say(`CMS.INITBYDIM c${i} ${width} ${depth}`);
    for (let step = 0; step < 1500; step++) {
      const item = `i${random.below(500)}`;
      const by = random.below(step % 50 === 0 ? 2 ** 31 : 5);
      const counts = rows.map((row, seed) => {
        const at = reference32(encoder.encode(item), seed) % width!;
        row[at] = Math.min(2 ** 32 - 1, row[at]! + by);
        return row[at]!;
      });
      const least = Math.min(...counts);
      const expected = least === 2 ** 32 - 1 ? "-CMS: INCRBY overflow" : `:${least}`;
      assertEquals(await speaker.say(`CMS.INCRBY c${i} ${item} ${by}`), `[${expected}]`);
      assertEquals(await speaker.say(`CMS.QUERY c${i} ${item}`), `[:${least}]`);
    }
  }
  for (const { memory } of cache.shards) checkShardLocked(memory);
});
