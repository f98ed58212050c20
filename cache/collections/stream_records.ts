// What a stream is made of: records, each a score and bytes, in the order of (score, bytes). The score says what a record
// is. Its bytes begin with its key, which is there once; what follows is its value. Of the entries the key is the id
// (stream_id.ts), of all others that which is before a value of fixed length. So keys of one kind that have no fixed
// length must end in a way that none of them is the beginning of another; textKey() makes such ones.
//
//   header      no key | last id 16 | largest id that was deleted 16 | entries added 8 | number of the next group 4
//   group       textKey(name) | number 4 | last id 16 | entries read 8
//   consumer    number of its group 4, textKey(name) | number 4 | seen at 8
//   consumerOf  numbers of group 4 and consumer 4, the consumer's name
//   pending     number of its group 4, id 16 | number of its consumer 4 | delivered at 8 | how often 8
//   pendingOf   numbers of group 4 and consumer 4, id 16
//   entry       its score is 0 or more: id | number of fields and values, each behind its length
//
// Ids and the numbers in keys have their highest byte first, so that they are in order; values are as those like who
// write them.

import { idBytes } from "./stream_id.ts";

/** The scores of all records but entries. */
export const RecordKind = {
  header: -6,
  group: -5,
  consumer: -4,
  consumerOf: -3,
  pending: -2,
  pendingOf: -1,
} as const;
/** One of the values of the constant of the same name. */
export type RecordKind = typeof RecordKind[keyof typeof RecordKind];

/** Bytes of the value of a record that is no entry, by its kind. */
export const VALUE_BYTES: Readonly<Record<RecordKind, number>> = {
  [RecordKind.header]: 44,
  [RecordKind.group]: 28,
  [RecordKind.consumer]: 12,
  [RecordKind.consumerOf]: 0,
  [RecordKind.pending]: 20,
  [RecordKind.pendingOf]: 0,
};
/** The same by the score without its sign, which is found soonest. */
const BY_SCORE = Array.from({ length: 7 }, (_, i) => VALUE_BYTES[-i as RecordKind] ?? 0);

/** Bytes of the key of the record with this score whose `length` bytes begin at `at`. */
export function recordKeyBytes(
  score: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): number {
  return score >= 0 ? idBytes(score, bytes, at) : length - (BY_SCORE[-score] ?? 0);
}

const ESCAPE = 0;
const ESCAPED = 0xff;

/**
 * Writes a name as a key whose order is that of the name's bytes. Returns where it ends: it takes two bytes more than the
 * name, and one for each zero byte in it.
 */
export function writeTextKey(
  to: Uint8Array,
  at: number,
  name: Uint8Array,
  start: number,
  length: number,
): number {
  let end = at;
  for (let i = start; i < start + length; i++) {
    to[end++] = name[i]!;
    if (name[i] === ESCAPE) to[end++] = ESCAPED;
  }
  to[end++] = ESCAPE;
  to[end++] = ESCAPE;
  return end;
}

/** Reads the name whose key begins at `at` to `to`, from `place`. Returns where the name ends there. */
export function readTextKey(bytes: Uint8Array, at: number, to: Uint8Array, place: number): number {
  let end = place;
  for (let i = at;; i++) {
    const byte = bytes[i]!;
    if (byte === ESCAPE && bytes[++i] !== ESCAPED) return end;
    to[end++] = byte;
  }
}
