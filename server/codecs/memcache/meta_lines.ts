// What meta commands answer behind their first word: the flags that were asked for, in the order in which they were. Writes
// into a buffer that has the space; knows no socket.

import type { Args } from "../../contract/args.ts";
import type { ItemFacts } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, MetaFlag } from "../../contract/memcache/request.ts";
import { encodeBase64 } from "./base64.ts";
import { MAX_KEY_BYTES } from "./limits.ts";
import { writeDigits } from "./numbers.ts";

const SPACE = 0x20;
const MINUS = 0x2d;
const ONE = 0x31;
/** Ten flags with a number of 16 digits, an opaque token, and a key in base64 come to less. */
export const META_BYTES: number = 512 + 2 * MAX_KEY_BYTES;

/** The letters of flags. */
const Letter = {
  c: 0x63,
  f: 0x66,
  h: 0x68,
  k: 0x6b,
  l: 0x6c,
  O: 0x4f,
  s: 0x73,
  t: 0x74,
  W: 0x57,
  X: 0x58,
  Z: 0x5a,
} as const;

/** Which flags an answer may have. */
export const AnswerFlags = {
  /** Key and opaque token. */
  key: 0,
  /** The version besides. */
  stored: 1,
  /** Version and time to live besides. */
  number: 2,
  /** All. */
  item: 3,
} as const;
/** One of the values of the constant of the same name. */
export type AnswerFlags = typeof AnswerFlags[keyof typeof AnswerFlags];

/** Writes the flags of `request` that the answer may have, from `at`. Returns where they end. */
export function writeFlags(
  request: MemcacheRequest,
  args: Args,
  facts: ItemFacts,
  may: AnswerFlags,
  bytes: Uint8Array,
  at: number,
): number {
  let end = at;
  for (let i = 0; i < request.flagCount; i++) {
    const start = request.flagStarts[i]!;
    const letter = args.bytes[start]!;
    if (letter === Letter.O) {
      end = writeOpaque(args.bytes, start, request.flagLengths[i]!, bytes, end);
    } else if (letter === Letter.k) end = writeKey(request, args, bytes, end);
    else if (may !== AnswerFlags.key) end = writeFact(letter, facts, may, bytes, end);
  }
  return may === AnswerFlags.item ? writeState(facts, bytes, end) : end;
}

function writeOpaque(
  from: Uint8Array,
  start: number,
  length: number,
  bytes: Uint8Array,
  at: number,
): number {
  bytes[at] = SPACE;
  for (let i = 0; i < length; i++) bytes[at + 1 + i] = from[start + i]!;
  return at + 1 + length;
}

function writeKey(request: MemcacheRequest, args: Args, bytes: Uint8Array, at: number): number {
  const start = args.starts[0]!;
  const length = args.lengths[0]!;
  bytes[at] = SPACE;
  bytes[at + 1] = Letter.k;
  if (request.has(MetaFlag.base64)) {
    const end = encodeBase64(args.bytes, start, length, bytes, at + 2);
    bytes[end] = SPACE;
    bytes[end + 1] = 0x62;
    return end + 2;
  }
  for (let i = 0; i < length; i++) bytes[at + 2 + i] = args.bytes[start + i]!;
  return at + 2 + length;
}

/** Writes a fact about the item, if the answer may have it. */
function writeFact(
  letter: number,
  facts: ItemFacts,
  may: AnswerFlags,
  bytes: Uint8Array,
  at: number,
): number {
  if (letter === Letter.c) return writeNumber(letter, facts.version, bytes, at);
  if (may === AnswerFlags.stored) return at;
  if (letter === Letter.t) return writeNumber(letter, facts.secondsLeft, bytes, at);
  if (may === AnswerFlags.number) return at;
  if (letter === Letter.s) return writeNumber(letter, facts.valueBytes, bytes, at);
  if (letter === Letter.f) return writeNumber(letter, facts.clientFlags, bytes, at);
  if (letter === Letter.l) return writeNumber(letter, facts.idleSeconds, bytes, at);
  if (letter === Letter.h) return writeNumber(letter, facts.isFetched ? 1 : 0, bytes, at);
  return at;
}

function writeNumber(letter: number, value: number, bytes: Uint8Array, at: number): number {
  bytes[at] = SPACE;
  bytes[at + 1] = letter;
  if (value >= 0) return writeDigits(value, bytes, at + 2);
  bytes[at + 2] = MINUS;
  bytes[at + 3] = ONE;
  return at + 4;
}

/** Z: somebody is at work on a new value; X: this one is stale; W: who asks is to do it. */
function writeState(facts: ItemFacts, bytes: Uint8Array, at: number): number {
  let end = at;
  if (facts.hasWinner) end = writeMark(Letter.Z, bytes, end);
  if (facts.isStale) end = writeMark(Letter.X, bytes, end);
  return facts.isWon ? writeMark(Letter.W, bytes, end) : end;
}

function writeMark(letter: number, bytes: Uint8Array, at: number): number {
  bytes[at] = SPACE;
  bytes[at + 1] = letter;
  return at + 2;
}
