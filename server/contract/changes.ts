// The interfaces for watching changes of keys: a watcher is told of changes, and a watch is where it
// says which. Interfaces only; the room changes/ carries them out over a worker's event ring.

import type { ChangeEvent, ChangeKind } from "../../cache/mod.ts";

/** An object that is told of changes. */
export interface Watcher {
  /** A key with a watched hash has changed. It may be another key with the same hash. */
  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void;
  /** Events were lost: anything may have changed. */
  onOverflow(): void;
}

/** The watchers of one worker. */
export interface Watch {
  /** Watches keys with this hash. Returns false when the worker has too many watches already. */
  add(hash: number, watcher: Watcher): boolean;
  /** Ends a watch. */
  remove(hash: number, watcher: Watcher): void;
  /** Watches keys that begin with `prefix`, which is not empty. Returns false as {@linkcode add}. */
  addPrefix(prefix: Uint8Array, watcher: Watcher): boolean;
  /** Ends such a watch. */
  removePrefix(prefix: Uint8Array, watcher: Watcher): void;
  /** Watches all keys. Returns false as {@linkcode add}. */
  addAll(watcher: Watcher): boolean;
  /** Ends the watch of all keys. */
  removeAll(watcher: Watcher): void;
  /** Tells of changes that this thread has just made: at once, as far as that takes a moment. */
  hear(): void;
}
