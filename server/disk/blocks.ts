// Blocks: what logs and snapshots consist of behind the head of their file. A header of eight words,
// then the payload, which means nothing here. A block says by two checksums whether it is whole. Pure:
// bytes in, bytes out. The form is described in docs/persistence.md.

import { crc32 } from "node:zlib";

/** Bytes of a block before its payload. */
export const BLOCK_HEADER_BYTES = 32;

/** The longest payload: as long as the longest record that the log ring knows. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** What a block holds. */
export const BlockKind = {
  /** Whole records of a log. */
  log: 1,
  /** What concerns all of a snapshot. */
  head: 2,
  /** The start of a shard's section in a snapshot. */
  section: 3,
  /** Effects of a shard. */
  items: 4,
  /** The table of a snapshot's sections. */
  footer: 5,
} as const;

export type BlockKind = typeof BlockKind[keyof typeof BlockKind];

/** Places in the header, in words. */
const Word = {
  mark: 0,
  payloadBytes: 1,
  positionLow: 2,
  positionHigh: 3,
  payloadCrc: 4,
  unsyncedWords: 5,
  kindAndSection: 6,
  headerCrc: 7,
} as const;

const CRC_BYTES = 4 * Word.headerCrc;
const SECTION_BITS = 24;
/** Most sections of a snapshot. */
export const MAX_SECTIONS = 1 << SECTION_BITS;
const HIGH = 2 ** 32;

/** The facts of a block, from its header. */
export interface BlockHeader {
  payloadBytes: number;
  /** Of a log: that of the payload's first byte. Of a snapshot: bytes of payload before it. */
  position: number;
  payloadCrc: number;
  /** How far behind `position` the file was on the disk for certain when the block was written, in bytes. */
  unsyncedBytes: number;
  kind: number;
  /** The shard to which the block belongs, in snapshots. */
  section: number;
}

/** A header of nothing, for {@linkcode readBlockHeader} to fill. */
export function emptyBlockHeader(): BlockHeader {
  return { payloadBytes: 0, position: 0, payloadCrc: 0, unsyncedBytes: 0, kind: 0, section: 0 };
}

/** Reads a 48-bit number from two words. */
export function readWide(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * HIGH;
}

/** Writes a number below 2^53 to two words. */
export function writeWide(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / HIGH), true);
}

/**
 * A buffer for one block: fill {@linkcode payload}, then {@linkcode seal} it. Header and payload lie side by
 * side, so that a block is one write.
 */
export class BlockBuffer {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  /** For the payload, at a multiple of four bytes. */
  readonly payload: Uint8Array<ArrayBuffer>;

  /** A buffer for payloads of up to `capacityBytes`, a multiple of four. */
  constructor(capacityBytes: number) {
    if (capacityBytes > MAX_PAYLOAD_BYTES || capacityBytes % 4 !== 0) {
      throw new RangeError(`Cannot make a block of ${capacityBytes} bytes`);
    }
    this.#bytes = new Uint8Array(BLOCK_HEADER_BYTES + capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.payload = this.#bytes.subarray(BLOCK_HEADER_BYTES);
  }

  /**
   * Writes the header before the first `payloadBytes` of the payload.
   *
   * @param mark that of the file
   * @param header the facts of the block; its checksum is reckoned here
   * @returns the bytes of the block, a view
   */
  seal(mark: number, header: Omit<BlockHeader, "payloadCrc">): Uint8Array<ArrayBuffer> {
    const view = this.#view;
    const bytes = this.#bytes;
    const { payloadBytes } = header;
    if (payloadBytes % 4 !== 0 || payloadBytes > this.payload.length || payloadBytes <= 0) {
      throw new RangeError(`Cannot write a block of ${payloadBytes} bytes`);
    }
    const end = BLOCK_HEADER_BYTES + payloadBytes;
    view.setUint32(4 * Word.mark, mark, true);
    view.setUint32(4 * Word.payloadBytes, payloadBytes, true);
    writeWide(view, 4 * Word.positionLow, header.position);
    view.setUint32(4 * Word.payloadCrc, crc32(bytes.subarray(BLOCK_HEADER_BYTES, end)), true);
    view.setUint32(4 * Word.unsyncedWords, Math.min(header.unsyncedBytes / 4, HIGH - 1), true);
    view.setUint32(
      4 * Word.kindAndSection,
      (header.section | header.kind << SECTION_BITS) >>> 0,
      true,
    );
    view.setUint32(4 * Word.headerCrc, crc32(bytes.subarray(0, CRC_BYTES)), true);
    return bytes.subarray(0, end);
  }
}

/**
 * Reads a header.
 *
 * @param bytes where it lies
 * @param view the same bytes
 * @param at where it begins
 * @param mark the mark of the file
 * @param into gets the facts
 * @returns whether there is one, and whole
 */
export function readBlockHeader(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  mark: number,
  into: BlockHeader,
): boolean {
  if (view.getUint32(at + 4 * Word.mark, true) !== mark) return false;
  const crc = view.getUint32(at + 4 * Word.headerCrc, true);
  if (crc32(bytes.subarray(at, at + CRC_BYTES)) !== crc) return false;
  const kindAndSection = view.getUint32(at + 4 * Word.kindAndSection, true);
  into.payloadBytes = view.getUint32(at + 4 * Word.payloadBytes, true);
  into.position = readWide(view, at + 4 * Word.positionLow);
  into.payloadCrc = view.getUint32(at + 4 * Word.payloadCrc, true);
  into.unsyncedBytes = 4 * view.getUint32(at + 4 * Word.unsyncedWords, true);
  into.kind = kindAndSection >>> SECTION_BITS;
  into.section = kindAndSection & (MAX_SECTIONS - 1);
  const { payloadBytes } = into;
  return payloadBytes > 0 && payloadBytes <= MAX_PAYLOAD_BYTES && payloadBytes % 4 === 0;
}
