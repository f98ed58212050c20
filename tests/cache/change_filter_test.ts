// The filter of changes: it never holds back what is watched, holds back nearly all that is not, and
// forgets what is watched no more.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hashKey, Region } from "../../cache/mod.ts";
import {
  ChangeFilter,
  hashPrefixes,
  mayBeWatched,
  watchedLengths,
} from "../../cache/change_filter.ts";
import { ACTOR_FILTER, FILTER_BITS } from "../../cache/region_layout.ts";
import { bytesOf } from "./fixture.ts";

function setUp() {
  const region = Region.create({ memoryBytes: 2 ** 20, actorCount: 2 });
  const { words } = region;
  const base = region.actorWord(1);
  const filter = new ChangeFilter(words, base);
  const passes = (key: Uint8Array) => {
    const lengths = watchedLengths(region);
    const hashed = key.length === 0 ? -1 : hashPrefixes(region, lengths, key, 0, key.length);
    return mayBeWatched(region, base, hashKey(key, 0, key.length), hashed);
  };
  const bitsSet = () => {
    const bits = words.subarray(base + ACTOR_FILTER, base + ACTOR_FILTER + FILTER_BITS / 32);
    return bits.reduce((sum, word) => sum + word.toString(2).replace(/[^1]/g, "").length, 0);
  };
  return { filter, passes, bitsSet };
}

Deno.test("mayBeWatched() lets every key through that begins with a watched prefix", () => {
  const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
  const { filter, passes } = setUp();
  fc.assert(
    fc.property(bytes(1, 100), bytes(0, 100), (prefix, rest) => {
      filter.addPrefix(prefix);
      assert(passes(new Uint8Array([...prefix, ...rest])));
      assertEquals(filter.removePrefix(prefix), true);
    }),
    { numRuns: 2000, seed: 7171 },
  );
});

Deno.test("mayBeWatched() holds back nearly everything else, however much is watched", () => {
  const { filter, passes } = setUp();
  for (let i = 0; i < 10_000; i++) filter.addPrefix(bytesOf(`watched:${i}:`));
  for (let i = 0; i < 10_000; i++) {
    filter.add(hashKey(bytesOf(`other:${i}`), 0, `other:${i}`.length));
  }
  let passed = 0;
  for (let i = 0; i < 100_000; i++) if (passes(bytesOf(`key:${i}:value`))) passed++;
  assert(passed < 20_000, `${passed} of 100,000`);
  for (let i = 0; i < 10_000; i++) {
    assert(passes(bytesOf(`watched:${i}:x`)) && passes(bytesOf(`other:${i}`)));
  }
});

Deno.test("ChangeFilter forgets what is taken back as often as it was added, and no sooner", () => {
  const { filter, passes, bitsSet } = setUp();
  const key = bytesOf("user:1");
  const hash = hashKey(key, 0, key.length);
  filter.add(hash);
  filter.add(hash);
  filter.addPrefix(bytesOf("us"));
  filter.addPrefix(bytesOf("us"));
  assertEquals([filter.remove(hash), filter.removePrefix(bytesOf("us"))], [true, true]);
  assert(passes(key) && passes(bytesOf("usx")));
  assertEquals([filter.remove(hash), filter.removePrefix(bytesOf("us"))], [true, true]);
  assertEquals([passes(key), passes(bytesOf("usx")), bitsSet()], [false, false, 0]);
  assertEquals([filter.remove(hash), filter.removePrefix(bytesOf("us"))], [false, false]);
});

Deno.test("mayBeWatched() lets a key through that nobody has at hand where prefixes are watched", () => {
  const { filter, passes } = setUp();
  assertEquals(passes(new Uint8Array()), false);
  filter.addPrefix(bytesOf("a"));
  assertEquals(passes(new Uint8Array()), true);
});
