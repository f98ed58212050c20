// The data dir at a start: locked and looked at before anybody listens, loaded while the workers listen
// already. Says what loading came to, and where the log goes on. What happens from there on is
// persistence.ts's affair.

import { messageOf } from "../../contract/error_text.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { noteLoadProgress } from "../../contract/persistence/load_progress.ts";
import { continuedBy, type DataDir, removeLeftovers, scanDataDir } from "../data_dir.ts";
import { DirLock, type LockHolder } from "../dir_lock.ts";
import type { FileSystem } from "../file_system.ts";
import { DamageCount } from "../reading/damage.ts";
import { readSnapshotTable, type SnapshotTable } from "../reading/snapshot_file.ts";
import { cutTornTail } from "../reading/torn_tail.ts";
import type { Thread } from "./loader_thread.ts";
import type { LoadFacts } from "./load_report.ts";
import { Loading } from "./loading.ts";

/** Where and how a data dir is opened. */
export interface StoredDataParts {
  readonly fs: FileSystem;
  readonly dir: string;
  /** Whether damage is skipped. */
  readonly recover: boolean;
  /** This process. */
  readonly holder: LockHolder;
}

/** What loading works with. */
export interface LoadParts {
  readonly cache: ServerCache;
  /** Most loaders, and the actor of the first one. */
  readonly loaders: number;
  readonly firstActor: number;
  /** Starts a thread that runs `runLoader`. */
  readonly spawn: (name: string) => Thread;
  /** Called ten times a second, after the region has been told how far it is. */
  readonly onProgress: () => void;
  /** A clock that never goes back, in milliseconds. */
  readonly clock: () => number;
}

/** What loading came to, for the log that goes on from there. */
export interface LoadedData {
  /** Where the log goes on, in bytes since the data dir was made. */
  readonly position: number;
  /** The start of the log file that the new one continues, if there is one. */
  readonly previous?: number;
  /** Where the log stood when the snapshot began that was loaded; 0 without one. */
  readonly snapshotPosition: number;
  /**
   * Whether the files do not say what is in the region: something was evicted for want of memory, or damage
   * was skipped. Then a snapshot is made before anybody is served.
   */
  readonly mustSave: boolean;
  readonly facts: LoadFacts;
}

/** A data dir that this process has for itself. */
export class StoredData {
  readonly #parts: StoredDataParts;
  readonly #lock: DirLock;
  readonly #found: DataDir;
  readonly #table: SnapshotTable | null;
  readonly #damage: DamageCount | undefined;

  private constructor(
    parts: StoredDataParts,
    lock: DirLock,
    found: DataDir,
    table: SnapshotTable | null,
    damage: DamageCount | undefined,
  ) {
    this.#parts = parts;
    this.#lock = lock;
    this.#found = found;
    this.#table = table;
    this.#damage = damage;
  }

  /**
   * Makes the folder if it is not there, locks it and looks what is in it. Rejects with an Error for whoever runs the
   * server where that cannot be, another process has it, or files do not fit together.
   */
  static async open(parts: StoredDataParts): Promise<StoredData> {
    const { fs, dir, recover, holder } = parts;
    let lock: DirLock | undefined;
    try {
      await fs.makeDir(dir);
      lock = await DirLock.take(fs, dir, holder);
      const damage = recover ? new DamageCount() : undefined;
      const found = await scanDataDir(fs, dir, damage);
      const { snapshot } = found;
      const table = snapshot === null ? null : await readSnapshotTable(fs, snapshot, damage);
      return new StoredData(parts, lock, found, table, damage);
    } catch (error) {
      await lock?.release();
      // What comes from the system says neither what was to be done nor where.
      const reason = messageOf(error);
      if (reason.startsWith("Cannot ")) throw error;
      throw new Error(`Cannot use --data-dir ${dir}: ${reason}`, { cause: error });
    }
  }

  /** Bytes that are to be loaded. */
  get bytes(): number {
    return this.#found.bytes;
  }

  /** What whoever runs the server should know of the folder, as sentences. */
  get warnings(): string[] {
    const { crashed, weakness } = this.#lock;
    const { dir } = this.#parts;
    const warnings = [...this.#found.ignored];
    if (crashed !== undefined) {
      warnings.push(
        `process ${crashed.pid} on host ${crashed.host}, which used ${dir}, has crashed`,
      );
    }
    if (weakness !== undefined) {
      warnings.push(
        `${dir} is on a file system without locks (${weakness}): nothing keeps others out`,
      );
    }
    return warnings;
  }

  /** Loads all into an empty cache. Rejects with an Error where that fails; then the files are as they were. */
  async load(parts: LoadParts): Promise<LoadedData> {
    const { fs, recover } = this.#parts;
    const { cache, onProgress, clock, ...threads } = parts;
    const { logs, bytes } = this.#found;
    const snapshot = this.#table;
    const note = (done: number) => noteLoadProgress(cache.region, done, bytes);
    note(0);
    const loading = new Loading({
      ...threads,
      cache,
      plan: { snapshot, logs, recover },
      logFileBytes: bytes - (snapshot?.bytes ?? 0),
      position: snapshot?.head.position ?? 0,
      onProgress: (progress) => {
        note(progress.bytes);
        onProgress();
      },
      now: clock,
    });
    const result = await loading.run();
    note(bytes);
    if (result.torn !== null) await cutTornTail(fs, result.torn);
    await removeLeftovers(fs, this.#found);
    if (this.#damage !== undefined) result.damage.join(this.#damage);
    const facts = { ...result, bytes, snapshot: snapshot?.head ?? null };
    return {
      position: result.endPosition,
      previous: continuedBy(logs, result.endPosition),
      snapshotPosition: snapshot?.head.position ?? 0,
      mustSave: result.evicted > 0 || result.damage.count > 0,
      facts,
    };
  }

  /** Gives the folder up. */
  release(): Promise<void> {
    return this.#lock.release();
  }
}
