// The sparse encoding of a HyperLogLog: runs of registers, one or two bytes each, behind the header.
// ZERO 00nnnnnn and XZERO 01nnnnnn nnnnnnnn are n + 1 registers of 0, VAL 1vvvvvnn are n + 1 registers
// of v + 1. A change splits and joins runs exactly as Redis does, so that the bytes are the same.

import { REGISTERS } from "./cardinality.ts";

/** Bytes before the registers: "HYLL", the encoding, three unused, the cached count. */
export const HEADER_BYTES = 16;
/** The last byte of the cached count. Its highest bit: the count has to be made anew. */
export const STALE_AT = 15;
export const STALE_BIT = 0x80;
/** Longest string in this encoding, header included: `hll-sparse-max-bytes`, as Redis has it unless told. */
const MAX_SPARSE_BYTES = 3000;
const MAX_VALUE = 32;
const MAX_ZERO = 64;
const MAX_VALUE_RUN = 4;
/** After a change so many runs are looked at, from the one before it on, for some to join. */
const JOINED_RUNS = 5;

/** What became of a register. */
export const SetResult = { kept: 0, raised: 1, corrupt: 2, tooDense: 3, noSpace: 4 } as const;
/** One of the values of the constant of the same name. */
export type SetResult = typeof SetResult[keyof typeof SetResult];

/** A string and its length. `bytes` has space for three more, and a zero behind them. */
export interface SparseString {
  /** Where the string is, from the first byte on. */
  readonly bytes: Uint8Array;
  /** Its length. */
  length: number;
}

/** Bytes of the run at `at`. */
export function runBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & 0xc0) === 0x40 ? 2 : 1;
}

/** Registers in the run at `at`. */
export function runLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first >= 0x80) return (first & 3) + 1;
  return first < 0x40 ? first + 1 : ((first & 0x3f) << 8 | bytes[at + 1]!) + 1;
}

/** The value of the registers in the run at `at`. */
export function runValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  return first >= 0x80 ? ((first >> 2) & 0x1f) + 1 : 0;
}

/** Raises register `index` to `value`. `tooDense`: that needs the other encoding, nothing has changed. */
export function raiseSparse(string: SparseString, index: number, value: number): SetResult {
  if (value > MAX_VALUE) return SetResult.tooDense;
  const { bytes, length } = string;
  let at = HEADER_BYTES;
  let before = HEADER_BYTES;
  let first = 0;
  let run = 0;
  // Half of all runs are passed for each member: what the functions below say is said here once more, which
  // makes it twice as quick (bench/types/sketches.ts).
  while (at < length) {
    const byte = bytes[at]!;
    run = byte >= 0x80 ? (byte & 3) + 1 : byte < 0x40 ? byte + 1 : runLength(bytes, at);
    if (index < first + run) break;
    before = at;
    at += byte >= 0x80 || byte < 0x40 ? 1 : 2;
    first += run;
  }
  if (run === 0 || at >= length) return SetResult.corrupt;
  const old = runValue(bytes, at);
  if (old >= value) return SetResult.kept;
  if (run === 1 && runBytes(bytes, at) === 1) bytes[at] = valueRun(value, 1);
  else if (!split(string, at, index - first, run, value)) return SetResult.tooDense;
  joinRuns(string, before);
  bytes[STALE_AT]! |= STALE_BIT;
  return SetResult.raised;
}

/** Makes up to three runs of the one at `at`: `left` registers, one of `value`, and the rest. */
function split(
  string: SparseString,
  at: number,
  left: number,
  run: number,
  value: number,
): boolean {
  const { bytes, length } = string;
  const old = runValue(bytes, at);
  const right = run - left - 1;
  const oldBytes = runBytes(bytes, at);
  const added = bytesOf(left, old) + 1 + bytesOf(right, old) - oldBytes;
  if (added > 0 && length + added > MAX_SPARSE_BYTES) return false;
  const next = at + oldBytes;
  if (added !== 0 && next < length) bytes.copyWithin(next + added, next, length);
  string.length = length + added;
  const middle = writeRun(bytes, at, left, old);
  bytes[middle] = valueRun(value, 1);
  writeRun(bytes, middle + 1, right, old);
  return true;
}

function bytesOf(run: number, value: number): number {
  if (run === 0) return 0;
  return value === 0 && run > MAX_ZERO ? 2 : 1;
}

/** Writes a run, if it has any registers. Returns where it ends. */
function writeRun(bytes: Uint8Array, at: number, run: number, value: number): number {
  const size = bytesOf(run, value);
  if (size === 0) return at;
  if (value > 0) bytes[at] = valueRun(value, run);
  else if (size === 1) bytes[at] = run - 1;
  else {
    bytes[at] = 0x40 | (run - 1) >> 8;
    bytes[at + 1] = (run - 1) & 0xff;
  }
  return at + size;
}

function valueRun(value: number, run: number): number {
  return 0x80 | (value - 1) << 2 | (run - 1);
}

/** Joins neighbours of one value, from the run at `from` on. */
function joinRuns(string: SparseString, from: number): void {
  const { bytes } = string;
  let at = from;
  for (let looks = JOINED_RUNS; looks > 0 && at < string.length; looks--) {
    if (bytes[at]! < 0x80) {
      at += runBytes(bytes, at);
      continue;
    }
    const joined = runLength(bytes, at) + runLength(bytes, at + 1);
    const isPair = at + 1 < string.length && bytes[at + 1]! >= 0x80 &&
      runValue(bytes, at) === runValue(bytes, at + 1);
    if (isPair && joined <= MAX_VALUE_RUN) {
      bytes.copyWithin(at, at + 1, string.length);
      string.length--;
      bytes[at] = valueRun(runValue(bytes, at), joined);
    } else at++;
  }
}

/**
 * Raises `registers`, a byte each, to those of a sparse string where these are higher. Returns whether the string has
 * exactly all of them; else some may have been raised.
 */
export function mergeSparse({ bytes, length }: SparseString, registers: Uint8Array): boolean {
  let index = 0;
  for (let at = HEADER_BYTES; at < length; at += runBytes(bytes, at)) {
    const end = index + runLength(bytes, at);
    if (end > REGISTERS) return false;
    const value = runValue(bytes, at);
    if (value === 0) index = end;
    for (; index < end; index++) if (value > registers[index]!) registers[index] = value;
  }
  return index === REGISTERS;
}

/** Counts the registers of each value. Returns whether they are exactly all. */
export function countSparse(string: SparseString, histogram: Int32Array): boolean {
  const { bytes, length } = string;
  let count = 0;
  for (let at = HEADER_BYTES; at < length; at += runBytes(bytes, at)) {
    const run = runLength(bytes, at);
    histogram[runValue(bytes, at)]! += run;
    count += run;
  }
  return count === REGISTERS;
}

/** The runs as text, for people: z and Z for registers of 0, v for others. */
export function describeSparse({ bytes, length }: SparseString): string {
  const runs: string[] = [];
  for (let at = HEADER_BYTES; at < length; at += runBytes(bytes, at)) {
    const run = runLength(bytes, at);
    const value = runValue(bytes, at);
    if (value > 0) runs.push(`v:${value},${run}`);
    else runs.push(`${runBytes(bytes, at) === 1 ? "z" : "Z"}:${run}`);
  }
  return runs.join(" ");
}
