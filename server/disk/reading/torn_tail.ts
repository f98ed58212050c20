// What a crash of the machine may leave in the log: its end cut off anywhere, or holes in what was not yet
// synced, since a file system writes pages in any order. Tells such holes from damage, and cuts them off.

import { type Damage, Found } from "./block_scanner.ts";
import { FileBlocks, openToRead, readAt } from "./file_blocks.ts";
import type { FileSystem } from "../file_system.ts";

/** The end of a log that a crash has left unfinished. */
export interface TornTail {
  readonly path: string;
  /** To how many bytes the file is to be cut. */
  readonly offset: number;
  /** How many are cut off. */
  readonly bytes: number;
}

/** What disks write at once at least. */
const SECTOR_BYTES = 512;

/**
 * So many zeros at the end of a sector make it one that was not written, or not up to there. Fewer are in
 * records too; a hole that is as short is taken for damage, but that needs a sector that was full but for these.
 */
const ZERO_BYTES = 32;

/** Bytes of a file that are looked at at once. */
const LOOK_BYTES = 256 * SECTOR_BYTES;

/**
 * Tells whether damage behind which there are whole blocks is a hole of a crash: a sector in it ends with
 * zeros, and no block behind it says that the log was on the disk by then. So nothing of it had been
 * promised.
 */
export async function isUnsyncedHole(
  fs: FileSystem,
  path: string,
  mark: number,
  damage: Damage,
): Promise<boolean> {
  const { endOffset: offset, nextPosition: position } = damage;
  const blocks = await FileBlocks.open(fs, { path, mark, offset, endOffset: Infinity, position });
  try {
    for (;;) {
      const found = await blocks.next();
      if (found === Found.end) break;
      const { position, unsyncedBytes } = blocks.scanner.header;
      if (found === Found.block && position - unsyncedBytes > damage.position) return false;
    }
  } finally {
    blocks.close();
  }
  return await hasZeros(fs, path, damage);
}

/** Whether a sector that was not written, or not up to its end, is in the damage. */
async function hasZeros(
  fs: FileSystem,
  path: string,
  { offset, endOffset }: Damage,
): Promise<boolean> {
  const file = await openToRead(fs, path);
  const bytes = new Uint8Array(LOOK_BYTES);
  try {
    for (let at = offset - offset % SECTOR_BYTES; at < endOffset; at += LOOK_BYTES) {
      const read = Math.min(await readAt(file, path, at, bytes), endOffset - at);
      for (let end = SECTOR_BYTES; end <= read; end += SECTOR_BYTES) {
        const isInside = at + end - ZERO_BYTES >= offset;
        if (isInside && bytes.subarray(end - ZERO_BYTES, end).every((byte) => byte === 0)) {
          return true;
        }
      }
    }
    return false;
  } finally {
    file.close();
  }
}

/** Cuts off a torn tail, on the disk too. Needed before another log continues this one. */
export async function cutTornTail(fs: FileSystem, { path, offset }: TornTail): Promise<void> {
  const file = await fs.open(path, "existing");
  try {
    await file.truncate(offset);
    await file.syncData();
  } finally {
    file.close();
  }
}
