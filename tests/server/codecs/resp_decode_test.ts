// The decoder of the Redis protocol: what is encoded comes out again, however it is cut into reads,
// and what is hostile is refused with the words of Redis before anything is kept for it.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../../bench/fuzz/mutate.ts";
import { Args } from "../../../server/contract/args.ts";
import { Excess, MAX_SKIPPED_BYTES } from "../../../server/codecs/excess.ts";
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
  const excess = new Excess();
  for (const end of [...cuts, bytes.length]) {
    if (end < resp.needed && end < bytes.length) continue;
    for (;;) {
      const isSkipping = !excess.isEmpty;
      const kind = isSkipping ? resp.skip(bytes, end, excess) : resp.next(bytes, end, args, excess);
      if (kind === Decoded.incomplete) break;
      if (kind === Decoded.error) return [...found, [resp.error]];
      if (kind === Decoded.browser) return [...found, ["browser"]];
      if (kind === Decoded.tooLarge) found.push([resp.error]);
      if (isSkipping || kind === Decoded.tooLarge) continue;
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
  assertEquals(resp.next(bytes, bytes.length, args, new Excess()), Decoded.incomplete);
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
    ["*1048577\r\n", "invalid multibulk length"],
    ["*99999999999\r\n", "invalid multibulk length"],
    ["*01\r\n", "invalid multibulk length"],
    ["*" + "1".repeat(70_000), "too big mbulk count string"],
    ["*1\r\n:5\r\n", "expected '$', got ':'"],
    ["*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'"],
    ["*1\r\n\r\n", "expected '$', got ' '"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    [`*1\r\n$${MAX_SKIPPED_BYTES + 1}\r\n`, "invalid bulk length"],
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

const TOO_LONG = ["ERR argument is too long, send at most 100000 bytes"];
const TOO_MANY = ["ERR too many words in a command, send at most 1000"];
const TOO_LARGE = ["ERR command is too long, send at most 500000 bytes"];

Deno.test("RespDecoder.skip() passes over a command that is too large, and finds the next one", () => {
  const long = "x".repeat(100_001);
  const many = Array.from({ length: 1001 }, (_, i) => `${i}`);
  const table: [string, string[][]][] = [
    [encoded(["SET", "k", long]) + encoded(["PING"]), [TOO_LONG, ["PING"]]],
    [encoded(["SET", long, "v", "EX", "5"]) + "PING\r\n", [TOO_LONG, ["PING"]]],
    [encoded([long]) + encoded(["PING"]), [TOO_LONG, ["PING"]]],
    [encoded(many) + encoded(["PING"]), [TOO_MANY, ["PING"]]],
    [encoded([...many, long]) + encoded(["PING"]), [TOO_MANY, ["PING"]]],
    [encoded(Array(6).fill(long.slice(1))) + encoded(["PING"]), [TOO_LARGE, ["PING"]]],
    [encoded(["A", long]) + encoded(many) + encoded(["B"]), [TOO_LONG, TOO_MANY, ["B"]]],
    [encoded(["A", long, long]), [TOO_LONG]],
    [encoded(["A", long, long]).slice(0, -50), [TOO_LONG]],
  ];
  for (const [text, expected] of table) {
    assertEquals(decodeAll(text, []), expected, text.slice(0, 40));
    const cuts = Array.from({ length: 50 }, (_, i) => Math.floor(i * text.length / 50));
    assertEquals(decodeAll(text, cuts), expected, text.slice(0, 40));
    if (text.length < 20_000) assertEquals(decodeAll(text, everyByte(text)), expected);
  }
});

Deno.test("RespDecoder.skip() refuses what cannot be understood, and what goes on for too long", () => {
  const start = `*4\r\n$1\r\nA\r\n$100001\r\n${"x".repeat(100_001)}`;
  const table: [string, string][] = [
    ["abc", "expected a line end after the bulk string"],
    ["\ra", "expected a line end after the bulk string"],
    ["\r\n:5\r\n", "expected '$', got ':'"],
    ["\r\n$-1\r\n", "invalid bulk length"],
    ["\r\n$x\r\n", "invalid bulk length"],
    [`\r\n$${MAX_SKIPPED_BYTES - 100_002}\r\n`, "invalid bulk length"],
    ["\r\n$" + "1".repeat(70_000), "too big bulk count string"],
  ];
  for (const [rest, message] of table) {
    const expected = [TOO_LONG, [`ERR Protocol error: ${message}`]];
    const text = start + rest;
    assertEquals(decodeAll(text, []), expected, rest.slice(0, 40));
    const cuts = Array.from({ length: 20 }, (_, i) => start.length - 10 + i);
    assertEquals(decodeAll(text, cuts), expected, rest.slice(0, 40));
  }
});

Deno.test("RespDecoder.next() finds every other command, whichever are too large, however cut", () => {
  const size = fc.constantFrom(1, 5, 99_999, 100_000, 100_001, 250_000);
  const table = fc.array(fc.array(size, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(table, fc.array(fc.nat(), { maxLength: 8 }), (commands, places) => {
      const words = commands.map((sizes) => sizes.map((length) => "x".repeat(length)));
      const text = words.map(encoded).join("");
      const cuts = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
      const found = decodeAll(text, cuts);
      const expected = words.map((each) =>
        each.some(({ length }) => length > 100_000) ? TOO_LONG : each
      );
      assertEquals(found, expected);
    }),
    { numRuns: 50, seed: 7171 },
  );
});
