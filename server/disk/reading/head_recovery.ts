// Makes up for the damaged head of a file from what its blocks, its end and its name say. For --recover
// only: else a damaged head stops the start.

import { BLOCK_HEADER_BYTES, emptyBlockHeader, readBlockHeader } from "../blocks.ts";
import { FILE_HEAD_BYTES, type FileHead, type FileKind } from "../file_head.ts";
import type { FileSystem } from "../file_system.ts";
import { decodeTrailer, TRAILER_BYTES } from "../snapshot_layout.ts";
import { openToRead, readAt } from "./file_blocks.ts";

/** The log that a log continues whose head is lost. */
export const UNKNOWN = -1;

/**
 * Finds what the head of a file has said: its mark from the first block or from a snapshot's end, the
 * position from its name. Which log it continues, and sometimes its number of shards, cannot be known.
 *
 * @returns undefined if there is no mark, so that none of its blocks can be known
 */
export async function recoverHead(
  fs: FileSystem,
  path: string,
  kind: FileKind,
  position: number,
): Promise<FileHead | undefined> {
  const file = await openToRead(fs, path);
  try {
    const block = new Uint8Array(BLOCK_HEADER_BYTES);
    const isBlock = await readAt(file, path, FILE_HEAD_BYTES, block) === block.length;
    const end = new Uint8Array(TRAILER_BYTES);
    const endOffset = Math.max(0, await file.size() - TRAILER_BYTES);
    await readAt(file, path, endOffset, end);
    const trailer = kind === "snapshot" ? decodeTrailer(end) : undefined;
    const mark = trailer?.mark ?? (isBlock ? markOf(block) : undefined);
    if (mark === undefined) return undefined;
    const shardCount = trailer?.sections ?? 0;
    return { kind, mark, position, previous: UNKNOWN, shardCount, timeMs: 0, writer: "" };
  } finally {
    file.close();
  }
}

/** The mark with which the header of a block begins, or undefined if that is damaged too. */
function markOf(block: Uint8Array): number | undefined {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const mark = view.getUint32(0, true);
  return readBlockHeader(block, view, 0, mark, emptyBlockHeader()) ? mark : undefined;
}
