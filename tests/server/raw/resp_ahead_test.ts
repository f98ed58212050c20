// Commands of a pipeline that are decoded in one go: the same ones that the decoder finds one after the
// other, as far as that goes, wherever the bytes end and whatever they are.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../../bench/fuzz/mutate.ts";
import { Args } from "../../../server/contract/args.ts";
import { Excess } from "../../../server/codecs/excess.ts";
import { AheadCommands, MAX_AHEAD_COMMANDS } from "../../../server/raw/resp_ahead.ts";
import { Decoded, RespDecoder } from "../../../server/codecs/resp_decode.ts";

const LIMITS = { maxArguments: 6, maxBulkBytes: 200, maxCommandBytes: 300 };

/** Where a command ends, and where each of its words lies. */
type Places = readonly [end: number, ...words: (readonly [start: number, length: number])[]];

function encoded(words: readonly string[]): string {
  return `*${words.length}\r\n` + words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
}

/** The commands that are decoded ahead from `at` on, where the bytes end at `end`. */
function ahead(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): Places[] {
  const commands = new AheadCommands(LIMITS);
  commands.decode(bytes, at, end);
  return Array.from({ length: commands.count }, (_, i) => {
    const words: [number, number][] = [];
    for (let word = commands.firsts[i]!; word < commands.firsts[i + 1]!; word++) {
      words.push([commands.starts[word]!, commands.lengths[word]!]);
    }
    return [commands.ends[i]!, ...words];
  });
}

/** The first `count` commands that the decoder finds, or fewer. */
function oneByOne(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  end: number,
  count: number,
): Places[] {
  const resp = new RespDecoder(LIMITS);
  resp.at = at;
  const [args, excess] = [new Args(), new Excess()];
  const found: Places[] = [];
  // A line is unquoted where it stands.
  const copy = bytes.slice();
  while (found.length < count && resp.next(copy, end, args, excess) === Decoded.command) {
    const words: [number, number][] = [[resp.nameStart, resp.nameLength]];
    for (let i = 0; i < args.count; i++) words.push([args.starts[i]!, args.lengths[i]!]);
    found.push([resp.at, ...words]);
  }
  return found;
}

const word = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  maxLength: 120,
});
const command = fc.array(word, { minLength: 1, maxLength: 6 });

Deno.test("AheadCommands.decode() finds each whole command, wherever the bytes end", () => {
  const short = fc.array(
    fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 4 }),
    { maxLength: 5 },
  );
  fc.assert(fc.property(short, fc.nat(5), (table, before) => {
    const bytes = latin1("x".repeat(before) + table.map(encoded).join(""));
    for (let end = before; end <= bytes.length; end++) {
      assertEquals(ahead(bytes, before, end), oneByOne(bytes, before, end, table.length));
    }
    assertEquals(ahead(bytes, before, bytes.length).length, table.length);
  }));
});

Deno.test("AheadCommands.decode() takes only what the decoder takes, in bytes that are damaged", () => {
  const damage = fc.tuple(fc.nat(), fc.constantFrom(..."*$-:0129\r\n\"'a\xff \0"));
  const piece = fc.constantFrom(
    "*",
    "$",
    "1",
    "2",
    "0",
    "-1",
    "+1",
    "\r\n",
    "\n",
    "a",
    " ",
    "*1\r\n$1\r\na\r\n",
  );
  const commands = fc.array(command, { maxLength: 4 }).map((table) => table.map(encoded).join(""));
  const any = fc.oneof(commands, fc.array(piece, { maxLength: 40 }).map((all) => all.join("")));
  fc.assert(
    fc.property(any, fc.array(damage, { maxLength: 3 }), (text, damages) => {
      const bytes = latin1(text);
      for (const [at, byte] of damages) {
        if (bytes.length > 0) bytes[at % bytes.length] = byte.charCodeAt(0);
      }
      const found = ahead(bytes, 0, bytes.length);
      assertEquals(found, oneByOne(bytes, 0, bytes.length, found.length));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("AheadCommands.decode() stops in front of what it has no space for, or is no plain command", () => {
  const ping = encoded(["PING"]);
  const table: [text: string, count: number][] = [
    [ping.repeat(MAX_AHEAD_COMMANDS + 1), MAX_AHEAD_COMMANDS],
    [`${ping}PING\r\n${ping}`, 1],
    [`${ping}*0\r\n${ping}`, 1],
    [`${ping}*-1\r\n${ping}`, 1],
    [`${ping}*01\r\n$4\r\nPING\r\n`, 1],
    [`${ping}*1\r\n$04\r\nPING\r\n`, 1],
    [ping + encoded(["SET", "k", "v", "EX", "1", "NX"]) + encoded(Array(7).fill("a")), 2],
    [ping + encoded(["SET", "k", "x".repeat(200)]) + encoded(["SET", "k", "x".repeat(201)]), 2],
    [ping + encoded(["SET", "x".repeat(150), "x".repeat(150)]), 1],
    [encoded(["", ""]) + ping, 2],
  ];
  for (const [text, count] of table) {
    const bytes = latin1(text);
    assertEquals(ahead(bytes, 0, bytes.length).length, count, text);
  }
});

Deno.test("AheadCommands.decode() keeps no more words than there is space for, whatever their limit is", () => {
  const commands = new AheadCommands({ ...LIMITS, maxArguments: 1000, maxCommandBytes: 10_000 });
  const bytes = latin1(encoded(Array(400).fill("a")) + encoded(Array(200).fill("a")));
  commands.decode(bytes, 0, bytes.length);
  assertEquals([commands.count, commands.firsts[1]], [1, 400]);
});
