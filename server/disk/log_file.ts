// A log file that grows: blocks of whole records, one behind the other. Writes and syncs go through two
// descriptors, since operations of one wait for each other. Says how far it is on the disk. Decides
// nothing: when to write, to sync and to begin another is the log writer's.

import { BLOCK_HEADER_BYTES, type BlockBuffer, BlockKind } from "./blocks.ts";
import { encodeFileHead, FILE_HEAD_BYTES, fileName, randomMark } from "./file_head.ts";
import { type DiskFile, type FileSystem, pathIn } from "./file_system.ts";

/** What the head of a new log says. */
export interface LogBeginning {
  /** The position of the first byte that will be appended. */
  readonly position: number;
  /**
   * The start of the log file that this one continues. Without one the log continues nothing: the first of a
   * data dir, or one that counts only together with a snapshot of its position, as after a failed write.
   */
  readonly previous?: number;
  /** Whether that one has been synced: then it is not synced again. */
  readonly isSynced?: boolean;
  readonly shardCount: number;
  readonly timeMs: number;
  /** The version of the program. */
  readonly writer: string;
}

/** A log file that is being written. */
export class LogFile {
  readonly path: string;
  /** The position of its first byte. */
  readonly startPosition: number;
  readonly #mark: number;
  readonly #writing: DiskFile;
  readonly #syncing: DiskFile;
  #position: number;
  #synced: number;
  #bytes = FILE_HEAD_BYTES;

  private constructor(
    path: string,
    mark: number,
    position: number,
    writing: DiskFile,
    syncing: DiskFile,
  ) {
    this.path = path;
    this.#mark = mark;
    this.startPosition = position;
    this.#position = position;
    this.#synced = position;
    this.#writing = writing;
    this.#syncing = syncing;
  }

  /**
   * Makes a log file. When it resolves, its head and its name are on the disk: a log without a whole head
   * never bears its name. The log that it continues is synced before, if it is not yet: its end may not get
   * lost when it is no longer the last. An empty one of the same position is replaced.
   *
   * @throws what the file system throws; nothing is left open then
   */
  static async create(fs: FileSystem, dir: string, beginning: LogBeginning): Promise<LogFile> {
    const { position, previous = position, shardCount, timeMs, writer } = beginning;
    const path = pathIn(dir, fileName("log", position));
    const mark = randomMark();
    const head = encodeFileHead({
      kind: "log",
      mark,
      position,
      previous,
      shardCount,
      timeMs,
      writer,
    });
    const temporary = `${path}.tmp`;
    if (previous !== position && !beginning.isSynced) {
      await syncFile(fs, pathIn(dir, fileName("log", previous)));
    }
    await fs.remove(temporary).catch(() => {});
    const writing = await fs.open(temporary, "new");
    let syncing: DiskFile | undefined;
    try {
      await writing.write(head);
      await writing.syncData();
      await fs.rename(temporary, path);
      await fs.syncDir(dir);
      syncing = await fs.open(path, "existing");
    } catch (error) {
      writing.close();
      // The next try may be at another position, and there may be one each second.
      await fs.remove(temporary).catch(() => {});
      throw error;
    }
    return new LogFile(path, mark, position, writing, syncing);
  }

  /** The position just past what was appended. */
  get position(): number {
    return this.#position;
  }

  /** Up to here it is on the disk, as far as syncs have said. */
  get syncedPosition(): number {
    return this.#synced;
  }

  /** Length of the file in bytes, heads included. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends a block: the first `payloadBytes` of the buffer's payload, whole records. Await one before the
   * next. After a failure the end of the file is unknown: begin another.
   */
  async append(block: BlockBuffer, payloadBytes: number): Promise<void> {
    const bytes = block.seal(this.#mark, {
      payloadBytes,
      position: this.#position,
      unsyncedBytes: this.#position - this.#synced,
      kind: BlockKind.log,
      section: 0,
    });
    await this.#writing.write(bytes);
    this.#position += payloadBytes;
    this.#bytes += BLOCK_HEADER_BYTES + payloadBytes;
  }

  /**
   * Syncs what was appended before the call; appending may go on meanwhile. Returns the position up to which
   * the log is on the disk then. After a failure nothing that was written since the last sync can be trusted.
   */
  async sync(): Promise<number> {
    const position = this.#position;
    await this.#syncing.syncData();
    this.#synced = Math.max(this.#synced, position);
    return position;
  }

  /** Whether it is still where a start will look for it. */
  async isThere(): Promise<boolean> {
    return await this.#syncing.isAt(this.path);
  }

  /** Closes it, without a sync. */
  close(): void {
    this.#writing.close();
    this.#syncing.close();
  }
}

async function syncFile(fs: FileSystem, path: string): Promise<void> {
  const file = await fs.open(path, "existing");
  try {
    await file.syncData();
  } finally {
    file.close();
  }
}
