// The library "struct" of scripts: numbers and strings as bytes by a format, as that of Roberto Ierusalimschy
// (version 0.2) which Redis has, with its texts.

import { type LuaLibrary, type LuaStack, LuaType } from "../lua_stack.ts";
import { ByteOutput } from "./byte_output.ts";
import { StructFormat } from "./struct_format.ts";
import { Words64 } from "./words64.ts";

const ZERO = 0;
/** Stands for all options of integers. */
const INTEGER = "integer";
const LOWER_A = 0x61;
const TOO_SHORT = "data string too short";

/** Makes the library, for one machine. */
export function structLibrary(): LuaLibrary {
  const struct = new Struct();
  return {
    name: "struct",
    functions: {
      pack: (stack) => struct.pack(stack),
      unpack: (stack) => struct.unpack(stack),
      size: (stack) => struct.size(stack),
    },
  };
}

class Struct {
  readonly #output = new ByteOutput();
  readonly #format = new StructFormat();
  readonly #words = new Words64();
  readonly #bytes = new Uint8Array(8);
  readonly #view = new DataView(this.#bytes.buffer);

  /** struct.pack(format, value, ...) */
  pack(stack: LuaStack): number {
    const output = this.#output;
    const format = this.#format;
    output.begin();
    format.begin(stack);
    // As in the original, where it stands for the first argument that is missing.
    stack.pushNil();
    let index = 2;
    let total = 0;
    while (format.next(stack)) {
      stack.step();
      const padding = format.padding(total);
      total += padding;
      for (let i = 0; i < padding; i++) output.byte(stack, ZERO);
      const { option, size } = format;
      switch (format.isInteger ? INTEGER : option) {
        case INTEGER:
          this.#putInteger(stack, index++, size);
          break;
        case "x":
          output.byte(stack, ZERO);
          break;
        case "f":
        case "d":
          this.#putDouble(stack, index++, size);
          break;
        case "c":
        case "s":
          total += this.#putString(stack, index++, size, option === "s") - size;
          break;
        default:
          format.control(stack);
      }
      total += size;
    }
    output.push(stack);
    return 1;
  }

  #putInteger(stack: LuaStack, index: number, size: number): void {
    const words = this.#words;
    words.fromDouble(stack.checkNumber(index));
    const output = this.#output;
    const at = output.reserve(stack, size);
    for (let i = 0; i < size; i++) {
      const byte = i < 4 ? words.low >>> 8 * i : i < 8 ? words.high >>> 8 * (i - 4) : 0;
      output.bytes[this.#format.isLittle ? at + i : at + size - 1 - i] = byte;
    }
    output.used = at + size;
  }

  #putDouble(stack: LuaStack, index: number, size: number): void {
    const number = stack.checkNumber(index);
    if (size === 4) this.#view.setFloat32(0, number, this.#format.isLittle);
    else this.#view.setFloat64(0, number, this.#format.isLittle);
    const output = this.#output;
    const at = output.reserve(stack, size);
    for (let i = 0; i < size; i++) output.bytes[at + i] = this.#bytes[i]!;
    output.used = at + size;
  }

  /** Writes a string, or the first `size` bytes of it where that is not 0. Returns how many bytes. */
  #putString(stack: LuaStack, index: number, size: number, hasEnd: boolean): number {
    stack.checkString(index);
    const length = stack.length(index);
    const wanted = size === 0 ? length : size;
    // The argument behind the string: so the text of the library has it.
    if (length < wanted) return stack.failArgument(index + 1, "string too short");
    this.#output.string(stack, index, wanted);
    if (hasEnd) this.#output.byte(stack, ZERO);
    return wanted + (hasEnd ? 1 : 0);
  }

  /** struct.unpack(format, data, [offset]) */
  unpack(stack: LuaStack): number {
    const format = this.#format;
    format.begin(stack);
    stack.checkString(2);
    const length = stack.length(2);
    const offset = stack.optionalInteger(3, 1);
    if (offset === 0) return stack.failArgument(3, "offset must be 1 or greater");
    // Below 0 it is, for whatever is to be read, behind the end.
    let at = offset - 1;
    let count = 0;
    while (format.next(stack)) {
      stack.step();
      const { option } = format;
      let { size } = format;
      at += format.padding(at);
      if (at < 0 || size > length || at > length - size) return stack.failArgument(2, TOO_SHORT);
      stack.needSpace(2, "too many results");
      if (option === "c" && size === 0) {
        size = this.#sizeBefore(stack, count);
        count--;
        if (size > length || at > length - size) return stack.failArgument(2, TOO_SHORT);
      } else if (option === "s") size = this.#endOf(stack, at, length) - at + 1;
      if (this.#pushValue(stack, option, size, at)) count++;
      at += size;
    }
    stack.pushNumber(at + 1);
    return count + 1;
  }

  /** Takes the number that says how long the string behind it is. */
  #sizeBefore(stack: LuaStack, count: number): number {
    const size = count === 0 ? 0 : stack.number(-1);
    if (count === 0 || size === 0 && stack.type(-1) !== LuaType.number) {
      return stack.fail("format 'c0' needs a previous size");
    }
    stack.pop(1);
    return size <= -1 || Number.isNaN(size) ? Infinity : Math.trunc(size);
  }

  /** Where the string from `at` on ends. */
  #endOf(stack: LuaStack, at: number, length: number): number {
    const start = stack.stringStart(2);
    const end = stack.memory.subarray(start + at, start + length).indexOf(ZERO);
    return end < 0 ? stack.fail("unfinished string in data") : at + end;
  }

  /** Pushes what is `size` bytes at `at`. Returns false where the option is none for a value. */
  #pushValue(stack: LuaStack, option: string, size: number, at: number): boolean {
    const place = stack.stringStart(2) + at;
    switch (this.#format.isInteger ? INTEGER : option) {
      case INTEGER:
        stack.pushNumber(this.#integerAt(stack, place, size, option.charCodeAt(0) >= LOWER_A));
        return true;
      case "f":
      case "d":
        this.#bytes.set(stack.memory.subarray(place, place + size));
        stack.pushNumber(
          size === 4
            ? this.#view.getFloat32(0, this.#format.isLittle)
            : this.#view.getFloat64(0, this.#format.isLittle),
        );
        return true;
      case "c":
        stack.pushBytes(stack.memory, place, size);
        return true;
      case "s":
        stack.pushBytes(stack.memory, place, size - 1);
        return true;
      case "x":
        return false;
      default:
        this.#format.control(stack);
        return false;
    }
  }

  #integerAt(stack: LuaStack, place: number, size: number, isSigned: boolean): number {
    const { memory } = stack;
    const words = this.#words;
    words.high = words.low = 0;
    for (let i = 0; i < Math.min(size, 8); i++) {
      const byte = memory[this.#format.isLittle ? place + i : place + size - 1 - i]!;
      if (i < 4) words.low |= byte << 8 * i;
      else words.high |= byte << 8 * (i - 4);
    }
    if (isSigned) extendSign(words, size);
    return words.toDouble(isSigned);
  }

  /** struct.size(format) */
  size(stack: LuaStack): number {
    const format = this.#format;
    format.begin(stack);
    let total = 0;
    while (format.next(stack)) {
      stack.step();
      const { option, size } = format;
      total += format.padding(total);
      if (option === "s") return stack.failArgument(1, "option 's' has no fixed size");
      if (option === "c" && size === 0) {
        return stack.failArgument(1, "option 'c0' has no fixed size");
      }
      if (!/[0-9A-Za-z]/.test(option)) format.control(stack);
      total += size;
    }
    stack.pushNumber(total);
    return 1;
  }
}

/** Fills a number of `size` bytes up with its sign; of more than 8 as a shift of the processor does. */
function extendSign(words: Words64, size: number): void {
  const bit = (8 * size - 1) & 63;
  const isNegative = bit < 32 ? words.low >>> bit & 1 : words.high >>> bit - 32 & 1;
  const above = bit < 32 ? words.low >>> bit !== 0 || words.high !== 0 : words.high >>> bit - 32;
  if (size <= 8 ? isNegative === 0 : !above) return;
  if (bit < 32) {
    words.low |= -1 << bit;
    words.high = -1;
  } else words.high |= -1 << bit - 32;
}
