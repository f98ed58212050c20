// The format of the library "struct": reads one option after the other, with sizes, alignment and byte order.
// Knows nothing of values.

import type { LuaStack } from "../lua_stack.ts";

const NINE = 9;
const ZERO_DIGIT = 0x30;
/** What a number of a format may be, and the bytes of an integer. */
const MAX_INT = 0x7fffffff;
const MAX_INTEGER_BYTES = 32;
/** The alignment of "!" without a number. */
const MAX_ALIGNMENT = 8;
const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  b: 1,
  H: 2,
  h: 2,
  L: 8,
  l: 8,
  T: 8,
  f: 4,
  d: 8,
  x: 1,
};

/** The options of integers; those in lower case have a sign. */
const INTEGERS = "bBhHlLTiI";

/** A format, which is argument 1, at one of its options. */
export class StructFormat {
  /** The option, a character. */
  option = "";
  /** Bytes of what it stands for; of a string 0 where the format does not say. */
  size = 0;
  isLittle = true;
  #alignment = 1;
  #at = 0;
  #length = 0;

  /** Begins a call. */
  begin(stack: LuaStack): void {
    stack.checkString(1);
    this.#length = stack.length(1);
    this.#at = 0;
    this.isLittle = true;
    this.#alignment = 1;
  }

  /** Whether the option stands for an integer. */
  get isInteger(): boolean {
    return INTEGERS.includes(this.option);
  }

  /** Goes to the next option. Returns false where there is none. */
  next(stack: LuaStack): boolean {
    const byte = this.#peek(stack);
    if (byte === 0) return false;
    this.#at++;
    this.option = String.fromCharCode(byte);
    this.size = this.#sizeOf(stack);
    return true;
  }

  /** The byte that comes next; 0 at the end, which a zero is too. */
  #peek(stack: LuaStack): number {
    return this.#at < this.#length ? stack.memory[stack.stringStart(1) + this.#at]! : 0;
  }

  #sizeOf(stack: LuaStack): number {
    const { option } = this;
    if (option === "c") return this.#number(stack, 1);
    if (option !== "i" && option !== "I") return SIZES[option] ?? 0;
    const size = this.#number(stack, 4);
    if (size <= MAX_INTEGER_BYTES) return size;
    return stack.fail(`integral size ${size} is larger than limit of ${MAX_INTEGER_BYTES}`);
  }

  #number(stack: LuaStack, otherwise: number): number {
    let digit = this.#peek(stack) - ZERO_DIGIT;
    if (digit < 0 || digit > NINE) return otherwise;
    let number = 0;
    do {
      if (number * 10 > MAX_INT - digit) return stack.fail("integral size overflow");
      number = 10 * number + digit;
      this.#at++;
      digit = this.#peek(stack) - ZERO_DIGIT;
    } while (digit >= 0 && digit <= NINE);
    return number;
  }

  /** Bytes that are skipped at `at` before what the option stands for. */
  padding(at: number): number {
    const { option } = this;
    if (this.size === 0 || option === "c") return 0;
    const size = Math.min(this.size, this.#alignment);
    return (size - (at & (size - 1))) & (size - 1);
  }

  /** Carries out an option that is about the format itself. */
  control(stack: LuaStack): void {
    switch (this.option) {
      case " ":
        return;
      case ">":
        this.isLittle = false;
        return;
      case "<":
        this.isLittle = true;
        return;
      case "!": {
        const alignment = this.#number(stack, MAX_ALIGNMENT);
        if (alignment === 0 || (alignment & (alignment - 1)) !== 0) {
          stack.fail(`alignment ${alignment} is not a power of 2`);
        }
        this.#alignment = alignment;
        return;
      }
      default:
        stack.failArgument(1, `invalid format option '${this.option}'`);
    }
  }
}
