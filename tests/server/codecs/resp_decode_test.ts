// The decoder of the Redis protocol: what is encoded comes out again, however it is cut into reads,
// and what is hostile is refused with the words of Redis before anything is kept for it.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../../bench/fuzz/mutate.ts";
import { Args } from "../../../server/contract/args.ts";
import { Decoded, RespDecoder } from "../../../server/codecs/resp_decode.ts";

const LIMITS = { maxArguments: 1000, maxBulkBytes: 100_000, maxCommandBytes: 500_000 };
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** A command as a client sends it; each character is a byte. */
function encoded(words: readonly string[]): string {
  return `*${words.length}\r\n` + words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
}

/** Everything that `text` decodes to when it comes in pieces that end at `cuts`, as a client's. */
function decodeAll(text: string, cuts: readonly number[], isTrusted = true): string[][] {
  const bytes = latin1(text);
  const resp = new RespDecoder(LIMITS);
  resp.isTrusted = isTrusted;
  const args = new Args();
  const found: string[][] = [];
  for (const end of [...cuts, bytes.length]) {
    if (end < resp.needed && end < bytes.length) continue;
    for (;;) {
      const kind = resp.next(bytes, end, args);
      if (kind === Decoded.incomplete) break;
      if (kind === Decoded.error) return [...found, [resp.error]];
      if (kind === Decoded.browser) return [...found, ["browser"]];
      const { nameStart, nameLength } = resp;
      const words = [decoder.decode(bytes.subarray(nameStart, nameStart + nameLength))];
      for (let i = 0; i < args.count; i++) {
        const start = args.starts[i]!;
        words.push(decoder.decode(bytes.subarray(start, start + args.lengths[i]!)));
      }
      found.push(words);
    }
  }
  return found;
}

const everyByte = (text: string) => Array.from({ length: text.length }, (_, i) => i);
// "latin1" of TextDecoder is windows-1252, so only bytes that are the same in both.
const word = fc.string({
  unit: fc.integer({ min: 0, max: 127 }).map((c) => String.fromCharCode(c)),
});

Deno.test("RespDecoder.next() gives back what was encoded, whole, byte by byte and cut anywhere", () => {
  const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 8 }), { maxLength: 5 });
  fc.assert(
    fc.property(commands, fc.array(fc.nat()), (table, places) => {
      const text = table.map(encoded).join("");
      const cuts = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
      assertEquals(decodeAll(text, []), table);
      assertEquals(decodeAll(text, cuts), table);
      assertEquals(decodeAll(text, everyByte(text)), table);
    }),
  );
});

Deno.test("RespDecoder.next() finds the same in any bytes, however they are cut", () => {
  const piece = fc.constantFrom(
    "*",
    "$",
    "1",
    "2",
    "-1",
    "\r\n",
    "\n",
    "a",
    '"',
    "'",
    " ",
    "\\x41",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      assertEquals(decodeAll(text, everyByte(text)), decodeAll(text, []));
    }),
  );
});

Deno.test("RespDecoder.next() waits for values and long commands without reading them again", () => {
  const resp = new RespDecoder(LIMITS);
  const args = new Args();
  const bytes = encoder.encode("*2\r\n$3\r\nGET\r\n$1000\r\nab");
  assertEquals(resp.next(bytes, bytes.length, args), Decoded.incomplete);
  assertEquals(resp.needed, bytes.length - 2 + 1000 + 2);
});

Deno.test("RespDecoder.next() splits lines as redis-cli does, and skips empty ones", () => {
  const table: [string, string[][]][] = [
    ["PING\r\n", [["PING"]]],
    ["ping\n", [["ping"]]],
    ["\r\n\n  \r\n*0\r\n*-1\r\nGET k\r\n", [["GET", "k"]]],
    [" SET  k\t'a b' \r\n", [["SET", "k", "a b"]]],
    ['SET k "a\\x41\\n\\"\\q" \r\n', [["SET", "k", 'aA\n"q']]],
    ["SET k 'it\\'s \\n'\r\n", [["SET", "k", "it's \\n"]]],
    ['SET k ""\r\n', [["SET", "k", ""]]],
    ['SET k a"b c"\r\nGET k\r\n', [["SET", "k", "ab c"], ["GET", "k"]]],
    ["POST / HTTP/1.1\r\nHost: a\r\n", [["browser"]]],
    ["GET / HTTP/1.1\r\nHost: a\r\n", [["GET", "/", "HTTP/1.1"], ["browser"]]],
  ];
  for (const [text, expected] of table) {
    assertEquals(decodeAll(text, []), expected, text);
    assertEquals(decodeAll(text, everyByte(text)), expected, text);
  }
});

Deno.test("RespDecoder.next() refuses what is hostile, in the words of Redis", () => {
  const inline = "too big inline request";
  const table: [string, string, boolean?][] = [
    ["*abc\r\n", "invalid multibulk length"],
    ["*1001\r\n", "invalid multibulk length"],
    ["*99999999999\r\n", "invalid multibulk length"],
    ["*01\r\n", "invalid multibulk length"],
    ["*" + "1".repeat(70_000), "too big mbulk count string"],
    ["*1\r\n:5\r\n", "expected '$', got ':'"],
    ["*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'"],
    ["*1\r\n\r\n", "expected '$', got ' '"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$100001\r\n", "invalid bulk length"],
    ["*1\r\n$4294967296\r\n", "invalid bulk length"],
    ["*1\r\n$x\r\n", "invalid bulk length"],
    ["*1\r\n$" + "1".repeat(70_000), "too big bulk count string"],
    ["*1\r\n$4\r\nPINGPONG\r\n", "expected a line end after the bulk string"],
    ["a".repeat(1_000_000), inline],
    ['GET "a\r\n', "unbalanced quotes in request"],
    ["GET 'a'b\r\n", "unbalanced quotes in request"],
    ["*11\r\n", "unauthenticated multibulk length", false],
    ["*1\r\n$16385\r\n", "unauthenticated bulk length", false],
    ["a".repeat(16_385), inline, false],
  ];
  for (const [text, message, isTrusted] of table) {
    const expected = [[`ERR Protocol error: ${message}`]];
    assertEquals(decodeAll(text, [], isTrusted), expected, text.slice(0, 40));
    if (text.length > 1000) continue;
    assertEquals(decodeAll(text, everyByte(text), isTrusted), expected, text.slice(0, 40));
  }
});
