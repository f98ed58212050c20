// string.format and tonumber with whole numbers of 64 bits. The machine's `long` has 32, that of the Redis
// that scripts are written for has 64: times in milliseconds do not fit into the first. What is small goes to
// Lua's own functions.

import type { HostFunction } from "./instance.ts";
import { LuaType } from "./lua_stack.ts";
import type { MachineStack } from "./machine_stack.ts";
import { textAt, wholeNumber } from "./script_result.ts";

/** A conversion of string.format as Lua takes it: flags, width, precision, kind. */
const CONVERSION = /%([-+ #0]*)(\d{0,2})(?:\.(\d{0,2}))?([a-zA-Z%])?/gs;
/** A format longer than this is left to Lua. */
const MAX_FORMAT_BYTES = 16 * 1024;
/** And a text that is to be a number. */
const MAX_NUMBER_BYTES = 1024;
const MAX_SMALL = 0x7fffffff;
const TEXT_BASES: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16 };
const MAX_BASE = 36;
const WORD = 2n ** 64n;

/** string.format: what has large numbers for %d, %i, %u, %o or %x gets their text put into its format. */
export function format(original: HostFunction, stack: MachineStack): HostFunction {
  return (state) => {
    stack.state = state;
    if (hasLargeNumber(stack) && stack.length(1) <= MAX_FORMAT_BYTES) putNumbers(stack);
    stack.state = state;
    return original(state);
  };
}

/** Whether any argument is a number that 32 bits do not hold, or below 0 (of which %x makes something else). */
function hasLargeNumber(stack: MachineStack): boolean {
  for (let i = stack.top(); i > 1; i--) {
    const type = stack.type(i);
    if (type !== LuaType.number && type !== LuaType.string) continue;
    const value = stack.number(i);
    if (!(value >= 0 && value <= MAX_SMALL)) return true;
  }
  return false;
}

/** Replaces conversions of whole numbers in the format by their text, and takes their arguments away. */
function putNumbers(stack: MachineStack): void {
  const start = stack.checkString(1);
  const bytes = stack.memory.slice(start, start + stack.length(1));
  // A character for each byte: what the format has besides comes out as it went in.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  let argument = 1;
  const replaced = text.replace(CONVERSION, (found, flags, width, precision, kind) => {
    stack.step();
    if (kind === "%" || kind === undefined) return found;
    argument++;
    if (!"diuoxX".includes(kind) || flags.length > 5) return found;
    if (argument > stack.top() || !stack.isNumeric(argument)) return found;
    const value = cWhole(stack.number(argument), kind);
    stack.remove(argument--);
    return wholeText(value, flags, Number(width), precision, kind);
  });
  const result = Uint8Array.from(replaced, (char) => char.charCodeAt(0));
  stack.pushBytes(result, 0, result.length);
  stack.replace(1);
}

/** The whole number that C makes of a number: signed, or from 2^63 on unsigned, where the kind is. */
function cWhole(value: number, kind: string): bigint {
  if (value < 2 ** 63 || kind === "d" || kind === "i") return BigInt(wholeNumber(value));
  return value < 2 ** 64 ? BigInt(Math.trunc(value)) : 0n;
}

/** A whole number as C's printf has it. */
function wholeText(
  value: bigint,
  flags: string,
  width: number,
  precision: string | undefined,
  kind: string,
): string {
  const isSigned = kind === "d" || kind === "i";
  const base = TEXT_BASES[kind] ?? 10;
  const size = isSigned ? (value < 0n ? -value : value) : (value + WORD) % WORD;
  let digits = size.toString(base).padStart(Number(precision ?? 1), "0");
  if (precision !== undefined && Number(precision) === 0 && size === 0n) digits = "";
  let sign = "";
  if (isSigned) {
    sign = value < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  } else if (flags.includes("#") && base === 16 && size !== 0n) sign = "0x";
  else if (flags.includes("#") && base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.includes("-")) return cased(`${sign}${digits}`, kind).padEnd(width);
  if (flags.includes("0") && precision === undefined) {
    digits = digits.padStart(width - sign.length, "0");
  }
  return cased(`${sign}${digits}`, kind).padStart(width);
}

function cased(text: string, kind: string): string {
  return kind === "X" ? text.toUpperCase() : text;
}

/** tonumber: texts of other bases than 10 are read with 64 bits. */
export function toNumber(original: HostFunction, stack: MachineStack): HostFunction {
  return (state) => {
    stack.state = state;
    const count = stack.top();
    if (count < 2 || stack.type(2) === LuaType.nil) return original(state);
    const base = stack.checkInteger(2);
    if (base === 10 || base < 2 || base > MAX_BASE) return original(state);
    stack.checkString(1);
    if (stack.length(1) > MAX_NUMBER_BYTES) return original(state);
    const text = textAt(stack, 1, new TextDecoder("latin1")).split("\0", 1)[0]!;
    const value = readNumber(text, base);
    if (value === null) stack.pushNil();
    else stack.pushNumber(Number(value));
    return 1;
  };
}

/** The number that a text is, as C's strtoul reads it; null where it is none. */
function readNumber(text: string, base: number): bigint | null {
  const found = /^[ \t-\r]*([-+]?)([0-9a-zA-Z]+)[ \t-\r]*$/.exec(text);
  if (found === null) return null;
  const [, sign, digits = ""] = found;
  const value = digitsValue(base === 16 ? digits.replace(/^0[xX](?=.)/, "") : digits, base);
  if (value === null || value >= WORD) return value === null ? null : WORD - 1n;
  return sign === "-" ? (WORD - value) % WORD : value;
}

/** What digits of a base mean, where they are too many anything from 2^64 on; null where one is none. */
function digitsValue(digits: string, base: number): bigint | null {
  let value = 0n;
  for (const char of digits) {
    const digit = parseInt(char, MAX_BASE);
    if (digit >= base) return null;
    if (value < WORD) value = value * BigInt(base) + BigInt(digit);
  }
  return value;
}
