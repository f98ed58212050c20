// Numbers as strtol() and its kin read them, at the limits of each kind.

import { assertEquals } from "@std/assert";
import * as numbers from "../../../../server/codecs/memcache/numbers.ts";

type Read = (bytes: Uint8Array, start: number, length: number) => number | bigint | undefined;

function read(how: Read, text: string): string {
  return String(how(new TextEncoder().encode(text), 0, text.length));
}

const { signed32, unsigned32, unsigned64, versionNumber } = numbers;

Deno.test("numbers are read as C reads them", () => {
  const table: [Read, Record<string, string>][] = [
    [signed32, {
      "0": "0",
      "2147483647": "2147483647",
      "2147483648": "-2147483648",
      "4294967297": "1",
      "123456789012345": "-2045911175",
      "-1": "-1",
      "+7": "7",
      "\t7": "7",
      "9223372036854775807": "-1",
      "9223372036854775808": "NaN",
      "1x": "NaN",
      "": "NaN",
      "-": "NaN",
      "1\tx": "1",
    }],
    [unsigned32, {
      "4294967295": "4294967295",
      "4294967296": "0",
      "123456789012345": "2249056121",
      "-1": "NaN",
      "-0": "0",
      "18446744073709551616": "NaN",
      "0x1": "NaN",
    }],
    [unsigned64, {
      "5": "5",
      "18446744073709551615": "18446744073709551615",
      "18446744073709551616": "undefined",
      "-1": "undefined",
      "-18446744073709551615": "1",
      "": "undefined",
    }],
    [versionNumber, {
      "123456789012": "123456789012",
      "9007199254740992": "Infinity",
      "18446744073709551615": "Infinity",
      "x": "NaN",
    }],
  ];
  for (const [how, rows] of table) {
    for (const [text, expected] of Object.entries(rows)) {
      assertEquals(read(how, text), expected, `${how.name} of ${JSON.stringify(text)}`);
    }
  }
});

Deno.test("writeDigits() writes whole numbers up to 2^53", () => {
  for (const value of [0, 9, 10, 99, 100, 12345, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]) {
    const bytes = new Uint8Array(20);
    const end = numbers.writeDigits(value, bytes, 2);
    assertEquals(new TextDecoder().decode(bytes.subarray(2, end)), String(value));
  }
});
