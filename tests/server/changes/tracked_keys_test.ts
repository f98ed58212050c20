// The keys that one client tracks: beside a plain list that does the same, at random; and what they
// cost, which is what the table is for.

import { assertEquals, assertLess } from "@std/assert";
import { TrackedKeys } from "../../../server/changes/tracked_keys.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A small generator of numbers below `bound`, with a seed. */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

Deno.test("TrackedKeys agrees with a list of keys through random additions and removals", () => {
  const random = randomFrom(9);
  const keys = new TrackedKeys();
  let model: { hash: number; key: string }[] = [];
  for (let step = 0; step < 40_000; step++) {
    const number = random(600);
    // Ten keys of one hash now and then, and keys of many lengths, none included.
    const hash = number < 100 ? -7 : Math.imul(number, 0x9e3779b1);
    const key = "k".repeat(number % 40) + (number % 40 === 0 ? number : "");
    const bytes = encoder.encode(key);
    const isThere = model.some((one) => one.hash === hash && one.key === key);
    assertEquals(keys.has(hash, bytes, 0, bytes.length), isThere);
    assertEquals(keys.countOf(hash), model.filter((one) => one.hash === hash).length);
    if (random(3) > 0) {
      if (isThere) continue;
      const expected = keys.heldBytesWith(bytes.length);
      keys.add(hash, bytes, 0, bytes.length);
      assertEquals(keys.heldBytes, expected);
      model.push({ hash, key });
    } else {
      const taken = keys.take(hash).map((one) => decoder.decode(one));
      const gone = model.filter((one) => one.hash === hash).map((one) => one.key);
      assertEquals(taken.toSorted(), gone.toSorted());
      model = model.filter((one) => one.hash !== hash);
      assertEquals(keys.countOf(hash), 0);
    }
    assertEquals(keys.count, model.length);
    if (model.length > 0) assertEquals(keys.oldestHash(), model[0]!.hash);
    if (step % 1000 === 0) assertEquals([...keys.hashes()], model.map((one) => one.hash));
  }
});

Deno.test("TrackedKeys holds 10,000 keys of 16 bytes in 3/4 of a MiB, however often they change", () => {
  const keys = new TrackedKeys();
  for (let i = 0; i < 200_000; i++) {
    const key = encoder.encode(`key:${String(i % 20_000).padStart(12, "0")}`);
    if (keys.count === 10_000) keys.take(keys.oldestHash());
    keys.add(i % 20_000, key, 0, key.length);
  }
  assertEquals(keys.count, 10_000);
  assertLess(keys.heldBytes, 768 * 1024);
});
