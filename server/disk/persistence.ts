// What lasts beyond the process, as main sees it: the one object that keeps the log going and makes
// snapshots, from the end of loading until all is on the disk. Knows no worker and no protocol.

import { readStats } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import { VERSION } from "../config/version.ts";
import type { ServerCache } from "../contract/counters.ts";
import type { PersistenceStatus } from "../contract/persistence/persistence_status.ts";
import type { SnapshotAnswer, SnapshotQuestion, SnapshotSummary } from "../contract/server.ts";
import type { EventLog } from "../contract/log/events.ts";
import type { FileSystem } from "./file_system.ts";
import type { LoadedData } from "./loading/stored_data.ts";
import type { LogStep } from "./log_steps.ts";
import { LogWriter } from "./log_writer.ts";
import { SnapshotMaker } from "./snapshot_maker.ts";
import { Snapshots } from "./snapshots.ts";

/** So long may a process that gives up take to bring its last changes to the disk. */
const RESCUE_MS = 1000;

/** What persistence works with. */
export interface PersistenceParts {
  readonly cache: ServerCache;
  readonly config: Config;
  readonly fs: FileSystem;
  readonly dir: string;
  /** Lets others have the data dir. */
  readonly release: () => Promise<void>;
  readonly status: PersistenceStatus;
  readonly log: Omit<EventLog, "debug">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds; after 0 in a later turn. */
  readonly pause: (ms: number) => Promise<void>;
  /** Hears how long each write and sync of the log took. */
  readonly took?: ((step: LogStep, ms: number) => void) | undefined;
}

/** Log and snapshots of one server. */
export class Persistence {
  readonly #parts: PersistenceParts;
  readonly #writer: LogWriter;
  readonly #maker: SnapshotMaker;
  readonly #snapshots: Snapshots;

  private constructor(parts: PersistenceParts, writer: LogWriter, loaded: LoadedData) {
    const { cache, config, fs, dir, log, status, now, clock, pause } = parts;
    this.#parts = parts;
    this.#writer = writer;
    this.#maker = new SnapshotMaker({
      cache,
      fs,
      dir,
      log: writer,
      writer: VERSION,
      now,
      clock,
      pause,
      dataBytes: () => readStats(cache).usedBytes,
      onProgress: (items) => status.set("snapshotItems", items),
      onLeftover: (name, error) => {
        const fields = { path: name, reason: String(error) };
        const text = `Cannot delete ${name}, which is no longer needed: ${fields.reason}`;
        log.warn("snapshot-leftover", text, fields);
      },
    });
    this.#snapshots = new Snapshots({
      make: () => this.#make(),
      position: () => writer.position,
      dataBytes: () => readStats(cache).usedBytes,
      everyMs: config.snapshotEveryMs,
      log,
      now: clock,
    }, loaded.snapshotPosition);
  }

  /**
   * Begins to log what changes in the region, which has what the files say. Rejects where no log can be
   * begun, or no snapshot made where one is needed.
   */
  static async begin(parts: PersistenceParts, loaded: LoadedData): Promise<Persistence> {
    const { cache, config, fs, dir, log, status, now, clock, pause } = parts;
    const ring = cache.region.log!;
    let persistence: Persistence | null = null;
    const writer = await LogWriter.open({
      ring,
      fs,
      dir,
      policy: config,
      status,
      log,
      shardCount: cache.shards.length,
      writer: VERSION,
      now,
      clock,
      pause,
      took: parts.took,
      askForSnapshot: () => void persistence?.ask({ how: "rewrite" }),
    }, loaded);
    persistence = new Persistence(parts, writer, loaded);
    void writer.run();
    if (loaded.mustSave) {
      persistence.#maker.isUrgent = true;
      const saved = await persistence.ask({ how: "save" });
      persistence.#maker.isUrgent = false;
      if (saved.outcome === "failed") throw new Error(`Cannot make a snapshot: ${saved.why}`);
    }
    return persistence;
  }

  /** Makes a snapshot if somebody asks for it, and says what becomes of it. */
  ask(question: SnapshotQuestion): Promise<SnapshotAnswer> {
    return this.#snapshots.ask(question);
  }

  /** Makes a snapshot if it is time for one. Called a few times a second. */
  tick(): void {
    this.#snapshots.tick();
  }

  /** Nobody new is served any more: those who wait for a snapshot are to have it soon. */
  hurry(): void {
    this.#maker.isUrgent = true;
  }

  /** The process has to end at once: brings what was changed to the disk, as far as that is quick. */
  async rescue(): Promise<void> {
    await Promise.race([this.#writer.flush(), this.#parts.pause(RESCUE_MS)]);
  }

  /**
   * Nobody is served any more: brings all that was changed to the disk, and makes a last snapshot if
   * `saves`. Resolves with whether all of it is on the disk; then no log is written any more.
   */
  async stop(saves: boolean): Promise<boolean> {
    this.hurry();
    this.#maker.abort();
    await this.#snapshots.close();
    let isSafe = await this.#writer.flush();
    if (saves) {
      const { outcome } = await this.#snapshots.last();
      // Who was cut off may have changed something to the last.
      isSafe = await this.#writer.flush() || outcome === "done" && isSafe;
    }
    await this.#writer.close();
    await this.#parts.release();
    return isSafe;
  }

  async #make(): Promise<SnapshotSummary> {
    const { status, cache: { region }, now } = this.#parts;
    const changes = region.total("puts") + region.total("deletes");
    status.set("snapshotSince", now() / 1000);
    try {
      const summary = await this.#maker.make();
      status.set("snapshotBytes", summary.bytes);
      status.set("snapshotItems", summary.items);
      status.set("snapshotMs", summary.seconds * 1000);
      status.set("lastSave", now() / 1000);
      status.set("changesAtSave", changes);
      status.set("snapshotFailed", 0);
      status.add("snapshots", 1);
      return summary;
    } catch (error) {
      status.set("snapshotFailed", 1);
      status.add("snapshotFailures", 1);
      throw error;
    } finally {
      status.set("snapshotSince", 0);
    }
  }
}
