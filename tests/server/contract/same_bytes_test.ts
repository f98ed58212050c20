// Comparing bytes: the ranges that were asked for, and nothing around them.

import { assertEquals } from "@std/assert";
import { sameBytes, sameSecret } from "../../../server/contract/same_bytes.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("sameBytes() compares two ranges of one length, wherever they are", () => {
  const [a, b] = [encode("xxabcyy"), encode("zabcz")];
  assertEquals(sameBytes(a, 2, b, 1, 3), true);
  assertEquals(sameBytes(a, 2, b, 1, 4), false);
  assertEquals(sameBytes(a, 1, b, 0, 4), false);
  assertEquals(sameBytes(a, 0, b, 0, 0), true);
});

Deno.test("sameSecret() takes the whole secret alone", () => {
  const given = encode("--secret--");
  const table: [secret: string, start: number, length: number, expected: boolean][] = [
    ["secret", 2, 6, true],
    ["secret", 2, 5, false],
    ["secret", 2, 7, false],
    ["secret", 1, 6, false],
    ["secreT", 2, 6, false],
    ["secret", 2, 0, false],
    ["secret--and more than there is", 2, 8, false],
  ];
  for (const [secret, start, length, expected] of table) {
    assertEquals(sameSecret(encode(secret), given, start, length), expected, secret + length);
  }
});
