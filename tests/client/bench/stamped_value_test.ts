// StampedValues: what was written is read again, and nothing else is.

import { assertEquals, assertNotEquals } from "@std/assert";
import { readDigits, StampedValues, writeDigits } from "../../../client/bench/stamped_value.ts";

Deno.test("StampedValues.read() finds the version of a whole value", () => {
  for (const length of [12, 13, 23, 24, 64, 5000]) {
    const values = new StampedValues(length);
    const bytes = new Uint8Array(length + 2).fill(33);
    values.write(bytes, 1, 12_345, 678);
    assertEquals([bytes[0], bytes.at(-1)], [33, 33]);
    assertEquals(/^[0-9a-z]+$/.test(new TextDecoder().decode(bytes.subarray(1, -1))), true);
    assertEquals(values.read(bytes, 1, 12_345), 678);
    assertEquals(values.read(bytes, 1, 12_346), -1);
    for (let i = 1; i <= length; i++) {
      const changed = bytes.slice();
      changed[i] = 33;
      assertEquals(values.read(changed, 1, 12_345), -1, `${length}: byte ${i}`);
    }
  }
});

Deno.test("StampedValues.read() refuses two values mixed at any byte", () => {
  const values = new StampedValues(64);
  const one = new Uint8Array(64);
  const other = new Uint8Array(64);
  values.write(one, 0, 7, 1);
  values.write(other, 0, 7, 2);
  for (let at = 12; at < 64; at++) {
    const mixed = one.slice();
    mixed.set(other.subarray(at), at);
    assertNotEquals(values.read(mixed, 0, 7), 2);
    assertEquals(values.read(mixed, 0, 7), -1, `from byte ${at}`);
  }
});

Deno.test("writeDigits() and readDigits() agree", () => {
  const bytes = new Uint8Array(6);
  for (const number of [0, 35, 36, 999_999, 36 ** 6 - 1]) {
    writeDigits(bytes, 0, number);
    assertEquals(readDigits(bytes, 0), number);
  }
});
