import { assertEquals } from "@std/assert";
import { generalText, NumberReader } from "../../../../server/lua/libraries/number_text.ts";

Deno.test("generalText() prints as C does: few digits, halves to the even digit, exponents of two digits", () => {
  const printed: [number, number, string][] = [
    [0, 14, "0"],
    [-0, 14, "-0"],
    [1 / 3, 14, "0.33333333333333"],
    [100000000000000, 14, "1e+14"],
    [99999999999999, 14, "99999999999999"],
    [1e-5, 14, "1e-05"],
    [0.0001, 14, "0.0001"],
    [100000000000.125, 14, "100000000000.12"],
    [100000000000.375, 14, "100000000000.38"],
    [0.1, 17, "0.10000000000000001"],
    [2.5, 1, "2"],
    [3.5, 1, "4"],
    [1e300, 3, "1e+300"],
    [5e-324, 14, "4.9406564584125e-324"],
    [Infinity, 14, "inf"],
    [-Infinity, 14, "-inf"],
    [NaN, 14, "nan"],
  ];
  for (const [number, precision, text] of printed) {
    assertEquals(generalText(number, precision), text);
  }
});

Deno.test("NumberReader reads what strtod() reads, and says where it ends", () => {
  const read: [string, number, number][] = [
    ["12", 12, 2],
    ["+12x", 12, 3],
    ["-0.5e3]", -500, 6],
    [".5", 0.5, 2],
    ["5.", 5, 2],
    [".", 0, 0],
    ["1e", 1, 1],
    ["1e+", 1, 1],
    ["0x", 0, 1],
    ["0x1.8p3", 12, 7],
    ["-0xAp-1", -5, 7],
    ["0x.8", 0.5, 4],
    ["0x1fffffffffffff8", 0x1fffffffffffff8, 17],
    ["inf", Infinity, 3],
    ["-Infinity", -Infinity, 9],
    ["nan", NaN, 3],
    ["NaN(abc)1", NaN, 8],
    ["nan(", NaN, 3],
    ["123456789012345678901234567890", 123456789012345678901234567890, 30],
    ["x", 0, 0],
    ["-", -0, 0],
  ];
  const reader = new NumberReader();
  for (const [text, number, end] of read) {
    assertEquals(reader.read(new TextEncoder().encode(text), 0), number, text);
    assertEquals(reader.end, end, text);
  }
});
