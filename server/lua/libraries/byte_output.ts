// Bytes that a library puts together before it gives them to Lua as a string: JSON, MessagePack, packed structs.
// Bounded, since a table that holds another one twice is written twice. Knows no format.

import { grownBytes } from "../../contract/growing_bytes.ts";
import type { LuaStack } from "../lua_stack.ts";

/** The size to which the buffer shrinks back, and the most that it holds. */
const KEPT_BYTES = 16 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;

/** A growing buffer, which is used again for the next string. */
export class ByteOutput {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  /** How many bytes are written. */
  used = 0;

  /** Begins a string. */
  begin(): void {
    this.used = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = new Uint8Array(KEPT_BYTES);
  }

  /** Makes space for `count` more bytes, and returns where they go. Fails in Lua where they are too many. */
  reserve(stack: LuaStack, count: number): number {
    const needed = this.used + count;
    if (needed > this.bytes.length) {
      if (needed > MAX_BYTES) return stack.fail("not enough memory");
      this.bytes = grownBytes(this.bytes, this.used, needed);
    }
    return this.used;
  }

  /** Writes one byte. */
  byte(stack: LuaStack, value: number): void {
    const at = this.reserve(stack, 1);
    this.bytes[at] = value;
    this.used = at + 1;
  }

  /** Writes the lowest `count` bytes, at most 4, of a whole number, the highest first. */
  bigEndian(stack: LuaStack, value: number, count: number): void {
    const at = this.reserve(stack, count);
    for (let i = 0, shift = 8 * (count - 1); i < count; i++, shift -= 8) {
      this.bytes[at + i] = value >>> shift;
    }
    this.used = at + count;
  }

  /** Writes ASCII characters. */
  ascii(stack: LuaStack, text: string): void {
    const at = this.reserve(stack, text.length);
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
    this.used = at + text.length;
  }

  /** Writes `length` bytes of a string of the stack, which is at `index`, from its `from`th byte on. */
  string(stack: LuaStack, index: number, length: number, from = 0): void {
    const at = this.reserve(stack, length);
    const start = stack.stringStart(index) + from;
    this.bytes.set(stack.memory.subarray(start, start + length), at);
    this.used = at + length;
  }

  /** Pushes what is written. */
  push(stack: LuaStack): void {
    stack.pushBytes(this.bytes, 0, this.used);
  }
}
