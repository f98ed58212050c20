// Changes of keys, as those who wait for them see it: who is told, and where one says what one waits
// for. Interfaces only; the room changes/ carries them out over a worker's event ring.

import type { ChangeEvent, ChangeKind } from "../../cache/mod.ts";

/** Somebody who wants to know of changes. */
export interface Watcher {
  /** A key with a watched hash has changed; perhaps another one of the same hash. */
  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void;
  /** Events were lost: anything may have changed. */
  onOverflow(): void;
}

/** The watchers of one worker. */
export interface Watch {
  /** Watches keys of this hash. Returns false when the worker has too many watches already. */
  add(hash: number, watcher: Watcher): boolean;
  /** Ends a watch. */
  remove(hash: number, watcher: Watcher): void;
  /** Watches keys that begin with `prefix`, which is not empty. Returns false when there are too many. */
  addPrefix(prefix: Uint8Array, watcher: Watcher): boolean;
  /** Ends such a watch. */
  removePrefix(prefix: Uint8Array, watcher: Watcher): void;
  /** Watches all keys. Returns false when there are too many watches. */
  addAll(watcher: Watcher): boolean;
  /** Ends the watch of all keys. */
  removeAll(watcher: Watcher): void;
}
