// Reads the log files of a data dir in their order, block by block, in any thread. Decides what is a torn
// tail, which a crash leaves and which is cut, and what is damage, which stops the start or, with
// --recover, is skipped. What the records say is the engine's.

import { type Damage, Found } from "./block_scanner.ts";
import { DamageCount, damageError, missingError } from "./damage.ts";
import { FILE_HEAD_BYTES, type FileHead } from "../file_head.ts";
import { FileBlocks, openToRead, readAt } from "./file_blocks.ts";
import type { FileSystem } from "../file_system.ts";
import { isUnsyncedHole, type TornTail } from "./torn_tail.ts";

/** A log file and what its head says. Can be sent to another thread. */
export interface LogPart {
  readonly path: string;
  readonly head: FileHead;
}

/** How logs are read. */
export interface LogReading {
  /** Whether damage is skipped. */
  readonly recover: boolean;
  /** Bytes to read at once. */
  readonly chunkBytes?: number;
}

/**
 * The blocks of all logs, in their order:
 *
 * ```ts
 * while (await reader.fill()) {
 *   while (reader.next()) apply(reader.payload, reader.position);
 * }
 * ```
 */
export class LogReader {
  readonly #fs: FileSystem;
  readonly #parts: readonly LogPart[];
  readonly #reading: LogReading;
  #index = -1;
  #blocks: FileBlocks | null = null;
  #isAtEnd = false;
  #damage: Damage | null = null;
  #payload: Uint8Array = new Uint8Array();
  #position: number;
  #endPosition: number;
  /** Bytes of files read so far, for progress. */
  readBytes = 0;
  /** Whole blocks so far. */
  blocks = 0;
  /** The torn tail, when the end has been reached. */
  torn: TornTail | null = null;
  /** Bytes of torn ends: of the last log, and of those that the next one has continued without loss. */
  tornBytes = 0;
  /** What was skipped. */
  readonly skipped = new DamageCount();

  /** Reads `parts`, as scanDataDir() gives them. */
  constructor(fs: FileSystem, parts: readonly LogPart[], reading: LogReading) {
    this.#fs = fs;
    this.#parts = parts;
    this.#reading = reading;
    this.#position = parts[0]?.head.position ?? 0;
    this.#endPosition = this.#position;
  }

  /** The records of the block: valid until {@linkcode fill} is called. */
  get payload(): Uint8Array {
    return this.#payload;
  }

  /** The file that is being read. */
  get path(): string {
    return this.#parts[this.#index]?.path ?? "";
  }

  /** Where the block begins in its file. */
  get offset(): number {
    return this.#blocks?.scanner.offset ?? 0;
  }

  /** The position of the first of them. */
  get position(): number {
    return this.#position;
  }

  /** The position just past the last block: in the end, where the log goes on. */
  get endPosition(): number {
    return this.#endPosition;
  }

  /**
   * Reads on, once {@linkcode next} has said that there are no more blocks.
   *
   * @returns false at the end of the last log; then all is closed
   * @throws {DamageError} on damage, unless it is to be skipped
   */
  async fill(): Promise<boolean> {
    try {
      if (this.#damage !== null) await this.#judge(this.#damage);
      if (this.#blocks === null || this.#isAtEnd) return await this.#open();
      this.readBytes += await this.#blocks.fill();
      return true;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Goes to the next block that was read. Returns false if there is none: call {@linkcode fill}. */
  next(): boolean {
    const blocks = this.#blocks;
    if (blocks === null || this.#isAtEnd || this.#damage !== null) return false;
    const { scanner } = blocks;
    switch (scanner.next()) {
      case Found.block:
        this.#payload = scanner.payload;
        this.#position = scanner.header.position;
        this.#endPosition = scanner.position;
        this.blocks++;
        return true;
      case Found.damage:
        this.#damage = scanner.damage;
        return false;
      case Found.end:
        this.#isAtEnd = true;
        return false;
      default:
        return false;
    }
  }

  /** Stops reading. */
  close(): void {
    this.#blocks?.close();
    this.#blocks = null;
    this.#index = this.#parts.length;
  }

  async #open(): Promise<boolean> {
    this.#blocks?.close();
    this.#blocks = null;
    this.#isAtEnd = false;
    const part = this.#parts[++this.#index];
    if (part === undefined) return false;
    const { path, head: { mark, position } } = part;
    if (this.#index > 0 && position !== this.#endPosition) this.#judgeGap(part);
    this.#endPosition = position;
    const range = { path, mark, offset: FILE_HEAD_BYTES, endOffset: Infinity, position };
    this.#blocks = await FileBlocks.open(this.#fs, range, this.#reading.chunkBytes);
    this.readBytes += FILE_HEAD_BYTES;
    return true;
  }

  /** Says what becomes of damage in the log that is being read. */
  async #judge(damage: Damage): Promise<void> {
    const part = this.#parts[this.#index]!;
    const next = this.#parts[this.#index + 1];
    const { path } = part;
    this.#damage = null;
    if (damage.nextPosition < 0) {
      // The log after it says where it ended.
      const isLost = next !== undefined && next.head.position !== damage.position;
      if (!isLost) return this.#cut(path, damage, damage.endOffset, next === undefined);
    } else if (next === undefined && await isUnsyncedHole(this.#fs, path, part.head.mark, damage)) {
      const bytes = await this.#lengthOf(path);
      this.#isAtEnd = true;
      return this.#cut(path, damage, bytes, true);
    }
    if (!this.#reading.recover) throw damageError(path, damage.offset, damage.reason);
    this.skipped.add(path, damage);
    if (damage.nextPosition >= 0 || next === undefined) return;
    // That the end of this log is missing is said once.
    this.skipped.lostBytes += Math.max(0, next.head.position - damage.position);
    this.#endPosition = Math.max(this.#endPosition, next.head.position);
  }

  #cut(path: string, { offset }: Damage, endOffset: number, isLast: boolean): void {
    const bytes = endOffset - offset;
    this.tornBytes += bytes;
    if (isLast) this.torn = { path, offset, bytes };
  }

  #judgeGap({ path, head: { position } }: LogPart): void {
    const before = this.#parts[this.#index - 1]!;
    const reason = position > this.#endPosition
      ? `${before.path} ends at position ${this.#endPosition} and ${path} begins at ${position}: ` +
        `${position - this.#endPosition} bytes of the log are missing`
      : `${path} begins at position ${position}, before the end of ${before.path}`;
    if (!this.#reading.recover) throw missingError(reason);
    this.skipped.note(path, 0, reason);
    this.skipped.lostBytes += Math.max(0, position - this.#endPosition);
  }

  async #lengthOf(path: string): Promise<number> {
    const file = await openToRead(this.#fs, path);
    try {
      return await file.size();
    } finally {
      file.close();
    }
  }
}

/** Reads the first bytes of a file, as many as a head has or fewer. */
export async function readHeadBytes(fs: FileSystem, path: string): Promise<Uint8Array> {
  const file = await openToRead(fs, path);
  try {
    const bytes = new Uint8Array(FILE_HEAD_BYTES);
    return bytes.subarray(0, await readAt(file, path, 0, bytes));
  } finally {
    file.close();
  }
}
