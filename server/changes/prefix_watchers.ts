// Finds the watchers of prefixes by the key of an event. The cost is one look-up for each length that
// a prefix has, however many prefixes there are. Knows no ring and no protocol.

import type { ChangeEvent } from "../../cache/mod.ts";
import type { Watcher } from "../contract/changes.ts";

/** Most bytes of a key in an event. A longer prefix is looked up by its first 64 bytes. */
const MAX_LOOKED_UP_BYTES = 64;

/** The watchers of prefixes. */
export class PrefixWatchers {
  /** Watchers by the first bytes of a prefix, as Latin-1, with the number of such prefixes. */
  readonly #watchers = new Map<string, Map<Watcher, number>>();
  /** Number of entries of each length. */
  readonly #lengths = new Map<number, number>();
  readonly #prefixes = new Map<string, Set<Watcher>>();

  /** Whether `watcher` watches `prefix`. */
  has(prefix: Uint8Array, watcher: Watcher): boolean {
    return this.#prefixes.get(latin1(prefix))?.has(watcher) === true;
  }

  /** Adds a watcher to a prefix that it does not watch yet. Returns whether it is the only one. */
  add(prefix: Uint8Array, watcher: Watcher): boolean {
    const text = latin1(prefix);
    const all = this.#prefixes.get(text) ?? new Set();
    this.#prefixes.set(text, all.add(watcher));
    const start = text.slice(0, MAX_LOOKED_UP_BYTES);
    const found = this.#watchers.get(start) ?? new Map<Watcher, number>();
    if (found.size === 0) {
      this.#watchers.set(start, found);
      this.#lengths.set(start.length, (this.#lengths.get(start.length) ?? 0) + 1);
    }
    found.set(watcher, (found.get(watcher) ?? 0) + 1);
    return all.size === 1;
  }

  /** Removes a watcher from a prefix that it watches. Returns whether it was the last one. */
  remove(prefix: Uint8Array, watcher: Watcher): boolean {
    const text = latin1(prefix);
    const all = this.#prefixes.get(text)!;
    all.delete(watcher);
    if (all.size === 0) this.#prefixes.delete(text);
    this.#removeStart(text.slice(0, MAX_LOOKED_UP_BYTES), watcher);
    return all.size === 0;
  }

  #removeStart(start: string, watcher: Watcher): void {
    const found = this.#watchers.get(start)!;
    const count = found.get(watcher)! - 1;
    if (count > 0) found.set(watcher, count);
    else found.delete(watcher);
    if (found.size > 0) return;
    this.#watchers.delete(start);
    const entries = this.#lengths.get(start.length)! - 1;
    if (entries > 0) this.#lengths.set(start.length, entries);
    else this.#lengths.delete(start.length);
  }

  /** Adds to `found` the watchers of prefixes that the event's key begins with, or may begin with. */
  addMatching({ key, keyBytes }: ChangeEvent, found: Set<Watcher>): void {
    if (this.#watchers.size === 0) return;
    if (keyBytes === 0) {
      for (const watchers of this.#watchers.values()) addAll(watchers, found);
      return;
    }
    const text = latin1(key);
    for (const length of this.#lengths.keys()) {
      if (length > text.length) continue;
      const watchers = this.#watchers.get(text.slice(0, length));
      if (watchers !== undefined) addAll(watchers, found);
    }
  }
}

function addAll(watchers: ReadonlyMap<Watcher, number>, found: Set<Watcher>): void {
  for (const watcher of watchers.keys()) found.add(watcher);
}

/** A string with one character for each byte, which can be the key of a Map. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
