// The last minute as one worker has seen it: what counters were at its begin, and the worst of what comes and goes. Each
// worker keeps its own, of a few hundred numbers; what they count is the same for all. Knows no rule.

import type { CacheStats } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import type { Figures } from "../figures.ts";
import { FlushWatch } from "../flush_watch.ts";
import { servingWorkers } from "../serving_workers.ts";
import { type CounterTotals, takeTotals } from "./totals.ts";

/** A part of the minute; the oldest is forgotten as a whole. */
const PART_MS = 10_000;
const PARTS = 6;
const US_PER_MS = 1000;
const HUNDREDTHS = 100;

/** All that is counted, at one moment. */
export interface Moment {
  readonly atMs: number;
  /** The wall clock less the one that nobody sets. */
  readonly clockMs: number;
  readonly stats: CacheStats;
  readonly totals: CounterTotals;
  readonly rawCommands: number;
  readonly gaps: number;
  /** Hundredths of a second of CPU time by worker. */
  readonly cpu: ReadonlyMap<number, number>;
}

/** The worst of what was seen in a part. */
interface Part {
  readonly begin: Moment;
  readonly lagMs: Map<number, number>;
  syncMs: number;
  idleCores: number;
  looks: number;
  /** Items that there were when all were removed at once; 0: they were not. */
  itemsFlushed: number;
}

/** The minute. */
export class Window {
  readonly #cache: ServerCache;
  readonly #figures: Pick<Figures, "byProtocol">;
  readonly #now: () => number;
  readonly #disk: PersistenceStatus | null;
  readonly #flushes: FlushWatch;
  readonly #parts: Part[] = [];
  #syncedPosition: number;

  /** `now` is in milliseconds by a clock that nobody sets. The first part begins at once. */
  constructor(cache: ServerCache, figures: Pick<Figures, "byProtocol">, now: () => number) {
    this.#cache = cache;
    this.#figures = figures;
    this.#now = now;
    this.#disk = cache.region.log === null ? null : new PersistenceStatus(cache.region);
    this.#syncedPosition = this.#disk?.get("durablePosition") ?? 0;
    this.#flushes = new FlushWatch(cache);
    this.#parts.push(newPart(this.moment()));
  }

  /** Looks at what comes and goes; called a few times a second. */
  look(): void {
    const { region } = this.#cache;
    let part = this.#parts.at(-1)!;
    if (this.#now() - part.begin.atMs >= PART_MS) {
      part = newPart(this.moment());
      this.#parts.push(part);
      if (this.#parts.length > PARTS) this.#parts.shift();
    }
    for (const worker of servingWorkers(region)) {
      const lagMs = region.gauge(worker, "lagMs");
      part.lagMs.set(worker, Math.max(part.lagMs.get(worker) ?? 0, lagMs));
    }
    part.idleCores += region.gauge(0, "idleCores") / HUNDREDTHS;
    part.looks++;
    part.itemsFlushed = Math.max(part.itemsFlushed, this.#flushes.look());
    this.#lookAtDisk(part);
  }

  /** A sync is noted once: the latest one may be hours old. */
  #lookAtDisk(part: Part): void {
    const position = this.#disk?.get("durablePosition") ?? 0;
    if (this.#disk === null || position === this.#syncedPosition) return;
    this.#syncedPosition = position;
    part.syncMs = Math.max(part.syncMs, this.#disk.get("syncUs") / US_PER_MS);
  }

  /** What is counted now. */
  moment(): Moment {
    const cache = this.#cache;
    const { resp, text, memcache } = this.#figures.byProtocol().requests;
    const atMs = this.#now();
    return {
      atMs,
      clockMs: cache.now() - atMs,
      ...takeTotals(cache),
      rawCommands: resp + text + memcache,
      gaps: this.#disk?.get("gaps") ?? 0,
    };
  }

  /** When the minute began. */
  get begin(): Moment {
    return this.#parts[0]!.begin;
  }

  /** The most that a worker's event loop was behind. */
  maxLagMs(worker: number): number {
    return Math.max(...this.#parts.map(({ lagMs }) => lagMs.get(worker) ?? 0));
  }

  /** Items that there were when all were removed at once; 0: they were not. */
  get itemsFlushed(): number {
    return Math.max(...this.#parts.map((part) => part.itemsFlushed));
  }

  /** The longest sync, in milliseconds; 0: there was none. */
  get maxSyncMs(): number {
    return Math.max(...this.#parts.map(({ syncMs }) => syncMs));
  }

  /** Cores that were idle, in the mean. */
  get idleCores(): number {
    const looks = this.#parts.reduce((sum, part) => sum + part.looks, 0);
    return this.#parts.reduce((sum, part) => sum + part.idleCores, 0) / Math.max(1, looks);
  }
}

function newPart(begin: Moment): Part {
  return { begin, lagMs: new Map(), syncMs: 0, idleCores: 0, looks: 0, itemsFlushed: 0 };
}
