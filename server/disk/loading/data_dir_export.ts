// The items of a data dir that no server uses, as commands that store them: loaded into a region of this
// process by one loader, then written as GET /export does. Changes nothing in the folder.

import { Cache, readStats, Region } from "../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../contract/counters.ts";
import { ExportWalk } from "../../contract/export/export_walk.ts";
import { scanDataDir } from "../data_dir.ts";
import { holderPhrase, isLocked } from "../dir_lock.ts";
import type { FileSystem } from "../file_system.ts";
import { readSnapshotTable } from "../reading/snapshot_file.ts";
import { LoadWords } from "./load_words.ts";
import { Loader } from "./loader.ts";

const MIB = 1024 * 1024;
/** Shards as large as they can be take any item that any server has had. */
const SHARD_BYTES = 32 * MIB;
const MIN_SHARDS = 8;
/** An item takes less in memory than twice what it takes in a file. */
const BYTES_PER_FILE_BYTE = 2;
const ACTOR = 1;

/** How far loading is. */
export interface DataDirProgress {
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What a data dir holds. */
export class DataDirExport {
  /** Items that are there, and items that could not be taken. */
  readonly items: number;
  readonly lost: number;
  /** Bytes at the end of a log that are no records. */
  readonly tornBytes: number;
  readonly #cache: Cache;

  private constructor(cache: Cache, lost: number, tornBytes: number) {
    this.#cache = cache;
    this.items = readStats(cache).items;
    this.lost = lost;
    this.tornBytes = tornBytes;
  }

  /**
   * Loads a data dir. Throws Error, with a message for people, where it is in use, empty, damaged or not there;
   * `onProgress` hears after each step how far it is.
   */
  static async load(
    fs: FileSystem,
    dir: string,
    now: () => number,
    onProgress: (progress: DataDirProgress) => void,
  ): Promise<DataDirExport> {
    const user = await isLocked(fs, dir);
    if (user !== false) {
      const who = holderPhrase(user === true ? undefined : user);
      throw new Error(`Cannot export ${dir}: ${who}. Leave --data-dir out to ask that server`);
    }
    const { snapshot, logs, bytes: totalBytes } = await scanDataDir(fs, dir);
    if (snapshot === null && logs.length === 0) {
      throw new Error(`Cannot export ${dir}: it is no data dir, or an empty one`);
    }
    const table = snapshot === null ? null : await readSnapshotTable(fs, snapshot);
    const region = Region.create({
      memoryBytes: memoryFor(totalBytes),
      actorCount: 2,
      names: ACTOR_NAMES,
    });
    const words = LoadWords.create(1);
    const start = {
      buffer: region.buffer,
      actor: ACTOR,
      index: 0,
      count: 1,
      plan: { snapshot: table, logs, recover: false },
      words: words.buffer,
    };
    const loader = new Loader(fs, region, start, now);
    const timer = setInterval(() => {
      const bytes = Math.min(totalBytes, words.sectionBytes(0) + words.logBytes(0));
      onProgress({ bytes, totalBytes });
    }, 100);
    try {
      await loader.loadSections();
      const { tooLarge, again, tornBytes } = await loader.loadLog();
      const cache = new Cache(region, ACTOR, now);
      return new DataDirExport(cache, readStats(cache).evictions + tooLarge - again, tornBytes);
    } finally {
      clearInterval(timer);
    }
  }

  /** The commands that store all items, in pieces. */
  *commands(): Generator<Uint8Array> {
    const walk = new ExportWalk(this.#cache);
    for (;;) {
      const step = walk.step();
      if (step === "done") return;
      if (step === "busy") throw new Error("Cannot export: a shard is locked");
      if (step === "tooLong") walk.grow();
      else if (walk.output !== null) {
        yield walk.output;
        walk.shrink();
      }
    }
  }
}

/** Memory for the items of so many bytes of files: what is not used of it is never touched. */
function memoryFor(fileBytes: number): number {
  let shards = MIN_SHARDS;
  while (shards * SHARD_BYTES < BYTES_PER_FILE_BYTE * fileBytes + SHARD_BYTES) shards *= 2;
  return shards * SHARD_BYTES;
}
