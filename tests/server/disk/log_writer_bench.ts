/**
 * A log writer over a folder of its own, with a ring of numbered records and snapshots whose items are
 * kept in memory; and a file system on which a failed sync loses what was written.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { PersistenceStatus } from "../../../server/contract/persistence/persistence_status.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { LogWriter } from "../../../server/disk/log_writer.ts";
import { makeSnapshot } from "./fixture.ts";
import { FaultyFileSystem, type Operation } from "./faulty_file_system.ts";
import { RecordRing, recordsOnDisk } from "./record_ring.ts";

/** Longest wait for what is to come. */
const PATIENCE_MS = 30_000;

/** When the log is synced, and what happens to writes while it cannot be written. */
export type Policy = { fsync: "always" | "everysec" | "no"; onWriteError: "refuse" | "continue" };

/**
 * A failed sync loses what was written since the one before. That is seen once nothing is appended any more:
 * a disk writes whole sectors, so what is appended meanwhile would bring back what is lost beside it.
 */
export class LossyFileSystem extends FaultyFileSystem {
  readonly #syncedBytes = new Map<string, number>();
  readonly #lossy = new Map<string, number>();

  override async run<T>(
    operation: Operation,
    path: string,
    act: () => Promise<T>,
    partly?: (share: number) => Promise<void>,
  ): Promise<T> {
    const name = path.replace(/\.tmp$/, "");
    const bytes = operation === "sync" ? (await Deno.stat(path)).size : 0;
    if (operation === "open" && path !== name) await this.#lose();
    try {
      const result = await super.run(operation, path, act, partly);
      if (operation === "sync") this.#syncedBytes.set(name, bytes);
      return result;
    } catch (error) {
      if (operation === "sync" && path === name) {
        this.#lossy.set(name, this.#syncedBytes.get(name) ?? 0);
      }
      throw error;
    }
  }

  async #lose(): Promise<void> {
    for (const [path, bytes] of this.#lossy) await Deno.truncate(path, bytes);
    this.#lossy.clear();
  }
}

const NO_ITEMS = Array.from({ length: 8 }, () => []);

/** A log writer over a new folder, and a snapshot maker that keeps numbers in memory. */
export class Bench implements AsyncDisposable {
  readonly dir: string;
  readonly ring: RecordRing;
  readonly fs: FaultyFileSystem;
  readonly status = new PersistenceStatus({ words: new Int32Array(64), persistenceWord: 0 });
  readonly lines: string[] = [];
  writer!: LogWriter;
  /** What the latest snapshot holds, and from where the log is replayed. */
  snapshot: { position: number; numbers: ReadonlySet<number> } = {
    position: 0,
    numbers: new Set(),
  };
  /** All that was changed in memory. */
  readonly changed = new Set<number>();
  isWanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(fs?: FaultyFileSystem, ring = new RecordRing()) {
    this.dir = Deno.makeTempDirSync();
    this.fs = fs ?? new FaultyFileSystem(DENO_FILE_SYSTEM);
    this.ring = ring;
  }

  async open(policy: Policy): Promise<void> {
    const { ring } = this;
    const log = {
      info: (_: string, text: string) => this.lines.push(text),
      error: (_: string, text: string) => this.lines.push(text),
    };
    this.writer = await LogWriter.open({
      ring,
      fs: this.fs,
      dir: this.dir,
      policy,
      status: this.status,
      log,
      shardCount: 8,
      writer: "0",
      now: () => ring.nowMs,
      clock: () => ring.nowMs,
      pause: (ms) => ring.pause(ms),
      askForSnapshot: () => this.isWanted = true,
    }, { position: this.snapshot.position, snapshotPosition: this.snapshot.position });
    this.#running = this.writer.run();
  }

  /** Changes something. Returns its record's number and position. */
  change(): { number: number; position: number } {
    const record = this.ring.append();
    this.changed.add(record.number);
    return record;
  }

  /** Makes a snapshot if one is wanted. Returns whether it stands. */
  async snap(): Promise<boolean> {
    this.isWanted = false;
    try {
      const position = await this.writer.rotate();
      // A snapshot that fails here has begun a log file for nothing.
      await this.fs.run("rename", "snapshot", () => Promise.resolve());
      await makeSnapshot(DENO_FILE_SYSTEM, this.dir, position, new Uint8Array(), NO_ITEMS);
      this.snapshot = { position, numbers: new Set(this.changed) };
      this.writer.snapshotStands(position);
      return true;
    } catch {
      return false;
    }
  }

  /** What a start would find after a crash now. */
  async found(): Promise<Set<number>> {
    const { numbers } = this.snapshot;
    for (;;) {
      try {
        return new Set([...numbers, ...await recordsOnDisk(this.dir)]);
      } catch (error) {
        // The writer has renamed a file meanwhile.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  /**
   * Lets the loop go on until `isDone`, or for so many seconds of the test's clock; unless they are given with all
   * patience, since that clock runs ahead while a busy machine writes.
   */
  async until(isDone: () => boolean, seconds?: number): Promise<boolean> {
    const endMs = seconds === undefined ? Infinity : this.ring.nowMs + 1000 * seconds;
    const patienceMs = performance.now() + PATIENCE_MS;
    while (!isDone() && this.ring.nowMs < endMs && performance.now() < patienceMs) {
      if (this.isWanted) await this.snap();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return isDone();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer?.close();
    await this.#running;
    await Deno.remove(this.dir, { recursive: true });
  }
}
