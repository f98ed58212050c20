// What a log writer works with: the ring, the disk, its clocks, and whom it tells. Interfaces, so that tests
// can let each of them misbehave; and how a log file begins that has all of that.

import type { LogRing } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import type { PersistenceStatus } from "../contract/persistence/persistence_status.ts";
import type { EventLog } from "../contract/log/events.ts";
import type { FileSystem } from "./file_system.ts";
import { LogFile } from "./log_file.ts";
import type { LogStep } from "./log_steps.ts";

/** The log ring, as far as it is written. */
export type WrittenRing = Pick<
  LogRing,
  | "capacityBytes"
  | "flushed"
  | "gaps"
  | "read"
  | "readPosition"
  | "setFlushed"
  | "sleep"
  | "state"
  | "tail"
>;

/** What a log writer works with. */
export interface LogWriterOptions {
  readonly ring: WrittenRing;
  readonly fs: FileSystem;
  readonly dir: string;
  readonly policy: Pick<Config, "fsync" | "onWriteError">;
  readonly status: PersistenceStatus;
  readonly log: Pick<EventLog, "info" | "error">;
  readonly shardCount: number;
  /** The version of the program. */
  readonly writer: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds by a clock that nobody sets, such as `performance.now`. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Hears how long each write and sync took. */
  readonly took?: ((step: LogStep, ms: number) => void) | undefined;
  /** A snapshot is needed, since the log lacks something. May be called while one is made. */
  readonly askForSnapshot: (reason: string) => void;
}

/** Where the log goes on after a start. */
export interface LogContinuation {
  /** The position of the first byte that will be written. */
  readonly position: number;
  /** The start of the log file that the new one continues, if there is one. */
  readonly previous?: number;
  /** From where the log is replayed after the latest snapshot. */
  readonly snapshotPosition: number;
}

/**
 * Begins a log file at `position`, which continues that of `previous`; whether that one `isSynced`. Rejects where
 * that cannot be done.
 */
export function beginLog(
  { fs, dir, shardCount, writer, now }: LogWriterOptions,
  position: number,
  previous: number | undefined,
  isSynced: boolean,
): Promise<LogFile> {
  const timeMs = now();
  return LogFile.create(fs, dir, { position, previous, isSynced, shardCount, timeMs, writer });
}
