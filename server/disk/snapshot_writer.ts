// Writes a snapshot: a section for each shard, then their table. The file gets its name when all of it is
// on the disk. What the payloads say, and where they come from, is the caller's.

import { BlockBuffer, BlockKind, MAX_PAYLOAD_BYTES } from "./blocks.ts";
import { encodeFileHead, fileName, randomMark } from "./file_head.ts";
import { type DiskFile, type FileSystem, pathIn } from "./file_system.ts";
import {
  encodeFooter,
  encodeSectionStart,
  encodeTrailer,
  footerBytes,
  MAX_SNAPSHOT_SHARDS,
  type Section,
  SECTION_START_BYTES,
} from "./snapshot_layout.ts";

/** After so many bytes they are synced, so that no long queue of them delays the syncs of the log. */
const SYNCED_EVERY_BYTES = 16 * 1024 * 1024;

/** What the head of a new snapshot says. */
export interface SnapshotBeginning {
  /** Where a new log file was begun, right before the first section. */
  readonly position: number;
  readonly shardCount: number;
  readonly timeMs: number;
  /** The version of the program. */
  readonly writer: string;
  /** What concerns all shards, such as the table of databases: effects, or nothing. */
  readonly head: Uint8Array;
}

/** A finished snapshot. */
export interface FinishedSnapshot {
  readonly path: string;
  readonly bytes: number;
  readonly items: number;
}

/** A snapshot that is being written. Await each call before the next. */
export class SnapshotWriter {
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #mark: number;
  readonly #shardCount: number;
  readonly #sections: Section[] = [];
  readonly #small = new BlockBuffer(SECTION_START_BYTES);
  #shard = -1;
  #sectionOffset = 0;
  #beginPosition = 0;
  #sequence = 0;
  #sectionItems = 0;
  #items = 0;
  #payloadBytes = 0;
  #bytes = 0;
  #unsyncedBytes = 0;

  private constructor(
    fs: FileSystem,
    dir: string,
    beginning: SnapshotBeginning,
    mark: number,
    file: DiskFile,
  ) {
    this.#fs = fs;
    this.#dir = dir;
    this.#path = pathIn(dir, fileName("snapshot", beginning.position));
    this.#shardCount = beginning.shardCount;
    this.#mark = mark;
    this.#file = file;
  }

  /**
   * Begins a snapshot in a temporary file. A snapshot of the same position stays until this one is finished.
   *
   * @throws what the file system throws; nothing is left open then
   */
  static async create(
    fs: FileSystem,
    dir: string,
    beginning: SnapshotBeginning,
  ): Promise<SnapshotWriter> {
    const { position, shardCount, timeMs, writer, head } = beginning;
    if (shardCount > MAX_SNAPSHOT_SHARDS) {
      throw new RangeError(`Cannot make a snapshot of ${shardCount} shards`);
    }
    const temporary = `${pathIn(dir, fileName("snapshot", position))}.tmp`;
    await fs.remove(temporary).catch(() => {});
    const mark = randomMark();
    const file = await fs.open(temporary, "new");
    const made = new SnapshotWriter(fs, dir, beginning, mark, file);
    try {
      const kind = "snapshot";
      await made.#write(
        encodeFileHead({ kind, mark, position, previous: position, shardCount, timeMs, writer }),
      );
      if (head.length > 0) {
        const block = new BlockBuffer(head.length);
        block.payload.set(head);
        await made.#block(block, head.length, BlockKind.head, 0);
      }
    } catch (error) {
      await made.abort();
      throw error;
    }
    return made;
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Items so far. */
  get items(): number {
    return this.#items;
  }

  /**
   * Begins the section of a shard; the one before is complete then.
   *
   * @param shard its number; each has one section
   * @param beginPosition where the log stood when its copy began
   * @param sequence its version sequence then
   */
  async beginSection(shard: number, beginPosition: number, sequence: number): Promise<void> {
    this.#endSection();
    this.#shard = shard;
    this.#sectionOffset = this.#bytes;
    this.#beginPosition = beginPosition;
    this.#sequence = sequence;
    this.#sectionItems = 0;
    encodeSectionStart(this.#small.payload, beginPosition, sequence);
    await this.#block(this.#small, SECTION_START_BYTES, BlockKind.section, shard);
  }

  /** Appends the first `payloadBytes` of the buffer's payload: whole effects of the section's shard. */
  async append(block: BlockBuffer, payloadBytes: number, items: number): Promise<void> {
    await this.#block(block, payloadBytes, BlockKind.items, this.#shard);
    this.#sectionItems += items;
    this.#items += items;
  }

  /**
   * Completes the snapshot: it has its name, and all of it is on the disk. After a failure call
   * {@linkcode abort}.
   */
  async finish(): Promise<FinishedSnapshot> {
    this.#endSection();
    if (this.#sections.length !== this.#shardCount) {
      throw new Error(
        `Cannot finish the snapshot: it has ${this.#sections.length} of ${this.#shardCount} sections`,
      );
    }
    const footerOffset = this.#bytes;
    const length = footerBytes(this.#sections.length);
    const footer = new BlockBuffer(Math.min(length, MAX_PAYLOAD_BYTES));
    encodeFooter(footer.payload, this.#sections);
    await this.#block(footer, length, BlockKind.footer, 0);
    await this.#write(
      encodeTrailer({
        footerOffset,
        items: this.#items,
        sections: this.#sections.length,
        mark: this.#mark,
      }),
    );
    await this.#file.syncData();
    await this.#fs.rename(`${this.#path}.tmp`, this.#path);
    await this.#fs.syncDir(this.#dir);
    this.#file.close();
    return { path: this.#path, bytes: this.#bytes, items: this.#items };
  }

  /** Gives up: closes the temporary file and removes it if that is possible. */
  async abort(): Promise<void> {
    this.#file.close();
    await this.#fs.remove(`${this.#path}.tmp`).catch(() => {});
  }

  #endSection(): void {
    if (this.#shard < 0) return;
    this.#sections.push({
      shard: this.#shard,
      offset: this.#sectionOffset,
      bytes: this.#bytes - this.#sectionOffset,
      beginPosition: this.#beginPosition,
      sequence: this.#sequence,
      items: this.#sectionItems,
    });
    this.#shard = -1;
  }

  async #block(
    block: BlockBuffer,
    payloadBytes: number,
    kind: BlockKind,
    section: number,
  ): Promise<void> {
    const position = this.#payloadBytes;
    await this.#write(
      block.seal(this.#mark, { payloadBytes, position, unsyncedBytes: 0, kind, section }),
    );
    this.#payloadBytes += payloadBytes;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes);
    this.#bytes += bytes.length;
    this.#unsyncedBytes += bytes.length;
    if (this.#unsyncedBytes < SYNCED_EVERY_BYTES) return;
    await this.#file.syncData();
    this.#unsyncedBytes = 0;
  }
}
