// Loading as main sees it: starts loaders, gives them sections and then the log, watches how far they are,
// and joins what they have counted. Main's own thread goes on meanwhile. Where a loader fails, or stands
// still, loading ends with a message that says so.

import { raiseVersions, readStats } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { DamageCount } from "../reading/damage.ts";
import type { TornTail } from "../reading/torn_tail.ts";
import { LoadWords } from "./load_words.ts";
import type { LoaderResult, LoadPlan } from "./loader.ts";
import { LoaderThread, type Thread } from "./loader_thread.ts";

/** A loader that reads nothing for so long stands still: the disk does not answer, or there is a bug. */
const SILENCE_MAX_MS = 60_000;
const LOOK_MS = 100;
/** So often the locks of all shards are waited for, up to 50 ms each time. */
const MAX_LOCK_TRIES = 100;
/** For fewer bytes another loader is not worth its start. */
const BYTES_PER_LOADER = 4 * 1024 * 1024;

/** How far loading is. */
export interface LoadProgress {
  readonly items: number;
  /** Bytes of files that were read, and all that are to be. */
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What loading came to. */
export interface LoadResult {
  /** Items that are there now. */
  readonly items: number;
  /** Items that had expired by now. */
  readonly expired: number;
  /** Items for which there is no space any more, or no shard large enough. */
  readonly evicted: number;
  /** Where the log goes on, in bytes. */
  readonly endPosition: number;
  /** Bytes of log that were replayed, and of torn ends of logs that are no records. */
  readonly replayedBytes: number;
  readonly tornBytes: number;
  /** What is to be cut off before another log is begun. */
  readonly torn: TornTail | null;
  /** Damage that was skipped. */
  readonly damage: DamageCount;
  readonly ms: number;
}

/** What loading works with. */
export interface LoadingParts {
  readonly cache: ServerCache;
  readonly plan: LoadPlan;
  /** Bytes of all logs of the plan. */
  readonly logFileBytes: number;
  /** Where the log goes on if there is none. */
  readonly position: number;
  /** Most loaders, and the actor of the first one. */
  readonly loaders: number;
  readonly firstActor: number;
  /** Starts a thread that runs `runLoader`. */
  readonly spawn: (name: string) => Thread;
  /** Called ten times a second while something is being loaded. */
  readonly onProgress: (progress: LoadProgress) => void;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Longest time without progress, in milliseconds; a minute unless given. */
  readonly silenceMaxMs?: number;
  /** For so many bytes there is another loader; 4 MiB unless given. */
  readonly bytesPerLoader?: number;
}

/** One start's loading. */
export class Loading {
  readonly #parts: LoadingParts;
  readonly #count: number;
  readonly #words: LoadWords;
  readonly #threads: LoaderThread[] = [];

  constructor(parts: LoadingParts) {
    this.#parts = parts;
    const wanted = Math.ceil(this.#fileBytes / (parts.bytesPerLoader ?? BYTES_PER_LOADER));
    this.#count = Math.max(1, Math.min(parts.loaders, wanted));
    this.#words = LoadWords.create(this.#count);
  }

  get #fileBytes(): number {
    return (this.#parts.plan.snapshot?.bytes ?? 0) + this.#parts.logFileBytes;
  }

  /** How far it is. */
  progress(): LoadProgress {
    const indices = Array.from({ length: this.#count }, (_, index) => index);
    const sum = (of: (index: number) => number) => indices.reduce((all, i) => all + of(i), 0);
    const sections = sum((index) => this.#words.sectionBytes(index));
    // Each reads all of the log.
    const logs = sum((index) => this.#words.logBytes(index)) / this.#count;
    const { items } = readStats(this.#parts.cache);
    const totalBytes = this.#fileBytes;
    // Some of it may be read twice.
    return { items, bytes: Math.min(totalBytes, Math.floor(sections + logs)), totalBytes };
  }

  /**
   * Loads all. Rejects with an Error where data are damaged that are not to be skipped, or a loader fails. The
   * loaders are ended in any case.
   */
  async run(): Promise<LoadResult> {
    const { plan, now } = this.#parts;
    const fromMs = now();
    const results = plan.snapshot === null && plan.logs.length === 0 ? [] : await this.#load();
    await this.#raiseVersions();
    return this.#joined(results, now() - fromMs);
  }

  /** Raises all versions. Clients may hold a lock for a moment, who WATCH a key. */
  async #raiseVersions(): Promise<void> {
    for (let tries = 0; tries < MAX_LOCK_TRIES; tries++) {
      if (raiseVersions(this.#parts.cache)) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    throw new Error("Cannot load the data: a shard stays locked");
  }

  async #load(): Promise<LoaderResult[]> {
    const { spawn, onProgress } = this.#parts;
    let fail: (error: Error) => void = () => {};
    const failure = new Promise<never>((_, reject) => fail = reject);
    const silences = new Silences(this.#count, this.#parts.now());
    const timer = setInterval(() => {
      onProgress(this.progress());
      const problem = this.#stillStanding(silences);
      if (problem !== null) fail(new Error(problem));
    }, LOOK_MS);
    try {
      for (let i = 0; i < this.#count; i++) {
        const name = `loader-${i + 1}`;
        this.#threads.push(new LoaderThread(spawn(name), name));
      }
      return await Promise.race([this.#carryOut(), failure]);
    } finally {
      clearInterval(timer);
      for (const thread of this.#threads) thread.end();
    }
  }

  async #carryOut(): Promise<LoaderResult[]> {
    const { cache: { region: { buffer } }, plan, firstActor } = this.#parts;
    const { buffer: words } = this.#words;
    const count = this.#count;
    await Promise.all(this.#threads.map((thread, index) => {
      const start = { buffer, actor: firstActor + index, index, count, plan, words };
      return thread.order({ step: "sections", start });
    }));
    const answers = await Promise.all(this.#threads.map((thread) => thread.order({ step: "log" })));
    return answers.map(({ result }) => result);
  }

  /** What to say of a loader that has not moved for long, or null. */
  #stillStanding(silences: Silences): string | null {
    const { now, silenceMaxMs = SILENCE_MAX_MS } = this.#parts;
    for (const [index, thread] of this.#threads.entries()) {
      const read = this.#words.sectionBytes(index) + this.#words.logBytes(index);
      const ms = silences.look(index, read, thread.isAtWork, now());
      if (ms <= silenceMaxMs) continue;
      const seconds = Math.floor(ms / 1000);
      return `Cannot load the data: loader-${index + 1} has read nothing for ${seconds} s. ` +
        "Look whether the disk of --data-dir answers";
    }
    return null;
  }

  #joined(results: readonly LoaderResult[], ms: number): LoadResult {
    const { plan, cache, position } = this.#parts;
    const damage = new DamageCount();
    for (const { sections } of results) damage.join(sections);
    const log = results[0];
    if (log !== undefined) damage.join(log.log);
    const { items, evictions, expirations } = readStats(cache);
    // What went and came back has not gone.
    const more = results.reduce((sum, { tooLarge, again }) => sum + tooLarge - again, 0);
    const endPosition = plan.logs.length === 0 ? position : log!.endPosition;
    return {
      items,
      expired: expirations,
      evicted: evictions + more,
      endPosition,
      replayedBytes: plan.logs.length === 0 ? 0 : endPosition - plan.logs[0]!.head.position,
      tornBytes: log?.tornBytes ?? 0,
      torn: log?.torn ?? null,
      damage,
      ms,
    };
  }
}

/** Since when each loader has not moved. */
class Silences {
  readonly #read: Float64Array;
  readonly #sinceMs: Float64Array;

  constructor(count: number, nowMs: number) {
    this.#read = new Float64Array(count).fill(-1);
    this.#sinceMs = new Float64Array(count).fill(nowMs);
  }

  /** Loader `index` has read so much by now. Returns for how many milliseconds it has stood still. */
  look(index: number, read: number, isAtWork: boolean, nowMs: number): number {
    if (read !== this.#read[index] || !isAtWork) {
      this.#read[index] = read;
      this.#sinceMs[index] = nowMs;
    }
    return nowMs - this.#sinceMs[index]!;
  }
}
