// The library "bit" of scripts: operations on 32 bits, as those of BitOp 1.0.2 by Mike Pall, which Redis has.
// Numbers are reduced to 32 bits as it reduces them, and results are signed.

import { type LuaFunction, type LuaLibrary, type LuaStack, LuaType } from "../lua_stack.ts";

/** 2^52 + 2^51: a double to which this is added has its integer part in its lower half. */
const ROUNDING = 6755399441055744;
const SHIFT_BITS = 31;
const HEX_DIGITS = 8;
const MIN_INT = -0x80000000;

type Fold = (a: number, b: number) => number;

/** Makes the library, for one machine. */
export function bitLibrary(): LuaLibrary {
  const double = new Float64Array(1);
  const words = new Int32Array(double.buffer);
  const argument = (stack: LuaStack, index: number): number => {
    const number = stack.checkNumber(index);
    if (number === (number | 0)) return number | 0;
    double[0] = number + ROUNDING;
    return words[0]!;
  };
  const fold = (combine: Fold): LuaFunction => (stack) => {
    let bits = argument(stack, 1);
    for (let i = stack.top(); i > 1; i--) bits = combine(bits, argument(stack, i));
    return answer(stack, bits);
  };
  const shift = (move: Fold): LuaFunction => (stack) => {
    const bits = argument(stack, 1);
    return answer(stack, move(bits, argument(stack, 2) & SHIFT_BITS));
  };
  const single = (change: (bits: number) => number): LuaFunction => (stack) =>
    answer(stack, change(argument(stack, 1)));
  return {
    name: "bit",
    functions: {
      tobit: single((bits) => bits),
      bnot: single((bits) => ~bits),
      bswap: single(swapped),
      band: fold((a, b) => a & b),
      bor: fold((a, b) => a | b),
      bxor: fold((a, b) => a ^ b),
      lshift: shift((bits, by) => bits << by),
      rshift: shift((bits, by) => bits >>> by),
      arshift: shift((bits, by) => bits >> by),
      rol: shift((bits, by) => (bits << by) | (bits >>> (32 - by))),
      ror: shift((bits, by) => (bits >>> by) | (bits << (32 - by))),
      tohex: (stack) => {
        const bits = argument(stack, 1);
        const wanted = stack.type(2) === LuaType.none ? HEX_DIGITS : argument(stack, 2);
        stack.pushText(hexOf(bits, wanted));
        return 1;
      },
    },
  };
}

function answer(stack: LuaStack, bits: number): number {
  stack.pushNumber(bits | 0);
  return 1;
}

function swapped(bits: number): number {
  return bits >>> 24 | (bits >>> 8 & 0xff00) | (bits & 0xff00) << 8 | bits << 24;
}

/** The lowest digits of a number; in upper case where `digits` is below 0. */
function hexOf(bits: number, digits: number): string {
  const count = Math.min(Math.abs(digits === MIN_INT ? HEX_DIGITS : digits), HEX_DIGITS);
  const all = (bits >>> 0).toString(16).padStart(HEX_DIGITS, "0");
  const text = all.slice(HEX_DIGITS - count);
  return digits < 0 ? text.toUpperCase() : text;
}
