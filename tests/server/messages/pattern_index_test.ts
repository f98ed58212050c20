// The index of patterns: it finds those that match and no others, whatever they are, and bounds their effort.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Glob } from "../../../server/contract/keys/glob.ts";
import { matchesChannel } from "../../../server/contract/messages/topic.ts";
import { MAX_PATTERN_WEIGHT, PatternIndex } from "../../../server/messages/pattern_index.ts";
import { bytesOf } from "./fixture.ts";

const letters = fc.string({ unit: fc.constantFrom(..."ab*?[]\\^-"), maxLength: 8 });
const long = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 60, maxLength: 70 });
const patterns = fc.uniqueArray(
  fc.oneof(letters, long, fc.tuple(long, letters).map(([a, b]) => a + b)),
  {
    maxLength: 30,
  },
);
const channels = fc.oneof(fc.string({ unit: fc.constantFrom(..."ab*"), maxLength: 8 }), long);

function entryOf(pattern: string) {
  const name = bytesOf(pattern);
  return { name, glob: new Glob(name) };
}

Deno.test("PatternIndex.match() finds what a comparison with all patterns finds, also after some have gone", () => {
  fc.assert(fc.property(patterns, fc.array(channels, { maxLength: 10 }), (all, names) => {
    const index = new PatternIndex<ReturnType<typeof entryOf>>();
    let entries = all.map(entryOf);
    entries.forEach((entry) => index.add(entry));
    for (let round = 0; round < 2; round++) {
      for (const channel of names.map(bytesOf)) {
        const found: unknown[] = [];
        index.match(channel, (entry) => found.push(entry));
        const wanted = entries.filter(({ name, glob }) => matchesChannel(glob, name, channel));
        assertEquals(new Set(found), new Set(wanted));
        assertEquals(found.length, wanted.length);
      }
      entries.filter((_, i) => i % 2 === 0).forEach((entry) => index.remove(entry));
      entries = entries.filter((_, i) => i % 2 === 1);
    }
  }));
});

Deno.test("PatternIndex.hasRoomFor() bounds how many there are, those with several stars sooner", () => {
  const index = new PatternIndex<ReturnType<typeof entryOf>>();
  let count = 0;
  for (; index.hasRoomFor(bytesOf(`*${count}*`)); count++) index.add(entryOf(`*${count}*`));
  assert(count < MAX_PATTERN_WEIGHT / 5);
  const last = entryOf(`*${count - 1}*`);
  index.remove(entryOf("*0*"));
  assert(index.hasRoomFor(last.name));
});
