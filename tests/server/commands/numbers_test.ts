// 64-bit integers as text: what is one, exactly, and sums at the ends of the range.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addIntegers,
  INT64_MAX,
  INT64_MIN,
  parseInteger,
} from "../../../server/commands/numbers.ts";

const encoder = new TextEncoder();

/** Reads `text` from the middle of other digits. */
function parse(text: string): number | bigint | undefined {
  const bytes = encoder.encode(`9${text}9`);
  return parseInteger(bytes, 1, bytes.length - 2);
}

Deno.test("parseInteger() reads every 64-bit integer exactly", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), (value) => {
      assertEquals(String(parse(String(value))), String(value));
    }),
    { numRuns: 500, seed: 7171 },
  );
  for (const value of [INT64_MIN, INT64_MAX, 0n, -1n, 10n ** 15n, 10n ** 15n - 1n]) {
    assertEquals(String(parse(String(value))), String(value));
  }
});

Deno.test("parseInteger() refuses everything else", () => {
  const texts = ["", "-", "--1", "+1", "01", "-0", "-01", " 1", "1 ", "1.0", "1e3", "0x1", "a"];
  texts.push(
    String(INT64_MAX + 1n),
    String(INT64_MIN - 1n),
    "1".repeat(20),
    "9".repeat(30),
    "\u0661",
  );
  for (const text of texts) assertEquals(parse(text), undefined, text);
});

Deno.test("addIntegers() is exact, or undefined where the sum has more than 64 bits", () => {
  const value = fc.bigInt({ min: INT64_MIN, max: INT64_MAX });
  fc.assert(
    fc.property(value, value, (a, b) => {
      const sum = addIntegers(parse(String(a))!, parse(String(b))!);
      const fits = a + b >= INT64_MIN && a + b <= INT64_MAX;
      assertEquals(sum === undefined ? sum : String(sum), fits ? String(a + b) : undefined);
    }),
    { numRuns: 500, seed: 7171 },
  );
  assertEquals(addIntegers(2 ** 53 - 1, 1), 2n ** 53n);
  assertEquals(addIntegers(INT64_MAX, 1), undefined);
  assertEquals(addIntegers(INT64_MIN, -1), undefined);
});
