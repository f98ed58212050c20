// Main's loop that moves the log ring to a log file, and its three policies of syncing. Nothing in it
// waits in the thread. When the disk fails, it begins a new file each second until one can be written.
// Knows nothing of what records mean.

import { FaultStep } from "../contract/persistence/faults.ts";
import { BlockBuffer } from "./blocks.ts";
import type { LogFile } from "./log_file.ts";
import { LogHealth } from "./log_health.ts";
import { LogSync, type SyncTarget } from "./log_sync.ts";
import { timed } from "./log_steps.ts";
import { beginLog, type LogContinuation, type LogWriterOptions } from "./log_writer_options.ts";
import { WriteLag } from "./write_lag.ts";

/** A block holds at most so much; the ring has records in parts of at most as much. */
const BLOCK_BYTES = 1024 * 1024;
/** While there is something to write, time from one look at the ring to the next. */
const PAUSE_MS = 2;
/** While there is nothing, time to the next look at what else is due. */
const IDLE_MS = 250;
/** So often the ring is looked at again where somebody is in the middle of a record; one that ended is passed sooner. */
const MAX_WAITS = 200;
/** Blocks in a row before others may have a new file. */
const MAX_BLOCKS = 16;
/** While writes are refused, the ring keeps this part of itself for when the log can be written. */
const KEPT_SHARE = 1 / 2;

/** Writes the log. There is one, on main. */
export class LogWriter implements SyncTarget {
  readonly #options: LogWriterOptions;
  readonly #block = new BlockBuffer(BLOCK_BYTES);
  readonly #lag: WriteLag;
  readonly #health: LogHealth;
  readonly #sync: LogSync;
  #file: LogFile;
  /** The start of the file that it continues; its own where it continues none. */
  #previous: number;
  /** Whether its end is not known, or cannot be trusted: nothing may be added to it. */
  #isBroken = false;
  /** Position just past all that was read off the ring. */
  #position: number;
  /** Of that, bytes that are in the block and not yet in a file. */
  #pendingBytes = 0;
  #snapshotPosition: number;
  #isClosed = false;
  /** The latest piece of work on the file; the next one begins after it. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: LogWriterOptions, file: LogFile, from: LogContinuation) {
    this.#options = options;
    this.#file = file;
    this.#previous = from.previous ?? from.position;
    this.#position = from.position;
    this.#snapshotPosition = from.snapshotPosition;
    this.#lag = new WriteLag(options.status, options.ring.readPosition, options.clock());
    this.#health = new LogHealth(options);
    this.#sync = new LogSync(options, this.#health, this);
    this.#health.begin(from.position);
    this.#show();
  }

  /** Begins a log file where the log goes on. Rejects where that cannot be done. */
  static async open(options: LogWriterOptions, from: LogContinuation): Promise<LogWriter> {
    const file = await beginLog(options, from.position, from.previous, false);
    return new LogWriter(options, file, from);
  }

  /** Position just past what was read off the ring. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of log behind the latest snapshot. */
  get bytesSinceSnapshot(): number {
    return this.#position - this.#snapshotPosition;
  }

  /** The position of the log at one of the ring, which is no further away than the ring is large. */
  positionOf(ringPosition: number): number {
    return this.#position + 4 * ((ringPosition - this.#options.ring.readPosition) | 0);
  }

  /** Writes until {@linkcode close}. Never rejects. */
  async run(): Promise<void> {
    const { ring, clock, pause, policy } = this.#options;
    while (!this.#isClosed) {
      const hadSome = await this.#alone(() => this.#step());
      if (this.#isClosed) return;
      if (hadSome && policy.fsync === "always" && !this.#isBroken) {
        // Those who wait for a sync are not kept waiting. The next one takes what came meanwhile.
      } else if (hadSome || ring.readPosition !== ring.tail) {
        // What is there and was not read may be incomplete, or has to stay.
        await pause(PAUSE_MS);
      } else {
        await ring.sleep(Math.min(IDLE_MS, Math.max(1, this.#sync.dueMs - clock())));
        this.#lag.wasEmpty(ring.readPosition, clock());
      }
    }
  }

  /** Does work on the file once what is at work has ended. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Writes what is there. Returns whether there was something. */
  async #step(): Promise<boolean> {
    const { clock, policy } = this.#options;
    if (this.#isClosed) return false;
    this.#health.lookForGaps();
    if (this.#isBroken && this.#health.isDue) await this.#replace();
    if (this.#isBroken) return this.#discard();
    const hadSome = await this.#writeSome();
    if (policy.fsync === "always") await this.#sync.sync();
    else if (clock() >= this.#sync.dueMs) void this.#sync.sync();
    void this.#sync.look();
    if (!this.#isBroken) this.#health.look();
    this.#show();
    return hadSome;
  }

  async #writeSome(): Promise<boolean> {
    const { ring, clock } = this.#options;
    for (let i = 0; i < MAX_BLOCKS; i++) {
      if (!this.#readBlock()) return i > 0;
      // What is left may wait until there is more of it.
      const isLast = ring.readPosition === ring.tail;
      if (!await this.#append()) return true;
      this.#lag.note(clock());
      if (isLast) return true;
    }
    return true;
  }

  /** Fills the block from the ring. Returns whether there is something to be written. */
  #readBlock(): boolean {
    const { ring, clock } = this.#options;
    if (this.#pendingBytes === 0) {
      this.#lag.willRead(ring.readPosition, ring.tail, clock());
      this.#pendingBytes = ring.read(this.#block.payload);
      this.#position += this.#pendingBytes;
    }
    return this.#pendingBytes > 0;
  }

  /** Appends the block. Returns false where that has failed: the block is kept. */
  async #append(): Promise<boolean> {
    try {
      await timed(this.#options, () => this.#file.append(this.#block, this.#pendingBytes));
    } catch (error) {
      this.#fail(FaultStep.write, error);
      return false;
    }
    this.#pendingBytes = 0;
    this.#sync.noteWrite();
    return true;
  }

  #fail(step: FaultStep, error: unknown): void {
    this.#isBroken = true;
    this.#health.fail(step, error);
  }

  /** The file that is written; null while there is none. */
  get writtenFile(): LogFile | null {
    return this.#isBroken ? null : this.#file;
  }

  /** Up to which position of the ring it was written. */
  get writtenRingPosition(): number {
    return (this.#options.ring.readPosition - this.#pendingBytes / 4) | 0;
  }

  /** What was written to `file` may be lost: the system keeps no pages that it could not write. */
  syncFailed(file: LogFile, error: unknown): void {
    this.#health.addHole();
    if (file === this.#file) this.#fail(FaultStep.sync, error);
  }

  /** The log cannot be written: what is in the ring stays there or goes, so that nobody waits for space. */
  #discard(): boolean {
    const { ring, policy, status } = this.#options;
    const used = 4 * ((ring.tail - ring.readPosition) >>> 0);
    const kept = policy.onWriteError === "refuse" ? KEPT_SHARE * ring.capacityBytes : 0;
    if (used <= kept) return false;
    const before = this.#position - this.#pendingBytes;
    do this.#pendingBytes = 0; while (this.#readBlock());
    status.add("discardedBytes", this.#position - before);
    this.#health.addHole();
    return true;
  }

  /** Begins another file in place of one that is broken, and writes to it what was to be written. */
  async #replace(): Promise<void> {
    await this.#sync.settled();
    try {
      // Only what is on the disk may be continued.
      if (this.#health.isWhole) await this.#file.sync();
    } catch {
      this.#health.addHole();
    }
    try {
      await this.#begin(this.#position - this.#pendingBytes);
      this.#isBroken = false;
      if (this.#pendingBytes > 0) await this.#append();
      await this.#sync.sync();
    } catch (error) {
      this.#fail(FaultStep.begin, error);
    }
  }

  /** Begins another file at `position`, and closes the one before, which is synced if the log is whole. */
  async #begin(position: number): Promise<void> {
    const old = this.#file;
    if (this.#health.isWhole && !await old.isThere()) this.#health.addHole();
    // One in which nothing stands is replaced.
    const start = old.startPosition === position ? this.#previous : old.startPosition;
    const previous = this.#health.isWhole ? start : position;
    this.#file = await beginLog(this.#options, position, previous, true);
    this.#previous = previous;
    this.#health.begin(position);
    old.close();
  }

  /**
   * Begins a new log file, and returns its position: from there on a snapshot needs the log that is made from
   * now on. Rejects where there can be none.
   */
  async rotate(): Promise<number> {
    // The longest part of it, while others go on.
    await this.#sync.sync();
    return await this.#alone(async () => {
      await this.#sync.sync();
      const { fault } = this.#options.status;
      if (this.#isBroken) throw new Error(`Cannot begin another log: ${fault ?? "it is closed"}`);
      const { position, startPosition } = this.#file;
      if (position !== startPosition) {
        await this.#begin(position).catch((error) => {
          // Its name may be there, and then whatever the old one has beyond it contradicts that.
          this.#fail(FaultStep.begin, error);
          throw error;
        });
      }
      this.#health.begin(position);
      return position;
    });
  }

  /** A snapshot stands that replays the log from `position`, which {@linkcode rotate} has returned. */
  snapshotStands(position: number): void {
    this.#snapshotPosition = position;
    this.#health.snapshotStands(position);
    this.#show();
  }

  /** Writes and syncs all that is in the ring now, under every policy. Returns whether that could be done. */
  async flush(): Promise<boolean> {
    return await this.#flushAll() && this.#health.isWhole;
  }

  /** The same; returns whether the log has all that changed since {@linkcode rotate} returned `position`. */
  async isWholeSince(position: number): Promise<boolean> {
    return await this.#flushAll() && this.#health.isWholeSince(position);
  }

  #flushAll(): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#isBroken) await this.#replace();
      const goal = this.#options.ring.tail;
      const isShort = () => ((goal - this.writtenRingPosition) | 0) > 0;
      for (let waits = 0; !this.#isBroken && isShort() && waits < MAX_WAITS;) {
        if (await this.#writeSome()) continue;
        // Somebody has a place in the ring and has not filled it yet.
        waits++;
        await this.#options.pause(PAUSE_MS);
      }
      await this.#sync.sync();
      return !this.#isBroken && !isShort();
    });
  }

  /** Ends the loop and closes the file, unsynced. */
  close(): Promise<void> {
    return this.#alone(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      await this.#sync.settled();
      this.#isBroken = true;
      this.#file.close();
    });
  }

  #show(): void {
    const { status, clock } = this.#options;
    this.#lag.tick(clock());
    status.set("logPosition", this.#position - this.#pendingBytes);
    status.set("logBytes", this.bytesSinceSnapshot);
  }
}
