// Finds the blocks in bytes that come in pieces of any length. Where a block is damaged it looks for the
// next whole one. Holds one piece and at most one block. Pure: knows no file, and judges no damage.

import { crc32 } from "node:zlib";
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  emptyBlockHeader,
  readBlockHeader,
} from "../blocks.ts";

/** What {@linkcode BlockScanner.next} found. */
export const Found = {
  /** A block: see `header`, `payload` and `offset`. */
  block: 0,
  /** Nothing yet: more bytes are needed. */
  more: 1,
  /** Damage: see `damage`. What follows is whole again, or the end. */
  damage: 2,
  /** The end of the bytes. */
  end: 3,
} as const;

export type Found = typeof Found[keyof typeof Found];

/** Bytes of a file that are no whole block in its place. */
export interface Damage {
  /** Where they begin and end in the file. */
  readonly offset: number;
  readonly endOffset: number;
  /** The position that the block there should have had. */
  readonly position: number;
  /** That of the next block, or -1 if none follows. */
  readonly nextPosition: number;
  /** What is wrong, to go on after "Damage in FILE at byte N: ". */
  readonly reason: string;
}

const NONE: Damage = { offset: 0, endOffset: 0, position: 0, nextPosition: -1, reason: "" };

/** Finds blocks. */
export class BlockScanner {
  readonly #mark: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** What is to be looked at: from `#start`, always at a multiple of four, to `#end`. */
  #start = 0;
  #end = 0;
  /** Where `#bytes` begins in the file. */
  #base: number;
  #isFinished = false;
  /** The least length that the next piece must make possible. */
  #needed = BLOCK_HEADER_BYTES;
  /** Where damage began while its end is looked for, or -1. */
  #damageOffset = -1;
  #reason = "";
  #expected: number;
  readonly header: BlockHeader = emptyBlockHeader();
  /** The payload of the block found, at a multiple of four bytes; valid until more bytes are fed. */
  payload: Uint8Array;
  /** Where the block found begins in the file. */
  offset = 0;
  damage: Damage = NONE;

  /**
   * @param mark that of the file
   * @param offset where in the file the bytes begin: a multiple of four
   * @param position that of the first block, or -1 if any is right
   * @param chunkBytes how many bytes to hold at least
   */
  constructor(mark: number, offset: number, position: number, chunkBytes: number) {
    this.#mark = mark;
    this.#base = offset;
    this.#expected = position;
    this.#bytes = new Uint8Array(Math.max(chunkBytes & ~3, BLOCK_HEADER_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
    this.payload = this.#bytes.subarray(0, 0);
  }

  /** The position just past the last block found. */
  get position(): number {
    return this.#expected;
  }

  /** Where to put the next bytes: some of them, then call {@linkcode filled}. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#base += this.#start;
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#needed > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(this.#needed));
      this.#view = new DataView(this.#bytes.buffer);
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Says how many bytes were put. */
  filled(bytes: number): void {
    this.#end += bytes;
  }

  /** Says that no more bytes come. */
  finish(): void {
    this.#isFinished = true;
  }

  /** Looks for the next block. */
  next(): Found {
    if (this.#damageOffset >= 0) return this.#search();
    const there = this.#end - this.#start;
    if (there < BLOCK_HEADER_BYTES) {
      if (!this.#isFinished) return this.#needMore(BLOCK_HEADER_BYTES);
      return there === 0 ? Found.end : this.#damaged("the file ends inside the header of a block");
    }
    const { header } = this;
    if (!readBlockHeader(this.#bytes, this.#view, this.#start, this.#mark, header)) {
      return this.#damaged("there is no header of a block, or it is damaged");
    }
    if (this.#expected >= 0 && header.position !== this.#expected) {
      return this.#damaged(
        `the block is that of position ${header.position}, not of ${this.#expected}`,
      );
    }
    const length = BLOCK_HEADER_BYTES + header.payloadBytes;
    if (there < length) {
      if (!this.#isFinished) return this.#needMore(length);
      return this.#damaged("the file ends inside a block");
    }
    const payload = this.#payloadAt(this.#start);
    if (crc32(payload) !== header.payloadCrc) {
      return this.#damaged("the checksum of the block is not that of its bytes");
    }
    this.payload = payload;
    this.offset = this.#base + this.#start;
    this.#start += length;
    this.#expected = header.position + header.payloadBytes;
    return Found.block;
  }

  #payloadAt(start: number): Uint8Array {
    const at = start + BLOCK_HEADER_BYTES;
    return this.#bytes.subarray(at, at + this.header.payloadBytes);
  }

  #needMore(bytes: number): Found {
    this.#needed = bytes;
    return Found.more;
  }

  #damaged(reason: string): Found {
    this.#damageOffset = this.#base + this.#start;
    this.#reason = reason;
    return this.#search();
  }

  /** Looks for the next whole block behind damage: for the mark, then at the checksums. */
  #search(): Found {
    const words = new Uint32Array(this.#bytes.buffer, 0, this.#end >>> 2);
    for (;;) {
      const word = words.indexOf(this.#mark, this.#start >>> 2);
      if (word < 0) {
        // Less than a word may be left: the rest of it has not come yet.
        this.#start = this.#isFinished ? this.#end : this.#end & ~3;
        return this.#isFinished ? this.#endDamage(-1) : this.#needMore(BLOCK_HEADER_BYTES);
      }
      this.#start = 4 * word;
      const there = this.#end - this.#start;
      if (there < BLOCK_HEADER_BYTES && !this.#isFinished) {
        return this.#needMore(BLOCK_HEADER_BYTES);
      }
      if (there >= BLOCK_HEADER_BYTES && this.#isHeaderBehind()) {
        const length = BLOCK_HEADER_BYTES + this.header.payloadBytes;
        if (there < length && !this.#isFinished) return this.#needMore(length);
        const isWhole = there >= length &&
          crc32(this.#payloadAt(this.#start)) === this.header.payloadCrc;
        if (isWhole) return this.#endDamage(this.header.position);
      }
      this.#start += 4;
    }
  }

  #isHeaderBehind(): boolean {
    const { header } = this;
    return readBlockHeader(this.#bytes, this.#view, this.#start, this.#mark, header) &&
      header.position >= this.#expected;
  }

  #endDamage(nextPosition: number): Found {
    this.damage = {
      offset: this.#damageOffset,
      endOffset: this.#base + this.#start,
      position: this.#expected,
      nextPosition,
      reason: this.#reason,
    };
    this.#damageOffset = -1;
    if (nextPosition >= 0) this.#expected = nextPosition;
    return Found.damage;
  }
}
