// Messages as bytes, in each format. The two versions of the Redis protocol differ in one byte; events are
// those of the REST interface. Knows no subscriber.

import type { MessageFormat } from "../contract/messages/message_sink.ts";

/** What a message is, which decides its first word and what its parts are. */
export type FrameKind = "message" | "pmessage" | "smessage" | "monitor" | "invalidate";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const PLUS = 0x2b;
const DOLLAR = 0x24;
const STAR = 0x2a;
const GREATER = 0x3e;
const COMMA = 0x2c;
/** What a part takes beside its bytes at most: `$`, ten digits and two line ends; and a whole message. */
const PART_BYTES = 16;
const HEAD_BYTES = 64;
const encoder = new TextEncoder();
const INVALIDATE_CHANNEL = encoder.encode("$20\r\n__redis__:invalidate\r\n");

/** The words that messages begin with, as bulk strings and as text. */
const WORDS: Readonly<Record<FrameKind, Uint8Array>> = {
  message: bulk("message"),
  pmessage: bulk("pmessage"),
  smessage: bulk("smessage"),
  monitor: new Uint8Array(),
  invalidate: bulk("invalidate"),
};
const DATA = encoder.encode("data: ");
/**
 * What a line end becomes in an event: the next line of its data. Without a space behind the colon clients such as
 * `@upstash/redis`, which take each line by itself, cannot be made to believe that it is another message.
 */
const NEXT_LINE = encoder.encode("\ndata: ");
const EVENT_WORDS: Readonly<Record<FrameKind, Uint8Array>> = {
  message: encoder.encode("message"),
  pmessage: encoder.encode("pmessage"),
  smessage: encoder.encode("smessage"),
  monitor: encoder.encode("monitor"),
  invalidate: encoder.encode("invalidate"),
};

function bulk(word: string): Uint8Array {
  return encoder.encode(`$${word.length}\r\n${word}\r\n`);
}

/** Most bytes that a message of these parts takes in a format. */
export function frameBytes(
  format: MessageFormat,
  parts: readonly (Uint8Array | null)[],
): number {
  let bytes = HEAD_BYTES;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === null || part === undefined) continue;
    bytes += PART_BYTES + part.length;
    if (format === "events") bytes += NEXT_LINE.length * lineEnds(part);
  }
  return bytes;
}

function lineEnds(part: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < part.length; i++) if (part[i] === LF || part[i] === CR) count++;
  return count;
}

/**
 * Writes a message at `at` of `bytes`, where there is space for it, and returns where it ends. Its parts are
 * channel and message, before them a pattern for "pmessage"; the line of "monitor"; the key of "invalidate",
 * or null for all keys.
 */
export function writeFrame(
  format: MessageFormat,
  kind: FrameKind,
  parts: readonly (Uint8Array | null)[],
  bytes: Uint8Array,
  at: number,
): number {
  if (format === "events") return writeEvent(kind, parts, bytes, at);
  if (kind === "monitor") return writeLine(parts[0]!, bytes, at);
  if (kind === "invalidate") return writeInvalidate(format, parts[0]!, bytes, at);
  let end = writeHead(format === 3 ? GREATER : STAR, parts.length + 1, bytes, at);
  end = copy(WORDS[kind], bytes, end);
  for (let i = 0; i < parts.length; i++) end = writeBulk(parts[i]!, bytes, end);
  return end;
}

function writeInvalidate(
  format: 2 | 3,
  key: Uint8Array | null,
  bytes: Uint8Array,
  at: number,
): number {
  let end = at;
  if (format === 3) {
    end = writeHead(GREATER, 2, bytes, end);
    end = copy(WORDS.invalidate, bytes, end);
  } else {
    end = writeHead(STAR, 3, bytes, end);
    end = copy(WORDS.message, bytes, end);
    end = copy(INVALIDATE_CHANNEL, bytes, end);
  }
  if (key === null) return copy(format === 3 ? NULL : NULL_BULK, bytes, end);
  end = writeHead(STAR, 1, bytes, end);
  return writeBulk(key, bytes, end);
}

const NULL = encoder.encode("_\r\n");
const NULL_BULK = encoder.encode("$-1\r\n");

function writeLine(line: Uint8Array, bytes: Uint8Array, at: number): number {
  bytes[at] = PLUS;
  return writeLineEnd(bytes, copy(line, bytes, at + 1));
}

function writeEvent(
  kind: FrameKind,
  parts: readonly (Uint8Array | null)[],
  bytes: Uint8Array,
  at: number,
): number {
  let end = copy(DATA, bytes, at);
  end = copy(EVENT_WORDS[kind], bytes, end);
  for (let i = 0; i < parts.length; i++) {
    bytes[end++] = COMMA;
    const part = parts[i];
    if (part !== null && part !== undefined) end = copyLines(part, bytes, end);
  }
  bytes[end] = LF;
  bytes[end + 1] = LF;
  return end + 2;
}

function copyLines(part: Uint8Array, bytes: Uint8Array, at: number): number {
  let end = at;
  for (let i = 0; i < part.length; i++) {
    const byte = part[i]!;
    if (byte !== LF && byte !== CR) {
      bytes[end++] = byte;
      continue;
    }
    if (byte === CR && part[i + 1] === LF) i++;
    // One space is left out by who reads it.
    const length = part[i + 1] === SPACE ? NEXT_LINE.length : NEXT_LINE.length - 1;
    for (let j = 0; j < length; j++) bytes[end++] = NEXT_LINE[j]!;
  }
  return end;
}

function writeHead(kind: number, count: number, bytes: Uint8Array, at: number): number {
  bytes[at] = kind;
  return writeLineEnd(bytes, writeNumber(count, bytes, at + 1));
}

function writeBulk(part: Uint8Array, bytes: Uint8Array, at: number): number {
  bytes[at] = DOLLAR;
  const end = writeLineEnd(bytes, writeNumber(part.length, bytes, at + 1));
  return writeLineEnd(bytes, copy(part, bytes, end));
}

function writeLineEnd(bytes: Uint8Array, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}

/** Writes a whole number. Returns where it ends. */
function writeNumber(value: number, bytes: Uint8Array, at: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    bytes[i] = 0x30 + rest % 10;
    rest = Math.floor(rest / 10);
  }
  return at + digits;
}

/** Up to this length a loop is quicker than the copy of the runtime. */
const SHORT_BYTES = 24;

function copy(part: Uint8Array, bytes: Uint8Array, at: number): number {
  const { length } = part;
  if (length > SHORT_BYTES) bytes.set(part, at);
  else for (let i = 0; i < length; i++) bytes[at + i] = part[i]!;
  return at + length;
}
