// Strings as bytes: what the encoder would write, at any place and length.

import { assertEquals } from "@std/assert";
import { writeAscii, writeText } from "../../../server/contract/text_bytes.ts";

Deno.test("writeText() writes what the encoder does, on both sides of the length of the loop", () => {
  const bytes = new Uint8Array(300);
  for (let length = 0; length < 70; length++) {
    for (const last of ["", "a", "é", "€", "😀"]) {
      const text = "a".repeat(length) + last;
      const written = writeText(text, bytes, 3);
      assertEquals(bytes.subarray(3, 3 + written), new TextEncoder().encode(text));
    }
  }
});

Deno.test("writeAscii() writes each character as a byte and nothing beside them", () => {
  const bytes = new Uint8Array(5).fill(9);
  assertEquals(writeAscii("-12", bytes, 1), 3);
  assertEquals(bytes, Uint8Array.of(9, 0x2d, 0x31, 0x32, 9));
});
