// Numbers with a fraction as text. The texts are those that printf("%.17g") of C gives.

import { assertEquals } from "@std/assert";
import {
  doubleText,
  MAX_DOUBLE_BYTES,
  writeDouble,
} from "../../../../server/contract/numbers/double_bytes.ts";
import { Random } from "../../../../bench/workload.ts";

const TEXTS: readonly [number, string][] = [
  [0, "0"],
  [-0, "-0"],
  [1, "1"],
  [-10, "-10"],
  [3.5, "3.5"],
  [0.1, "0.10000000000000001"],
  [-3.1, "-3.1000000000000001"],
  [9007199254740991, "9007199254740991"],
  [9007199254740993, "9007199254740992"],
  [3479099956230698, "3479099956230698"],
  [1e16, "10000000000000000"],
  [99999999999999984, "99999999999999984"],
  [1e17, "1e+17"],
  [123456789012345678, "1.2345678901234568e+17"],
  [-1e20, "-1e+20"],
  [1e100, "1e+100"],
  [0.0001, "0.0001"],
  [0.000123456789012345678, "0.00012345678901234567"],
  [0.00009, "9.0000000000000006e-05"],
  [0.000001, "9.9999999999999995e-07"],
  [0.0000012345, "1.2345e-06"],
  [0.00099999999999999999, "0.001"],
  [999.99999999999995, "1000"],
  [72057594037927936, "72057594037927936"],
  [9007199254740994.5, "9007199254740994"],
  [0.00001, "1.0000000000000001e-05"],
  [5e-324, "4.9406564584124654e-324"],
  [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
  [NaN, "nan"],
];

/** In the middle between two numbers of 17 digits: the even one is taken. */
const MIDDLES: readonly [number, string][] = [
  [1125899906842624.25, "1125899906842624.2"],
  [1125899906842624.75, "1125899906842624.8"],
  [-1125899906842625.25, "-1125899906842625.2"],
  [2 ** 50 + 2 ** 49 + 0.25, "1688849860263936.2"],
  [99999999999999.96875, "99999999999999.969"],
  [2 ** -25, "2.9802322387695312e-08"],
  [3 * 2 ** -25, "8.9406967163085938e-08"],
];

function written(value: number): string {
  const bytes = new Uint8Array(MAX_DOUBLE_BYTES + 2).fill(0x23);
  const length = writeDouble(value, bytes, 1);
  assertEquals([bytes[0], bytes.at(-1)], [0x23, 0x23]);
  return new TextDecoder().decode(bytes.subarray(1, 1 + length));
}

Deno.test("writeDouble() writes what printf of C writes", () => {
  for (const [value, text] of [...TEXTS, ...MIDDLES]) {
    assertEquals(written(value), text);
    assertEquals(doubleText(value), text);
  }
});

Deno.test("writeDouble() writes texts that are read as the same number, and have no needless zeros", () => {
  const random = new Random(17);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 20_000; i++) {
    view.setUint32(0, random.nextU32());
    view.setUint32(4, random.nextU32());
    const value = i % 2 === 0 ? view.getFloat64(0) : random.nextFloat() * 10 ** random.below(20);
    if (!Number.isFinite(value)) continue;
    const text = written(value);
    assertEquals(Number(text), value);
    assertEquals(/\.\d*0(e|$)/.test(text), false, text);
  }
});
