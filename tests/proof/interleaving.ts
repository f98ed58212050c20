// Several actors of one region in one thread: a seeded scheduler lets each go on, or end for good, wherever another
// does something atomic, between taking a place in the log ring and filling it too. Main drains the ring, makes
// snapshots, and clears what the ended leave behind. What was drained is copied at any point, as a crash would
// leave it. interleaving_test.ts restores the copies and compares them with a model.

import {
  Cache,
  CopyStep,
  EffectBuffer,
  LogRing,
  recordSwap,
  Region,
  ShardCopy,
} from "../../cache/mod.ts";
import { SHARD_LOCK } from "../../cache/layout.ts";
import { isPoisoned, lockOwner } from "../../cache/lock.ts";
import { CLEAR_WORDS, SWAP_WORDS } from "../../cache/log/effect_layout.ts";
import { LOG_FLUSHED, LOG_HEAD, LOG_TAIL } from "../../cache/region_layout.ts";
import { Random } from "../../bench/workload.ts";
import { besideFilters, databaseTable } from "../cache/fixture.ts";
import { type Effect, Faulty, type OperationOptions, randomOperation } from "./operations.ts";
import type { Block, Committed, Crash, RunOptions, Snapshot } from "./crash.ts";
import { Ended, SteppedAtomics } from "./stepped_atomics.ts";

const MAIN = 0;
/** Bytes of the record that tells of a cleared shard, and what databases mean now. */
const CLEAR_BYTES = 4 * (1 + CLEAR_WORDS + SWAP_WORDS);
/** So many actors may be under way at once: one inside another. */
const MAX_DEPTH = 4;

interface Actor {
  readonly number: number;
  cache: Cache;
  log: LogRing;
  isBusy: boolean;
}

interface Making {
  readonly sections: Uint8Array[];
  readonly begins: Float64Array;
  /** The effects that concern all shards. */
  readonly head: Uint8Array;
  readonly startByte: number;
  shard: number;
  copy: ShardCopy;
  effects: EffectBuffer;
  endByte: number;
}

/** One run, from its first operation to a quiet end. */
export class InterleavedRun {
  readonly committed: Committed[] = [];
  readonly blocks: Block[] = [];
  readonly crashes: Crash[] = [];
  readonly cache: Cache;
  nowMs = 1_700_000_000_000;
  /** How often what came to pass: the test wants all of it. */
  readonly counts = {
    busy: 0,
    interrupted: 0,
    ended: 0,
    faulty: 0,
    snapshots: 0,
    cleared: 0,
    gaps: 0,
  };
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #buffer: SharedArrayBuffer;
  readonly #actors: Actor[];
  readonly #atomics = new SteppedAtomics();
  readonly #stack: Actor[] = [];
  /** Actors that have ended, and wait for main. */
  readonly #toRepair: Actor[] = [];
  readonly #space: Uint8Array;
  #drainedByte = 0;
  #making: Making | null = null;
  #snapshot: Snapshot | null = null;
  #operations = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#space = new Uint8Array(options.logBytes);
    const actorCount = options.workers + 1;
    const { logBytes } = options;
    const memoryBytes = besideFilters(options.memoryBytes, actorCount) + logBytes;
    const region = Region.create({ memoryBytes, actorCount, logBytes });
    for (const word of [LOG_TAIL, LOG_HEAD, LOG_FLUSHED]) {
      region.words[word] = options.startPosition;
    }
    this.#buffer = region.buffer;
    this.#actors = Array.from({ length: actorCount }, (_, number) => {
      return { number, ...this.#attach(number), isBusy: false };
    });
    this.cache = this.#actors[MAIN]!.cache;
  }

  #attach(number: number): { cache: Cache; log: LogRing } {
    const region = Region.attach(this.#buffer);
    return { cache: new Cache(region, number, () => this.nowMs), log: region.log! };
  }

  /** Runs to the end. Then nobody is at work, and all is drained. */
  run(): void {
    using atomics = this.#atomics;
    atomics.onStep = () => this.#step();
    let turns = 0;
    while (this.#operations < this.#options.operations) {
      this.#runSomebody();
      if (++turns > 100 * this.#options.operations) throw new Error("Nobody gets on");
    }
    atomics.onStep = () => {};
    this.#repair();
    this.#drain(this.#actors[MAIN]!);
    this.#noteCrash(0);
    this.counts.gaps = this.#actors[MAIN]!.log.gaps;
  }

  /** Somebody does something atomic: others may go before. */
  #step(): void {
    const { interruptOneIn, endOneIn } = this.#options;
    const actor = this.#stack.at(-1);
    if (actor === undefined) return;
    if (actor.number !== MAIN && endOneIn > 0 && this.#random.below(endOneIn) === 0) {
      this.#atomics.isLeaving = true;
      throw new Ended();
    }
    if (this.#stack.length >= MAX_DEPTH || this.#random.below(interruptOneIn) > 0) return;
    this.counts.interrupted++;
    this.#runSomebody();
  }

  #runSomebody(): void {
    if (this.#random.below(60) === 0) this.#noteCrash(this.#random.below(4));
    const main = this.#actors[MAIN]!;
    if (!main.isBusy && this.#toRepair.length > 0 && this.#random.below(3) === 0) this.#repair();
    const free = this.#actors.filter((actor) => !actor.isBusy);
    const actor = free[this.#random.below(free.length)];
    if (actor === undefined) return;
    actor.isBusy = true;
    this.#stack.push(actor);
    try {
      if (actor.number === MAIN) this.#runMain(actor);
      else this.#runWorker(actor);
      actor.isBusy = false;
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      this.#atomics.isLeaving = false;
      this.counts.ended++;
      this.#toRepair.push(actor);
    } finally {
      this.#stack.pop();
    }
  }

  #runWorker(actor: Actor): void {
    if (!actor.log.hasRoom()) return;
    const stamp = `${++this.#operations} of ${actor.number}`;
    const options: OperationOptions = { ...this.#options, now: () => this.nowMs };
    const operation = randomOperation(actor.cache, this.#random, stamp, options);
    const before = actor.log.commits;
    try {
      if (!operation.run()) this.counts.busy++;
    } catch (error) {
      if (!(error instanceof Faulty)) throw error;
      this.counts.faulty++;
    } finally {
      // One that has ended may have done so after its record was complete.
      if (actor.log.commits > before) {
        const endByte = this.#byteOf(actor.log.lastOfThread);
        this.committed.push({ endByte, effects: operation.effects });
      }
    }
  }

  /** The byte of the log at a position of the ring. */
  #byteOf(position: number): number {
    return 4 * ((position - this.#options.startPosition) >>> 0);
  }

  #runMain(main: Actor): void {
    const roll = this.#random.below(100);
    if (roll < 50) this.#drain(main);
    else if (roll < 85) this.#copy(main);
    else if (roll < 95) main.cache.sweep(this.#random.below(main.cache.shards.length), 64);
    else this.nowMs += this.#random.below(60);
  }

  #drain({ log }: Actor): void {
    for (;;) {
      const count = log.read(this.#space);
      if (count === 0) return;
      this.blocks.push({ position: this.#drainedByte, bytes: this.#space.slice(0, count) });
      this.#drainedByte += count;
    }
  }

  /** The next step of a snapshot. */
  #copy(main: Actor): void {
    if (this.#making === null) {
      if (this.#random.below(6) > 0) return;
      this.#drain(main);
      this.#begin(main);
    }
    const making = this.#making!;
    if (making.shard === main.cache.shards.length) return this.#complete(main, making);
    const step = making.copy.step(making.effects);
    if (step === CopyStep.busy) return;
    making.begins[making.shard] = this.#byteOf(making.copy.beginPosition);
    if (step === CopyStep.more) return;
    making.sections.push(making.effects.effects.slice());
    making.shard++;
    if (making.shard < main.cache.shards.length) {
      making.copy = new ShardCopy(main.cache, making.shard);
      making.effects = new EffectBuffer();
    } else making.endByte = this.#byteOf(main.log.tail);
  }

  #begin({ cache }: Actor): void {
    const head = new EffectBuffer();
    recordSwap(head, cache.region.words);
    this.#making = {
      sections: [],
      begins: new Float64Array(cache.shards.length),
      head: head.effects.slice(),
      startByte: this.#drainedByte,
      shard: 0,
      copy: new ShardCopy(cache, 0),
      effects: new EffectBuffer(),
      endByte: 0,
    };
  }

  /** A snapshot counts once the log is there up to its end: what changed meanwhile is in the log alone. */
  #complete(main: Actor, making: Making): void {
    this.#drain(main);
    if (this.#drainedByte < making.endByte) return;
    this.counts.snapshots++;
    this.#snapshot = { ...making, endBlock: this.blocks.length };
    this.#making = null;
  }

  /** The process ends here, perhaps with the last blocks unwritten. */
  #noteCrash(unwritten: number): void {
    const snapshot = this.#snapshot;
    const blocks = Math.max(snapshot?.endBlock ?? 0, this.blocks.length - unwritten);
    this.crashes.push({ blocks, snapshot, nowMs: this.nowMs });
  }

  /** Main clears what ended and faulty actors have left, and starts the ended ones again. Nobody comes between. */
  #repair(): void {
    const { onStep } = this.#atomics;
    this.#atomics.onStep = () => {};
    const main = this.#actors[MAIN]!;
    for (const ended of [null, ...this.#toRepair.splice(0)]) {
      const broken = main.cache.shards.filter(({ memory: { words } }) =>
        isPoisoned(words, SHARD_LOCK) ||
        ended !== null && lockOwner(words, SHARD_LOCK) === ended.number + 1
      );
      main.cache.repair(ended?.number ?? -1);
      this.counts.cleared += broken.length;
      const lastByte = this.#byteOf(main.log.lastOfThread);
      for (const [i, shard] of broken.entries()) {
        const endByte = lastByte - CLEAR_BYTES * (broken.length - 1 - i);
        const shards = main.cache.shards.length;
        // Who has ended while it exchanged databases may have done so, and not have come to log it.
        const effects: Effect[] = [
          { kind: "clear", shard: shard.index, shards },
          { kind: "table", table: databaseTable(main.cache) },
        ];
        this.committed.push({ endByte, effects });
      }
      if (ended === null) continue;
      Object.assign(ended, this.#attach(ended.number));
      ended.isBusy = false;
    }
    // What an ended actor may have left empty in the ring is skipped only after a while.
    this.#atomics.nowMs += 200;
    this.#atomics.onStep = onStep;
  }
}
