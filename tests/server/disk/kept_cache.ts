/**
 * A small cache whose log and snapshots lie in a data dir, as main has it: what changes goes to the ring,
 * and from there to a log file when a test says so. And the way back, into another cache.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Cache, Outcome, Region, Restore } from "../../../cache/mod.ts";
import { ACTOR_NAMES, type ServerCache } from "../../../server/contract/counters.ts";
import { BlockBuffer } from "../../../server/disk/blocks.ts";
import { scanDataDir } from "../../../server/disk/data_dir.ts";
import { fileName } from "../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM, type FileSystem, pathIn } from "../../../server/disk/file_system.ts";
import { LogFile } from "../../../server/disk/log_file.ts";
import { LogReader } from "../../../server/disk/reading/log_reader.ts";
import { readSnapshotTable, SectionReader } from "../../../server/disk/reading/snapshot_file.ts";
import { SnapshotMaker, type SnapshotMakerParts } from "../../../server/disk/snapshot_maker.ts";

const LOG_BYTES = 2 ** 20;
const MEMORY_BYTES = 4 * 2 ** 20;
/** The time of all of it. */
export const NOW_MS = 1_700_000_000_000;
const encoder = new TextEncoder();

/** A region without a clock of its own, and with nothing but main's log if it keeps one. */
function regionOf(logBytes: number) {
  return Region.create({ memoryBytes: MEMORY_BYTES, logBytes, names: ACTOR_NAMES });
}

/** The cache, its log, and what makes its snapshots. */
export class KeptCache {
  /** Where clients are. */
  readonly cache: ServerCache;
  readonly maker: SnapshotMaker;
  /** What happens in the pauses of the maker. */
  between: (pauseMs: number) => void = () => {};
  /** Names of files that could not be deleted. */
  readonly leftovers: string[] = [];
  nowMs = 0;
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #block = new BlockBuffer(LOG_BYTES);
  #file!: LogFile;
  #isBroken = false;
  #stoodAt = -1;

  private constructor(fs: FileSystem, dir: string, parts: Partial<SnapshotMakerParts>) {
    this.#fs = fs;
    this.#dir = dir;
    const region = regionOf(LOG_BYTES);
    this.cache = new Cache(region, 1, () => NOW_MS);
    this.maker = new SnapshotMaker({
      cache: new Cache(region, 0, () => NOW_MS),
      fs,
      dir,
      log: this,
      writer: "0.1.0",
      now: () => NOW_MS,
      clock: () => this.nowMs,
      pause: async (ms) => {
        this.between(ms);
        await this.drain();
      },
      dataBytes: () => 0,
      onProgress: () => {},
      onLeftover: (name) => this.leftovers.push(name),
      ...parts,
    });
  }

  /** An empty one, whose log begins at 0. The disk of its start never fails. */
  static async open(
    fs: FileSystem,
    dir: string,
    parts: Partial<SnapshotMakerParts> = {},
  ): Promise<KeptCache> {
    const kept = new KeptCache(fs, dir, parts);
    kept.#file = await kept.#create(DENO_FILE_SYSTEM, 0);
    return kept;
  }

  #create(fs: FileSystem, position: number, previous?: number): Promise<LogFile> {
    const shardCount = this.cache.shards.length;
    return LogFile.create(fs, this.#dir, {
      position,
      previous,
      shardCount,
      timeMs: NOW_MS,
      writer: "0.1.0",
    });
  }

  /** The position from which the latest snapshot counts; -1: there is none. */
  get stoodAt(): number {
    return this.#stoodAt;
  }

  /** Stores a value. */
  put(key: string, value: string, deadlineMs = 0): void {
    const stored = this.cache.put(encoder.encode(key), encoder.encode(value), { deadlineMs });
    assertEquals(stored, Outcome.stored);
  }

  /** Writes what is in the ring, if the log is whole. */
  async drain(): Promise<void> {
    const ring = this.cache.region.log!;
    for (let count = 0; (count = ring.read(this.#block.payload)) > 0;) {
      if (this.#isBroken) continue;
      await this.#file.append(this.#block, count).catch(() => this.#isBroken = true);
    }
  }

  positionOf(ringPosition: number): number {
    const { readPosition } = this.cache.region.log!;
    return this.#file.position + 4 * ((ringPosition - readPosition) | 0);
  }

  async rotate(): Promise<number> {
    await this.drain();
    if (this.#isBroken) throw new Error("the log is broken");
    await this.#file.sync();
    const { position, startPosition } = this.#file;
    if (position === startPosition) return position;
    const next = await this.#create(this.#fs, position, startPosition).catch(async (error) => {
      await this.#removeLog(position);
      throw error;
    });
    this.#file.close();
    this.#file = next;
    return position;
  }

  /** A log that was begun and cannot be used must not end the one before it. */
  async #removeLog(position: number): Promise<void> {
    try {
      await this.#fs.remove(pathIn(this.#dir, fileName("log", position)));
      await this.#fs.syncDir(this.#dir);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.#isBroken = true;
    }
  }

  async isWholeSince(): Promise<boolean> {
    await this.drain();
    if (!this.#isBroken) await this.#file.sync().catch(() => this.#isBroken = true);
    return !this.#isBroken;
  }

  snapshotStands(position: number): void {
    this.#stoodAt = position;
  }

  /** Ends the log as a crash does, all of it on the disk. */
  async crash(): Promise<void> {
    await this.drain();
    this.#file.close();
  }

  /** Whether the log could not be written. */
  get isBroken(): boolean {
    return this.#isBroken;
  }
}

/** A cache with what a data dir holds. */
export async function cacheFrom(dir: string): Promise<ServerCache> {
  const { snapshot, logs } = await scanDataDir(DENO_FILE_SYSTEM, dir);
  const region = regionOf(0);
  region.restores();
  const cache = new Cache(region, 1, () => 0);
  const { shardCount } = (snapshot ?? logs[0])!.head;
  const begins = new Float64Array(shardCount);
  const restore = new Restore(cache, { shardCount, begins });
  if (snapshot !== null) {
    const table = await readSnapshotTable(DENO_FILE_SYSTEM, snapshot);
    restore.applySection(table.headPayload);
    for (const section of table.sections) {
      begins[section.shard] = section.beginPosition;
      const reader = await SectionReader.open(DENO_FILE_SYSTEM, snapshot, section, {});
      while (await reader.fill()) while (reader.next()) restore.applySection(reader.payload);
    }
  }
  const reader = new LogReader(DENO_FILE_SYSTEM, logs, { recover: false });
  while (await reader.fill()) {
    while (reader.next()) restore.applyLog(reader.payload, reader.position);
  }
  restore.end();
  return new Cache(region, 1, () => NOW_MS);
}
