// Decimal fractions as text: what is one, and that sums are exact where they have up to 17 digits
// after the point.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addDecimals, parseDecimal } from "../../../../server/commands/strings/decimals.ts";

const encoder = new TextEncoder();

function parse(text: string) {
  const bytes = encoder.encode(text);
  return parseDecimal(bytes, 0, bytes.length);
}

function add(a: string, b: string): string {
  return addDecimals(parse(a)!, parse(b)!);
}

Deno.test("addDecimals() adds exactly and writes no exponent", () => {
  const table: [a: string, b: string, sum: string][] = [
    ["0.1", "0.2", "0.3"],
    ["5.0e3", "2.0e2", "5200"],
    ["1", "-1", "0"],
    ["-0.5", ".25", "-0.25"],
    ["1e-17", "0", "0.00000000000000001"],
    ["4e-18", "0", "0"],
    ["5e-18", "0", "0.00000000000000001"],
    ["-4e-18", "0", "0"],
    ["+1.", "1", "2"],
    ["1e20", "1", "100000000000000000001"],
  ];
  for (const [a, b, sum] of table) assertEquals(add(a, b), sum, `${a} ${b}`);
});

Deno.test("addDecimals() agrees with integers scaled up", () => {
  const part = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  const text = (value: bigint) => `${value}e-15`;
  fc.assert(
    fc.property(part, part, (a, b) => {
      const sum = add(text(a), text(b));
      assertEquals(add(sum, text(-b)), add(text(a), "0"));
      assertEquals(/^-?\d+(\.\d{0,16}[1-9])?$/.test(sum), true, sum);
    }),
    { numRuns: 500, seed: 7171 },
  );
});

Deno.test("parseDecimal() refuses what is no number, or far too large", () => {
  const texts = ["", ".", "-", "abc", "1a", " 1", "1 ", "1e", "e5", "inf", "nan", "0x1", "1e309"];
  for (const text of [...texts, "1e99999", "1e-400", "9".repeat(400)]) {
    assertEquals(parse(text), undefined, text);
  }
});
