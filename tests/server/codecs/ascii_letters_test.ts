// Letters and digits of ASCII: words in any case, what browsers send, hexadecimal digits.

import { assertEquals } from "@std/assert";
import { hexDigit, isOfBrowser, packed, packedAt } from "../../../server/codecs/ascii_letters.ts";

Deno.test("packedAt() reads a word in any case as packed() does in lower case", () => {
  const bytes = new TextEncoder().encode("xGeTx");
  assertEquals(packedAt(bytes, 1, 4), packed("get"));
  assertEquals(packedAt(bytes, 0, 4) === packed("get"), false);
});

Deno.test("isOfBrowser() knows POST and the Host header, and nothing like them", () => {
  const table: [string, boolean][] = [
    ["POST", true],
    ["post", true],
    ["Host:", true],
    ["hOST:", true],
    ["HOST", false],
    ["POSTS", false],
    ["HOSTS", false],
    ["PO", false],
    ["", false],
  ];
  for (const [word, expected] of table) {
    const bytes = new TextEncoder().encode(`  ${word}  `);
    assertEquals(isOfBrowser(bytes, 2, 2 + word.length), expected, word);
  }
});

Deno.test("hexDigit() agrees with parseInt() for every byte", () => {
  for (let byte = 0; byte < 256; byte++) {
    const value = parseInt(String.fromCharCode(byte), 16);
    assertEquals(hexDigit(byte), Number.isNaN(value) ? -1 : value, String(byte));
  }
});
