// Who in this worker waits for changes of which keys: hands the events of the worker's ring to its
// watchers. One loop per worker, which runs only while somebody watches. Knows no protocol.

import { type ChangeEvent, type ChangeKind, EventReader, type Region } from "../../cache/mod.ts";
import type { Watch, Watcher } from "../contract/changes.ts";

/** How long the loop sleeps at most; only bounds what a missed wake-up could cost. */
const SLEEP_MS = 1000;
/** Most watches of one worker, all its clients together. */
export const MAX_WORKER_WATCHES = 1_000_000;

/** The watchers of one worker. */
export class WorkerWatch implements Watch {
  readonly #reader: EventReader;
  readonly #byHash = new Map<number, Set<Watcher>>();
  /** Those that want the changes of all keys. */
  readonly #ofAll = new Set<Watcher>();
  /** How many hashes each watcher watches. */
  readonly #counts = new Map<Watcher, number>();
  #watches = 0;
  #isRunning = false;

  /** Reads the event ring of `actor`; a worker has one WorkerWatch. */
  constructor(region: Region, actor: number) {
    this.#reader = new EventReader(region, actor);
  }

  /** How many watches there are. */
  get size(): number {
    return this.#watches + this.#ofAll.size;
  }

  /** Watches keys of this hash. Returns false when the worker has too many watches already. */
  add(hash: number, watcher: Watcher): boolean {
    let watchers = this.#byHash.get(hash);
    if (watchers?.has(watcher)) return true;
    if (this.#watches >= MAX_WORKER_WATCHES) return false;
    this.#begin();
    if (watchers === undefined) {
      watchers = new Set();
      this.#byHash.set(hash, watchers);
      this.#reader.watch(hash);
    }
    watchers.add(watcher);
    this.#counts.set(watcher, (this.#counts.get(watcher) ?? 0) + 1);
    this.#watches++;
    this.#run();
    return true;
  }

  /** Ends a watch. */
  remove(hash: number, watcher: Watcher): void {
    const watchers = this.#byHash.get(hash);
    if (watchers === undefined || !watchers.delete(watcher)) return;
    this.#watches--;
    const count = this.#counts.get(watcher)! - 1;
    if (count === 0) this.#counts.delete(watcher);
    else this.#counts.set(watcher, count);
    if (watchers.size > 0) return;
    this.#byHash.delete(hash);
    this.#reader.unwatch(hash);
  }

  /** Watches all keys. */
  addAll(watcher: Watcher): void {
    if (this.#ofAll.has(watcher)) return;
    this.#begin();
    this.#ofAll.add(watcher);
    this.#reader.watchAll();
    this.#run();
  }

  /** Ends the watch of all keys. */
  removeAll(watcher: Watcher): void {
    if (this.#ofAll.delete(watcher)) this.#reader.unwatchAll();
  }

  /** Forgets events of watches that have ended, before the first new one. */
  #begin(): void {
    if (!this.#isRunning) this.#reader.drain(() => {});
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#loop();
  }

  async #loop(): Promise<void> {
    const onEvent = (hash: number, kind: ChangeKind, event: ChangeEvent) =>
      this.#tell(hash, kind, event);
    while (this.size > 0) {
      const signal = this.#reader.signal();
      if (!this.#reader.drain(onEvent)) this.#tellOverflow();
      await this.#reader.changed(signal, SLEEP_MS);
    }
    this.#isRunning = false;
  }

  #tell(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    // A watcher may end its watch when told, and others must not miss their turn for it.
    const watchers = this.#byHash.get(hash);
    if (watchers !== undefined) {
      for (const watcher of [...watchers]) watcher.onChange(hash, kind, event);
    }
    for (const watcher of [...this.#ofAll]) {
      if (!watchers?.has(watcher)) watcher.onChange(hash, kind, event);
    }
  }

  #tellOverflow(): void {
    for (const watcher of new Set([...this.#counts.keys(), ...this.#ofAll])) watcher.onOverflow();
  }
}
