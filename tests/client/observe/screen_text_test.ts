// Text of others on a terminal: whatever it is, it moves nothing and takes as many columns as were given to it.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cutText,
  fitText,
  keyText,
  printable,
  textWidth,
  wrapped,
} from "../../../client/observe/screen_text.ts";
import { HOSTILE_KEYS } from "./facts.ts";

/** Any characters at all; "binary" of fast-check takes two seconds to begin. */
const TEXT = fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 40 })
  .map((codes) => String.fromCodePoint(...codes));
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

Deno.test("printable() shows what a terminal must not be sent as escapes, and all else as it is", () => {
  const table: [string, string][] = [
    ["user:1 {x}", "user:1 {x}"],
    ["a\r\n\tb", "a\\r\\n\\tb"],
    ["\x1b[2J\x07\x9b", "\\x1b[2J\\x07\\x9b"],
    ["\u202etxt\u200b\ufeff", "\\u{202e}txt\\u{200b}\\u{feff}"],
    ["Ångström 漢字 ελλ שלום 👍", "Ångström 漢字 ελλ שלום 👍"],
    ["\ud800", "\\u{d800}"],
    ["e\u0301\u0302\u0303", "e\u0301\u0302\\u{303}"],
  ];
  for (const [text, shown] of table) assertEquals(printable(text), shown);
  fc.assert(
    fc.property(TEXT, (text) => !UNSAFE.test(printable(text))),
    { examples: HOSTILE_KEYS.map((key): [string] => [key]) },
  );
});

Deno.test("cutText() and fitText() take no more columns than there are", () => {
  assertEquals(textWidth("漢字 e\u0301👍"), 8);
  assertEquals([cutText("abcdef", 6), cutText("abcdef", 4), cutText("abc", 0)], [
    "abcdef",
    "abc…",
    "",
  ]);
  assertEquals([fitText("漢字", 3), fitText("漢字", 6), fitText("7", 3, true)], [
    "漢…",
    "漢字  ",
    "  7",
  ]);
  fc.assert(fc.property(TEXT, fc.nat(50), (text, columns) => {
    assert(textWidth(cutText(printable(text), columns)) <= columns);
    assertEquals(textWidth(fitText(printable(text), columns)), columns);
  }));
});

Deno.test("keyText() shows keys that are no text, cut ones, and other databases", () => {
  assertEquals(keyText({ key: "a\nb", database: 0 }), "a\\nb");
  assertEquals(keyText({ key: "", database: 0 }), '""');
  assertEquals(keyText({ base64: "/wBh", isCut: true, database: 3 }), "\\xff\\x00a… (database 3)");
  assertEquals(keyText({ base64: "?\x1b", database: 0 }), "?\\x1b");
});

Deno.test("wrapped() breaks between words, and leaves what is too much on the last line", () => {
  assertEquals(wrapped("one two three four", 8, 9), ["one two", "three", "four"]);
  assertEquals(wrapped("one two three four", 8, 2), ["one two", "three four"]);
  assertEquals(wrapped("incomprehensible a", 4, 9), ["incomprehensible", "a"]);
  assertEquals(wrapped("\x1b[2J", 80, 2), ["\\x1b[2J"]);
});
