// Hands the events of a worker's ring to its watchers: those of keys, of prefixes and of all keys. One
// loop per worker does this. It runs only while somebody watches, and leaves the thread to other work
// after a millisecond. Knows no protocol.

import { type ChangeEvent, type ChangeKind, EventReader, type Region } from "../../cache/mod.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { nextTurn } from "../contract/time_slices.ts";
import { PrefixWatchers } from "./prefix_watchers.ts";

/** Longest sleep of the loop. It only bounds the delay after a missed wake-up. */
const SLEEP_MS = 1000;
/** Time for events before other work has its turn, and events between two looks at the clock. */
const SLICE_MS = 1;
const SLICE_EVENTS = 32;
/** Watchers of one event that are told of it at once. Of more, thousands perhaps, some at a time. */
const SLICE_WATCHERS = 32;
/** Shortest time between two messages that events were lost. Events in between count as lost too. */
const OVERFLOW_MS = 100;
/** Most watches of one worker, all its clients together. */
export const MAX_WORKER_WATCHES = 1_000_000;

/** An event of which many watchers are still to be told. */
interface WideEvent {
  readonly hash: number;
  readonly kind: ChangeKind;
  readonly event: ChangeEvent;
  readonly untold: Iterator<Watcher, undefined>;
}

/** The watchers of one worker. */
export class WorkerWatch implements Watch {
  readonly #reader: EventReader;
  readonly #now: () => number;
  /** Most hashes have one watcher, and a Set for it would cost four times as much. */
  readonly #byHash = new Map<number, Watcher | Set<Watcher>>();
  readonly #byPrefix = new PrefixWatchers();
  /** Watchers of all keys. */
  readonly #ofAll = new Set<Watcher>();
  /** How many watches each watcher has. */
  readonly #counts = new Map<Watcher, number>();
  #watches = 0;
  #isRunning = false;
  /** Whether events were lost since watchers were last told so, and the time of that. */
  #isBehind = false;
  #toldMs = -Infinity;
  #wide: WideEvent | null = null;
  /** Watchers that are still to be told of lost events. */
  #untold: Watcher[] = [];

  /** Reads the event ring of `actor`. A worker has one WorkerWatch. `now` is any steady clock. */
  constructor(region: Region, actor: number, now: () => number = () => performance.now()) {
    this.#reader = new EventReader(region, actor);
    this.#now = now;
  }

  /** How many watches there are. */
  get size(): number {
    return this.#watches;
  }

  /** Watches keys with this hash. Returns false when the worker has too many watches already. */
  add(hash: number, watcher: Watcher): boolean {
    const found = this.#byHash.get(hash);
    if (found === watcher || found instanceof Set && found.has(watcher)) return true;
    if (!this.#begin(watcher)) return false;
    if (found instanceof Set) found.add(watcher);
    else if (found !== undefined) this.#byHash.set(hash, new Set([found, watcher]));
    else {
      this.#byHash.set(hash, watcher);
      this.#reader.watch(hash);
    }
    this.#run();
    return true;
  }

  /** Ends a watch. */
  remove(hash: number, watcher: Watcher): void {
    const found = this.#byHash.get(hash);
    const isOne = found instanceof Set ? found.delete(watcher) : found === watcher;
    if (!isOne) return;
    this.#end(watcher);
    if (found instanceof Set && found.size > 0) return;
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

  hear(): void {
    this.slice();
  }

  /** Counts a watch. The first one drops events that are left from ended watches. */
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

  /** Longest sleep, which ends early at a change. After lost events, until they are told of. */
  #sleepMs(): number {
    if (!this.#isBehind) return SLEEP_MS;
    return Math.max(1, this.#toldMs + OVERFLOW_MS - this.#now());
  }

  /**
   * Hands out events, or tells of lost ones, for a millisecond. Returns whether there is more to do
   * at once. The loop and tests call this.
   */
  slice(): boolean {
    const endMs = this.#now() + SLICE_MS;
    if (this.#reader.takeOverflow()) this.#isBehind = true;
    if (this.#isBehind) {
      // Watchers will be told that anything may have changed, so they need no single events.
      this.#reader.skip();
      this.#wide = null;
      if (this.#now() - this.#toldMs >= OVERFLOW_MS) this.#beginTelling();
    }
    while (this.#untold.length > 0) {
      this.#untold.pop()!.onOverflow();
      if (this.#now() >= endMs) return true;
    }
    if (this.#isBehind) return false;
    for (let count = 0;; count++) {
      if (this.#wide !== null && !this.#tellWide(this.#wide, endMs)) return true;
      if (count % SLICE_EVENTS === SLICE_EVENTS - 1 && this.#now() >= endMs) return true;
      if (this.#reader.drain(this.#tell, 1) === 0) return false;
    }
  }

  /** Tells some more watchers of an event. Returns whether all have been told. */
  #tellWide({ hash, kind, event, untold }: WideEvent, endMs: number): boolean {
    for (let count = 1;; count++) {
      const { value: watcher } = untold.next();
      if (watcher === undefined) break;
      // It may have ended its watches meanwhile.
      if (this.#counts.has(watcher)) watcher.onChange(hash, kind, event);
      if (count % SLICE_WATCHERS === 0 && this.#now() >= endMs) return false;
    }
    this.#wide = null;
    return true;
  }

  #beginTelling(): void {
    this.#isBehind = false;
    this.#toldMs = this.#now();
    this.#untold = [...this.#counts.keys()];
  }

  readonly #tell = (hash: number, kind: ChangeKind, event: ChangeEvent): void => {
    // A watcher may end its watch when told, and others must not miss their turn for it; one that
    // has several watches for a key is told once.
    const found = this.#byHash.get(hash);
    const watchers = new Set<Watcher>(found instanceof Set ? found : found && [found]);
    this.#byPrefix.addMatching(event, watchers);
    for (const watcher of this.#ofAll) watchers.add(watcher);
    if (watchers.size > SLICE_WATCHERS) {
      const kept = { ...event, key: event.key.slice() };
      this.#wide = { hash, kind, event: kept, untold: watchers.values() };
    } else for (const watcher of watchers) watcher.onChange(hash, kind, event);
  };
}
