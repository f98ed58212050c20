// Who in this worker waits for changes of which keys: hands the events of the worker's ring to its
// watchers. One loop per worker, which runs only while somebody watches and leaves the thread to
// others after a millisecond. Knows no protocol.

import { type ChangeEvent, type ChangeKind, EventReader, type Region } from "../../cache/mod.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { nextTurn } from "../contract/time_slices.ts";
import { PrefixWatchers } from "./prefix_watchers.ts";

/** How long the loop sleeps at most; only bounds what a missed wake-up could cost. */
const SLEEP_MS = 1000;
/** How long events are handed out before the rest of the worker has its turn, and how many unlooked at. */
const SLICE_MS = 1;
const SLICE_EVENTS = 32;
/** Time between two tellings that events were lost; meanwhile all further ones count as lost. */
const OVERFLOW_MS = 100;
/** Most watches of one worker, all its clients together. */
export const MAX_WORKER_WATCHES = 1_000_000;

/** The watchers of one worker. */
export class WorkerWatch implements Watch {
  readonly #reader: EventReader;
  readonly #now: () => number;
  readonly #byHash = new Map<number, Set<Watcher>>();
  readonly #byPrefix = new PrefixWatchers();
  /** Those that want the changes of all keys. */
  readonly #ofAll = new Set<Watcher>();
  /** How many watches each watcher has. */
  readonly #counts = new Map<Watcher, number>();
  #watches = 0;
  #isRunning = false;
  /** Whether events were lost since watchers were told so, and when that was. */
  #isBehind = false;
  #toldMs = -Infinity;
  /** Those that are still to be told. */
  #untold: Watcher[] = [];

  /** Reads the event ring of `actor`; a worker has one WorkerWatch. `now` is any steady clock. */
  constructor(region: Region, actor: number, now: () => number = () => performance.now()) {
    this.#reader = new EventReader(region, actor);
    this.#now = now;
  }

  /** How many watches there are. */
  get size(): number {
    return this.#watches;
  }

  /** Watches keys of this hash. Returns false when the worker has too many watches already. */
  add(hash: number, watcher: Watcher): boolean {
    const watchers = this.#byHash.get(hash);
    if (watchers?.has(watcher)) return true;
    if (!this.#begin(watcher)) return false;
    if (watchers !== undefined) watchers.add(watcher);
    else {
      this.#byHash.set(hash, new Set([watcher]));
      this.#reader.watch(hash);
    }
    this.#run();
    return true;
  }

  /** Ends a watch. */
  remove(hash: number, watcher: Watcher): void {
    const watchers = this.#byHash.get(hash);
    if (watchers === undefined || !watchers.delete(watcher)) return;
    this.#end(watcher);
    if (watchers.size > 0) return;
    this.#byHash.delete(hash);
    this.#reader.unwatch(hash);
  }

  addPrefix(prefix: Uint8Array, watcher: Watcher): boolean {
    if (this.#byPrefix.has(prefix, watcher)) return true;
    if (!this.#begin(watcher)) return false;
    if (this.#byPrefix.add(prefix, watcher)) this.#reader.watchPrefix(prefix);
    this.#run();
    return true;
  }

  removePrefix(prefix: Uint8Array, watcher: Watcher): void {
    if (!this.#byPrefix.has(prefix, watcher)) return;
    this.#end(watcher);
    if (this.#byPrefix.remove(prefix, watcher)) this.#reader.unwatchPrefix(prefix);
  }

  addAll(watcher: Watcher): boolean {
    if (this.#ofAll.has(watcher)) return true;
    if (!this.#begin(watcher)) return false;
    this.#ofAll.add(watcher);
    this.#reader.watchAll();
    this.#run();
    return true;
  }

  removeAll(watcher: Watcher): void {
    if (!this.#ofAll.delete(watcher)) return;
    this.#end(watcher);
    this.#reader.unwatchAll();
  }

  /** Counts a watch. Before the first one, events of watches that have ended are forgotten. */
  #begin(watcher: Watcher): boolean {
    if (this.#watches >= MAX_WORKER_WATCHES) return false;
    if (!this.#isRunning) {
      this.#reader.skip();
      this.#reader.takeOverflow();
    }
    this.#counts.set(watcher, (this.#counts.get(watcher) ?? 0) + 1);
    this.#watches++;
    return true;
  }

  #end(watcher: Watcher): void {
    this.#watches--;
    const count = this.#counts.get(watcher)! - 1;
    if (count === 0) this.#counts.delete(watcher);
    else this.#counts.set(watcher, count);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#loop();
  }

  async #loop(): Promise<void> {
    while (this.size > 0) {
      const signal = this.#reader.signal();
      if (this.slice()) await nextTurn();
      else await this.#reader.changed(signal, this.#sleepMs());
    }
    this.#isRunning = false;
  }

  /** How long to sleep: until something changes, or until it is time to tell of lost events. */
  #sleepMs(): number {
    if (!this.#isBehind) return SLEEP_MS;
    return Math.max(1, this.#toldMs + OVERFLOW_MS - this.#now());
  }

  /**
   * Hands out events, or tells of lost ones, for a millisecond. Returns whether there is more to do
   * at once. The loop calls this, and tests.
   */
  slice(): boolean {
    const endMs = this.#now() + SLICE_MS;
    if (this.#reader.takeOverflow()) this.#isBehind = true;
    if (this.#isBehind) {
      // Whoever will be told that anything may have changed needs no single event before.
      this.#reader.skip();
      if (this.#now() - this.#toldMs >= OVERFLOW_MS) this.#beginTelling();
    }
    while (this.#untold.length > 0) {
      this.#untold.pop()!.onOverflow();
      if (this.#now() >= endMs) return true;
    }
    if (this.#isBehind) return false;
    for (;;) {
      if (this.#reader.drain(this.#tell, SLICE_EVENTS) < SLICE_EVENTS) return false;
      if (this.#now() >= endMs) return true;
    }
  }

  #beginTelling(): void {
    this.#isBehind = false;
    this.#toldMs = this.#now();
    this.#untold = [...this.#counts.keys()];
  }

  readonly #tell = (hash: number, kind: ChangeKind, event: ChangeEvent): void => {
    // A watcher may end its watch when told, and others must not miss their turn for it; one that
    // has several watches for a key is told once.
    const watchers = new Set(this.#byHash.get(hash));
    this.#byPrefix.addMatching(event, watchers);
    for (const watcher of this.#ofAll) watchers.add(watcher);
    for (const watcher of watchers) watcher.onChange(hash, kind, event);
  };
}
