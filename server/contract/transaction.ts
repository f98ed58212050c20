// A transaction under way: the commands that MULTI has queued and the keys that WATCH has asked about,
// as records in one growing buffer. Bounded, and counted as its client's memory, so that nobody can
// hoard. Knows no command and no cache.

import type { Args } from "./args.ts";
import { grownLength, resizedBytes } from "./growing_bytes.ts";

/** Most commands of one transaction. */
export const MAX_TRANSACTION_COMMANDS = 1000;
/** Most bytes of all its records. */
export const MAX_TRANSACTION_BYTES = 1024 * 1024;

/** A command: its number, how many arguments there are, then the length of each, then their bytes. */
const COMMAND_HEADER_BYTES = 4;
const COUNT_AT = 2;
const LENGTH_BYTES = 4;
/** A watched key: its hash, its length, version and sequence, then its bytes. */
const WATCH_HEADER_BYTES = 24;
const KEY_BYTES_AT = 4;
const VERSION_AT = 8;
const SEQUENCE_AT = 16;
/** What the first record makes the buffer. */
const MIN_BUFFER_BYTES = 256;

/** Whose memory it is. */
export interface TransactionMemory {
  /** Takes bytes, or with a negative number gives some back; false where there are too few. */
  tryTake(bytes: number): boolean;
}

/** What became of something that a transaction was to keep. */
export type Kept = "kept" | "tooLarge" | "noMemory";

/** A watched key and the version that it had: 0 for absent, then `sequence` is its shard's. */
export interface WatchedKey {
  readonly hash: number;
  /** A view of the transaction's buffer. */
  readonly key: Uint8Array;
  readonly version: number;
  readonly sequence: number;
}

/** What one client has queued and watched. */
export class Transaction {
  /** Whether MULTI was said. Keys may be watched before. */
  isOpen = false;
  /** Whether a command was refused while queueing. EXEC then refuses all. */
  isBroken = false;
  /** How many commands are queued, and keys watched. */
  queuedCount = 0;
  watchedCount = 0;
  readonly #memory: TransactionMemory;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  /** Where the records of watched keys end and those of commands begin. */
  #watchedEnd = 0;

  /** What it holds is taken from `memory`. */
  constructor(memory: TransactionMemory) {
    this.#memory = memory;
  }

  /** Queues command number `id` with a copy of its arguments. */
  enqueue(id: number, args: Args): Kept {
    const { count, lengths } = args;
    if (this.queuedCount === MAX_TRANSACTION_COMMANDS) return "tooLarge";
    let total = COMMAND_HEADER_BYTES + count * LENGTH_BYTES;
    for (let i = 0; i < count; i++) total += lengths[i]!;
    const made = this.#makeSpace(total);
    if (made !== "kept") return made;
    const view = this.#view;
    let at = this.#used;
    view.setUint16(at, id);
    view.setUint16(at + COUNT_AT, count);
    at += COMMAND_HEADER_BYTES;
    for (let i = 0; i < count; i++, at += LENGTH_BYTES) view.setUint32(at, lengths[i]!);
    for (let i = 0; i < count; i++) {
      this.#bytes.set(args.bytesOf(i), at);
      at += lengths[i]!;
    }
    this.#used = at;
    this.queuedCount++;
    return "kept";
  }

  /** Makes space for the keys `args`, which {@linkcode watch} is then called with one by one. */
  reserveWatched(args: Args): Kept {
    let total = args.count * WATCH_HEADER_BYTES;
    for (let i = 0; i < args.count; i++) total += args.lengths[i]!;
    return this.#makeSpace(total);
  }

  /** Notes a key, for which there is space, and its state. No command may be queued yet. */
  watch(hash: number, key: Uint8Array, version: number, sequence: number): void {
    const view = this.#view;
    const at = this.#used;
    view.setInt32(at, hash);
    view.setUint32(at + KEY_BYTES_AT, key.length);
    view.setFloat64(at + VERSION_AT, version);
    view.setFloat64(at + SEQUENCE_AT, sequence);
    this.#bytes.set(key, at + WATCH_HEADER_BYTES);
    this.#used = at + WATCH_HEADER_BYTES + key.length;
    this.#watchedEnd = this.#used;
    this.watchedCount++;
  }

  /** The watched keys, one after the other. */
  *watched(): Generator<WatchedKey> {
    const view = this.#view;
    for (let at = 0; at < this.#watchedEnd;) {
      const start = at + WATCH_HEADER_BYTES;
      const end = start + view.getUint32(at + KEY_BYTES_AT);
      yield {
        hash: view.getInt32(at),
        key: this.#bytes.subarray(start, end),
        version: view.getFloat64(at + VERSION_AT),
        sequence: view.getFloat64(at + SEQUENCE_AT),
      };
      at = end;
    }
  }

  /** The numbers of the queued commands; before each comes back, `args` are laid over its arguments. */
  *queued(args: Args): Generator<number> {
    const view = this.#view;
    for (let at = this.#watchedEnd; at < this.#used;) {
      const id = view.getUint16(at);
      const count = view.getUint16(at + COUNT_AT);
      const lengths = at + COMMAND_HEADER_BYTES;
      at = lengths + count * LENGTH_BYTES;
      args.over(this.#bytes);
      for (let i = 0; i < count; i++) {
        const length = view.getUint32(lengths + i * LENGTH_BYTES);
        args.push(at, length);
        at += length;
      }
      yield id;
    }
  }

  /** Gives its memory back. It holds nothing afterwards. */
  end(): void {
    this.#memory.tryTake(-this.#bytes.length);
    this.#bytes = new Uint8Array();
    this.#view = new DataView(this.#bytes.buffer);
    this.#used = 0;
    this.#watchedEnd = 0;
    this.queuedCount = 0;
    this.watchedCount = 0;
  }

  #makeSpace(bytes: number): Kept {
    const needed = this.#used + bytes;
    if (needed > MAX_TRANSACTION_BYTES) return "tooLarge";
    const { length } = this.#bytes;
    if (needed <= length) return "kept";
    const size = Math.min(
      MAX_TRANSACTION_BYTES,
      grownLength(length, Math.max(needed, MIN_BUFFER_BYTES)),
    );
    if (!this.#memory.tryTake(size - length)) return "noMemory";
    this.#bytes = resizedBytes(this.#bytes, this.#used, size);
    this.#view = new DataView(this.#bytes.buffer);
    return "kept";
  }
}
