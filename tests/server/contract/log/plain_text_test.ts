// Texts of clients in logs: nothing of them may move a cursor, begin a line, turn text around or go on for ever.

import { assertEquals } from "@std/assert";
import {
  escaped,
  escapedAndCut,
  escapedBytes,
} from "../../../../server/contract/log/plain_text.ts";

Deno.test("escaped() shows what cannot be shown, and leaves the rest", () => {
  const table: readonly [string, string][] = [
    ["user:1 ä 鍵 🙂", "user:1 ä 鍵 🙂"],
    ["a\r\n\tb", "a\\r\\n\\tb"],
    ["\x1b[2Jx\x7f\x9b", "\\x1b[2Jx\\x7f\\x9b"],
    ["\u202eabc\u2028\u2066", "\\u202eabc\\u2028\\u2066"],
    ["\ud800x", "\\ud800x"],
    ["\u{e0001}", "\\u{e0001}"],
  ];
  for (const [text, shown] of table) assertEquals(escaped(text), shown);
});

Deno.test("escapedAndCut() never cuts a character in two", () => {
  assertEquals(escapedAndCut("abc", 3), "abc");
  assertEquals(escapedAndCut("abcd", 3), "abc...");
  assertEquals(escapedAndCut("ab🙂d", 3), "ab...");
  assertEquals(escapedAndCut("a\nbc", 2), "a\\n...");
});

Deno.test("escapedBytes() shows UTF-8 as text and other bytes as escapes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assertEquals(escapedBytes(bytes("kä"), 64), "kä");
  assertEquals(escapedBytes(bytes("kä"), 2), "k...");
  assertEquals(escapedBytes(bytes("abcd"), 3), "abc...");
  assertEquals(escapedBytes(Uint8Array.of(0x61, 0xff, 0x0a, 0x80), 64), "a\\xff\\n\\x80");
  assertEquals(escapedBytes(Uint8Array.of(0x61, 0xc3), 64), "a\\xc3");
  assertEquals(escapedBytes(new Uint8Array(), 64), "");
});
