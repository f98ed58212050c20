// Watchers by the prefix that they wait for, found by the key of an event however many prefixes there
// are: one look for each length that a prefix has. Knows no ring and no protocol.

import type { ChangeEvent } from "../../cache/mod.ts";
import type { Watcher } from "../contract/changes.ts";

/** First bytes of a key that an event holds at most; longer prefixes are looked up by as many. */
const MAX_LOOKED_UP_BYTES = 64;

/** Who waits for which prefix. */
export class PrefixWatchers {
  /** By the first bytes of the prefix, as Latin-1; of one of them there may be several prefixes. */
  readonly #watchers = new Map<string, Map<Watcher, number>>();
  /** How many entries there are of each length. */
  readonly #lengths = new Map<number, number>();
  readonly #prefixes = new Map<string, Set<Watcher>>();

  /** Whether `watcher` waits for `prefix`. */
  has(prefix: Uint8Array, watcher: Watcher): boolean {
    return this.#prefixes.get(latin1(prefix))?.has(watcher) === true;
  }

  /** Enters a watcher that does not wait for this prefix yet. Returns whether nobody did. */
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

  /** Removes a watcher that waits for this prefix. Returns whether nobody does any more. */
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

  /** Adds to `found` who waits for a prefix that the event's key begins with, or may begin with. */
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

/** Bytes as a string of as many characters, which can be a key of a Map. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
