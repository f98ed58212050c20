// What is found in a shard's slots, held to what is known of the items that were put there.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  ListView,
  NO_ITEM,
  Region,
  sampleSlotsLocked,
  SlotSamples,
  SlotState,
  ValueBuffer,
} from "../../cache/mod.ts";

const encoder = new TextEncoder();

/** A cache of one thread, and a look at all slots of all its shards. */
function setUp(memoryBytes = 2 ** 20) {
  const cache = new Cache(Region.create({ memoryBytes }), 1, () => 1_700_000_000_000);
  const put = (key: string, value: Uint8Array) => cache.put(encoder.encode(key), value);
  const { slotCount } = cache.region.geometry.shard;
  const look = (every = 1, most = slotCount) =>
    cache.shards.map(({ index, memory }) => {
      const samples = new SlotSamples(Math.ceil(slotCount / every));
      let calls = 0;
      for (let hasMore = true; hasMore; calls++) {
        cache.withShard(index, {
          runLocked: () => hasMore = sampleSlotsLocked(memory, every, samples, most),
        });
      }
      return { samples, calls };
    });
  return { cache, put, look, slotCount };
}

/** How many slots are in each state, by its name. */
function statesOf(all: readonly { samples: SlotSamples }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, state] of Object.entries(SlotState)) {
    const count = all.reduce(
      (sum, { samples }) =>
        sum + samples.states.subarray(0, samples.length).filter((one) => one === state).length,
      0,
    );
    if (count > 0) counts[name] = count;
  }
  return counts;
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

Deno.test("sampleSlotsLocked() finds nothing in an empty shard", () => {
  const { look, slotCount, cache } = setUp();
  assertEquals(statesOf(look()), { untouched: slotCount * cache.shards.length });
});

Deno.test("sampleSlotsLocked() counts the eighths in use, whatever is stored", () => {
  const { cache, put, look } = setUp();
  for (let i = 0; i < 3000; i++) put(`k${i}`, new Uint8Array(i * 37 % 700).fill(i));
  for (let i = 0; i < 3000; i += 3) cache.delete(encoder.encode(`k${i}`));
  for (const { samples } of look()) {
    assertEquals(sum(samples.fills.subarray(0, samples.length)), samples.usedEighths);
    assert(samples.items > 0);
  }
  const states = statesOf(look());
  assert(states.partly! > 0 && states.main! + states.probation! > 0, JSON.stringify(states));
});

Deno.test("sampleSlotsLocked() tells ring, count and version of the item in a slot", () => {
  const { cache, put, look } = setUp();
  // A whole slot each: 20 bytes of header, 2 of key.
  for (let i = 10; i < 30; i++) put(String(i), new Uint8Array(234));
  for (let times = 0; times < 2; times++) cache.get(encoder.encode("10"), new ValueBuffer());
  const all = look();
  assertEquals((statesOf(all).main ?? 0) + (statesOf(all).probation ?? 0), 20);
  const items = all.flatMap(({ samples }) =>
    [...samples.versions].map((version, i) => ({ version, count: samples.counts[i]! }))
  ).filter(({ version }) => version !== NO_ITEM);
  assertEquals(items.length, 20);
  assertEquals(items.filter(({ count }) => count === 2).length, 1);
  for (const { samples } of all) {
    assert(Math.max(...samples.versions) <= samples.newestVersion);
  }
});

Deno.test("sampleSlotsLocked() follows a long value to its item, and calls the rest of it owned", () => {
  const { put, look } = setUp();
  put("long", new Uint8Array(256 * 20));
  const { owned = 0, main = 0, probation = 0, partly = 0 } = statesOf(look());
  assert(owned > 10 && main + probation + partly >= 4, `${owned} ${main} ${probation} ${partly}`);
});

Deno.test("sampleSlotsLocked() takes the nodes of a tree for no items", () => {
  const { cache, look } = setUp();
  const key = encoder.encode("list");
  const hash = cache.hash(key, 0, key.length);
  const list = new ListView();
  cache.withShard(hash, {
    runLocked() {
      list.openEmpty(cache.shardOf(hash), 0, hash, key, 0, key.length);
      for (let i = 0; i < 2000; i++) list.insert(i, encoder.encode(`entry ${i}`), 0, 7);
      list.close();
    },
  });
  const { owned = 0, main = 0, probation = 0, partly = 0 } = statesOf(look());
  assert(owned > 50, String(owned));
  assertEquals(main + probation + partly, 1);
});

Deno.test("sampleSlotsLocked() is not misled by values that look like items", () => {
  const { put, look } = setUp();
  const forged = new Int32Array(60).map((_, i) => (i % 8 < 2 ? 600 + i : -1));
  for (let i = 0; i < 500; i++) put(`k${i}`, new Uint8Array(new Int32Array(forged).buffer));
  let random = 1;
  for (let i = 0; i < 500; i++) {
    const noise = new Uint8Array(1000).map(() =>
      (random = Math.imul(random, 1103515245) + 12345) >> 16
    );
    put(`n${i}`, noise);
  }
  for (const { samples } of look()) {
    assertEquals(sum(samples.fills.subarray(0, samples.length)), samples.usedEighths);
  }
});

Deno.test("sampleSlotsLocked() looks at every n-th slot, a few under each lock", () => {
  const { put, look, slotCount } = setUp();
  for (let i = 0; i < 3000; i++) put(`k${i}`, new Uint8Array(100));
  const all = look().map(({ samples }) => samples);
  for (const [i, { samples, calls }] of look(7, 5).entries()) {
    assertEquals(samples.length, Math.ceil(slotCount / 7));
    assertEquals(calls, Math.ceil(samples.length / 5));
    for (let at = 0; at < samples.length; at++) {
      assertEquals(samples.states[at], all[i]!.states[at * 7]);
      assertEquals(samples.fills[at], all[i]!.fills[at * 7]);
    }
  }
});
