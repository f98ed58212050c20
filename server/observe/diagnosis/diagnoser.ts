// Makes a worker's diagnosis of the whole server: gathers the facts, of the minute and from whoever knows the rest, and
// has the rules look at them. Who asks within half a second shares one. Knows no route.

import type { Config } from "../../config/config.ts";
import { breakerState } from "../../contract/breaker/gate.ts";
import { heldBytesOf, type ServerCache } from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import type { HotAnswer } from "../../contract/keys/hot_answer.ts";
import type { Diagnosis } from "../facts/answers.ts";
import type { HistoryFacts } from "../facts/history_facts.ts";
import { type MemoryCurve, type ShardFacts, SLOT_STATES } from "../facts/memory_facts.ts";
import type { Figures } from "../figures.ts";
import { hotFacts } from "../keys/hot_facts.ts";
import { servingWorkers } from "../serving_workers.ts";
import { SharedFacts } from "../shared_facts.ts";
import { diagnose } from "./diagnose.ts";
import type { DiagnosedWorker, DiagnosisFacts, DiskFacts, StoreFacts } from "./diagnosis_facts.ts";
import { pastFacts } from "./past.ts";
import { grownSince } from "./totals.ts";
import { type Moment, Window } from "./window.ts";

const SECOND_MS = 1000;
const US_PER_MS = 1000;
const HUNDREDTHS = 100;
/** For so long a diagnosis is told again. */
const FRESH_MS = 500;
/** Rates over less than this mean nothing. */
const MIN_SECONDS = 0.1;

/** What a diagnosis is made of. */
export interface DiagnoserParts {
  readonly cache: ServerCache;
  readonly config: Config;
  readonly figures: Pick<Figures, "byProtocol">;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
  /** Milliseconds by a clock that nobody sets. */
  readonly now: () => number;
  /** CPUs that there are. */
  readonly cores: number;
  /** What more memory would bring. */
  readonly curve: () => MemoryCurve | null;
  /** The last hour. */
  readonly history: () => HistoryFacts;
  /** Asks all workers for their hottest keys. May reject. */
  readonly hotKeys: () => Promise<readonly HotAnswer[]>;
  /** The picture of all shards. */
  readonly shards: () => Promise<ShardFacts>;
}

/** The diagnoses of one worker. */
export class Diagnoser {
  readonly #parts: DiagnoserParts;
  readonly #window: Window;
  readonly #shared: SharedFacts<Diagnosis>;

  constructor(parts: DiagnoserParts) {
    this.#parts = parts;
    this.#window = new Window(parts.cache, parts.figures, parts.now);
    this.#shared = new SharedFacts(async () => diagnose(await this.facts()), FRESH_MS, parts.now);
  }

  /** To be called a few times a second. */
  tick(): void {
    this.#window.look();
  }

  /** What is wrong now, or was half a second ago at most. */
  diagnosis(): Promise<Diagnosis> {
    return this.#shared.get();
  }

  /** All facts. */
  async facts(): Promise<DiagnosisFacts> {
    const { cache, config, startedMs, cores, curve, history } = this.#parts;
    const { region } = cache;
    this.#window.look();
    // Who is too busy to tell of keys and shards is still to say what is wrong.
    const [hot, shards] = await Promise.all([
      this.#hot().catch(() => null),
      this.#parts.shards().catch(() => null),
    ]);
    const before = this.#window.begin;
    const now = this.#window.moment();
    const seconds = secondsBetween(before, now);
    return {
      seconds,
      uptimeSeconds: Math.max(0, Math.floor((cache.now() - startedMs) / SECOND_MS)),
      options: config,
      store: storeFacts(
        before,
        now,
        this.#window.itemsFlushed,
        shards === null ? null : largeShareOf(shards),
      ),
      grown: grownSince(before.totals, now.totals),
      rawCommands: now.rawCommands - before.rawCommands,
      curve: curve(),
      past: pastFacts(history(), seconds),
      hot,
      workers: this.#workers(before, now),
      idleCores: this.#window.idleCores,
      cores,
      connections: region.gaugeTotal("respClients") + region.gaugeTotal("textClients") +
        region.gaugeTotal("memcacheClients"),
      heldBytes: heldBytesOf(region),
      disk: this.#disk(before, now),
      clockJumpMs: now.clockMs - before.clockMs,
    };
  }

  async #hot(): Promise<DiagnosisFacts["hot"]> {
    const { cache, hotKeys } = this.#parts;
    const { keys } = hotFacts(await hotKeys(), 1, (hash) => cache.shardOf(hash).index);
    const [key] = keys;
    if (key === undefined || key.share === 0) return null;
    return { key, requestsPerSecond: key.perSecond / key.share };
  }

  #workers(before: Moment, now: Moment): DiagnosedWorker[] {
    const { region } = this.#parts.cache;
    return servingWorkers(region).map((worker) => {
      const used = now.cpu.get(worker) ?? 0;
      // A new thread begins at 0, also under an old number.
      const then = Math.min(used, before.cpu.get(worker) ?? 0);
      return {
        worker,
        cores: (used - then) / HUNDREDTHS / secondsBetween(before, now),
        maxLagMs: this.#window.maxLagMs(worker),
        isShedding: breakerState(region, worker) !== "closed",
      };
    });
  }

  #disk(before: Moment, now: Moment): DiskFacts | null {
    const { region } = this.#parts.cache;
    if (region.log === null) return null;
    const status = new PersistenceStatus(region);
    return {
      fault: status.fault,
      maxSyncMs: this.#window.maxSyncMs,
      maxLagMs: status.get("lagMinuteUs") / US_PER_MS,
      gaps: now.gaps - before.gaps,
      hasSnapshotFailed: status.get("snapshotFailed") !== 0,
    };
  }
}

function secondsBetween(before: Moment, now: Moment): number {
  return Math.max(MIN_SECONDS, (now.atMs - before.atMs) / SECOND_MS);
}

function storeFacts(
  before: Moment,
  now: Moment,
  itemsFlushed: number,
  largeShare: number | null,
): StoreFacts {
  const { stats } = now;
  const grown = (of: (moment: Moment) => number) => Math.max(0, of(now) - of(before));
  return {
    items: stats.items,
    itemsBefore: before.stats.items,
    itemsFlushed,
    usedBytes: stats.usedBytes,
    slabBytes: stats.slabBytes,
    limitedBy: stats.limitedBy,
    memoryEvictions: grown(({ stats }) => stats.evictions - stats.windowEvictions),
    windowEvictions: grown(({ stats }) => stats.windowEvictions),
    expirations: grown(({ stats }) => stats.expirations),
    shardsCleared: grown(({ stats }) => stats.shardsCleared),
    hasEvicted: stats.evictions > 0,
    largeShare,
  };
}

/** Of the eighths in use in the sampled slots, those that items own beside themselves; null where nothing is in use. */
function largeShareOf({ shards }: ShardFacts): number | null {
  let used = 0;
  let owned = 0;
  for (const { slots, fill } of shards) {
    for (let i = 0; i < slots.length; i++) {
      const eighths = Number(fill[i]);
      used += eighths;
      if (slots[i] === SLOT_STATES.owned) owned += eighths;
    }
  }
  return used === 0 ? null : owned / used;
}
