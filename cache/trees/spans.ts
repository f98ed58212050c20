// Reads members wherever they are. What is too long to be inline in a leaf is in a chain of pieces of its own, whose
// last piece names no item, so that it stays where it is when others make room. A reader makes one run of bytes of it.

import { freeFurtherLocked } from "../chain.ts";
import { copyBytes } from "../copy.ts";
import { readPieces } from "../item.ts";
import type { ShardMemory } from "../shard_memory.ts";
import {
  compareBytes,
  DEADLINE_HEAD_BYTES,
  entrySize,
  equalBytes,
  MAX_SHORT_SPAN,
  memberAt,
  read24,
  SCORE_BYTES,
  Shape,
  SPAN_CHAIN,
  SPAN_DEADLINE,
  spanLength,
  spanStart,
  writeSpan,
} from "./entries.ts";

/** Bytes that a reader's buffers shrink back to. */
const KEPT_BYTES = 4096;
/** From the beginning of a chain's span to the address. */
const CHAIN_ADDRESS = 4;
const NO_BYTES = new Uint8Array();

/** Reads spans wherever they are. */
export class SpanReader {
  /** Where the bytes of the last span are that was made contiguous. */
  bytes: Uint8Array = NO_BYTES;
  /** Its first byte there. */
  start = 0;
  /** The same of the span that was held. */
  held: Uint8Array = NO_BYTES;
  heldStart = 0;
  #own: Uint8Array<ArrayBuffer> = new Uint8Array();
  #other: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** Makes the span at `place` of `bytes` one run. Returns its length; where it is stands in the fields. */
  contiguous(memory: ShardMemory, bytes: Uint8Array, place: number): number {
    const first = bytes[place]!;
    this.bytes = bytes;
    this.start = place + 1;
    if (first <= MAX_SHORT_SPAN) return first;
    const length = spanLength(bytes, place);
    const chain = chainAt(bytes, place);
    if (chain < 0) this.start = spanStart(bytes, place);
    else {
      this.#reserve(length);
      readPieces(memory, read24(bytes, chain), 0, length, this.#own, 0);
    }
    return length;
  }

  /** Makes the first bytes of the span at `place` one run, at most `most`. Returns how many. */
  beginning(memory: ShardMemory, bytes: Uint8Array, place: number, most: number): number {
    const chain = chainAt(bytes, place);
    if (chain < 0) return Math.min(this.contiguous(memory, bytes, place), most);
    const length = Math.min(spanLength(bytes, place), most);
    this.#reserve(length);
    readPieces(memory, read24(bytes, chain), 0, length, this.#own, 0);
    return length;
  }

  /** The buffer is where the next span will be, of `length` bytes. */
  #reserve(length: number): void {
    if (length > this.#own.length || this.#own.length > KEPT_BYTES) {
      this.#own = new Uint8Array(Math.max(length, KEPT_BYTES));
    }
    this.bytes = this.#own;
    this.start = 0;
  }

  /** Compares what the span at `place` holds with `length` bytes of `other`, and reads no more of it than that takes. */
  compare(
    memory: ShardMemory,
    bytes: Uint8Array,
    place: number,
    other: Uint8Array,
    start: number,
    length: number,
  ): number {
    const here = this.beginning(memory, bytes, place, length);
    const difference = compareBytes(this.bytes, this.start, here, other, start, length);
    return difference === 0 ? spanLength(bytes, place) - length : difference;
  }

  /** Keeps what {@linkcode contiguous} has found while it makes others contiguous. */
  hold(): void {
    this.held = this.bytes;
    this.heldStart = this.start;
    if (this.bytes === this.#own) [this.#own, this.#other] = [this.#other, this.#own];
  }

  /** Copies what the span at `place` of `bytes` holds to `to`, from `at`. */
  read(memory: ShardMemory, bytes: Uint8Array, place: number, to: Uint8Array, at: number): void {
    const length = spanLength(bytes, place);
    const chain = chainAt(bytes, place);
    if (chain >= 0) return readPieces(memory, read24(bytes, chain), 0, length, to, at);
    copyBytes(bytes, spanStart(bytes, place), to, at, length);
  }

  /** Writes the span at `place` of `bytes` in plain form: not as a chain. Returns where it ends. */
  writePlain(
    memory: ShardMemory,
    bytes: Uint8Array,
    place: number,
    to: Uint8Array,
    at: number,
  ): number {
    const head = headBytesOf(bytes, place);
    for (let i = 0; i < head; i++) to[at + i] = bytes[place + i]!;
    const length = this.contiguous(memory, bytes, place + head);
    return writeSpan(to, at + head, this.bytes, this.start, length);
  }

  /**
   * Where (score, member) begins, or would begin, among the entries between `from` and `end` of `bytes`, which are in that
   * order. `view` is on the same memory.
   */
  lowerBound(
    memory: ShardMemory,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    end: number,
    score: number,
    member: Uint8Array,
    start: number,
    length: number,
  ): number {
    let at = from;
    for (; at < end; at += entrySize(Shape.scored, bytes, at)) {
      const other = view.getFloat64(at, true);
      if (other > score) break;
      if (other < score) continue;
      if (this.compare(memory, bytes, at + SCORE_BYTES, member, start, length) >= 0) break;
    }
    return at;
  }

  /** Where the entry with this member begins between `from` and `end` of `bytes`; -1 where it is not there. */
  findIn(
    memory: ShardMemory,
    bytes: Uint8Array,
    shape: Shape,
    from: number,
    end: number,
    member: Uint8Array,
    start: number,
    length: number,
  ): number {
    for (let at = from; at < end;) {
      const place = memberAt(shape, at);
      const first = bytes[place]!;
      if (first <= MAX_SHORT_SPAN) {
        if (first === length && equalBytes(bytes, place + 1, member, start, length)) return at;
      } else if (spanLength(bytes, place) === length) {
        this.contiguous(memory, bytes, place);
        if (equalBytes(this.bytes, this.start, member, start, length)) return at;
      }
      at += entrySize(shape, bytes, at);
    }
    return -1;
  }
}

/** Where the address of the chain stands that the span at `place` is in, or -1. */
export function chainAt(bytes: Uint8Array, place: number): number {
  const first = bytes[place]!;
  if (first === SPAN_CHAIN) return place + CHAIN_ADDRESS;
  return first === SPAN_DEADLINE ? chainAt(bytes, place + DEADLINE_HEAD_BYTES) : -1;
}

/** Bytes before the length of the span at `place`: its deadline, if it has one. */
export function headBytesOf(bytes: Uint8Array, place: number): number {
  return bytes[place] === SPAN_DEADLINE ? DEADLINE_HEAD_BYTES : 0;
}

/** Frees the chain of the span at `place`, if it is in one. Returns how many eighths that were. */
export function freeSpanLocked(memory: ShardMemory, bytes: Uint8Array, place: number): number {
  const at = chainAt(bytes, place);
  return at < 0 ? 0 : freeFurtherLocked(memory, read24(bytes, at));
}
