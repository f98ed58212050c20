// Commands in a stream: found whole in pieces of any length, lines and annotations among them, and where the
// stream is cut off.

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { ByteInput, FormatError, FOUND } from "../../../server/rdb/byte_input.ts";
import { RespReader } from "../../../client/transfer/resp_reader.ts";
import { Tally } from "../../../client/transfer/tally.ts";

const encoder = new TextEncoder();

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

function read(stream: string | Uint8Array, step = Infinity, maxBytes = 1000) {
  const bytes = typeof stream === "string" ? encoder.encode(stream) : stream;
  const input = new ByteInput();
  const tally = new Tally();
  const reader = new RespReader(input, maxBytes, tally);
  const commands: [name: string, argument: string | undefined, whole: string][] = [];
  const text = (start: number, end: number) =>
    String.fromCharCode(...input.bytes.subarray(start, Math.min(end, start + 50_000)));
  let at = 0;
  for (const found of reader.read()) {
    if (found === FOUND) {
      const { name, argumentStart, argumentLength, start, end } = reader;
      const argument = argumentLength < 0
        ? undefined
        : text(argumentStart, argumentStart + argumentLength);
      commands.push([name, argument, text(start, end)]);
      continue;
    }
    assert(input.left < input.wanted);
    const space = input.space();
    assert(space.length > 0);
    const count = Math.min(step, space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    input.add(count);
    if (count === 0) input.hasEnded = true;
    at += count;
  }
  return { commands, tally, cutAt: reader.cutAt };
}

const COMMANDS: [name: string, argument: string | undefined, whole: string][] = [
  ["SET", "k", command("SET", "k", "v\r\n*1")],
  ["LPUSH", "key of a list", command("lpush", "key of a list", "")],
  ["MULTI", undefined, command("MULTI")],
  ["SELECT", "3", "  select 3 \r\n"],
  ["SET", "select", 'SET select "a b"\n'],
  ["PING", undefined, "ping\r\n"],
];
const STREAM = "#TS:1700000000\r\n" +
  COMMANDS.map(([, , whole]) => whole).join("\r\n#TS:5\r\n*0\r\n");

Deno.test("RespReader finds commands in pieces of any length, and passes over annotations", () => {
  for (const step of [Infinity, 1, 2, 5, 17]) {
    const { commands, cutAt } = read(STREAM, step);
    assertEquals(commands, COMMANDS);
    assertEquals(cutAt, -1);
  }
});

Deno.test("RespReader says where a stream is cut off, at whichever byte", () => {
  let begin = 0;
  for (let end = 0; end <= STREAM.length; end++) {
    const { commands, cutAt } = read(STREAM.slice(0, end), 3);
    assertEquals(commands, COMMANDS.slice(0, commands.length));
    assert(commands.length >= begin);
    begin = commands.length;
    if (cutAt >= 0) assert(cutAt < end && end - cutAt < 60, `${end} ${cutAt}`);
  }
  assertEquals(
    read(command("SET", "a", "1") + "*3\r\n$3\r\nSE").cutAt,
    command("SET", "a", "1").length,
  );
});

Deno.test("RespReader passes over a command that is too long, names it, and goes on", () => {
  const long = command("APPEND", "some key", "x".repeat(3000));
  const many = command("MSET", ...Array<string>(2000).fill("word"));
  const stream = command("SET", "a", "1") + long + many + command("SET", "b", "2");
  for (const step of [Infinity, 1, 100]) {
    const { commands, tally, cutAt } = read(stream, step);
    assertEquals(commands.map(([, key]) => key), ["a", "b"]);
    assertEquals(cutAt, -1);
    assertEquals(tally.named, [
      { key: "some key", why: "APPEND is too long" },
      { key: "word", why: "MSET is too long" },
    ]);
    const begin = command("SET", "a", "1").length;
    assertEquals(read(stream.slice(0, begin + 2000), step).cutAt, begin);
  }
});

Deno.test("RespReader takes a command longer than its window", () => {
  const words = Array.from({ length: 30_000 }, (_, i) => `word ${i} ${"x".repeat(40)}`);
  const stream = command("SET", "a", "1") + command("MSET", ...words) + command("GET", "b");
  const { commands } = read(stream, 100_000, 10 * 1024 * 1024);
  assertEquals(commands.map(([name]) => name), ["SET", "MSET", "GET"]);
  assertEquals(commands[1]![2], command("MSET", ...words).slice(0, 50_000));
});

Deno.test("RespReader refuses what is no protocol, and says where", () => {
  const first = command("SET", "a", "1");
  for (
    const bad of [
      "*x\r\n",
      "*1\r\n+3\r\n",
      "*1\r\n$3\r\nabcd\r\n",
      "*1\r\n$\r\n",
      "*1\rx",
      "*-1\r\n",
    ]
  ) {
    const error = assertThrows(() => read(first + bad), FormatError);
    assert(error.position >= first.length && error.position < first.length + bad.length, bad);
  }
  assertThrows(() => read("x".repeat(70_000)), FormatError);
});

Deno.test("RespReader gives any commands in any pieces", () => {
  const word = fc.uint8Array({ maxLength: 30 }).map((bytes) => String.fromCharCode(...bytes));
  const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(commands, fc.integer({ min: 1, max: 50 }), (words, step) => {
      const texts = words.map((each) => command(...each));
      const bytes = Uint8Array.from(texts.join(""), (char) => char.charCodeAt(0));
      assertEquals(read(bytes, step).commands.map(([, , whole]) => whole), texts);
    }),
    { numRuns: 300, seed: 7171, examples: [[[["\n", ""]], 1], [[["#"], [""]], 2]] },
  );
});
