// Holds keys, members or values that a walk has found until they are answered: one growing buffer and
// their lengths. What a scan or a draw answers is known only when it has ended, and a list begins with
// its length. Knows no shard and no pattern.

import { grownBytes, grownPlaces } from "../../contract/growing_bytes.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";

/** Bytes that an entry takes in an answer besides its own. */
const ENTRY_OVERHEAD_BYTES = 16;

/** A list of byte strings. */
export class ByteList {
  /** How many there are. */
  count = 0;
  /** Bytes of all of them. */
  usedBytes = 0;
  #bytes = new Uint8Array(1024);
  #lengths = new Int32Array(64);
  /** Where the entry that was answered last ends, and its number. */
  #answeredBytes = 0;
  #answered = 0;

  /** About how many bytes an answer of all of them takes. */
  get answerBytes(): number {
    return this.usedBytes + this.count * ENTRY_OVERHEAD_BYTES;
  }

  /** Adds a copy of `length` bytes of `bytes` from `start`. */
  add(bytes: Uint8Array, start: number, length: number): void {
    const at = this.reserve(length);
    this.bytes.set(bytes.subarray(start, start + length), at);
    this.commit(length);
  }

  /** Where the next entry goes. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes space for an entry of `length` bytes. Returns the place in `bytes` to write it to. */
  reserve(length: number): number {
    const used = this.usedBytes;
    if (used + length > this.#bytes.length) {
      this.#bytes = grownBytes(this.#bytes, used, used + length);
    }
    return used;
  }

  /** Adds the `length` bytes at the place that {@linkcode reserve} returned. */
  commit(length: number): void {
    if (this.count === this.#lengths.length) {
      this.#lengths = grownPlaces(this.#lengths, this.count + 1);
    }
    this.#lengths[this.count++] = length;
    this.usedBytes += length;
  }

  /** Forgets the last entry. */
  drop(): void {
    this.usedBytes -= this.#lengths[--this.count]!;
  }

  /** Answers all entries as a list. */
  answer(reply: Reply): void {
    reply.array(this.count);
    while (this.#answered < this.count) this.answerNext(reply);
  }

  /** Answers the next entry, from the first one on. */
  answerNext(reply: Reply): void {
    const entry = this.takeNext();
    answerBytes(entry, 0, entry.length, reply);
  }

  /** The next entry, from the first one on, for a caller who answers it: a view. */
  takeNext(): Uint8Array {
    const start = this.#answeredBytes;
    this.#answeredBytes += this.#lengths[this.#answered++]!;
    return this.#bytes.subarray(start, this.#answeredBytes);
  }
}
