// When the log is synced, one sync after the other, and who is told how far it is on the disk. Whether it
// may be believed is log_health.ts's affair.

import type { LogFile } from "./log_file.ts";
import type { LogHealth } from "./log_health.ts";
import type { LogWriterOptions } from "./log_writer_options.ts";

/** With `everysec`: what was written is synced after so long, less what a sync takes. */
const SYNC_AFTER_MS = 950;
const MIN_SYNC_AFTER_MS = 500;
/** Time from one look whether the file is still there to the next. */
const LOOK_MS = 1000;
/** What is said of a file that has lost its name, as the system would. */
const GONE = { code: "ENOENT" };

/** What is synced. */
export interface SyncTarget {
  /** The file that is written; null while there is none. */
  readonly writtenFile: LogFile | null;
  /** Up to which position of the ring it was written. */
  readonly writtenRingPosition: number;
  /** What was written to `file` cannot be relied on. */
  syncFailed(file: LogFile, error: unknown): void;
}

/** The syncs of one log. */
export class LogSync {
  readonly #options: LogWriterOptions;
  readonly #health: LogHealth;
  readonly #target: SyncTarget;
  /** When the oldest of what is not synced was written; Infinity: there is nothing. */
  #unsyncedSinceMs = Infinity;
  #tookMs = 0;
  #lookMs = 0;
  /** The syncs at work, one after the other. */
  #last: Promise<void> | null = null;

  constructor(options: LogWriterOptions, health: LogHealth, target: SyncTarget) {
    this.#options = options;
    this.#health = health;
    this.#target = target;
  }

  /** Something was written. */
  noteWrite(): void {
    if (this.#unsyncedSinceMs === Infinity) this.#unsyncedSinceMs = this.#options.clock();
  }

  /** When a sync is due, by the writer's clock; Infinity: nothing is to be synced, or it is being done. */
  get dueMs(): number {
    if (this.#last !== null || this.#options.policy.fsync === "no") return Infinity;
    return this.#unsyncedSinceMs + Math.max(MIN_SYNC_AFTER_MS, SYNC_AFTER_MS - this.#tookMs);
  }

  /** Syncs what was written, after the sync at work. Never rejects. */
  sync(): Promise<void> {
    const after = this.#last ?? Promise.resolve();
    const done = after.then(() => this.#now()).then(() => {
      if (this.#last === done) this.#last = null;
    });
    return this.#last = done;
  }

  /** Resolves when no sync is at work. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /**
   * Looks now and then whether the file still has its name. To write and sync one without succeeds, but no
   * start would find it. Never rejects.
   */
  async look(): Promise<void> {
    const nowMs = this.#options.clock();
    const { writtenFile: file } = this.#target;
    if (file === null || nowMs < this.#lookMs) return;
    this.#lookMs = nowMs + LOOK_MS;
    // It may have been closed meanwhile, or its folder may not be seen for the moment.
    const isThere = await file.isThere().catch(() => true);
    if (!isThere && file === this.#target.writtenFile) this.#target.syncFailed(file, GONE);
  }

  async #now(): Promise<void> {
    const { ring, status, clock, took } = this.#options;
    const { writtenFile: file, writtenRingPosition } = this.#target;
    if (file === null) return;
    if (file.position !== file.syncedPosition) {
      const fromMs = clock();
      this.#unsyncedSinceMs = Infinity;
      try {
        await file.sync();
      } catch (error) {
        return this.#target.syncFailed(file, error);
      }
      this.#tookMs = clock() - fromMs;
      took?.("sync", this.#tookMs);
      status.set("syncUs", this.#tookMs * 1000);
      status.set("durablePosition", file.syncedPosition);
    }
    // What a log lacks is on the disk only with a snapshot.
    if (this.#health.isWhole && ring.flushed !== writtenRingPosition) {
      ring.setFlushed(writtenRingPosition);
    }
  }
}
