// The byte parser for JSON bodies of the canonical shape: fields in the documented order, no
// whitespace, only printable ASCII without quotes and backslashes. Arguments stay where they lie in
// the body; nothing is copied. It never refuses a body: where it returns false, json_slow.ts decides.
// It must not accept anything that json_slow.ts refuses, nor read it differently.

import type { Args } from "../contract/args.ts";
import { type JsonLimits, maxPlainKeyBytes } from "./json_checks.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Lengths in bytes of `{"key":"`, `","value":"`, `{"keys":["` and `{"items":[`. */
const KEY_OPENING = 8;
const VALUE_JOINT = 11;
const LIST_OPENING = 10;

/** At most this many digits stay below 2^53, so that JSON.parse reads the same number. */
const MAX_DIGITS = 15;

/** 1 for the bytes that are one character each and need no escape in a JSON string. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f);
PLAIN[QUOTE] = 0;
PLAIN[0x5c] = 0;

/** The end of the run of plain bytes that begins at `from`. */
function plainEnd(body: Uint8Array, from: number): number {
  const end = body.length;
  let i = from;
  while (i < end && PLAIN[body[i]!] === 1) i++;
  return i;
}

/** Whether `{"key":"` stands at `i`; the caller has checked the length. */
function opensKey(body: Uint8Array, i: number): boolean {
  return body[i] === OPEN && body[i + 1] === QUOTE && body[i + 2] === 0x6b &&
    body[i + 3] === 0x65 && body[i + 4] === 0x79 && body[i + 5] === QUOTE &&
    body[i + 6] === COLON && body[i + 7] === QUOTE;
}

/** Whether `","value":"` stands at `i`; the caller has checked the length. */
function joinsValue(body: Uint8Array, i: number): boolean {
  return body[i] === QUOTE && body[i + 1] === COMMA && body[i + 2] === QUOTE &&
    body[i + 3] === 0x76 && body[i + 4] === 0x61 && body[i + 5] === 0x6c &&
    body[i + 6] === 0x75 && body[i + 7] === 0x65 && body[i + 8] === QUOTE &&
    body[i + 9] === COLON && body[i + 10] === QUOTE;
}

/** Whether `{"keys":["` begins the body; the caller has checked the length. */
function opensKeys(body: Uint8Array): boolean {
  return body[0] === OPEN && body[1] === QUOTE && body[2] === 0x6b && body[3] === 0x65 &&
    body[4] === 0x79 && body[5] === 0x73 && body[6] === QUOTE && body[7] === COLON &&
    body[8] === 0x5b && body[9] === QUOTE;
}

/** Whether `{"items":[` begins the body; the caller has checked the length. */
function opensItems(body: Uint8Array): boolean {
  return body[0] === OPEN && body[1] === QUOTE && body[2] === 0x69 && body[3] === 0x74 &&
    body[4] === 0x65 && body[5] === 0x6d && body[6] === 0x73 && body[7] === QUOTE &&
    body[8] === COLON && body[9] === 0x5b;
}

/** Reads `{"key":"…","value":"…"}` as [key, value]. Returns false for any other body. */
export function fastPut(body: Uint8Array, args: Args, limits: JsonLimits): boolean {
  const end = body.length;
  if (end < KEY_OPENING + VALUE_JOINT + 3 || !opensKey(body, 0)) return false;
  const keyEnd = plainEnd(body, KEY_OPENING);
  const valueStart = keyEnd + VALUE_JOINT;
  if (valueStart + 2 > end || !joinsValue(body, keyEnd)) return false;
  const valueEnd = plainEnd(body, valueStart);
  if (valueEnd + 2 !== end || body[valueEnd] !== QUOTE || body[valueEnd + 1] !== CLOSE) {
    return false;
  }
  const keyLength = keyEnd - KEY_OPENING;
  const valueLength = valueEnd - valueStart;
  if (keyLength === 0 || keyLength > maxPlainKeyBytes(limits)) return false;
  if (valueLength > limits.maxValueChars) return false;
  args.over(body);
  args.push(KEY_OPENING, keyLength);
  args.push(valueStart, valueLength);
  return true;
}

/** Reads `{"key":"…"}` as [key]. Returns false for any other body. */
export function fastDelete(body: Uint8Array, args: Args, limits: JsonLimits): boolean {
  const end = body.length;
  if (end < KEY_OPENING + 3 || !opensKey(body, 0)) return false;
  const keyEnd = plainEnd(body, KEY_OPENING);
  if (keyEnd + 2 !== end || body[keyEnd] !== QUOTE || body[keyEnd + 1] !== CLOSE) return false;
  const keyLength = keyEnd - KEY_OPENING;
  if (keyLength === 0 || keyLength > maxPlainKeyBytes(limits)) return false;
  args.over(body);
  args.push(KEY_OPENING, keyLength);
  return true;
}

/**
 * Reads `{"key":"…"}` and `{"key":"…","by":n}` as [key, by]. Returns false for any other body.
 */
export function fastIncr(body: Uint8Array, args: Args, limits: JsonLimits): boolean {
  if (fastDelete(body, args, limits)) {
    args.reset();
    args.pushBytes(body, KEY_OPENING, body.length - KEY_OPENING - 2);
    args.pushAscii("1");
    return true;
  }
  const end = body.length;
  if (end < KEY_OPENING + 10 || !opensKey(body, 0)) return false;
  const keyEnd = plainEnd(body, KEY_OPENING);
  const keyLength = keyEnd - KEY_OPENING;
  if (keyLength === 0 || keyLength > maxPlainKeyBytes(limits)) return false;
  const byStart = keyEnd + 7;
  if (byStart + 2 > end || !joinsBy(body, keyEnd) || body[end - 1] !== CLOSE) return false;
  if (!isInteger(body, byStart, end - 1)) return false;
  args.over(body);
  args.push(KEY_OPENING, keyLength);
  args.push(byStart, end - 1 - byStart);
  return true;
}

/** Whether `","by":` stands at `i`; the caller has checked the length. */
function joinsBy(body: Uint8Array, i: number): boolean {
  return body[i] === QUOTE && body[i + 1] === COMMA && body[i + 2] === QUOTE &&
    body[i + 3] === 0x62 && body[i + 4] === 0x79 && body[i + 5] === QUOTE && body[i + 6] === COLON;
}

/** Whether the bytes from `from` to `to` are a canonical decimal integer of at most 15 digits. */
function isInteger(body: Uint8Array, from: number, to: number): boolean {
  const first = body[from] === MINUS ? from + 1 : from;
  const digits = to - first;
  if (digits < 1 || digits > MAX_DIGITS) return false;
  if (body[first] === ZERO && (digits > 1 || first > from)) return false;
  for (let i = first; i < to; i++) {
    if (body[i]! < ZERO || body[i]! > 0x39) return false;
  }
  return true;
}

/** Reads `{"keys":["…","…"]}` as the keys. Returns false for any other body. */
export function fastMget(body: Uint8Array, args: Args, limits: JsonLimits): boolean {
  const end = body.length;
  if (end < LIST_OPENING + 4 || !opensKeys(body)) return false;
  const maxKey = maxPlainKeyBytes(limits);
  args.over(body);
  let keyStart = LIST_OPENING;
  for (let left = limits.maxItems; left > 0; left--) {
    const keyEnd = plainEnd(body, keyStart);
    const keyLength = keyEnd - keyStart;
    if (keyLength === 0 || keyLength > maxKey) return false;
    if (keyEnd + 3 > end || body[keyEnd] !== QUOTE) return false;
    args.push(keyStart, keyLength);
    if (body[keyEnd + 1] === CLOSE_LIST) return keyEnd + 3 === end && body[keyEnd + 2] === CLOSE;
    if (body[keyEnd + 1] !== COMMA || body[keyEnd + 2] !== QUOTE) return false;
    keyStart = keyEnd + 3;
  }
  return false;
}

/**
 * Reads `{"items":[{"key":"…","value":"…"},…]}` as triplets [key, value, empty]. Returns false for
 * any other body.
 */
export function fastMput(body: Uint8Array, args: Args, limits: JsonLimits): boolean {
  const end = body.length;
  if (end < LIST_OPENING || !opensItems(body)) return false;
  const maxKey = maxPlainKeyBytes(limits);
  args.over(body);
  let at = LIST_OPENING;
  for (let left = limits.maxItems; left > 0; left--) {
    if (at + KEY_OPENING > end || !opensKey(body, at)) return false;
    const keyStart = at + KEY_OPENING;
    const keyEnd = plainEnd(body, keyStart);
    const valueStart = keyEnd + VALUE_JOINT;
    if (valueStart + 4 > end || !joinsValue(body, keyEnd)) return false;
    const valueEnd = plainEnd(body, valueStart);
    if (valueEnd + 4 > end || body[valueEnd] !== QUOTE || body[valueEnd + 1] !== CLOSE) {
      return false;
    }
    const keyLength = keyEnd - keyStart;
    if (keyLength === 0 || keyLength > maxKey) return false;
    if (valueEnd - valueStart > limits.maxValueChars) return false;
    args.push(keyStart, keyLength);
    args.push(valueStart, valueEnd - valueStart);
    args.push(0, 0);
    if (body[valueEnd + 2] === CLOSE_LIST) {
      return valueEnd + 4 === end && body[valueEnd + 3] === CLOSE;
    }
    if (body[valueEnd + 2] !== COMMA) return false;
    at = valueEnd + 3;
  }
  return false;
}
