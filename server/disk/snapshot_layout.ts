// Where a snapshot keeps what: the start of a section, the table of sections in its footer, and its last
// bytes, from which the footer is found. Pure: bytes in, bytes out. The form is described in
// docs/persistence.md.

import { crc32 } from "node:zlib";
import { MAX_PAYLOAD_BYTES, readWide, writeWide } from "./blocks.ts";

/** A shard's part of a snapshot. */
export interface Section {
  readonly shard: number;
  /** Where its first block begins in the file, and how many bytes its blocks take. */
  readonly offset: number;
  readonly bytes: number;
  /** Where the log stood when the shard was begun: its effects from there on are to be replayed. */
  readonly beginPosition: number;
  /** The shard's version sequence then. */
  readonly sequence: number;
  readonly items: number;
}

/** Bytes of a section's first payload: position and sequence. */
export const SECTION_START_BYTES = 16;

const SECTION_ROW_BYTES = 40;

/** Most shards that a snapshot can have. */
export const MAX_SNAPSHOT_SHARDS = Math.floor(MAX_PAYLOAD_BYTES / SECTION_ROW_BYTES);

/** Bytes of the end, behind the footer. */
export const TRAILER_BYTES = 32;

/** "SKVE" in ASCII, read as little endian. */
const END_MAGIC = 0x45564b53;

/** The facts in the last bytes of a snapshot. */
export interface Trailer {
  /** Where the footer's block begins in the file. */
  readonly footerOffset: number;
  readonly items: number;
  readonly sections: number;
  /** That of the file, once more. */
  readonly mark: number;
}

/** Writes a section's start into a payload. */
export function encodeSectionStart(
  payload: Uint8Array,
  beginPosition: number,
  sequence: number,
): void {
  const view = new DataView(payload.buffer, payload.byteOffset, SECTION_START_BYTES);
  writeWide(view, 0, beginPosition);
  writeWide(view, 8, sequence);
}

/** Reads a section's start, or gives undefined if the payload is none. */
export function decodeSectionStart(
  payload: Uint8Array,
): { beginPosition: number; sequence: number } | undefined {
  if (payload.length !== SECTION_START_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return { beginPosition: readWide(view, 0), sequence: readWide(view, 8) };
}

/** How long a footer's payload for so many sections is. */
export function footerBytes(sections: number): number {
  return sections * SECTION_ROW_BYTES;
}

/** Writes the table of sections into a payload. */
export function encodeFooter(payload: Uint8Array, sections: readonly Section[]): void {
  const view = new DataView(payload.buffer, payload.byteOffset, footerBytes(sections.length));
  sections.forEach((section, index) => {
    const at = index * SECTION_ROW_BYTES;
    writeWide(view, at, section.offset);
    writeWide(view, at + 8, section.bytes);
    writeWide(view, at + 16, section.beginPosition);
    writeWide(view, at + 24, section.sequence);
    view.setUint32(at + 32, section.shard, true);
    view.setUint32(at + 36, section.items, true);
  });
}

/** Reads the table of sections, or gives undefined if the payload is none. */
export function decodeFooter(payload: Uint8Array): Section[] | undefined {
  if (payload.length % SECTION_ROW_BYTES !== 0) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const sections: Section[] = [];
  for (let at = 0; at < payload.length; at += SECTION_ROW_BYTES) {
    sections.push({
      offset: readWide(view, at),
      bytes: readWide(view, at + 8),
      beginPosition: readWide(view, at + 16),
      sequence: readWide(view, at + 24),
      shard: view.getUint32(at + 32, true),
      items: view.getUint32(at + 36, true),
    });
  }
  return sections;
}

/** Writes the end of a snapshot. */
export function encodeTrailer(trailer: Trailer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  writeWide(view, 0, trailer.footerOffset);
  writeWide(view, 8, trailer.items);
  view.setUint32(16, trailer.sections, true);
  view.setUint32(20, trailer.mark, true);
  view.setUint32(24, crc32(bytes.subarray(0, 24)), true);
  view.setUint32(28, END_MAGIC, true);
  return bytes;
}

/** Reads the end of a snapshot, or gives undefined if the bytes are none. */
export function decodeTrailer(bytes: Uint8Array): Trailer | undefined {
  if (bytes.length !== TRAILER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isWhole = view.getUint32(28, true) === END_MAGIC &&
    view.getUint32(24, true) === crc32(bytes.subarray(0, 24));
  if (!isWhole) return undefined;
  return {
    footerOffset: readWide(view, 0),
    items: readWide(view, 8),
    sections: view.getUint32(16, true),
    mark: view.getUint32(20, true),
  };
}
