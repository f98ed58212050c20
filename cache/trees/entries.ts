// How members lie one behind the other: in a packed collection, in a leaf of a tree, in an effect. Works on bytes
// only, and knows no item.
//
// A span is a run of bytes with its length before it:
//
//   0 to 7f          so many bytes follow
//   80, length 3     so many bytes follow
//   81, length 3, address 3     they are in a chain of pieces; in leaves only
//   82, deadline 6, then a span     the value of a field that expires
//
// An entry has one of three shapes: a member (lists, sets), a field and its value (hashes), a score of 8 bytes and a
// member (sorted sets). All numbers have their lowest byte first.

/** The longest span with one byte for its length. */
export const MAX_SHORT_SPAN = 0x7f;
export const SPAN_LONG = 0x80;
export const SPAN_CHAIN = 0x81;
export const SPAN_DEADLINE = 0x82;
/** Bytes before a long span, of one in a chain, and before the span of a value that expires. */
export const LONG_HEAD_BYTES = 4;
export const CHAIN_SPAN_BYTES = 7;
export const DEADLINE_HEAD_BYTES = 7;
export const SCORE_BYTES = 8;

/** Below this many bytes a loop beats copyWithin(). */
const LOOP_BYTES = 48;

/** What an entry is made of. */
export const Shape = { member: 0, field: 1, scored: 2 } as const;
/** One of the values of the constant of the same name. */
export type Shape = typeof Shape[keyof typeof Shape];

/** The number in three bytes. */
export function read24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

/** Writes a number to three bytes. */
export function write24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
}

/** Bytes that the span at `at` takes, with what is before it. */
export function spanSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first <= MAX_SHORT_SPAN) return first + 1;
  if (first === SPAN_LONG) return LONG_HEAD_BYTES + read24(bytes, at + 1);
  if (first === SPAN_CHAIN) return CHAIN_SPAN_BYTES;
  return DEADLINE_HEAD_BYTES + spanSize(bytes, at + DEADLINE_HEAD_BYTES);
}

/** Length of what the span at `at` holds. */
export function spanLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first <= MAX_SHORT_SPAN) return first;
  if (first === SPAN_DEADLINE) return spanLength(bytes, at + DEADLINE_HEAD_BYTES);
  return read24(bytes, at + 1);
}

/** Where the bytes of a span begin that are not in a chain. */
export function spanStart(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first <= MAX_SHORT_SPAN) return at + 1;
  return first === SPAN_LONG ? at + LONG_HEAD_BYTES : spanStart(bytes, at + DEADLINE_HEAD_BYTES);
}

/** Bytes that a span of `length` bytes takes inline. */
export function sizeForSpan(length: number): number {
  return length <= MAX_SHORT_SPAN ? length + 1 : length + LONG_HEAD_BYTES;
}

/** Writes what is before the `length` bytes of a span. Returns where they begin. */
export function writeSpanHead(to: Uint8Array, at: number, length: number): number {
  if (length <= MAX_SHORT_SPAN) {
    to[at] = length;
    return at + 1;
  }
  to[at] = SPAN_LONG;
  write24(to, at + 1, length);
  return at + LONG_HEAD_BYTES;
}

/** Writes the span of `length` bytes of `from`. Returns where it ends. */
export function writeSpan(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  length: number,
): number {
  const place = writeSpanHead(to, at, length);
  if (length <= MAX_SHORT_SPAN) {
    for (let i = 0; i < length; i++) {
      to[place + i] = from[start + i]!;
    }
  } else to.set(from.subarray(start, start + length), place);
  return place + length;
}

/** Where the member, or field, of the entry at `at` begins. */
export function memberAt(shape: Shape, at: number): number {
  return shape === Shape.scored ? at + SCORE_BYTES : at;
}

/** Bytes that the entry at `at` takes. */
export function entrySize(shape: Shape, bytes: Uint8Array, at: number): number {
  if (shape === Shape.member) return spanSize(bytes, at);
  if (shape === Shape.scored) return SCORE_BYTES + spanSize(bytes, at + SCORE_BYTES);
  const field = spanSize(bytes, at);
  return field + spanSize(bytes, at + field);
}

/** Whether the bytes at `at` are the `length` bytes of `other` from `start`. */
export function equalBytes(
  bytes: Uint8Array,
  at: number,
  other: Uint8Array,
  start: number,
  length: number,
): boolean {
  // The last byte first: similar members differ there.
  for (let i = length - 1; i >= 0; i--) {
    if (bytes[at + i] !== other[start + i]) return false;
  }
  return true;
}

/** Compares bytes as memcmp does, the shorter first where one begins with the other. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number {
  const shared = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Moves the bytes from `start` to `end` by `by`. */
export function moveBytes(bytes: Uint8Array, start: number, end: number, by: number): void {
  if (end - start > LOOP_BYTES) bytes.copyWithin(start + by, start, end);
  else if (by < 0) { for (let i = start; i < end; i++) bytes[i + by] = bytes[i]!; }
  else for (let i = end - 1; i >= start; i--) bytes[i + by] = bytes[i]!;
}
