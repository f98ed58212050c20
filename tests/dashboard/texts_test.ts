// Tests of the texts of the dashboard: escapes, numbers, words of the console, answers, and events of the stream.

import { assertEquals } from "@std/assert";
import { replyText } from "../../dashboard/console/reply_text.ts";
import { wordsOf } from "../../dashboard/console/words.ts";
import { readable, shownText, visibleName, visibleText } from "../../dashboard/dom/escapes.ts";
import { layOut } from "../../dashboard/keys/json_layout.ts";
import { bytes, duration, micros, NOTHING, percent, short } from "../../dashboard/dom/format.ts";
import { parseExactly } from "../../dashboard/state/exact_json.ts";

Deno.test("visibleText() writes out whatever cannot be seen, and leaves all scripts alone", () => {
  const table: [string, string][] = [
    ["plain <b>&amp;</b> text", "plain <b>&amp;</b> text"],
    ["a\nb\rc\td\x00\x1b[31m\x7f", "a\\nb\\rc\\td\\x00\\x1b[31m\\x7f"],
    ["\u0085\u009b", "\\u0085\\u009b"],
    ["\u202egnp.exe\u2066\u200b\ufeff\u2028", "\\u202egnp.exe\\u2066\\u200b\\ufeff\\u2028"],
    ["\u{e0041}\u00a0\u3000", "\\u{e0041}\\u00a0\\u3000"],
    ["\ud800 \udfff", "\\ud800 \\udfff"],
    [
      "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d \u{1f600} e\u0301",
      "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d \u{1f600} e\u0301",
    ],
  ];
  for (const [text, seen] of table) assertEquals(visibleText(text), seen);
});

Deno.test("visibleName() writes out spaces that pages leave out, so that no name looks as another", () => {
  const table: [string, string][] = [
    ["user 1", "user 1"],
    ["user  1", "user \\x201"],
    [" user 1 ", "\\x20user 1\\x20"],
    ["   ", "\\x20\\x20\\x20"],
    ["a\tb", "a\\tb"],
  ];
  for (const [name, seen] of table) assertEquals(visibleName(name), seen);
});

Deno.test("shownText() keeps line ends, tabs and backslashes", () => {
  assertEquals(shownText("C:\\temp\n\tx\x00\r"), "C:\\temp\n\tx\\x00\\r");
});

Deno.test("bytes that are no UTF-8 are escaped as what cannot be seen is, and a byte order mark is kept", () => {
  const bytes = readable(new Uint8Array([0x61, 0xff, 0x80, 0x00, 0x3c]));
  assertEquals(visibleText(bytes), "a\\xff\\x80\\x00<");
  assertEquals(replyText(new Uint8Array([0xff, 0x5c, 0x22]).toBase64()), '"\\xff\\\\\\""');
  assertEquals(readable(new TextEncoder().encode("\ufeffa")), "\ufeffa");
});

Deno.test("numbers have three digits that matter and units; what is not known is a dash", () => {
  const table: [string, string][] = [
    [short(0), "0"],
    [short(0.123), "0.12"],
    [short(9999), "9,999"],
    [short(12_345), "12.3k"],
    [short(1_843_221), "1.84M"],
    [bytes(999), "999 B"],
    [bytes(1024), "1 KiB"],
    [bytes(64 * 2 ** 20), "64 MiB"],
    [percent(0.9245), "92.5 %"],
    [percent(0.99876), "99.88 %"],
    [percent(1), "100 %"],
    [micros(0.5), "0.50 \u00b5s"],
    [micros(12_345), "12.3 ms"],
    [duration(7), "7 s"],
    [duration(59.9), "59 s"],
    [duration(3600), "1 h"],
    [duration(90_061), "1 d 1 h"],
    ...[short, bytes, percent, micros, duration].map((
      format,
    ): [string, string] => [format(null), NOTHING]),
  ];
  for (const [text, wanted] of table) assertEquals(text, wanted);
});

Deno.test("wordsOf() parts words as redis-cli does", () => {
  const table: [string, readonly string[] | null][] = [
    ["", []],
    ["  SET  a   b ", ["SET", "a", "b"]],
    [`SET "a b" 'c d'`, ["SET", "a b", "c d"]],
    [`ECHO "a\\n\\x41\\"\\\\"`, ["ECHO", `a\nA"\\`]],
    [`ECHO 'a\\n\\''`, ["ECHO", "a\\n'"]],
    [`ECHO ""`, ["ECHO", ""]],
    [`ECHO a"b"`, ["ECHO", `a"b"`]],
    [`ECHO "open`, null],
    [`ECHO "a"b`, null],
  ];
  for (const [line, words] of table) {
    const found = wordsOf(line);
    assertEquals("problem" in found ? null : found, words, line);
  }
});

Deno.test("replyText() writes answers as redis-cli does, and no value as an answer", () => {
  const base64 = (text: string) => new TextEncoder().encode(text).toBase64();
  const table: [unknown, string][] = [
    ["OK", "OK"],
    [null, "(nil)"],
    [12, "(integer) 12"],
    [base64('a "b"\n\x1b'), '"a \\"b\\"\\n\\x1b"'],
    [base64("OK"), '"OK"'],
    [[], "(empty array)"],
    [[base64("a"), [1, null], []], '1) "a"\n2) 1) (integer) 1\n   2) (nil)\n3) (empty array)'],
    [base64("# Server\r\nversion:1\r\n"), "# Server\nversion:1\n"],
    [parseExactly(`{"result":9007199254740993}`).result, "(integer) 9007199254740993"],
  ];
  for (const [answer, text] of table) assertEquals(replyText(answer), text);
});

Deno.test("layOut() keeps every token of JSON, and is bounded however deep that is nested", () => {
  const table: [string, string | null][] = [
    [
      '{"a":[1,{}],"b":[],"a":12345678901234567890}',
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": [],\n  "a": 12345678901234567890\n}',
    ],
    [' [ "x,{\\"}" , -1.50e3,true ] ', '[\n  "x,{\\"}",\n  -1.50e3,\n  true\n]'],
    ['"text"', '"text"'],
    ["{a:1}", null],
    ["[1", null],
  ];
  for (const [text, lines] of table) assertEquals(layOut(text), lines);
  const deep = "[".repeat(30_000) + "]".repeat(30_000);
  assertEquals(layOut(deep)!.replace(/\s/g, ""), deep);
  assertEquals(layOut(deep)!.length < 3_000_000, true);
});
