// The words of JSON, one after the other, as lua-cjson finds them: a byte 0 is the end, strings may hold any other
// byte, and numbers are what strtod() reads.

import type { LuaStack } from "../lua_stack.ts";
import type { ByteOutput } from "./byte_output.ts";
import { NumberReader } from "./number_text.ts";

/** Kinds of words, in the order of {@linkcode NAMES}. */
export const Token = {
  objectBegin: 0,
  objectEnd: 1,
  listBegin: 2,
  listEnd: 3,
  string: 4,
  number: 5,
  boolean: 6,
  null: 7,
  colon: 8,
  comma: 9,
  end: 10,
  space: 11,
  error: 12,
  unknown: 13,
} as const;
/** One of the values of the constant of the same name. */
export type Token = typeof Token[keyof typeof Token];

const NAMES = [
  "T_OBJ_BEGIN",
  "T_OBJ_END",
  "T_ARR_BEGIN",
  "T_ARR_END",
  "T_STRING",
  "T_NUMBER",
  "T_BOOLEAN",
  "T_NULL",
  "T_COLON",
  "T_COMMA",
  "T_END",
  "T_WHITESPACE",
  "T_ERROR",
  "T_UNKNOWN",
];

const KINDS = new Uint8Array(256).fill(Token.error);
for (const [i, character] of [..."{}[]"].entries()) KINDS[character.charCodeAt(0)] = i;
for (const character of " \t\n\r") KINDS[character.charCodeAt(0)] = Token.space;
for (const character of 'fiInNt"+-0123456789') KINDS[character.charCodeAt(0)] = Token.unknown;
KINDS[":".charCodeAt(0)] = Token.colon;
KINDS[",".charCodeAt(0)] = Token.comma;
KINDS[0] = Token.end;

const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LETTER_X = 0x78;
const LOWER = 0x20;
const ESCAPE_LETTERS: ReadonlyMap<number, number> = new Map(
  ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"].map((
    pair,
  ) => [pair.charCodeAt(0), pair.charCodeAt(1)]),
);

/** The words of one text. */
export class TokenReader {
  kind: Token = Token.end;
  /** Where it begins, or where what is wrong with it is. */
  index = 0;
  /** The number; of a boolean 1 or 0. */
  number = 0;
  /** The bytes of a string. */
  readonly text: ByteOutput;
  readonly #numbers = new NumberReader();
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #readsInvalid = true;
  #error = "";

  /** Strings are put into `text`. */
  constructor(text: ByteOutput) {
    this.text = text;
  }

  /** Begins a text. `readsInvalid`: numbers may be such that JSON has not. */
  begin(bytes: Uint8Array, readsInvalid: boolean): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#readsInvalid = readsInvalid;
  }

  /** Whether it is of this kind. */
  is(kind: Token): boolean {
    return this.kind === kind;
  }

  /** Behind the latest word. */
  get end(): number {
    return this.#at;
  }

  /** What was found, for people. */
  get found(): string {
    return this.kind === Token.error ? this.#error : NAMES[this.kind]!;
  }

  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  #fail(error: string): void {
    this.kind = Token.error;
    this.index = this.#at;
    this.#error = error;
  }

  /** Goes to the next word. */
  next(stack: LuaStack): void {
    while (KINDS[this.#byte(this.#at)] === Token.space) this.#at++;
    const first = this.#byte(this.#at);
    const kind = KINDS[first] as Token;
    this.index = this.#at;
    this.kind = kind;
    if (kind === Token.error) return this.#fail("invalid token");
    if (kind === Token.end) return;
    if (kind !== Token.unknown) {
      this.#at++;
      return;
    }
    if (first === QUOTE) return this.#string(stack);
    if (first === MINUS || first >= ZERO && first <= NINE) {
      if (!this.#readsInvalid && this.#isInvalid()) return this.#fail("invalid number");
      return this.#number();
    }
    if (this.#hasWord("true")) return this.#word(Token.boolean, 1, 4);
    if (this.#hasWord("false")) return this.#word(Token.boolean, 0, 5);
    if (this.#hasWord("null")) return this.#word(Token.null, 0, 4);
    if (this.#readsInvalid && this.#isInvalid()) return this.#number();
    this.#fail("invalid token");
  }

  #word(kind: Token, number: number, length: number): void {
    this.kind = kind;
    this.number = number;
    this.#at += length;
  }

  #hasWord(word: string, at = this.#at, mask = 0): boolean {
    for (let i = 0; i < word.length; i++) {
      if ((this.#byte(at + i) | mask) !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Whether a number begins here that JSON has not: +1, 0x1, 01, inf, nan. */
  #isInvalid(): boolean {
    if (this.#byte(this.#at) === PLUS) return true;
    const at = this.#byte(this.#at) === MINUS ? this.#at + 1 : this.#at;
    const first = this.#byte(at);
    if (first === ZERO) {
      const second = this.#byte(at + 1);
      return (second | LOWER) === LETTER_X || second >= ZERO && second <= NINE;
    }
    if (first <= NINE) return false;
    return this.#hasWord("inf", at, LOWER) || this.#hasWord("nan", at, LOWER);
  }

  #number(): void {
    const number = this.#numbers.read(this.#bytes, this.#at);
    if (this.#numbers.end === this.#at) return this.#fail("invalid number");
    this.kind = Token.number;
    this.number = number;
    this.#at = this.#numbers.end;
  }

  #string(stack: LuaStack): void {
    const { text } = this;
    text.begin();
    this.#at++;
    for (;;) {
      const from = this.#at;
      let byte = this.#byte(this.#at);
      while (byte !== QUOTE && byte !== BACKSLASH && byte !== 0) byte = this.#byte(++this.#at);
      this.#copy(stack, from, this.#at);
      if (byte === QUOTE) break;
      if (byte === 0) return this.#fail("unexpected end of string");
      const letter = this.#byte(this.#at + 1);
      if (letter === LETTER_U) {
        if (!this.#unicode(stack)) return this.#fail("invalid unicode escape code");
        continue;
      }
      const meant = ESCAPE_LETTERS.get(letter);
      if (meant === undefined) return this.#fail("invalid escape code");
      text.byte(stack, meant);
      this.#at += 2;
    }
    this.#at++;
    this.kind = Token.string;
  }

  #copy(stack: LuaStack, from: number, to: number): void {
    if (from === to) return;
    const { text } = this;
    const at = text.reserve(stack, to - from);
    text.bytes.set(this.#bytes.subarray(from, to), at);
    text.used = at + to - from;
  }

  /** Reads \u and four digits, or two of them that are one character. */
  #unicode(stack: LuaStack): boolean {
    let code = this.#hex4(this.#at + 2);
    if (code < 0) return false;
    let length = 6;
    if ((code & 0xf800) === 0xd800) {
      if ((code & 0x400) !== 0) return false;
      const next = this.#at + length;
      if (this.#byte(next) !== BACKSLASH || this.#byte(next + 1) !== LETTER_U) return false;
      const low = this.#hex4(next + 2);
      if (low < 0 || (low & 0xfc00) !== 0xdc00) return false;
      code = ((code & 0x3ff) << 10 | low & 0x3ff) + 0x10000;
      length = 12;
    }
    this.#character(stack, code);
    this.#at += length;
    return true;
  }

  /** The number that four hexadecimal digits are, or -1. */
  #hex4(at: number): number {
    let number = 0;
    for (let i = at; i < at + 4; i++) {
      const byte = this.#byte(i);
      const digit = byte >= ZERO && byte <= NINE ? byte - ZERO : (byte | LOWER) - 0x61 + 10;
      if (digit < 0 || digit > 15 || digit > 9 && (byte | LOWER) < 0x61) return -1;
      number = number << 4 | digit;
    }
    return number;
  }

  #character(stack: LuaStack, code: number): void {
    const { text } = this;
    if (code < 0x80) return text.byte(stack, code);
    if (code < 0x800) text.byte(stack, 0xc0 | code >> 6);
    else {
      if (code < 0x10000) text.byte(stack, 0xe0 | code >> 12);
      else {
        text.byte(stack, 0xf0 | code >> 18);
        text.byte(stack, 0x80 | code >> 12 & 0x3f);
      }
      text.byte(stack, 0x80 | code >> 6 & 0x3f);
    }
    text.byte(stack, 0x80 | code & 0x3f);
  }
}
