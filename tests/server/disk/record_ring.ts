/**
 * A log ring of numbered records, with a clock that only the log writer's own waits move: what the tests
 * of the log writer drive it with. Also reads back what is on the disk, as a start would.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { LogState } from "../../../cache/mod.ts";
import { scanDataDir } from "../../../server/disk/data_dir.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import type { WrittenRing } from "../../../server/disk/log_writer_options.ts";
import { readLogs } from "./fixture.ts";

/** Words of a record: a length and a number. */
const RECORD_WORDS = 2;
/** Of a sleep. */
const STEP_MS = 10;

/** A ring of numbered records. */
export class RecordRing implements WrittenRing {
  readonly capacityBytes: number;
  tail: number;
  readPosition: number;
  gaps = 0;
  state: LogState = LogState.ok;
  flushed: number;
  /** Milliseconds by the clock of the test. */
  nowMs = 1_000_000;
  /** While it is set that clock stands, however long the disk takes. */
  isStill = false;
  readonly #waiting: number[] = [];
  #next = 0;

  /** Positions begin at `from`, which may be just before they wrap. */
  constructor(capacityBytes = 1024, from = -4) {
    this.capacityBytes = capacityBytes;
    this.tail = this.readPosition = this.flushed = from;
  }

  /** Appends the next record. Returns its number, and the position just past it. */
  append(): { number: number; position: number } {
    const number = ++this.#next;
    this.#waiting.push(number);
    this.tail = (this.tail + RECORD_WORDS) | 0;
    return { number, position: this.tail };
  }

  /** Takes the place of the next record, which is filled, and can be read, when what is returned is called. */
  reserve(): () => void {
    this.tail = (this.tail + RECORD_WORDS) | 0;
    return () => this.#waiting.push(++this.#next);
  }

  /** A record that finds no space. */
  drop(): void {
    this.#next++;
    this.gaps++;
  }

  isFlushed(position: number): boolean {
    return ((this.flushed - position) | 0) >= 0;
  }

  read(to: Uint8Array): number {
    const words = new Uint32Array(to.buffer, to.byteOffset, to.length >>> 2);
    const count = Math.min(this.#waiting.length, Math.floor(words.length / RECORD_WORDS));
    for (let i = 0; i < count; i++) words.set([RECORD_WORDS, this.#waiting[i]!], RECORD_WORDS * i);
    this.#waiting.splice(0, count);
    this.readPosition = (this.readPosition + RECORD_WORDS * count) | 0;
    return 4 * RECORD_WORDS * count;
  }

  setFlushed(position: number): void {
    this.flushed = position;
  }

  /** Time passes, until something is appended. */
  async sleep(ms: number): Promise<void> {
    for (let passed = 0; passed < ms && this.readPosition === this.tail; passed += STEP_MS) {
      await this.pause(Math.min(STEP_MS, ms - passed));
    }
  }

  /** Time passes. */
  async pause(ms: number): Promise<void> {
    if (!this.isStill) this.nowMs += ms;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** The numbers of the records that a start finds behind the latest snapshot, in their order. */
export async function recordsOnDisk(dir: string): Promise<number[]> {
  const { logs } = await scanDataDir(DENO_FILE_SYSTEM, dir);
  const { blocks } = await readLogs(logs);
  return blocks.flatMap(({ payload }) => {
    const words = new Uint32Array(payload.buffer, payload.byteOffset, payload.length / 4);
    return [...words].filter((_, i) => i % RECORD_WORDS === RECORD_WORDS - 1);
  });
}
