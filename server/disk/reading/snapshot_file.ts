// Reads a snapshot: its head, the table of its sections, and each section by itself, so that several
// threads can read one snapshot. Damage stops it or, with --recover, is skipped. What the effects say is
// the engine's.

import { BlockKind } from "../blocks.ts";
import { Found } from "./block_scanner.ts";
import { DamageCount, damageError } from "./damage.ts";
import { FILE_HEAD_BYTES, type FileHead } from "../file_head.ts";
import { FileBlocks, openToRead, readAt } from "./file_blocks.ts";
import type { FileSystem } from "../file_system.ts";
import {
  decodeFooter,
  decodeTrailer,
  footerBytes,
  type Section,
  TRAILER_BYTES,
} from "../snapshot_layout.ts";
import { recoverSections } from "./snapshot_recovery.ts";

/** A snapshot and what its head says. Can be sent to another thread. */
export interface SnapshotPart {
  readonly path: string;
  readonly head: FileHead;
}

/** What a snapshot consists of. Can be sent to another thread. */
export interface SnapshotTable {
  readonly path: string;
  readonly head: FileHead;
  /** What concerns all shards: effects, or nothing. */
  readonly headPayload: Uint8Array;
  /** In the order of the file. */
  readonly sections: readonly Section[];
  readonly items: number;
  /** Length of the file in bytes. */
  readonly bytes: number;
}

/**
 * Reads what a snapshot consists of.
 *
 * @param fs the file system
 * @param part the snapshot, as scanDataDir() gives it
 * @param skipped counts what is damaged and skipped; undefined if damage is not to be skipped
 * @throws {DamageError} on damage that is not to be skipped
 */
export async function readSnapshotTable(
  fs: FileSystem,
  part: SnapshotPart,
  skipped?: DamageCount,
): Promise<SnapshotTable> {
  const { path, head } = part;
  const { table, bytes } = await readTable(fs, part);
  if (typeof table !== "string") {
    const { sections, items, footerOffset } = table;
    const endOffset = sections[0]?.offset ?? footerOffset;
    const headPayload = await readHeadPayload(fs, part, endOffset, skipped);
    return { path, head, headPayload, sections, items, bytes };
  }
  if (skipped === undefined) throw damageError(path, Math.max(0, bytes - TRAILER_BYTES), table);
  skipped.note(path, bytes, table);
  const sections = await recoverSections(fs, path, head);
  const endOffset = sections[0]?.offset ?? bytes;
  const headPayload = await readHeadPayload(fs, part, endOffset, skipped);
  const most = Math.max(0, ...sections.map(({ shard }) => shard));
  const shardCount = head.shardCount || 2 ** Math.ceil(Math.log2(most + 1));
  return { path, head: { ...head, shardCount }, headPayload, sections, items: 0, bytes };
}

interface Table {
  readonly sections: readonly Section[];
  readonly items: number;
  readonly footerOffset: number;
}

/** Reads trailer and footer. The table is a text where they are not whole: why. */
async function readTable(
  fs: FileSystem,
  { path, head }: SnapshotPart,
): Promise<{ table: Table | string; bytes: number }> {
  const file = await openToRead(fs, path);
  let bytes: number;
  const end = new Uint8Array(TRAILER_BYTES);
  try {
    bytes = await file.size();
    await readAt(file, path, Math.max(0, bytes - TRAILER_BYTES), end);
  } finally {
    file.close();
  }
  const trailer = decodeTrailer(end);
  if (trailer === undefined || trailer.mark !== head.mark) {
    return { table: "the end of the snapshot is missing or damaged", bytes };
  }
  const { footerOffset: offset, items } = trailer;
  const endOffset = bytes - TRAILER_BYTES;
  if (offset < FILE_HEAD_BYTES || offset > endOffset || offset % 4 !== 0) {
    return { table: "the footer is not where it should be", bytes };
  }
  const range = { path, mark: head.mark, offset, endOffset, position: -1 };
  const blocks = await FileBlocks.open(fs, range, footerBytes(trailer.sections));
  try {
    const found = await blocks.next();
    const { header, payload } = blocks.scanner;
    const isFooter = found === Found.block && header.kind === BlockKind.footer;
    const sections = isFooter ? decodeFooter(payload) : undefined;
    const isAll = sections !== undefined && isWholeTable(sections, head.shardCount, items, offset);
    if (!isAll || await blocks.next() !== Found.end) {
      return { table: "the table of sections is damaged", bytes };
    }
    return { table: { sections, items, footerOffset: offset }, bytes };
  } finally {
    blocks.close();
  }
}

/** Whether there is a section for each shard, one behind the other up to the footer. */
function isWholeTable(
  sections: readonly Section[],
  shardCount: number,
  items: number,
  footerOffset: number,
): boolean {
  let offset = sections[0]?.offset ?? footerOffset;
  let counted = 0;
  const shards = new Set<number>();
  for (const section of sections) {
    if (section.offset !== offset || section.shard >= shardCount) return false;
    offset += section.bytes;
    counted += section.items;
    shards.add(section.shard);
  }
  return offset === footerOffset && counted === items && shards.size === shardCount &&
    sections.length === shardCount;
}

async function readHeadPayload(
  fs: FileSystem,
  { path, head }: SnapshotPart,
  endOffset: number,
  skipped: DamageCount | undefined,
): Promise<Uint8Array> {
  const none = new Uint8Array();
  if (endOffset === FILE_HEAD_BYTES) return none;
  const range = { path, mark: head.mark, offset: FILE_HEAD_BYTES, endOffset, position: 0 };
  const blocks = await FileBlocks.open(fs, range, endOffset - FILE_HEAD_BYTES);
  try {
    const found = await blocks.next();
    const { header, payload, damage } = blocks.scanner;
    if (found === Found.block && header.kind === BlockKind.head) {
      if (await blocks.next() === Found.end) return payload.slice();
    }
    const reason = damage.reason || "it is not the head of a snapshot";
    if (skipped === undefined) throw damageError(path, FILE_HEAD_BYTES, reason);
    skipped.note(path, FILE_HEAD_BYTES, reason);
    return none;
  } finally {
    blocks.close();
  }
}

/** How a section is read. */
export interface SectionReading {
  /** Counts what is damaged and skipped; undefined if damage is not to be skipped. */
  readonly skipped?: DamageCount;
  /** Bytes to read at once. */
  readonly chunkBytes?: number;
}

/**
 * The blocks of one section:
 *
 * ```ts
 * const reader = await SectionReader.open(fs, table, section, { skipped });
 * while (await reader.fill()) {
 *   while (reader.next()) apply(reader.payload);
 * }
 * ```
 */
export class SectionReader {
  readonly #blocks: FileBlocks;
  readonly #path: string;
  readonly #section: Section;
  readonly #skipped: DamageCount | undefined;
  #isAtEnd = false;
  #isBegun = false;
  /** Bytes of the file read so far, for progress. */
  readBytes = 0;

  private constructor(blocks: FileBlocks, path: string, section: Section, skipped?: DamageCount) {
    this.#blocks = blocks;
    this.#path = path;
    this.#section = section;
    this.#skipped = skipped;
  }

  static async open(
    fs: FileSystem,
    { path, head: { mark } }: SnapshotPart,
    section: Section,
    { skipped, chunkBytes }: SectionReading = {},
  ): Promise<SectionReader> {
    const { offset, bytes } = section;
    const range = { path, mark, offset, endOffset: offset + bytes, position: -1 };
    return new SectionReader(await FileBlocks.open(fs, range, chunkBytes), path, section, skipped);
  }

  /** The effects of the block: valid until {@linkcode fill} is called. */
  get payload(): Uint8Array {
    return this.#blocks.scanner.payload;
  }

  /** Where the block begins in its file. */
  get offset(): number {
    return this.#blocks.scanner.offset;
  }

  /**
   * Reads on, once {@linkcode next} has said that there are no more blocks.
   *
   * @returns false at the end of the section; then all is closed
   */
  async fill(): Promise<boolean> {
    if (this.#isAtEnd) {
      this.close();
      return false;
    }
    try {
      this.readBytes += await this.#blocks.fill();
      return true;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Goes to the next block that was read. Returns false if there is none: call {@linkcode fill}.
   *
   * @throws {DamageError} on damage, unless it is to be skipped; then all is closed
   */
  next(): boolean {
    const { scanner } = this.#blocks;
    for (;;) {
      const found = scanner.next();
      if (found === Found.more) return false;
      if (found === Found.end) {
        this.#isAtEnd = true;
        if (!this.#isBegun) this.#damaged(this.#section.offset, "the section is empty");
        return false;
      }
      if (found === Found.damage) {
        this.#isBegun = true;
        this.#damaged(scanner.damage.offset, scanner.damage.reason);
        this.#skipped?.add(this.#path, scanner.damage);
      } else if (this.#isItems()) return true;
    }
  }

  /** Stops reading. */
  close(): void {
    this.#blocks.close();
  }

  /** Whether the block found has effects. The first one of a section has not. */
  #isItems(): boolean {
    const { header: { kind, section }, offset } = this.#blocks.scanner;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    const isRight = section === this.#section.shard &&
      (kind === BlockKind.items || kind === BlockKind.section);
    if (!isRight || isFirst !== (kind === BlockKind.section)) {
      const reason = "the block does not belong there";
      this.#damaged(offset, reason);
      this.#skipped?.note(this.#path, offset, reason);
    }
    return isRight && kind === BlockKind.items;
  }

  #damaged(offset: number, reason: string): void {
    if (this.#skipped !== undefined) return;
    this.close();
    throw damageError(this.#path, offset, reason);
  }
}
