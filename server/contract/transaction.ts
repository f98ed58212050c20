// A transaction under way: the commands that MULTI has queued, as copies of their bytes, and the
// versions of the keys that WATCH has asked about. Bounded, so that a client cannot hoard memory.

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

/** A watched key and the version that it had: 0 for absent, then `sequence` is its shard's. */
export interface WatchedKey {
  readonly key: Uint8Array;
  readonly hash: number;
  readonly version: number;
  readonly sequence: number;
}

/** What one client has queued and watched. */
export class Transaction {
  /** Whether MULTI was said; before that, keys may already be watched. */
  isOpen = false;
  /** Whether a queued command was refused: EXEC then refuses all. */
  isBroken = false;
  readonly queue: QueuedCommand[] = [];
  readonly watched: WatchedKey[] = [];
  /** Bytes of all queued arguments. */
  queuedBytes = 0;

  /** Queues command number `id` with a copy of its arguments. Returns false when that would be too much. */
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

  /** Sets aside `bytes` bytes. Returns false when the transaction would hold too many. */
  reserve(bytes: number): boolean {
    if (this.queuedBytes + bytes > MAX_TRANSACTION_BYTES) return false;
    this.queuedBytes += bytes;
    return true;
  }
}
