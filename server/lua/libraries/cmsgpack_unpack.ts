// Reads MessagePack into Lua values. Whole numbers of 64 bits become doubles; those without a sign are read as if they
// had one, as lua-cmsgpack reads them.

import type { LuaStack } from "../lua_stack.ts";
import { Words64 } from "./words64.ts";

const BAD_FORMAT = "Bad data format in input.";
const MISSING = "Missing bytes in input.";
const TOO_MANY = "too many return values at once; use unpack_one or unpack_limit instead.";
/** Lists and maps in each other: deeper than Lua's own stack lets the original go. */
const MAX_DEPTH = 1500;

/** Reads messages of one machine. */
export class MessageUnpacker {
  /** The message, which is argument 1: the byte that is read next, and its end. */
  #at = 0;
  #end = 0;
  readonly #words = new Words64();
  readonly #view = new DataView(new ArrayBuffer(8));

  /**
   * Pushes up to `limit` values from byte `offset` on, and before them where the next one begins, or -1. Without
   * limit and offset pushes all values and nothing before them.
   */
  unpack(stack: LuaStack, limit: number, offset: number): number {
    stack.checkString(1);
    const length = stack.length(1);
    if (offset < 0 || limit < 0) {
      return stack.fail(
        `Invalid request to unpack with offset of ${offset} and limit of ${length}.`,
      );
    }
    if (offset > length) {
      return stack.fail(`Start offset ${offset} greater than input length ${length}.`);
    }
    const isAll = limit === 0 && offset === 0;
    this.#at = offset;
    this.#end = length;
    let count = 0;
    for (; this.#at < length && (isAll || count < limit); count++) {
      stack.needSpace(1, TOO_MANY);
      this.#value(stack, 0);
    }
    if (isAll) return count;
    stack.needSpace(1, "in function mp_unpack_full");
    stack.pushNumber(this.#at === length ? -1 : this.#at);
    stack.insert(2);
    return count + 1;
  }

  /** The place in memory of the next `count` bytes, which are read with that. */
  #take(stack: LuaStack, count: number): number {
    if (count > this.#end - this.#at) return stack.fail(MISSING);
    const place = stack.stringStart(1) + this.#at;
    this.#at += count;
    return place;
  }

  #byte(stack: LuaStack): number {
    const place = this.#take(stack, 1);
    return stack.memory[place]!;
  }

  /** The next `count` bytes, at most 4, as a number without a sign. */
  #number(stack: LuaStack, count: number): number {
    const place = this.#take(stack, count);
    const { memory } = stack;
    let number = 0;
    for (let i = 0; i < count; i++) number = number << 8 | memory[place + i]!;
    return number >>> 0;
  }

  #value(stack: LuaStack, depth: number): void {
    stack.step();
    if (depth > MAX_DEPTH) stack.fail("stack overflow (in function mp_decode_to_lua_array)");
    stack.needSpace(1, TOO_MANY);
    const code = this.#byte(stack);
    if (code <= 0x7f) stack.pushNumber(code);
    else if (code >= 0xe0) stack.pushNumber(code - 0x100);
    else if (code >= 0xa0 && code <= 0xbf) this.#string(stack, code & 0x1f);
    else if (code >= 0x90 && code <= 0x9f) this.#list(stack, code & 0xf, depth);
    else if (code >= 0x80 && code <= 0x8f) this.#map(stack, code & 0xf, depth);
    else this.#coded(stack, code, depth);
  }

  #coded(stack: LuaStack, code: number, depth: number): void {
    switch (code) {
      case 0xc0:
        return stack.pushNil();
      case 0xc2:
      case 0xc3:
        return stack.pushBoolean(code === 0xc3);
      case 0xca:
      case 0xcb:
        return this.#double(stack, code === 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
        return stack.pushNumber(this.#number(stack, 1 << code - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const bytes = 1 << code - 0xd0;
        const unused = 32 - 8 * bytes;
        return stack.pushNumber(this.#number(stack, bytes) << unused >> unused);
      }
      case 0xcf:
      case 0xd3:
        return this.#long(stack);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(stack, this.#number(stack, 1 << code - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(stack, this.#number(stack, code === 0xdc ? 2 : 4), depth);
      case 0xde:
      case 0xdf:
        return this.#map(stack, this.#number(stack, code === 0xde ? 2 : 4), depth);
      default:
        stack.fail(BAD_FORMAT);
    }
  }

  #double(stack: LuaStack, count: 4 | 8): void {
    const place = this.#take(stack, count);
    for (let i = 0; i < count; i++) this.#view.setUint8(i, stack.memory[place + i]!);
    stack.pushNumber(count === 4 ? this.#view.getFloat32(0) : this.#view.getFloat64(0));
  }

  #long(stack: LuaStack): void {
    const words = this.#words;
    const place = this.#take(stack, 8) - stack.stringStart(1);
    this.#at = place;
    words.high = this.#number(stack, 4);
    words.low = this.#number(stack, 4);
    stack.pushNumber(words.toDouble(true));
  }

  #string(stack: LuaStack, length: number): void {
    const place = this.#take(stack, length);
    stack.pushBytes(stack.memory, place, length);
  }

  #list(stack: LuaStack, count: number, depth: number): void {
    stack.newTable(0, 0);
    const table = stack.top();
    stack.needSpace(2, "in function mp_decode_to_lua_array");
    for (let i = 1; i <= count; i++) {
      this.#value(stack, depth + 1);
      stack.setAt(table, i);
    }
  }

  #map(stack: LuaStack, count: number, depth: number): void {
    stack.newTable(0, 0);
    const table = stack.top();
    stack.needSpace(3, "in function mp_decode_to_lua_hash");
    for (let i = 0; i < count; i++) {
      this.#value(stack, depth + 1);
      this.#value(stack, depth + 1);
      stack.set(table);
    }
  }
}
