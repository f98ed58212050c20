// Makes a snapshot on main while everybody goes on: a new log file first, then shard by shard, a few items
// under each lock, in slices of a millisecond with a rest behind each. Only when all of it is on the disk are
// older logs and snapshots deleted. When it is time for one, snapshots.ts knows.

import { CopyStep, EffectBuffer, LogState, recordSwap, ShardCopy } from "../../cache/mod.ts";
import type { ServerCache } from "../contract/counters.ts";
import type { SnapshotSummary } from "../contract/server.ts";
import { BlockBuffer } from "./blocks.ts";
import { parseFileName } from "./file_head.ts";
import { type FileSystem, pathIn } from "./file_system.ts";
import { SnapshotWriter } from "./snapshot_writer.ts";

/**
 * Of main's time at a stretch: about one step, so that main, fresh from its rest, is seldom made to wait for a CPU with
 * a lock in its hands (bench/persistence: snapshot). Where nobody is served any more, only the log has to go on.
 */
const SLICE_MS = 0.1;
const URGENT_SLICE_MS = 10;
/** For each millisecond of work so many of rest, while clients are served. */
const MOST_REST = 24;
/** The same where a log grows faster than the snapshot, or writes are refused until it stands. */
const LEAST_REST = 1;
/** A log that has grown by less is nothing that a snapshot has to hurry for. */
const MIN_GROWN_BYTES = 256 * 1024 * 1024;
/** A block of a snapshot is written when it has so many bytes; what comes under one lock may be more. */
const BLOCK_BYTES = 256 * 1024;
const SPARE_BYTES = 128 * 1024;
/** So often the lock of one shard may not be had, 50 ms each time. */
const MAX_BUSY = 200;

/** The log, as far as a snapshot needs it. */
export interface SnapshotLog {
  /** The position of the log at one of the ring that is not long past. */
  positionOf(ringPosition: number): number;
  /** Begins a new log file, synced up to there; resolves with its position. */
  rotate(): Promise<number>;
  /**
   * Writes and syncs all that there is. Resolves with whether the log has all that was changed since
   * {@linkcode rotate} returned `position`.
   */
  isWholeSince(position: number): Promise<boolean>;
  /** A snapshot stands with which the log counts from `position`. */
  snapshotStands(position: number): void;
}

/** What a maker works with. */
export interface SnapshotMakerParts {
  readonly cache: ServerCache;
  readonly fs: FileSystem;
  /** The data dir. */
  readonly dir: string;
  readonly log: SnapshotLog;
  /** The version of the program. */
  readonly writer: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds; after 0 in a later turn. */
  readonly pause: (ms: number) => Promise<void>;
  /** About how many bytes the items have. */
  readonly dataBytes: () => number;
  /** Told from time to time how many items there are so far. */
  readonly onProgress: (items: number) => void;
  /** Told of files that are no longer needed and cannot be deleted. */
  readonly onLeftover: (name: string, error: unknown) => void;
}

/** Makes snapshots, one at a time. */
export class SnapshotMaker {
  readonly #parts: SnapshotMakerParts;
  readonly #effects = new EffectBuffer();
  #block: BlockBuffer | null = null;
  /** The block that is being written, while the next items are copied. */
  #writing: Promise<void> = Promise.resolve();
  #isUrgent = false;
  #isAborted = false;
  /** Requests of all workers, when they were looked at last. */
  #requests = -1;

  constructor(parts: SnapshotMakerParts) {
    this.#parts = parts;
  }

  /** Whether it takes all of main's time from now on, since nobody is served. */
  set isUrgent(isUrgent: boolean) {
    this.#isUrgent = isUrgent;
  }

  /** Has the one that is being made fail. */
  abort(): void {
    this.#isAborted = true;
  }

  /** Makes one. Rejects where that fails; then what was there before still is. */
  async make(): Promise<SnapshotSummary> {
    const { log, clock, fs, dir, cache, now, writer } = this.#parts;
    const fromMs = clock();
    this.#isAborted = false;
    const position = await log.rotate();
    this.#effects.clear();
    recordSwap(this.#effects, cache.region.words);
    const head = this.#effects.effects.slice();
    const shardCount = cache.shards.length;
    const beginning = { position, shardCount, timeMs: now(), writer, head };
    const file = await SnapshotWriter.create(fs, dir, beginning);
    this.#block = new BlockBuffer(BLOCK_BYTES + SPARE_BYTES);
    this.#writing = Promise.resolve();
    try {
      for (let shard = 0; shard < shardCount; shard++) {
        await this.#section(file, shard, this.#restPerWork(position));
      }
      await this.#writing;
      // Its shards are of different moments: only with the log between them is it the state of one.
      if (!await log.isWholeSince(position)) {
        throw new Error("the log could not be written meanwhile");
      }
      const { items, bytes } = await file.finish();
      log.snapshotStands(position);
      await this.#removeOlder(position);
      return { items, bytes, seconds: Math.round(clock() - fromMs) / 1000 };
    } catch (error) {
      await this.#writing.catch(() => {});
      await file.abort();
      throw error;
    } finally {
      this.#block = null;
      this.#effects.clear();
    }
  }

  /** How long to rest, for a snapshot that began at `position`: the less, the more the log has grown meanwhile. */
  #restPerWork(position: number): number {
    const { cache, log, dataBytes } = this.#parts;
    const ring = cache.region.log!;
    if (ring.state === LogState.failing) return LEAST_REST;
    const grown = log.positionOf(ring.tail) - position;
    const share = grown / Math.max(MIN_GROWN_BYTES, dataBytes());
    return Math.max(LEAST_REST, MOST_REST * (1 - share));
  }

  async #section(file: SnapshotWriter, shard: number, restPerWork: number): Promise<void> {
    const { cache, clock, pause, log, onProgress } = this.#parts;
    const copy = new ShardCopy(cache, shard);
    const effects = this.#effects;
    effects.rewind();
    let isBegun = false;
    let busyCount = 0;
    let items = 0;
    try {
      for (let step: CopyStep = CopyStep.more; step !== CopyStep.done;) {
        if (this.#isAborted) throw new Error("it was given up, since the server stops");
        const fromMs = clock();
        do {
          step = copy.step(effects);
        } while (step === CopyStep.more && !this.#isSliceOver(fromMs));
        const workedMs = clock() - fromMs;
        if (step === CopyStep.busy) {
          if (++busyCount === MAX_BUSY) throw new Error(`shard ${shard} is locked all the time`);
        } else if (!isBegun) {
          isBegun = true;
          const position = log.positionOf(copy.beginPosition);
          await this.#writing;
          await file.beginSection(shard, position, copy.version);
        }
        if (step === CopyStep.done || this.#isBlockFull) {
          await this.#append(file, copy.items - items);
          items = copy.items;
          onProgress(file.items);
        }
        await pause(this.#isUrgent || this.#isIdle() ? 0 : Math.max(1, workedMs * restPerWork));
      }
    } catch (error) {
      copy.abort();
      throw error;
    }
  }

  /** Whether nobody has asked for anything since this was looked at last: then nobody is held up. */
  #isIdle(): boolean {
    const before = this.#requests;
    this.#requests = this.#parts.cache.region.total("requests");
    return this.#requests === before;
  }

  get #isBlockFull(): boolean {
    return this.#effects.effects.length >= BLOCK_BYTES;
  }

  #isSliceOver(fromMs: number): boolean {
    const sliceMs = this.#isUrgent ? URGENT_SLICE_MS : SLICE_MS;
    return this.#isBlockFull || this.#parts.clock() - fromMs >= sliceMs;
  }

  /** Appends all effects as one block, when the one before is written. */
  async #append(file: SnapshotWriter, items: number): Promise<void> {
    await this.#writing;
    const { effects } = this.#effects;
    const fits = effects.length <= BLOCK_BYTES + SPARE_BYTES;
    const block = fits ? this.#block! : new BlockBuffer(effects.length);
    block.payload.set(effects);
    // Anew for each block it would be so much garbage that others wait while it is collected.
    this.#effects.rewind();
    this.#writing = file.append(block, effects.length, items);
    // Who waits for it next hears of a failure.
    this.#writing.catch(() => {});
  }

  /** Deletes what the snapshot at `position` makes superfluous. What cannot be deleted now, the next one does. */
  async #removeOlder(position: number): Promise<void> {
    const { fs, dir, onLeftover } = this.#parts;
    let name = dir;
    try {
      for (const file of await fs.list(dir)) {
        // Unfinished ones too, such as a log that could not be begun.
        const found = parseFileName(file.name.replace(/\.tmp$/, ""));
        if (found === undefined || found.position >= position) continue;
        name = file.name;
        await fs.remove(pathIn(dir, name));
      }
    } catch (error) {
      onLeftover(name, error);
    }
  }
}
