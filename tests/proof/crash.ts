// What a run of interleaving.ts is made of, and what a crash leaves of it: blocks of the log, a snapshot, and beside
// them what each record has changed, for the model.

import type { Effect } from "./operations.ts";

/** What a run is made of. */
export interface RunOptions {
  readonly seed: number;
  readonly workers: number;
  readonly operations: number;
  readonly memoryBytes: number;
  readonly keys: number;
  readonly maxValueBytes: number;
  /** An actor is interrupted at one in so many atomic steps, and ends for good at another. */
  readonly interruptOneIn: number;
  readonly endOneIn: number;
  readonly faultyOneIn: number;
  /** Bytes of the log ring. */
  readonly logBytes: number;
  /** Where it begins to count words. */
  readonly startPosition: number;
}

/** What one record of the log has changed, and where it ends. */
export interface Committed {
  readonly endByte: number;
  readonly effects: readonly Effect[];
}

/** A part of the log that was drained at once. */
export interface Block {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A whole snapshot. */
export interface Snapshot {
  readonly sections: readonly Uint8Array[];
  readonly begins: Float64Array;
  /** The effects that concern all shards. */
  readonly head: Uint8Array;
  /** Log from here on belongs to it, and as much of it as was drained when it was done. */
  readonly startByte: number;
  readonly endBlock: number;
}

/** What a crash leaves: so many blocks, and the last whole snapshot. */
export interface Crash {
  readonly blocks: number;
  readonly snapshot: Snapshot | null;
  readonly nowMs: number;
}
