// Requests of memcached's clients: what lines and values say, whole and byte by byte, and that nothing makes the decoder fail.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Excess } from "../../../../server/codecs/excess.ts";
import { MemcacheDecoder } from "../../../../server/codecs/memcache/decode.ts";
import { Decoded } from "../../../../server/codecs/resp_decode.ts";
import { Args } from "../../../../server/contract/args.ts";
import { Op } from "../../../../server/contract/memcache/request.ts";

const NAMES = Object.fromEntries(Object.entries(Op).map(([name, op]) => [op, name]));

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** What one request says, as text. */
function shown(decoder: MemcacheDecoder, args: Args): string {
  const { request } = decoder;
  const words = Array.from(
    { length: args.count },
    (_, i) => String.fromCharCode(...args.bytesOf(i)),
  );
  if (request.op === Op.error) return request.isQuiet ? "" : request.error;
  const { clientFlags, seconds, version } = request;
  const numbers = [clientFlags, seconds, version].filter((number) => number !== 0);
  const marks = [
    request.isQuiet ? "quiet" : "",
    request.isFull ? "full" : "",
    request.isLast ? "" : "more",
  ];
  return [NAMES[request.op], ...words, ...numbers, ...marks.filter((mark) => mark !== "")].join(
    "|",
  );
}

/** What `text` asks for, fed in pieces of `step` bytes. */
function read(text: string, step: number): string[] {
  const bytes = bytesOf(text);
  const decoder = new MemcacheDecoder({ maxValueBytes: 100, maxLineBytes: 10_000 });
  const args = new Args();
  const excess = new Excess();
  const found: string[] = [];
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    for (;;) {
      const before = decoder.at;
      // What has not come must not be looked at.
      const kind = decoder.next(bytes.slice(0, end), end, args, excess);
      assert(decoder.at >= before && decoder.at <= end, "stays within what has come");
      if (kind === Decoded.incomplete) {
        assert(decoder.needed > end);
        break;
      }
      if (kind !== Decoded.command) return [...found, kind === Decoded.error ? "stop" : "browser"];
      const text = shown(decoder, args);
      if (text !== "") found.push(text);
    }
    if (end === bytes.length) return found;
  }
}

const BAD_LINE = "CLIENT_ERROR bad command line format";

Deno.test("MemcacheDecoder.next() reads classic requests, whole and byte by byte", () => {
  const long = "k".repeat(250);
  const table: [string, string[]][] = [
    ["get a\r\ngets b\nget a  b c \r\n", [
      "get|a",
      "get|b|full",
      "get|a|more",
      "get|b|more",
      "get|c",
    ]],
    ["gat 100 a b\r\ngats -1 c\r\ngat 0\r\n", [
      "getAndTouch|a|100|more",
      "getAndTouch|b|100",
      "getAndTouch|c|-1|full",
      "end",
    ]],
    ["set k 5 60 3\r\nabc\r\nget k\r\n", ["set|k|abc|5|60", "get|k"]],
    ["set k 0 0 3 noreply\r\na\r\n\r\nadd k 4294967295 0 0\r\n\r\n", [
      "set|k|a\r\n|quiet",
      "add|k||4294967295",
    ]],
    ["cas k 0 0 1 17\r\nx\r\nreplace k 0 0 1\r\ny\r\n", ["compareAndSet|k|x|17", "replace|k|y"]],
    ["append k 0 0 1\r\nx\r\nprepend k 0 0 1\r\ny\r\n", ["append|k|x", "prepend|k|y"]],
    ["incr k 5\r\ndecr k 5 noreply\r\n", ["increment|k", "decrement|k|quiet"]],
    ["delete k\r\ndelete k 0\r\ndelete k noreply\r\ndelete k 0 noreply\r\n", [
      "delete|k",
      "delete|k",
      "delete|k|quiet",
      "delete|k|quiet",
    ]],
    ["touch k 9\r\nflush_all\r\nflush_all 10\r\nflush_all noreply\r\n", [
      "touch|k|9",
      "flush",
      "flush|10",
      "flush|quiet",
    ]],
    ["stats\r\nstats settings\r\nversion\r\nverbosity 1\r\nmn\r\nquit\r\n", [
      "stats",
      "stats|settings",
      "version",
      "verbosity",
      "noop",
      "quit",
    ]],
    ["\r\n\nfoo\r\nGET a\r\nget\r\nset a\r\n", Array(6).fill("ERROR")],
    [`get ${long} ${long}\r\n`, [`get|${long}|more`, `get|${long}`]],
    [`get a ${long}k b\r\nget ${"a ".repeat(40)}${long}k\r\n`, [BAD_LINE, BAD_LINE]],
    ["set k x 0 1\r\nset k 0 0 -1\r\nset k 0 0 noreply\r\n", [BAD_LINE, BAD_LINE]],
    ["incr k x\r\ntouch k x\r\n", [
      "CLIENT_ERROR invalid numeric delta argument",
      "CLIENT_ERROR invalid exptime argument",
    ]],
    ["set k 0 0 3\r\nabcdefget k\r\n", ["CLIENT_ERROR bad data chunk", "ERROR"]],
    [`set k 0 0 101\r\n${"x".repeat(101)}\r\nget k\r\n`, ["tooLarge|k", "get|k"]],
    [`add k 0 0 101 noreply\r\n${"\n".repeat(101)}\r\nget k\r\n`, ["tooLarge|k|quiet", "get|k"]],
    ["set k 0 0 2147483000\r\n", ["stop"]],
    ["get a\0 b\r\nget c\r\n", ["get|a", "get|c"]],
    ["x".repeat(3000), ["stop"]],
    [`get ${"x".repeat(3000)}`, ["stop"]],
    [`get a${" ".repeat(3000)}`, ["stop"]],
    [`get ${"a ".repeat(2000)}\r\n`, [...Array(1999).fill("get|a|more"), "get|a"]],
    [`get ${"a ".repeat(6000)}`, ["stop"]],
    ["POST / HTTP/1.1\r\nHost: a\r\n", ["browser"]],
    ["get k", []],
  ];
  for (const [text, expected] of table) {
    for (const step of [text.length, 1, 7]) {
      assertEquals(read(text, step), expected, `${text.slice(0, 40)} in steps of ${step}`);
    }
  }
});

/** A binary request. */
function frame(code: number, extras: string, key: string, value = ""): string {
  const head = new Uint8Array(24);
  const view = new DataView(head.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, code);
  view.setUint16(2, key.length);
  view.setUint8(4, extras.length);
  view.setUint32(8, extras.length + key.length + value.length);
  return String.fromCharCode(...head) + extras + key + value;
}

Deno.test("MemcacheDecoder.next() reads meta commands, whole and byte by byte", () => {
  const table: [string, string[]][] = [
    ["mg a\r\nmg a v k T60\r\n", ["metaGet|a", "metaTouch|a|60"]],
    ["ms a 3 F5 T60 q\r\nabc\r\n", ["set|a|abc|5|60|quiet"]],
    ["ms a 1 C7\r\nx\r\nms a 1 ME\r\nx\r\n", ["compareAndSet|a|x|7", "add|a|x"]],
    ["ms YWI= 1 b\r\nx\r\nmg YWI= b\r\n", ["set|ab|x", "metaGet|ab"]],
    ["md a q\r\nma a D5\r\nme a\r\n", ["metaDelete|a|quiet", "metaArithmetic|a", "metaDebug|a"]],
    ["mg a v v\r\nmg a !\r\nmd a !\r\n", [
      "CLIENT_ERROR duplicate flag",
      "CLIENT_ERROR invalid flag",
      "CLIENT_ERROR invalid or duplicate flag",
    ]],
    ["ms a 3 MX\r\nabc\r\nms a 101 !\r\n" + "x".repeat(101) + "\r\nmn\r\n", [
      "CLIENT_ERROR invalid mode for ms M token",
      "CLIENT_ERROR invalid flag",
      "noop",
    ]],
  ];
  for (const [text, expected] of table) {
    for (const step of [text.length, 1, 7]) {
      assertEquals(read(text, step), expected, `${text.slice(0, 40)} in steps of ${step}`);
    }
  }
});

Deno.test("MemcacheDecoder.next() reads binary requests, whole and byte by byte", () => {
  const eight = "\0\0\0\x05\0\0\0\x09";
  const large = frame(0x01, eight, "k", "x".repeat(101));
  const table: [string, string[]][] = [
    [frame(0x00, "", "k") + frame(0x0d, "", "k"), ["get|k", "get|k|quiet|full"]],
    [frame(0x01, eight, "k", "abc") + "get k\r\n", ["set|k|abc|5|9", "get|k"]],
    [frame(0x05, "\0".repeat(20), "n") + frame(0x1c, "\0\0\0\x07", "k"), [
      "increment|n",
      "touch|k|7",
    ]],
    [frame(0x0a, "", "") + frame(0x10, "", "settings") + frame(0x17, "", ""), [
      "noop",
      "stats|settings",
      "quit|quiet",
    ]],
    [large + frame(0x0a, "", ""), ["tooLarge|k", "noop"]],
  ];
  for (const [text, expected] of table) {
    for (const step of [text.length, 1, 7]) assertEquals(read(text, step), expected);
  }
});

Deno.test("MemcacheDecoder.next() reads anything in pieces as it does at once", () => {
  const word = fc.constantFrom(
    "get",
    "gets",
    "gat",
    "set",
    "add",
    "cas",
    "incr",
    "mg",
    "ms",
    "ma",
    "v",
    "b",
    "YWI=",
    "delete",
    "touch",
    "noreply",
    "k",
    "0",
    "3",
    "-1",
    "x",
  );
  const line = fc.tuple(fc.array(word, { maxLength: 8 }), fc.constantFrom("\r\n", "\n", " \r\n"))
    .map(([words, end]) => words.join(" ") + end);
  const frames = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom("", "k"))
    .map(([code, key]) => frame(code, "", key));
  const junk = fc.string({ unit: "binary-ascii", maxLength: 20 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(line, junk, frames, fc.constant("abc\r\n")), { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, step) => {
        const text = parts.join("");
        assertEquals(read(text, step), read(text, Math.max(1, text.length)));
      },
    ),
    { seed: 14, numRuns: 500 },
  );
});

Deno.test("MemcacheDecoder.next() takes only the token from clients that have not shown it", () => {
  const decoder = new MemcacheDecoder({ maxValueBytes: 100, maxLineBytes: 10_000 });
  decoder.isTrusted = false;
  const args = new Args();
  const bytes = bytesOf(
    "get k\r\nset x 0 0 1\r\na\r\nset x 0 0 9\r\nme s3cret\r\nset x 0 0 3\r\nabcd\r\nset x 0 0 20000\r\n",
  );
  const found: string[] = [];
  const excess = new Excess();
  let kind: Decoded;
  while ((kind = decoder.next(bytes, bytes.length, args, excess)) === Decoded.command) {
    found.push(shown(decoder, args));
  }
  assertEquals(found, [
    "CLIENT_ERROR unauthenticated",
    "CLIENT_ERROR bad authentication token format",
    "auth|me|s3cret",
    "CLIENT_ERROR bad command line termination",
    "CLIENT_ERROR unauthenticated",
  ]);
  assertEquals(kind, Decoded.error);
});
