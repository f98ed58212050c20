// Ids of entries in arguments and answers: two numbers of 64 bits with a dash between, read as Redis reads them.
// Digits are read and written in place; a text is made only of what no client sends.

import type { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { refused } from "../failures.ts";

/** The refusal of what is no id. */
export const BAD_ID = refused("Invalid stream ID specified as stream command argument");

const DASH = 0x2d;
const PLUS = 0x2b;
const STAR = 0x2a;
const PAREN = 0x28;
const ZERO = 0x30;
const WORD_RANGE = 2 ** 32;
/** Up to this many digits a number is exact. */
const SAFE_DIGITS = 15;
/** Longer arguments are no ids. */
const MAX_BYTES = 127;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;
/** Longest id as text. */
export const MAX_ID_CHARS = 41;

/** What was read as an id. */
export const IdForm = {
  invalid: 0,
  full: 1,
  /** The sequence number is to be found: "5-*". */
  openSequence: 2,
} as const;
/** One of the values of the constant of the same name. */
export type IdForm = typeof IdForm[keyof typeof IdForm];

/** Which ids are taken. */
export interface IdRules {
  /** The sequence number where there is none: the largest, else 0. */
  readonly endsLast?: boolean;
  /** Whether "-" and "+" are the first and the last id. */
  readonly takesEnds?: boolean;
  /** Whether the sequence number may be "*". */
  readonly takesStar?: boolean;
}

/** Ids without anything else. */
export const STRICT: IdRules = {};

/** Reads argument `index` as an id. */
export function readId(args: Args, index: number, to: StreamId, rules: IdRules = STRICT): IdForm {
  return readIdBytes(args.bytes, args.starts[index]!, args.lengths[index]!, to, rules);
}

/** Reads `length` bytes from `start` as an id. */
export function readIdBytes(
  bytes: Uint8Array,
  start: number,
  length: number,
  to: StreamId,
  rules: IdRules,
): IdForm {
  const end = start + length;
  let at = start;
  let ms = 0;
  for (; at < end && isDigit(bytes[at]!); at++) ms = ms * 10 + bytes[at]! - ZERO;
  const isPlain = at > start && at - start <= SAFE_DIGITS;
  if (isPlain && at === end) {
    to.set(ms, 0);
    if (rules.endsLast) to.setLastSequence();
    return IdForm.full;
  }
  if (!isPlain || bytes[at] !== DASH) return readOdd(bytes, start, length, to, rules);
  const from = ++at;
  let seq = 0;
  for (; at < end && isDigit(bytes[at]!); at++) seq = seq * 10 + bytes[at]! - ZERO;
  if (at !== end || at === from || at - from > SAFE_DIGITS) {
    return readOdd(bytes, start, length, to, rules);
  }
  to.set(ms, seq);
  return IdForm.full;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

/** The same of what is no id, or not one of a few digits. */
function readOdd(
  bytes: Uint8Array,
  start: number,
  length: number,
  to: StreamId,
  rules: IdRules,
): IdForm {
  if (length > MAX_BYTES) return IdForm.invalid;
  if (length === 1 && (bytes[start] === DASH || bytes[start] === PLUS)) {
    if (!rules.takesEnds) return IdForm.invalid;
    if (bytes[start] === DASH) to.set(0, 0);
    else to.setLast();
    return IdForm.full;
  }
  // As in Redis, what is behind a zero byte is not looked at.
  const text = String.fromCharCode(...bytes.subarray(start, start + length)).split("\0", 1)[0]!;
  const dash = text.indexOf("-");
  const ms = unsignedOf(dash < 0 ? text : text.slice(0, dash));
  if (ms === undefined) return IdForm.invalid;
  const rest = text.slice(dash + 1);
  const isOpen = dash >= 0 && rules.takesStar === true && rest === String.fromCharCode(STAR);
  const missing = rules.endsLast ? MAX_UINT64 : 0n;
  const seq = isOpen ? 0n : dash < 0 ? missing : unsignedOf(rest);
  if (seq === undefined) return IdForm.invalid;
  to.msHigh = Number(ms >> 32n);
  to.msLow = Number(ms & 0xffffffffn);
  to.seqHigh = Number(seq >> 32n);
  to.seqLow = Number(seq & 0xffffffffn);
  return isOpen ? IdForm.openSequence : IdForm.full;
}

/** A number as strtoull() of C reads it, which Redis falls back on: with signs, spaces and zeros before it. */
function unsignedOf(text: string): bigint | undefined {
  const [, sign, digits] = /^[ \t-\r]*([+-]?)(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const magnitude = BigInt(digits);
  if (magnitude > MAX_UINT64) return undefined;
  if (sign !== "-") return magnitude;
  // One that is written in the usual way is seen to be below 0.
  const isUsual = /^-[1-9]/.test(text) && magnitude <= MAX_INT64 + 1n;
  return isUsual ? undefined : BigInt.asUintN(64, -magnitude);
}

/** Reads argument `index` as an end of a range: an id, or one behind "(" that is left out itself. */
export function readBound(
  args: Args,
  index: number,
  to: StreamId,
  rules: IdRules,
): { readonly isValid: boolean; readonly isExcluded: boolean } {
  const start = args.starts[index]!;
  const length = args.lengths[index]!;
  const isExcluded = length > 1 && args.bytes[start] === PAREN;
  const form = isExcluded
    ? readIdBytes(args.bytes, start + 1, length - 1, to, { endsLast: rules.endsLast })
    : readIdBytes(args.bytes, start, length, to, rules);
  return { isValid: form !== IdForm.invalid, isExcluded };
}

/** Answers an id. */
export function answerId(context: CommandContext, id: StreamId, reply: Reply): void {
  const { scratch } = context;
  const length = writeId(id, scratch, 0);
  const at = reply.reserve(length);
  const { bytes } = reply;
  for (let i = 0; i < length; i++) bytes[at + i] = scratch[i]!;
  reply.value(at, length);
}

/** Writes an id as text. Returns where it ends. */
export function writeId(id: StreamId, to: Uint8Array, at: number): number {
  const dash = writeNumber(id.msHigh, id.msLow, to, at);
  to[dash] = DASH;
  return writeNumber(id.seqHigh, id.seqLow, to, dash + 1);
}

/** The same as a string. */
export function idText(id: StreamId): string {
  const bytes = new Uint8Array(MAX_ID_CHARS);
  return String.fromCharCode(...bytes.subarray(0, writeId(id, bytes, 0)));
}

const BILLION = 1e9;
const EXACT_HIGH = 2 ** 21;

function writeNumber(high: number, low: number, to: Uint8Array, at: number): number {
  if (high === 0 && low < BILLION) return writeDigits(low, digitsOf(low), to, at);
  if (high >= EXACT_HIGH) {
    const text = String((BigInt(high) << 32n) | BigInt(low));
    for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
    return at + text.length;
  }
  const number = high * WORD_RANGE + low;
  const billions = Math.floor(number / BILLION);
  // Up to 9,007,199 of them: times since 1970 have some thousands.
  const end = writeDigits(billions, digitsOf(billions), to, at);
  return writeDigits(number - billions * BILLION, 9, to, end);
}

function digitsOf(number: number): number {
  let digits = 1;
  for (let bound = 10; bound <= number; bound *= 10) digits++;
  return digits;
}

/** Writes a whole number below 2^31 with so many digits. */
function writeDigits(number: number, digits: number, to: Uint8Array, at: number): number {
  let rest = number | 0;
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    to[i] = ZERO + rest - Math.imul(tenth, 10);
    rest = tenth;
  }
  return at + digits;
}
