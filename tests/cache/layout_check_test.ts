// What layoutFaults() finds in tables that do not hold together, one slip at a time, and that those
// of the layout itself pass: they are checked when they are loaded.

import { assertEquals, assertThrows } from "@std/assert";
import {
  assertLayout,
  bitsOf,
  type Field,
  layoutFaults,
  type LayoutTables,
  wordsOf,
} from "../../cache/layout_check.ts";

const SOUND: LayoutTables = {
  areas: [
    { name: "header", length: 8, fields: [...wordsOf({ lock: 0, count: 7 }), ["list", 2, 4]] },
    bitsOf("link", ["address", 0, 19], ["length", 19, 2], ["tag", 21, 11]),
  ],
  masks: [["low", 0x7ffff, 0, 19], ["top", -(2 ** 30), 30, 2]],
  shifts: [["slot", 256, 8], ["word", 2 ** 32, 32]],
  sums: [["slot", 256, [64, 64, 64, 64]]],
};

/** The tables with one of them replaced. */
function faultsWith(change: Partial<LayoutTables>): string[] {
  return layoutFaults({ ...SOUND, ...change });
}

Deno.test("layoutFaults() finds nothing in tables that hold together, in any order, with gaps", () => {
  assertEquals(layoutFaults(SOUND), []);
  assertLayout(SOUND);
});

Deno.test("layoutFaults() names fields that overlap, reach past the end, or are none", () => {
  const table: [Field[], string[]][] = [
    [[["a", 0, 2], ["b", 1, 1]], ["header: b begins at 1, inside a"]],
    [[["b", 1, 1], ["a", 0, 2]], ["header: b begins at 1, inside a"]],
    [[["a", 3, 1], ["b", 3, 1]], ["header: b begins at 3, inside a"]],
    [[["a", 0, 8], ["b", 1, 2], ["c", 5, 1]], [
      "header: b begins at 1, inside a",
      "header: c begins at 5, inside a",
    ]],
    [[["a", 6, 3]], ["header: a ends past 8"]],
    [[["a", 8, 1]], ["header: a ends past 8"]],
    [[["a", 2, 0]], ["header: a is 0 long at 2"]],
    [[["a", -1, 1]], ["header: a is 1 long at -1"]],
    [[["a", 0.5, 1]], ["header: a is 1 long at 0.5"]],
    [[["a", NaN, 1]], ["header: a is 1 long at NaN"]],
  ];
  for (const [fields, faults] of table) {
    assertEquals(faultsWith({ areas: [{ name: "header", length: 8, fields }] }), faults);
  }
  assertEquals(faultsWith({ areas: [bitsOf("link", ["address", 0, 19], ["tag", 19, 14])] }), [
    "link in bits: tag ends past 32",
  ]);
});

Deno.test("layoutFaults() names masks of another width or place than their bits", () => {
  const table: [number, number, number, string][] = [
    [0x3ffff, 0, 19, "mask of m is 262143 and covers not 19 bits from 0 on"],
    [0xfffff, 0, 19, "mask of m is 1048575 and covers not 19 bits from 0 on"],
    [3 << 19, 20, 2, "mask of m is 1572864 and covers not 2 bits from 20 on"],
    [5, 0, 3, "mask of m is 5 and covers not 3 bits from 0 on"],
  ];
  for (const [mask, shift, bits, fault] of table) {
    assertEquals(faultsWith({ masks: [["m", mask, shift, bits]] }), [fault]);
  }
});

Deno.test("layoutFaults() names shifts of another size, and sums that do not add up", () => {
  assertEquals(faultsWith({ shifts: [["slot", 256, 7]] }), ["shift of slot is 7 and slot is 256"]);
  assertEquals(faultsWith({ shifts: [["slot", 250, 8]] }), ["shift of slot is 8 and slot is 250"]);
  const sums = [["slot", 256, [64, 64, 64]]] as const;
  assertEquals(faultsWith({ sums }), ["slot is 256 and its parts are 192"]);
});

Deno.test("assertLayout() throws with everything that is wrong", () => {
  const broken: LayoutTables = { ...SOUND, masks: [["m", 1, 0, 2]], sums: [["s", 1, [2]]] };
  const message = "Layout is wrong: mask of m is 1 and covers not 2 bits from 0 on; " +
    "s is 1 and its parts are 2";
  assertThrows(() => assertLayout(broken), Error, message);
});
