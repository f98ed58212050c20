// The id of a stream's entry: milliseconds and a sequence number of 64 bits each, in four words. Records have the
// milliseconds as their score. The bytes that follow are the rest, as short as can be and in order:
//
//   milliseconds 8, where the score stands for several of them, then one of
//   0 to ef               the sequence number
//   f0 to f7, 1 to 8 bytes     so many bytes of it, the highest first
//
// Knows nothing of where records lie.

/** The words that make one. */
const WORD_RANGE = 2 ** 32;
/** Milliseconds from here on have this score, and stand in the bytes. */
const FIRST_INEXACT = 2 ** 53;
const INEXACT_HIGH = FIRST_INEXACT / WORD_RANGE;
const NUMBER_BYTES = 8;
const FIRST_LONG = 0xf0;
/** Most bytes that an id takes behind the score. */
export const MAX_ID_BYTES: number = 2 * NUMBER_BYTES + 1;
/** Bytes of an id in full. */
export const FULL_ID_BYTES: number = 2 * NUMBER_BYTES;

/** Writes four bytes, the highest first. */
function write32(to: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) to[at + i] = word >>> (24 - 8 * i);
}

function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>>
    0;
}

/** An id. All words are from 0 to 2³² − 1. */
export class StreamId {
  /** High half of its milliseconds. */
  msHigh = 0;
  /** Low half. */
  msLow = 0;
  /** High half of its sequence number. */
  seqHigh = 0;
  /** Low half. */
  seqLow = 0;

  /** Sets it to numbers that are whole and exact. */
  set(ms: number, seq: number): this {
    this.msHigh = Math.floor(ms / WORD_RANGE);
    this.msLow = ms >>> 0;
    this.seqHigh = Math.floor(seq / WORD_RANGE);
    this.seqLow = seq >>> 0;
    return this;
  }

  /** Sets it to another. */
  copy(other: StreamId): this {
    this.msHigh = other.msHigh;
    this.msLow = other.msLow;
    return this.copySequence(other);
  }

  /** Sets its sequence number to that of another. */
  copySequence(other: StreamId): this {
    this.seqHigh = other.seqHigh;
    this.seqLow = other.seqLow;
    return this;
  }

  /** Sets its sequence number to the largest. */
  setLastSequence(): this {
    this.seqHigh = this.seqLow = WORD_RANGE - 1;
    return this;
  }

  /** Sets it to the largest of all. */
  setLast(): this {
    this.msHigh = this.msLow = WORD_RANGE - 1;
    return this.setLastSequence();
  }

  /** Whether it is 0-0. */
  get isZero(): boolean {
    return (this.msHigh | this.msLow | this.seqHigh | this.seqLow) === 0;
  }

  /** Whether it is the largest of all. */
  get isLast(): boolean {
    return (this.msHigh & this.msLow & this.seqHigh & this.seqLow) === -1;
  }

  /** Below 0 where it is before the other, 0 where it is the same. */
  compare(other: StreamId): number {
    if (this.msHigh !== other.msHigh) return this.msHigh - other.msHigh;
    if (this.msLow !== other.msLow) return this.msLow - other.msLow;
    if (this.seqHigh !== other.seqHigh) return this.seqHigh - other.seqHigh;
    return this.seqLow - other.seqLow;
  }

  /** Goes to the next id. Returns false, and stays, where it is the last of all. */
  increment(): boolean {
    if (this.incrementSequence()) return true;
    if (this.msHigh === WORD_RANGE - 1 && this.msLow === WORD_RANGE - 1) return false;
    this.seqHigh = this.seqLow = 0;
    this.msLow = (this.msLow + 1) >>> 0;
    if (this.msLow === 0) this.msHigh++;
    return true;
  }

  /** Goes to the next id of the same millisecond. Returns false, and stays, where there is none. */
  incrementSequence(): boolean {
    if (this.seqLow === WORD_RANGE - 1 && this.seqHigh === WORD_RANGE - 1) return false;
    this.seqLow = (this.seqLow + 1) >>> 0;
    if (this.seqLow === 0) this.seqHigh++;
    return true;
  }

  /** Goes to the id before. Returns false, and stays, where it is 0-0. */
  decrement(): boolean {
    if (this.isZero) return false;
    if (this.seqLow > 0) this.seqLow--;
    else if (this.seqHigh > 0) {
      this.seqHigh--;
      this.seqLow = WORD_RANGE - 1;
    } else {
      if (this.msLow === 0) this.msHigh--;
      this.msLow = (this.msLow - 1) >>> 0;
      this.setLastSequence();
    }
    return true;
  }

  /** The score of its entry. */
  get score(): number {
    return this.msHigh >= INEXACT_HIGH ? FIRST_INEXACT : this.msHigh * WORD_RANGE + this.msLow;
  }

  /** Writes what its entry begins with, behind the score. Returns where that ends. */
  writeKey(to: Uint8Array, at: number): number {
    let end = at;
    if (this.msHigh >= INEXACT_HIGH) {
      write32(to, end, this.msHigh);
      write32(to, end + 4, this.msLow);
      end += NUMBER_BYTES;
    }
    const { seqHigh, seqLow } = this;
    if (seqHigh === 0 && seqLow < FIRST_LONG) {
      to[end] = seqLow;
      return end + 1;
    }
    const words = seqHigh === 0 ? seqLow : seqHigh;
    const bytes = (seqHigh === 0 ? 0 : 4) + Math.ceil((32 - Math.clz32(words)) / 8);
    to[end++] = FIRST_LONG + bytes - 1;
    for (let i = bytes - 1; i >= 0; i--) {
      to[end++] = i >= 4 ? seqHigh >>> (8 * (i - 4)) : seqLow >>> (8 * i);
    }
    return end;
  }

  /** Sets it to that of the entry with this score whose bytes begin at `at`. Returns where the id ends. */
  readKey(score: number, bytes: Uint8Array, at: number): number {
    let end = at;
    if (score >= FIRST_INEXACT) {
      this.msHigh = read32(bytes, at);
      this.msLow = read32(bytes, at + 4);
      end += NUMBER_BYTES;
    } else {
      this.msHigh = Math.floor(score / WORD_RANGE);
      this.msLow = score >>> 0;
    }
    const first = bytes[end++]!;
    this.seqHigh = 0;
    this.seqLow = first;
    if (first < FIRST_LONG) return end;
    this.seqLow = 0;
    for (let left = first - FIRST_LONG + 1; left > 0; left--) {
      const byte = bytes[end++]!;
      if (left > 4) this.seqHigh = ((this.seqHigh << 8) | byte) >>> 0;
      else this.seqLow = ((this.seqLow << 8) | byte) >>> 0;
    }
    return end;
  }

  /** Writes {@linkcode FULL_ID_BYTES} bytes whose order is that of ids. */
  writeFull(to: Uint8Array, at: number): void {
    write32(to, at, this.msHigh);
    write32(to, at + 4, this.msLow);
    write32(to, at + 8, this.seqHigh);
    write32(to, at + 12, this.seqLow);
  }

  /** Reads those. */
  readFull(bytes: Uint8Array, at: number): this {
    this.msHigh = read32(bytes, at);
    this.msLow = read32(bytes, at + 4);
    this.seqHigh = read32(bytes, at + 8);
    this.seqLow = read32(bytes, at + 12);
    return this;
  }
}

/** Bytes that the id takes in the entry with this score whose bytes begin at `at`. */
export function idBytes(score: number, bytes: Uint8Array, at: number): number {
  const head = score >= FIRST_INEXACT ? NUMBER_BYTES : 0;
  const first = bytes[at + head]!;
  return head + (first < FIRST_LONG ? 1 : first - FIRST_LONG + 2);
}
