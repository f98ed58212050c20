// Writes values as MessagePack: whole numbers in as few bytes as they need, tables as lists where their keys are
// 1 to n. What is nested too deep, or has no form, becomes nil.

import { type LuaStack, LuaType } from "../lua_stack.ts";
import { ByteOutput } from "./byte_output.ts";
import { Words64 } from "./words64.ts";

/** Tables in tables, beyond which nil is written. */
const MAX_NESTING = 16;
const MAX_INT = 0x7fffffff;
const INT64_RANGE = 2 ** 63;

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const FLOAT = 0xca;
const DOUBLE = 0xcb;
const UINT8 = 0xcc;
const INT8 = 0xd0;
const STRING8 = 0xd9;
const LIST16 = 0xdc;
const MAP16 = 0xde;
const SHORT_MAP = 0x80;
const SHORT_LIST = 0x90;
const SHORT_STRING = 0xa0;

/** Packs values of one machine. */
export class MessagePacker {
  readonly #output = new ByteOutput();
  readonly #words = new Words64();
  readonly #view = new DataView(new ArrayBuffer(8));

  /** cmsgpack.pack(value, ...): all of them, one behind the other. */
  pack(stack: LuaStack): number {
    const count = stack.top();
    if (count === 0) return stack.failArgument(0, "MessagePack pack needs input.");
    stack.needSpace(count, "Too many arguments for MessagePack pack.");
    this.#output.begin();
    for (let i = 1; i <= count; i++) this.#value(stack, i, 0);
    this.#output.push(stack);
    return 1;
  }

  #value(stack: LuaStack, index: number, level: number): void {
    const output = this.#output;
    stack.step();
    switch (stack.type(index)) {
      case LuaType.string:
        return this.#string(stack, index);
      case LuaType.boolean:
        return output.byte(stack, stack.boolean(index) ? TRUE : FALSE);
      case LuaType.number:
        return this.#number(stack, stack.number(index));
      case LuaType.table:
        if (level === MAX_NESTING) return output.byte(stack, NIL);
        return this.#table(stack, index, level);
      default:
        return output.byte(stack, NIL);
    }
  }

  #string(stack: LuaStack, index: number): void {
    const output = this.#output;
    const length = stack.length(index);
    if (length < 32) output.byte(stack, SHORT_STRING | length);
    else this.#head(stack, STRING8, length, 1);
    output.string(stack, index, length);
  }

  /** Writes a code and a length in as few bytes as it needs, from `least` on: the code goes up with them. */
  #head(stack: LuaStack, code: number, length: number, least: 1 | 2): void {
    const output = this.#output;
    const bytes = length <= 0xff && least === 1 ? 1 : length <= 0xffff ? 2 : 4;
    output.byte(stack, code + Math.log2(bytes / least));
    output.bigEndian(stack, length, bytes);
  }

  #number(stack: LuaStack, number: number): void {
    // As C converts it, 2^63 is none; a whole number below that is.
    const isWhole = Math.trunc(number) === number && number >= -INT64_RANGE &&
      number < INT64_RANGE;
    if (isWhole) return this.#integer(stack, number);
    const output = this.#output;
    const isShort = Math.fround(number) === number;
    output.byte(stack, isShort ? FLOAT : DOUBLE);
    if (isShort) this.#view.setFloat32(0, number);
    else this.#view.setFloat64(0, number);
    output.bigEndian(stack, this.#view.getInt32(0), 4);
    if (!isShort) output.bigEndian(stack, this.#view.getInt32(4), 4);
  }

  #integer(stack: LuaStack, number: number): void {
    const output = this.#output;
    if (number >= 0 ? number <= 0x7f : number >= -32) return output.byte(stack, number);
    // As many bits as the number has, without its sign.
    const size = number >= 0 ? number : 2 * (-number - 1);
    const [step, bytes] = size <= 0xff
      ? [0, 1]
      : size <= 0xffff
      ? [1, 2]
      : size <= 0xffffffff
      ? [2, 4]
      : [3, 8];
    output.byte(stack, (number >= 0 ? UINT8 : INT8) + step!);
    const words = this.#words;
    words.fromDouble(number);
    if (bytes === 8) output.bigEndian(stack, words.high, 4);
    output.bigEndian(stack, words.low, bytes === 8 ? 4 : bytes!);
  }

  #table(stack: LuaStack, index: number, level: number): void {
    stack.needSpace(3, "in function mp_encode_lua_table");
    const count = this.#countOf(stack, index);
    if (count >= 0) this.#list(stack, index, level);
    else this.#map(stack, index, level, ~count);
  }

  /** How many fields a table has; the complement where its keys are not 1 to n. */
  #countOf(stack: LuaStack, index: number): number {
    let count = 0;
    let last = 0;
    let isList = true;
    stack.pushNil();
    while (stack.next(index)) {
      stack.step();
      stack.pop(1);
      count++;
      const key = stack.type(-1) === LuaType.number ? stack.number(-1) : 0;
      if (!(key >= 1 && key <= MAX_INT && Math.trunc(key) === key)) isList = false;
      else if (key > last) last = key;
    }
    return isList && last === count ? count : ~count;
  }

  #list(stack: LuaStack, index: number, level: number): void {
    const count = stack.length(index);
    if (count < 16) this.#output.byte(stack, SHORT_LIST | count);
    else this.#head(stack, LIST16, count, 2);
    for (let i = 1; i <= count; i++) {
      stack.getAt(index, i);
      this.#value(stack, stack.top(), level + 1);
      stack.pop(1);
    }
  }

  #map(stack: LuaStack, index: number, level: number, count: number): void {
    if (count < 16) this.#output.byte(stack, SHORT_MAP | count);
    else this.#head(stack, MAP16, count, 2);
    stack.pushNil();
    while (stack.next(index)) {
      const top = stack.top();
      this.#value(stack, top - 1, level + 1);
      this.#value(stack, top, level + 1);
      stack.pop(1);
    }
  }
}
