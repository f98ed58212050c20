// A transaction under way: the commands that MULTI has queued and the keys that WATCH has asked about,
// as records in a few blocks of bytes, which grow and are never copied: copies would be garbage as
// large as themselves. Bounded, and counted as its client's memory. Knows no command and no cache.

import type { Args } from "./args.ts";
import { releaseBytes } from "./growing_bytes.ts";
import { COST_BYTES } from "./memory_budget.ts";

/** Most commands of one transaction. */
export const MAX_TRANSACTION_COMMANDS = 1000;
/** Most bytes of its commands, and of its watched keys. */
export const MAX_TRANSACTION_BYTES = 1024 * 1024;

/** A command: its number, how many arguments there are, then the length of each, then their bytes. */
const COMMAND_HEADER_BYTES = 4;
const COUNT_AT = 2;
const LENGTH_BYTES = 4;
/** A watched key: its hash, its length, version, inserts of its stripe, database and swaps; its bytes. */
const WATCH_HEADER_BYTES = 32;
const KEY_BYTES_AT = 4;
const VERSION_AT = 8;
const INSERTS_AT = 16;
const DATABASE_AT = 20;
const SWAPS_AT = 24;
const ALL_SWAPS_AT = 28;
/** The first block, and the largest unless one record is larger; each is twice the one before. */
const MIN_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 64 * 1024;
/** What a block costs beside its bytes. */
const BLOCK_COST_BYTES = 2 * COST_BYTES.bytes + COST_BYTES.object;

/** Up to this length a loop copies. */
const SHORT_BYTES = 64;

/** Whose memory it is. */
export interface TransactionMemory {
  /** Takes bytes, or with a negative number gives some back; false where there are too few. */
  tryTake(bytes: number): boolean;
}

/** What became of something that a transaction was to keep. */
export type Kept = "kept" | "tooLarge" | "noMemory";

/** A watched key and the version that it had: 0 for absent, then `inserts` counts those of its stripe. */
export interface WatchedKey {
  readonly hash: number;
  /** Its bytes; of a key that is held a view. */
  readonly key: Uint8Array;
  readonly version: number;
  readonly inserts: number;
  /** Its database, by the number that clients use. */
  readonly database: number;
  /** How often that one was exchanged until then, and how often any were. */
  readonly swaps: number;
  readonly allSwaps: number;
}

/** Bytes of a few records, one after the other. */
interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  used: number;
}

/** Records in blocks. */
class Records {
  readonly blocks: Block[] = [];
  /** What they cost. */
  heldBytes = 0;
  #usedBytes = 0;
  readonly #memory: TransactionMemory;

  constructor(memory: TransactionMemory) {
    this.#memory = memory;
  }

  /** Makes space for `bytes` in the last block. */
  reserve(bytes: number): Kept {
    if (this.#usedBytes + bytes > MAX_TRANSACTION_BYTES) return "tooLarge";
    const last = this.blocks.at(-1);
    if (last !== undefined && last.used + bytes <= last.bytes.length) return "kept";
    const usual = last === undefined ? MIN_BLOCK_BYTES : 2 * last.bytes.length;
    const size = Math.max(bytes, Math.min(usual, MAX_BLOCK_BYTES));
    if (!this.#memory.tryTake(size + BLOCK_COST_BYTES)) return "noMemory";
    this.heldBytes += size + BLOCK_COST_BYTES;
    const block = new Uint8Array(size);
    this.blocks.push({ bytes: block, view: new DataView(block.buffer), used: 0 });
    return "kept";
  }

  /** The block for which space was made. */
  get last(): Block {
    return this.blocks.at(-1)!;
  }

  /** Says that so many bytes of the last block are used now. */
  commit(bytes: number): void {
    this.last.used += bytes;
    this.#usedBytes += bytes;
  }

  /** Forgets everything, and gives the memory back. */
  clear(): void {
    // Thousands of clients may come and go before the garbage collector comes.
    for (const { bytes } of this.blocks) releaseBytes(bytes);
    this.#memory.tryTake(-this.heldBytes);
    this.blocks.length = 0;
    this.heldBytes = 0;
    this.#usedBytes = 0;
  }
}

/** What one client has queued and watched. */
export class Transaction {
  /** Whether MULTI was said. Keys may be watched before. */
  isOpen = false;
  /** Whether a command was refused while queueing. EXEC then refuses all. */
  isBroken = false;
  /** Whether a queued command writes. */
  hasWrites = false;
  /** Whether one runs a script. */
  hasScripts = false;
  /** How many commands are queued, and keys watched. */
  queuedCount = 0;
  watchedCount = 0;
  readonly #commands: Records;
  readonly #keys: Records;

  /** What it holds is taken from `memory`. */
  constructor(memory: TransactionMemory) {
    this.#commands = new Records(memory);
    this.#keys = new Records(memory);
  }

  /** What it holds in memory, in bytes. */
  get heldBytes(): number {
    return this.#commands.heldBytes + this.#keys.heldBytes;
  }

  /** A command was refused while queueing: nothing that is queued will run, so none is kept. */
  break(): void {
    this.isBroken = true;
    this.#commands.clear();
  }

  /** Queues command number `id` with a copy of its arguments, unless it will not run. */
  enqueue(id: number, args: Args): Kept {
    const { count, lengths } = args;
    if (this.isBroken) return "kept";
    if (this.queuedCount === MAX_TRANSACTION_COMMANDS) return "tooLarge";
    let total = COMMAND_HEADER_BYTES + count * LENGTH_BYTES;
    for (let i = 0; i < count; i++) total += lengths[i]!;
    const made = this.#commands.reserve(total);
    if (made !== "kept") return made;
    const { bytes, view, used } = this.#commands.last;
    let at = used;
    view.setUint16(at, id);
    view.setUint16(at + COUNT_AT, count);
    at += COMMAND_HEADER_BYTES;
    for (let i = 0; i < count; i++, at += LENGTH_BYTES) view.setUint32(at, lengths[i]!);
    for (let i = 0; i < count; i++) {
      at = copyArgument(args, i, bytes, at);
    }
    this.#commands.commit(total);
    this.queuedCount++;
    return "kept";
  }

  /** Makes space for the keys `args`, which {@linkcode watch} is then called with one by one. */
  reserveWatched(args: Args): Kept {
    let total = args.count * WATCH_HEADER_BYTES;
    for (let i = 0; i < args.count; i++) total += args.lengths[i]!;
    return this.#keys.reserve(total);
  }

  /** Notes a key, for which there is space, and its state. */
  watch({ hash, key, version, inserts, database, swaps, allSwaps }: WatchedKey): void {
    const { bytes, view, used } = this.#keys.last;
    view.setInt32(used, hash);
    view.setUint32(used + KEY_BYTES_AT, key.length);
    view.setFloat64(used + VERSION_AT, version);
    view.setInt32(used + INSERTS_AT, inserts);
    view.setUint32(used + DATABASE_AT, database);
    view.setInt32(used + SWAPS_AT, swaps);
    view.setInt32(used + ALL_SWAPS_AT, allSwaps);
    bytes.set(key, used + WATCH_HEADER_BYTES);
    this.#keys.commit(WATCH_HEADER_BYTES + key.length);
    this.watchedCount++;
  }

  /** The watched keys, one after the other. */
  *watched(): Generator<WatchedKey> {
    for (const { bytes, view, used } of this.#keys.blocks) {
      for (let at = 0; at < used;) {
        const start = at + WATCH_HEADER_BYTES;
        const end = start + view.getUint32(at + KEY_BYTES_AT);
        yield {
          hash: view.getInt32(at),
          key: bytes.subarray(start, end),
          version: view.getFloat64(at + VERSION_AT),
          inserts: view.getInt32(at + INSERTS_AT),
          database: view.getUint32(at + DATABASE_AT),
          swaps: view.getInt32(at + SWAPS_AT),
          allSwaps: view.getInt32(at + ALL_SWAPS_AT),
        };
        at = end;
      }
    }
  }

  /** The numbers of the queued commands; before each comes back, `args` are laid over its arguments. */
  *queued(args: Args): Generator<number> {
    for (const { bytes, view, used } of this.#commands.blocks) {
      for (let at = 0; at < used;) {
        const id = view.getUint16(at);
        const count = view.getUint16(at + COUNT_AT);
        const lengths = at + COMMAND_HEADER_BYTES;
        at = lengths + count * LENGTH_BYTES;
        args.over(bytes);
        for (let i = 0; i < count; i++) {
          const length = view.getUint32(lengths + i * LENGTH_BYTES);
          args.push(at, length);
          at += length;
        }
        yield id;
      }
    }
  }

  /** Gives its memory back. It holds nothing afterwards. */
  end(): void {
    this.#commands.clear();
    this.#keys.clear();
    this.queuedCount = 0;
    this.watchedCount = 0;
  }
}

/** Copies an argument to `at`; returns where it ends. A view to copy from costs as much as a short one. */
function copyArgument(args: Args, index: number, bytes: Uint8Array, at: number): number {
  const length = args.lengths[index]!;
  if (length > SHORT_BYTES) bytes.set(args.bytesOf(index), at);
  else {for (let i = 0, from = args.starts[index]!; i < length; i++) {
      bytes[at + i] = args.bytes[from + i]!;
    }}
  return at + length;
}
