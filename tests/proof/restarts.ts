// A cache with its data dir over several lives: random operations, snapshots between them, and an end by a crash of
// the process or of the machine, at any moment, or in order. After each start the cache is compared with a model of
// all operations whose records the log still has. restarts_test.ts says how much that must be.

import { Cache, readStats, Region } from "../../cache/mod.ts";
import { Random } from "../../bench/workload.ts";
import type { Config } from "../../server/config/config.ts";
import { ACTOR_NAMES, type ServerCache } from "../../server/contract/counters.ts";
import { PersistenceStatus } from "../../server/contract/persistence/persistence_status.ts";
import { StoredData } from "../../server/disk/loading/stored_data.ts";
import { Persistence } from "../../server/disk/persistence.ts";
import { besideFilters } from "../cache/fixture.ts";
import { checkAll } from "../cache/model.ts";
import { configOf } from "../server/fixture.ts";
import { FakeThread } from "../server/disk/loading/fixture.ts";
import type { Committed } from "./crash.ts";
import { allKeys, missingOf, Model } from "./model.ts";
import { type OperationOptions, randomOperation } from "./operations.ts";
import { VolatileFileSystem } from "./volatile_file_system.ts";

const DIR = "/data";
const LOADERS = 2;
const WORKER = 1;
const FIRST_LOADER = 2;
const LOG_BYTES = 256 * 1024;

/** How a life ends. */
export type Ending = "process crash" | "machine crash" | "stop";

/** What lives are made of. */
export interface RestartOptions {
  readonly seed: number;
  readonly fsync: Config["fsync"];
  /** Of each life in turn. */
  readonly endings: readonly Ending[];
  readonly memoryBytes: (life: number) => number;
  readonly keys: number;
  readonly maxValueBytes: number;
  readonly maxOperations: number;
}

/** What a start has found. */
export interface Found {
  /** How the life before had ended. */
  readonly ending: Ending;
  /** Where the log ended for certain, where it may have ended, and where it did. */
  readonly owedByte: number;
  readonly writtenByte: number;
  readonly foundByte: number;
  /** Keys of the model that are missing, and how many may: those evicted before and while loading. */
  readonly missing: number;
  readonly evicted: number;
  readonly items: number;
}

interface Life {
  readonly cache: ServerCache;
  readonly worker: Cache;
  readonly persistence: Persistence;
  /** Where the log began, in bytes. */
  readonly fromByte: number;
}

/** The lives of one data dir. */
export class Restarts {
  readonly found: Found[] = [];
  nowMs = 1_700_000_000_000;
  readonly #options: RestartOptions;
  readonly #random: Random;
  readonly #keys;
  #fs = new VolatileFileSystem();
  #committed: Committed[] = [];
  #stamps = 0;
  #evicted = 0;

  constructor(options: RestartOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#keys = allKeys(options.keys);
  }

  /** Lives all lives, and starts once more. */
  async run(): Promise<void> {
    const { endings } = this.#options;
    for (const [life, ending] of endings.entries()) {
      const begun = await this.#begin(life);
      await this.#live(begun);
      const ends = await this.#end(begun, ending);
      this.#evicted += readStats(begun.cache).evictions;
      await this.#look(life + 1, ending, ends);
    }
  }

  #cacheOf(life: number): ServerCache {
    const actorCount = FIRST_LOADER + LOADERS;
    const logBytes = LOG_BYTES;
    const memoryBytes = besideFilters(this.#options.memoryBytes(life), actorCount) + logBytes;
    const region = Region.create({ memoryBytes, actorCount, logBytes, names: ACTOR_NAMES });
    return new Cache(region, 0, () => this.nowMs);
  }

  async #load(cache: ServerCache): Promise<[StoredData, Awaited<ReturnType<StoredData["load"]>>]> {
    const holder = { pid: 1, host: "test", startMs: this.nowMs };
    const stored = await StoredData.open({ fs: this.#fs, dir: DIR, recover: false, holder });
    const loaded = await stored.load({
      cache,
      loaders: LOADERS,
      firstActor: FIRST_LOADER,
      spawn: () => new FakeThread(() => this.nowMs, this.#fs),
      onProgress: () => {},
      clock: () => performance.now(),
    });
    return [stored, loaded];
  }

  async #begin(life: number): Promise<Life> {
    const cache = this.#cacheOf(life);
    const [stored, loaded] = await this.#load(cache);
    const { fsync } = this.#options;
    const persistence = await Persistence.begin({
      cache,
      config: configOf("--data-dir", DIR, "--fsync", fsync),
      fs: this.#fs,
      dir: DIR,
      release: () => stored.release(),
      status: new PersistenceStatus(cache.region),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      now: () => this.nowMs,
      clock: () => performance.now(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 2))),
    }, loaded);
    const region = Region.attach(cache.region.buffer, ACTOR_NAMES);
    const worker = new Cache(region, WORKER, () => this.nowMs) as unknown as Cache;
    return { cache, worker, persistence, fromByte: loaded.position };
  }

  /** Operations in batches; between them main has its turns. */
  async #live(life: Life): Promise<void> {
    const { maxOperations } = this.#options;
    const operations = this.#random.below(maxOperations);
    const snapshotOneIn = 1 + this.#random.below(60);
    for (let done = 0; done < operations;) {
      done += await this.#batch(life);
      if (this.#random.below(snapshotOneIn) > 0) continue;
      const how = this.#random.below(2) === 0 ? "background" : "wait";
      await life.persistence.ask({ how });
    }
    // Every other life ends just after a snapshot, with the log of what was changed meanwhile just written.
    if (this.#random.below(2) === 0) return;
    let isSaving = true;
    const saving = life.persistence.ask({ how: "wait" }).then(() => isSaving = false);
    while (isSaving) await this.#batch(life);
    await saving;
  }

  /** Some operations, and some turns for main. Returns how many operations. */
  async #batch(life: Life): Promise<number> {
    const operations = 1 + this.#random.below(60);
    for (let i = 0; i < operations; i++) this.#operate(life);
    this.nowMs += this.#random.below(20);
    life.cache.sweep(this.#random.below(life.cache.shards.length), 64);
    const turns = this.#random.below(4);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    return operations;
  }

  #operate({ worker, fromByte }: Life): void {
    const log = worker.region.log!;
    if (!log.hasRoom()) return;
    const options: OperationOptions = {
      ...this.#options,
      faultyOneIn: 0,
      now: () => this.nowMs,
    };
    const stamp = `v${++this.#stamps}`;
    const operation = randomOperation(worker, this.#random, stamp, options);
    const before = log.commits;
    operation.run();
    if (log.commits === before) return;
    const endByte = fromByte + 4 * (log.lastOfThread >>> 0);
    this.#committed.push({ endByte, effects: operation.effects });
  }

  /** Ends a life. Returns up to where the log must be, and may be. */
  async #end(
    { cache, persistence, fromByte }: Life,
    ending: Ending,
  ): Promise<{ owedByte: number; tailByte: number }> {
    const log = cache.region.log!;
    const byteOf = (position: number) => fromByte + 4 * (position >>> 0);
    const tailByte = byteOf(log.tail);
    if (ending === "stop") {
      if (!await persistence.stop(true)) throw new Error("It has not stopped in order");
      return { owedByte: tailByte, tailByte };
    }
    const written = new PersistenceStatus(cache.region).get("logPosition");
    const flushed = byteOf(log.flushed);
    const old = this.#fs;
    this.#fs = ending === "process crash" ? old.processCrash() : old.machineCrash(this.#random);
    // It goes on in vain until it is told to stop.
    await persistence.stop(false);
    return {
      owedByte: ending === "process crash" ? Math.max(written, flushed) : flushed,
      tailByte,
    };
  }

  /** Starts, and compares what is there with the model. */
  async #look(
    life: number,
    ending: Ending,
    { owedByte, tailByte }: { owedByte: number; tailByte: number },
  ): Promise<void> {
    const cache = this.#cacheOf(life);
    const copy = this.#fs;
    this.#fs = copy.processCrash();
    const [stored, loaded] = await this.#load(cache);
    await stored.release();
    this.#committed = this.#committed.filter(({ endByte }) => endByte <= loaded.position);
    const asEngine = cache as unknown as Cache;
    const model = new Model(asEngine, this.#keys, this.#committed, loaded.position);
    checkAll(asEngine);
    this.#evicted += readStats(cache).evictions;
    this.found.push({
      ending,
      owedByte,
      writtenByte: tailByte,
      foundByte: loaded.position,
      missing: missingOf(asEngine, model, this.#keys, this.nowMs),
      evicted: this.#evicted,
      items: readStats(cache).items,
    });
  }
}
