// Reads the blocks of a part of a file, a piece at a time: never more than one piece and one block are in
// memory. What damage means is for whoever reads.

import { messageOf } from "../../contract/error_text.ts";
import { BlockScanner, Found } from "./block_scanner.ts";
import type { DiskFile, FileSystem } from "../file_system.ts";

/** Bytes that are read at once. */
export const CHUNK_BYTES = 1024 * 1024;

/** Which part of a file. */
export interface FileRange {
  readonly path: string;
  /** The file's mark. */
  readonly mark: number;
  /** From where to where; to the end of the file if `endOffset` is Infinity. */
  readonly offset: number;
  readonly endOffset: number;
  /** The position of the first block, or -1 if any is right. */
  readonly position: number;
}

/** Opens a file that has to be there. */
export async function openToRead(fs: FileSystem, path: string): Promise<DiskFile> {
  try {
    return await fs.open(path, "read");
  } catch (error) {
    throw readError(path, error);
  }
}

/** Reads exactly the bytes from `offset` on that fit into `into`, or up to the end. Returns how many. */
export async function readAt(
  file: DiskFile,
  path: string,
  offset: number,
  into: Uint8Array,
): Promise<number> {
  try {
    await file.seek(offset);
    let filled = 0;
    while (filled < into.length) {
      const bytes = await file.read(into.subarray(filled));
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  } catch (error) {
    throw readError(path, error);
  }
}

function readError(path: string, error: unknown): Error {
  return new Error(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
}

/** The blocks of a part of a file. */
export class FileBlocks {
  readonly scanner: BlockScanner;
  readonly #file: DiskFile;
  readonly #path: string;
  #left: number;

  private constructor(file: DiskFile, range: FileRange, chunkBytes: number) {
    this.#file = file;
    this.#path = range.path;
    this.#left = range.endOffset - range.offset;
    // A short part needs no long buffer.
    const most = Math.min(chunkBytes, this.#left);
    this.scanner = new BlockScanner(range.mark, range.offset, range.position, most);
  }

  /** Opens the file and goes to the beginning of the part. */
  static async open(
    fs: FileSystem,
    range: FileRange,
    chunkBytes: number = CHUNK_BYTES,
  ): Promise<FileBlocks> {
    const file = await openToRead(fs, range.path);
    try {
      await file.seek(range.offset);
    } catch (error) {
      file.close();
      throw readError(range.path, error);
    }
    return new FileBlocks(file, range, chunkBytes);
  }

  /** Reads another piece. Returns its bytes: 0 at the end, which the scanner knows then. */
  async fill(): Promise<number> {
    const { scanner } = this;
    const space = scanner.space();
    const most = Math.min(space.length, this.#left);
    let bytes = 0;
    try {
      if (most > 0) bytes = await this.#file.read(space.subarray(0, most));
    } catch (error) {
      throw readError(this.#path, error);
    }
    if (bytes === 0) scanner.finish();
    else scanner.filled(bytes);
    this.#left -= bytes;
    return bytes;
  }

  /** Looks for the next block, reading as needed: see {@linkcode BlockScanner.next}; never "more". */
  async next(): Promise<Found> {
    for (;;) {
      const found = this.scanner.next();
      if (found !== Found.more) return found;
      await this.fill();
    }
  }

  close(): void {
    this.#file.close();
  }
}
