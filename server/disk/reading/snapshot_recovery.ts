// Finds the sections of a snapshot whose table is damaged, by looking at each of its blocks. For
// --recover only.

import { BLOCK_HEADER_BYTES, BlockKind } from "../blocks.ts";
import { Found } from "./block_scanner.ts";
import { FILE_HEAD_BYTES, type FileHead } from "../file_head.ts";
import { FileBlocks } from "./file_blocks.ts";
import type { FileSystem } from "../file_system.ts";
import { decodeSectionStart, type Section } from "../snapshot_layout.ts";

/**
 * Finds the sections. What is between two blocks of a shard belongs to its section; of a section whose
 * first block is lost, the log is to be replayed from the snapshot's position on, which is never too late.
 */
export async function recoverSections(
  fs: FileSystem,
  path: string,
  { mark, position: beginPosition }: FileHead,
): Promise<Section[]> {
  const sections = new Map<number, Section>();
  const range = { path, mark, offset: FILE_HEAD_BYTES, endOffset: Infinity, position: -1 };
  const blocks = await FileBlocks.open(fs, range);
  const { scanner } = blocks;
  try {
    for (;;) {
      const found = await blocks.next();
      if (found === Found.end) return [...sections.values()];
      if (found !== Found.block) continue;
      const { kind, section: shard, payloadBytes } = scanner.header;
      if (kind !== BlockKind.section && kind !== BlockKind.items) continue;
      const start = kind === BlockKind.section ? decodeSectionStart(scanner.payload) : undefined;
      const known = sections.get(shard) ??
        { shard, offset: scanner.offset, bytes: 0, beginPosition, sequence: 0, items: 0 };
      const bytes = scanner.offset + BLOCK_HEADER_BYTES + payloadBytes - known.offset;
      sections.set(shard, { ...known, ...start, bytes });
    }
  } finally {
    blocks.close();
  }
}
