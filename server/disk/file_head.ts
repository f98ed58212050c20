// The head of log files and snapshots: which format, which file, whose mark its blocks bear. Also how the
// files are named. Pure: bytes in, bytes out. The form is described in docs/persistence.md.

import { crc32 } from "node:zlib";
import { readWide, writeWide } from "./blocks.ts";

/** Bytes before the first block. */
export const FILE_HEAD_BYTES = 80;

/** The version of the format that this program writes, and the only one that it reads. */
export const FORMAT_VERSION = 1;

/** Kinds of files. */
export type FileKind = "log" | "snapshot";

/** "SKVL" and "SKVS" in ASCII, read as little endian. */
const MAGICS: Readonly<Record<FileKind, number>> = { log: 0x4c564b53, snapshot: 0x53564b53 };

/** Places in the head, in bytes. */
const At = {
  magic: 0,
  format: 4,
  headBytes: 8,
  mark: 12,
  position: 16,
  previous: 24,
  shardCount: 32,
  timeMs: 36,
  writer: 44,
  crc: FILE_HEAD_BYTES - 4,
} as const;

const WRITER_BYTES = 16;

/** The facts in the head of a file. */
export interface FileHead {
  readonly kind: FileKind;
  /**
   * Begins each block of the file: a random number, so that nobody who only stores values can store one that
   * looks like a block.
   */
  readonly mark: number;
  /** Of a log: the position of its first byte. Of a snapshot: from where the log is to be replayed. */
  readonly position: number;
  /** The position of the log file that this one continues; its own if it continues none. */
  readonly previous: number;
  readonly shardCount: number;
  /** When it was begun, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The version of the program that wrote it, at most 16 characters of ASCII. */
  readonly writer: string;
}

/** Why bytes are no head. */
export interface HeadProblem {
  /** Goes on after "Cannot read FILE: ". */
  readonly problem: string;
  /** Whether they are one, but of another version of the format. */
  readonly isOtherFormat: boolean;
}

/** Writes a head. */
export function encodeFileHead(head: FileHead): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FILE_HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(At.magic, MAGICS[head.kind], true);
  view.setUint32(At.format, FORMAT_VERSION, true);
  view.setUint32(At.headBytes, FILE_HEAD_BYTES, true);
  view.setUint32(At.mark, head.mark, true);
  writeWide(view, At.position, head.position);
  writeWide(view, At.previous, head.previous);
  view.setUint32(At.shardCount, head.shardCount, true);
  writeWide(view, At.timeMs, head.timeMs);
  const writer = new TextEncoder().encode(head.writer).subarray(0, WRITER_BYTES);
  bytes.set(writer, At.writer);
  view.setUint32(At.crc, crc32(bytes.subarray(0, At.crc)), true);
  return bytes;
}

/**
 * Reads a head.
 *
 * @param bytes the first {@linkcode FILE_HEAD_BYTES} of the file
 * @param kind what the file should be
 * @returns the facts, or why there are none
 */
export function decodeFileHead(bytes: Uint8Array, kind: FileKind): FileHead | HeadProblem {
  if (bytes.length < FILE_HEAD_BYTES) return damaged(`it ends after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const format = view.getUint32(At.format, true);
  const isWhole = view.getUint32(At.crc, true) === crc32(bytes.subarray(0, At.crc));
  if (view.getUint32(At.magic, true) !== MAGICS[kind]) {
    return damaged(`it does not begin as a ${kind} of slabkv does`);
  }
  const isSameLength = view.getUint32(At.headBytes, true) === FILE_HEAD_BYTES;
  if (format !== FORMAT_VERSION && (isWhole || !isSameLength)) {
    const problem =
      `it is in format ${format}, and this program knows format ${FORMAT_VERSION} only`;
    return { problem, isOtherFormat: true };
  }
  if (!isWhole) return damaged("its head is damaged");
  const writer = bytes.subarray(At.writer, At.writer + WRITER_BYTES);
  const end = writer.indexOf(0);
  return {
    kind,
    mark: view.getUint32(At.mark, true),
    position: readWide(view, At.position),
    previous: readWide(view, At.previous),
    shardCount: view.getUint32(At.shardCount, true),
    timeMs: readWide(view, At.timeMs),
    writer: new TextDecoder().decode(end < 0 ? writer : writer.subarray(0, end)),
  };
}

function damaged(problem: string): HeadProblem {
  return { problem, isOtherFormat: false };
}

/** A mark for a new file. Never 0, as what was not written is. */
export function randomMark(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! || 1;
}

/** How a file is called: "log-00000000000f4240.slabkv". */
export function fileName(kind: FileKind, position: number): string {
  return `${kind}-${position.toString(16).padStart(16, "0")}.slabkv`;
}

/** What a file is by its name, or undefined if it is none of ours. */
export function parseFileName(name: string): { kind: FileKind; position: number } | undefined {
  const match = /^(log|snapshot)-([0-9a-f]{16})\.slabkv$/.exec(name);
  if (match === null) return undefined;
  const position = parseInt(match[2]!, 16);
  return Number.isSafeInteger(position) ? { kind: match[1] as FileKind, position } : undefined;
}
