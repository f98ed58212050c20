// LCS in bits against the table that Redis fills, on random strings; and the bound of its time.

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  CommonSubsequence,
  MAX_TABLE_WORDS,
  tableWords,
} from "../../../../server/commands/strings/common_subsequence.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** Length and bytes, as Redis finds them. */
function slowly(a: Uint8Array, b: Uint8Array): [number, number[]] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] = a[i - 1] === b[j - 1]
        ? table[at - width - 1]! + 1
        : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  const bytes: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      bytes.unshift(a[--i]!);
      j--;
    } else if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
  return [table.at(-1)!, bytes];
}

Deno.test("CommonSubsequence finds what the whole table finds, on random strings", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 400; round++) {
    const letters = 1 + random(6);
    const make = () => Uint8Array.from({ length: random(130) }, () => random(letters));
    const [a, b] = [make(), make()];
    const common = new CommonSubsequence(a, b);
    const ranges = common.ranges();
    const found = ranges.toReversed().flatMap(({ first, length }) => [
      ...a.subarray(first, first + length),
    ]);
    const again = ranges.toReversed().flatMap(({ second, length }) => [
      ...b.subarray(second, second + length),
    ]);
    assertEquals([common.length, found], slowly(a, b));
    assertEquals(again, found);
  }
});

Deno.test("LCS refuses strings of which the table would be too large, at the bound exactly", async () => {
  assertEquals(tableWords(4096, 4096), MAX_TABLE_WORDS);
  const speaker = new Speaker(newCache(newRegion(32 * 2 ** 20)));
  await speaker.say(`MSET a ${"x".repeat(4096)} b ${"y".repeat(4096)} c ${"y".repeat(4097)}`);
  assertEquals(await speaker.say("LCS a b LEN"), ":0");
  assertStringIncludes(await speaker.say("LCS a c LEN"), "-ERR strings are too long for LCS");
  assertStringIncludes(await speaker.say("LCS c a LEN"), "-ERR strings are too long for LCS");
});
