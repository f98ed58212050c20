// Commands in JSON: every argument arrives byte for byte, and what is no command is refused.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Args } from "../../../server/contract/args.ts";
import {
  CommandProblem,
  decodeCommand,
  decodeCommands,
  MAX_JSON_ARGUMENTS,
  pushCommand,
} from "../../../server/codecs/json_command.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decode(text: string): readonly string[] | string {
  const decoded = decodeCommand(encoder.encode(text));
  return decoded instanceof CommandProblem ? decoded.message : decoded;
}

Deno.test("decodeCommand() returns any strings as they were sent, and pushCommand() their bytes", () => {
  const text = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(fc.array(text), (texts) => {
    const command = ["SET", ...texts];
    const decoded = decodeCommand(encoder.encode(JSON.stringify(command)));
    assert(!(decoded instanceof CommandProblem));
    assertEquals(decoded, command);
    const args = new Args();
    pushCommand(decoded, args);
    assertEquals(args.count, texts.length);
    texts.forEach((text, i) => {
      const start = args.starts[i]!;
      assertEquals(decoder.decode(args.bytes.slice(start, start + args.lengths[i]!)), text);
    });
  }));
});

Deno.test("decodeCommand() refuses or accepts any bytes, and throws at none", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    decodeCommand(bytes);
    decodeCommands(bytes);
  }));
});

Deno.test("decodeCommand() keeps numbers as they are written", () => {
  const numbers = ["0", "-1", "9007199254740993", "-9223372036854775808", "1.0", "1e3", "0.1"];
  for (const number of numbers) {
    assertEquals(decode(`["INCRBY","n",${number}]`), ["INCRBY", "n", number]);
  }
});

Deno.test("decodeCommand() makes words of booleans and null", () => {
  assertEquals(decode('["SET","k",true,false,null]'), ["SET", "k", "true", "false", "null"]);
});

Deno.test("decodeCommand() says what is wrong", () => {
  const notCommand =
    'ERR command is not an array that begins with its name, send one such as ["SET","k","v"]';
  const table: [string, string][] = [
    ["", 'ERR body is not valid JSON, send an array such as ["SET","k","v"]'],
    ["{", 'ERR body is not valid JSON, send an array such as ["SET","k","v"]'],
    ["{}", notCommand],
    ["[]", notCommand],
    ["1", notCommand],
    ["[1]", notCommand],
    [`["${"x".repeat(65)}"]`, notCommand],
    ['["SET",{}]', "ERR argument 1 is neither a string, a number, a boolean nor null"],
    ['["SET","k",["v"]]', "ERR argument 2 is neither a string, a number, a boolean nor null"],
    ['["SET","\\ud800"]', "ERR argument 1 contains a lone surrogate"],
  ];
  for (const [text, problem] of table) assertEquals(decode(text), problem);
  const many = JSON.stringify(["DEL", ...Array(MAX_JSON_ARGUMENTS + 1).fill("k")]);
  assertEquals(decode(many), `ERR too many arguments, send at most ${MAX_JSON_ARGUMENTS}`);
  const bytes = new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]);
  assertEquals((decodeCommand(bytes) as CommandProblem).message, "ERR body is not valid UTF-8");
});

Deno.test("decodeCommands() keeps a command that is not valid apart from the others", () => {
  const decoded = decodeCommands(encoder.encode('[["GET","k"],[],"x"]'));
  assert(!(decoded instanceof CommandProblem));
  assertEquals(decoded[0], ["GET", "k"]);
  assert(decoded[1] instanceof CommandProblem && decoded[2] instanceof CommandProblem);
});
