// Scores and bounds are read as strtod() of C reads them, from bytes where they are short.

import { assertEquals } from "@std/assert";
import { boundOf, isOpenBound, scoreOf } from "../../../../server/commands/sorted_sets/scores.ts";
import { Random } from "../../../../bench/workload.ts";
import { argsOf } from "../../fixture.ts";

const SCORES: readonly [string, number][] = [
  ["0", 0],
  ["-0", -0],
  ["12", 12],
  ["+12", 12],
  ["-12.5", -12.5],
  ["1.", 1],
  [".5", 0.5],
  ["0.1", 0.1],
  ["3.14159265358979", 3.14159265358979],
  ["123456789012345", 123456789012345],
  ["1234567890123456789", 1234567890123456789],
  ["9007199254740993", 9007199254740992],
  ["1e3", 1000],
  ["1E-3", 0.001],
  ["1e-310", 1e-310],
  ["inf", Infinity],
  ["-Infinity", -Infinity],
  ["+INF", Infinity],
  ["0x10", 16],
  ["-0x.8p1", -1],
  ["0x1p-1074", 5e-324],
];

const NO_SCORES: readonly string[] = [
  "",
  " ",
  "-",
  ".",
  "+.",
  "1..2",
  "1,5",
  " 1",
  "1 ",
  "1e",
  "e1",
]
  .concat("0x", "0xg", "nan", "infin", "--1", "+-1", "1_0", "1e400", "-1e400", "1e-400", "1\0");

Deno.test("scoreOf() reads numbers as C does, and nothing else", () => {
  for (const [text, score] of SCORES) assertEquals(scoreOf(argsOf(text), 0), score, text);
  for (const text of NO_SCORES) assertEquals(scoreOf(argsOf("x", text), 1), NaN, text);
});

Deno.test("scoreOf() reads from bytes what Number() reads from text", () => {
  const random = new Random(3);
  for (let i = 0; i < 20_000; i++) {
    const digits = String(random.below(2 ** 32)) + String(random.below(2 ** 16));
    const at = random.below(digits.length + 1);
    const sign = ["", "-", "+"][i % 3]!;
    const text = sign + digits.slice(0, at) + (i % 2 === 0 ? "." : "") + digits.slice(at);
    assertEquals(scoreOf(argsOf(text), 0), Number(text), text);
  }
});

Deno.test("boundOf() reads bounds: open ones, with spaces before them, too large ones, or none", () => {
  const table: [text: string, bound: number, isOpen: boolean][] = [
    ["1.5", 1.5, false],
    ["(1.5", 1.5, true],
    ["(", 0, true],
    ["", 0, false],
    [" 1", 1, false],
    ["(\t-1", -1, true],
    ["1\0x", 1, false],
    ["(\0", 0, true],
    ["1e400", Infinity, false],
    ["(-inf", -Infinity, true],
    ["1e-400", 0, false],
    [" ", NaN, false],
    ["1 ", NaN, false],
    ["((1", NaN, true],
    ["nan", NaN, false],
  ];
  for (const [text, bound, isOpen] of table) {
    assertEquals(boundOf(argsOf(text), 0), bound, text);
    assertEquals(isOpenBound(argsOf(text), 0), isOpen, text);
  }
});
