// Writes Lua values as JSON, as lua-cjson 2.1.0 by Mark Pulford does: tables with the keys 1 to n as lists, others, and
// empty ones, as objects in Lua's order, numbers with 14 digits.

import { type LuaStack, LuaType } from "../lua_stack.ts";
import { ByteOutput } from "./byte_output.ts";
import type { CjsonConfig } from "./cjson_config.ts";
import { generalText } from "./number_text.ts";

/** Deeper than this nothing is written, whatever is set: scripts may not use up the thread's own stack. */
const MAX_DEPTH = 1500;
/** The most that a byte becomes in a string. */
const MAX_ESCAPED_BYTES = 6;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const DELETE = 0x7f;
const HEX = "0123456789abcdef";
const TYPE_NAMES = [
  "nil",
  "boolean",
  "userdata",
  "number",
  "string",
  "table",
  "function",
  "userdata",
  "thread",
];

/** The letter behind the backslash for each byte; 0: it stands for itself. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(LETTER_U, 0, 0x20);
ESCAPES[DELETE] = LETTER_U;
for (const [byte, letter] of ["\bb", "\tt", "\nn", "\ff", "\rr", '""', "\\\\", "//"]) {
  ESCAPES[byte!.charCodeAt(0)] = letter!.charCodeAt(0);
}

/** Writes values of one machine. */
export class JsonEncoder {
  readonly #config: CjsonConfig;
  readonly #output = new ByteOutput();

  constructor(config: CjsonConfig) {
    this.#config = config;
  }

  /** cjson.encode(value) */
  encode(stack: LuaStack): number {
    if (stack.top() !== 1) stack.failArgument(1, "expected 1 argument");
    this.#output.begin();
    this.#value(stack, 1, 0);
    this.#output.push(stack);
    return 1;
  }

  #value(stack: LuaStack, index: number, depth: number): void {
    const output = this.#output;
    stack.step();
    switch (stack.type(index)) {
      case LuaType.string:
        return this.#string(stack, index);
      case LuaType.number:
        return this.#number(stack, index);
      case LuaType.boolean:
        return output.ascii(stack, stack.boolean(index) ? "true" : "false");
      case LuaType.table:
        return this.#table(stack, index, depth + 1);
      case LuaType.nil:
        return output.ascii(stack, "null");
      default:
        if (stack.isNull(index)) return output.ascii(stack, "null");
        this.#refuse(stack, index, "type not supported");
    }
  }

  #refuse(stack: LuaStack, index: number, why: string): never {
    return stack.fail(`Cannot serialise ${TYPE_NAMES[stack.type(index)]}: ${why}`);
  }

  #string(stack: LuaStack, index: number): void {
    const output = this.#output;
    const length = stack.length(index);
    let at = output.reserve(stack, MAX_ESCAPED_BYTES * length + 2);
    const { bytes } = output;
    const { memory } = stack;
    const start = stack.stringStart(index);
    bytes[at++] = QUOTE;
    for (let i = start; i < start + length; i++) {
      const byte = memory[i]!;
      const letter = ESCAPES[byte]!;
      if (letter === 0) {
        bytes[at++] = byte;
        continue;
      }
      bytes[at++] = BACKSLASH;
      bytes[at++] = letter;
      if (letter !== LETTER_U) continue;
      bytes[at++] = 0x30;
      bytes[at++] = 0x30;
      bytes[at++] = HEX.charCodeAt(byte >> 4);
      bytes[at++] = HEX.charCodeAt(byte & 15);
    }
    bytes[at++] = QUOTE;
    output.used = at;
  }

  #number(stack: LuaStack, index: number): void {
    const number = stack.number(index);
    const { encodeInvalid, precision } = this.#config;
    if (!Number.isFinite(number) && encodeInvalid !== 1) {
      if (encodeInvalid === 0) this.#refuse(stack, index, "must not be NaN or Inf");
      return this.#output.ascii(stack, "null");
    }
    this.#output.ascii(stack, generalText(number, precision));
  }

  #table(stack: LuaStack, index: number, depth: number): void {
    if (depth > Math.min(this.#config.encodeMaxDepth, MAX_DEPTH)) {
      stack.fail(`Cannot serialise, excessive nesting (${depth})`);
    }
    stack.needSpace(3, "cjson.encode");
    const length = this.#lengthOf(stack, index);
    if (length > 0) this.#list(stack, index, length, depth);
    else this.#object(stack, index, depth);
  }

  /** The length of a table whose keys are whole numbers from 1 on, or -1. */
  #lengthOf(stack: LuaStack, index: number): number {
    let max = 0;
    let count = 0;
    stack.pushNil();
    while (stack.next(index)) {
      stack.step();
      const key = stack.type(-2) === LuaType.number ? stack.number(-2) : 0;
      if (!(key > 0 && Math.floor(key) === key)) {
        stack.pop(2);
        return -1;
      }
      if (key > max) max = key;
      count++;
      stack.pop(1);
    }
    const { sparseConvert, sparseRatio, sparseSafe } = this.#config;
    if (sparseRatio > 0 && max > count * sparseRatio && max > sparseSafe) {
      if (sparseConvert === 0) this.#refuse(stack, index, "excessively sparse array");
      return -1;
    }
    return max;
  }

  #list(stack: LuaStack, index: number, length: number, depth: number): void {
    const output = this.#output;
    output.ascii(stack, "[");
    for (let i = 1; i <= length; i++) {
      if (i > 1) output.byte(stack, COMMA);
      stack.getAt(index, i);
      this.#value(stack, stack.top(), depth);
      stack.pop(1);
    }
    output.ascii(stack, "]");
  }

  #object(stack: LuaStack, index: number, depth: number): void {
    const output = this.#output;
    output.ascii(stack, "{");
    let isFirst = true;
    stack.pushNil();
    while (stack.next(index)) {
      if (!isFirst) output.byte(stack, COMMA);
      isFirst = false;
      const top = stack.top();
      this.#key(stack, top - 1);
      output.byte(stack, COLON);
      this.#value(stack, top, depth);
      stack.pop(1);
    }
    output.ascii(stack, "}");
  }

  #key(stack: LuaStack, index: number): void {
    const type = stack.type(index);
    if (type === LuaType.string) return this.#string(stack, index);
    if (type !== LuaType.number) {
      this.#refuse(stack, index, "table key must be a number or string");
    }
    this.#output.byte(stack, QUOTE);
    this.#number(stack, index);
    this.#output.byte(stack, QUOTE);
  }
}
