// Lines of the text protocol: verbs in any case, either line end, limits in characters, any cut.

import { assertEquals } from "@std/assert";
import { Args } from "../../../server/contract/args.ts";
import { Excess } from "../../../server/codecs/excess.ts";
import { Decoded } from "../../../server/codecs/resp_decode.ts";
import { LineDecoder, Verb } from "../../../server/codecs/text_decode.ts";

const NAMES = Object.fromEntries(Object.entries(Verb).map(([name, verb]) => [verb, name]));

/** What `bytes` ask for, fed whole or byte by byte: verb and arguments, one text per line. */
function read(bytes: Uint8Array, step: number): string[] {
  const lines = new LineDecoder({ maxKeyChars: 3, maxValueChars: 4 });
  const args = new Args();
  const found: string[] = [];
  const excess = new Excess();
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    for (;;) {
      const isSkipping = !excess.isEmpty;
      const kind = isSkipping
        ? lines.skip(bytes, end, excess)
        : lines.next(bytes, end, args, excess);
      if (kind === Decoded.incomplete) break;
      if (kind === Decoded.tooLarge) found.push("too long");
      if (kind === Decoded.tooLarge || isSkipping && kind === Decoded.command) continue;
      if (kind !== Decoded.command) return [...found, kind === Decoded.error ? "error" : "browser"];
      const words = Array.from({ length: args.count }, (_, i) => {
        const start = args.starts[i]!;
        return new TextDecoder().decode(bytes.slice(start, start + args.lengths[i]!));
      });
      found.push([NAMES[lines.verb], ...lines.verb === Verb.none ? [] : words].join("|"));
    }
    if (end === bytes.length) return found;
  }
}

Deno.test("LineDecoder.next() reads lines, whole and byte by byte", () => {
  const table: [string, string[]][] = [
    ["PUT k v\nget k\r\nDel k\nping\nQUIT\r\n", ["put|k|v", "get|k", "del|k", "ping", "quit"]],
    ["put k a b \n", ["put|k|a b "]],
    ["put k \n", ["put|k|"]],
    ["put äöü äöüß\n", ["put|äöü|äöüß"]],
    ["auth secret\n", ["auth|secret"]],
    ["put k\nget\nget a b\nget \nput  v\n\nfoo\nping x\n", Array(8).fill("none")],
    ["put abcd v\nput k 12345\nget abcd\n", ["none", "none", "none"]],
    ["POST / HTTP/1.1\n", ["browser"]],
    ["GET / HTTP/1.1\r\nHost: a\r\n", ["none", "browser"]],
    ["x".repeat(70_000), ["too long"]],
    [`put k ${"x".repeat(70_000)}\nget k\n`, ["too long", "get|k"]],
    [`get k\n${"x".repeat(65_537)}\r\n${"y".repeat(65_537)}\nping\n`, [
      "get|k",
      "too long",
      "too long",
      "ping",
    ]],
    [`POST /${"x".repeat(70_000)} HTTP/1.1\r\nHost: a\r\n`, ["browser"]],
    [`GET /${"x".repeat(70_000)} HTTP/1.1\r\nHost: a\r\n`, ["too long", "browser"]],
    ["get k", []],
  ];
  for (const [text, expected] of table) {
    const bytes = new TextEncoder().encode(text);
    assertEquals(read(bytes, bytes.length), expected, text.slice(0, 40));
    assertEquals(read(bytes, 1000), expected, text.slice(0, 40));
    if (bytes.length < 1000) assertEquals(read(bytes, 1), expected, text);
  }
});

Deno.test("LineDecoder.next() refuses keys and values that are no UTF-8", () => {
  const bytes = new TextEncoder().encode("get x\nput k x\n");
  bytes[4] = 0xff;
  bytes[12] = 0xff;
  assertEquals(read(bytes, bytes.length), ["none", "none"]);
});
