// A client's transaction: copies of the commands that MULTI has queued, and the versions of the keys
// that WATCH has named. Bounded, so that a client cannot take much memory.

import type { Args } from "./args.ts";

/** Most commands of one transaction. */
export const MAX_TRANSACTION_COMMANDS = 1000;
/** Most bytes of all their arguments. */
export const MAX_TRANSACTION_BYTES = 1024 * 1024;

/** A queued command. */
export interface QueuedCommand {
  /** Its number in the command table. */
  readonly id: number;
  /** The arguments, one after the other. */
  readonly bytes: Uint8Array;
  readonly lengths: Int32Array;
}

/** A watched key and its version. 0 is an absent key; `sequence` is then that of its shard. */
export interface WatchedKey {
  readonly key: Uint8Array;
  readonly hash: number;
  readonly version: number;
  readonly sequence: number;
}

/** What one client has queued and watched. */
export class Transaction {
  /** Whether MULTI was said. Keys may be watched before. */
  isOpen = false;
  /** Whether a command was refused while queueing. EXEC then refuses all. */
  isBroken = false;
  readonly queue: QueuedCommand[] = [];
  readonly watched: WatchedKey[] = [];
  /** Bytes of all queued arguments. */
  queuedBytes = 0;

  /** Queues command number `id` with a copy of its arguments. Returns false if it does not fit. */
  enqueue(id: number, args: Args): boolean {
    const { count, lengths } = args;
    let total = 0;
    for (let i = 0; i < count; i++) total += lengths[i]!;
    if (this.queue.length === MAX_TRANSACTION_COMMANDS || !this.reserve(total)) return false;
    const bytes = new Uint8Array(total);
    let at = 0;
    for (let i = 0; i < count; i++) {
      bytes.set(args.bytesOf(i), at);
      at += lengths[i]!;
    }
    this.queue.push({ id, bytes, lengths: lengths.slice(0, count) });
    return true;
  }

  /** Counts `bytes` bytes. Returns false if the transaction would then hold too many. */
  reserve(bytes: number): boolean {
    if (this.queuedBytes + bytes > MAX_TRANSACTION_BYTES) return false;
    this.queuedBytes += bytes;
    return true;
  }
}
