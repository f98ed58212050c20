// A transaction under way: the commands that MULTI has queued, as copies of their bytes, and the
// versions of the keys that WATCH has asked about. Bounded, so that a client cannot hoard memory.

import type { Command } from "./command.ts";

/** Most commands of one transaction. */
export const TRANSACTION_COMMANDS_MAX = 1000;
/** Most bytes of all their arguments. */
export const TRANSACTION_BYTES_MAX = 1024 * 1024;

/** A queued command. */
export interface QueuedCommand {
  readonly command: Command;
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
}
