// 64-bit integers as text: what is one, exactly, and sums at the ends of the range.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addIntegers,
  MAX_INT64,
  MIN_INT64,
  parseInteger,
} from "../../../server/commands/integers.ts";

const encoder = new TextEncoder();

/** Reads `text` from the middle of other digits. */
function parse(text: string): number | bigint | undefined {
  const bytes = encoder.encode(`9${text}9`);
  return parseInteger(bytes, 1, bytes.length - 2);
}

Deno.test("parseInteger() reads every 64-bit integer exactly", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: MIN_INT64, max: MAX_INT64 }), (value) => {
      assertEquals(String(parse(String(value))), String(value));
    }),
    { numRuns: 500, seed: 7171 },
  );
  for (const value of [MIN_INT64, MAX_INT64, 0n, -1n, 10n ** 15n, 10n ** 15n - 1n]) {
    assertEquals(String(parse(String(value))), String(value));
  }
});

Deno.test("parseInteger() refuses everything else", () => {
  const texts = ["", "-", "--1", "+1", "01", "-0", "-01", " 1", "1 ", "1.0", "1e3", "0x1", "a"];
  texts.push(
    String(MAX_INT64 + 1n),
    String(MIN_INT64 - 1n),
    "1".repeat(20),
    "9".repeat(30),
    "\u0661",
  );
  for (const text of texts) assertEquals(parse(text), undefined, text);
});

Deno.test("addIntegers() is exact, or undefined where the sum has more than 64 bits", () => {
  const value = fc.bigInt({ min: MIN_INT64, max: MAX_INT64 });
  fc.assert(
    fc.property(value, value, (a, b) => {
      const sum = addIntegers(parse(String(a))!, parse(String(b))!);
      const fits = a + b >= MIN_INT64 && a + b <= MAX_INT64;
      assertEquals(sum === undefined ? sum : String(sum), fits ? String(a + b) : undefined);
    }),
    { numRuns: 500, seed: 7171 },
  );
  assertEquals(addIntegers(2 ** 53 - 1, 1), 2n ** 53n);
  assertEquals(addIntegers(MAX_INT64, 1), undefined);
  assertEquals(addIntegers(MIN_INT64, -1), undefined);
});
