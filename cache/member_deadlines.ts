// Deadlines of a hash's fields. Each stands before its field's value. Behind all entries, or behind the descriptor, is a
// tail that says when to look for them, so that nobody has to before. An item whose last field has expired has expired.
//
//   0  earliest 6     no field expires before
//   6  latest 6       none expires after
//   12 lasting 4      fields without a deadline
//   16 swept 4        cursor of the sweep through a large hash, which takes several steps
//   20 seen 6         the earliest deadline that this sweep has met; 0 for none

import * as layout from "./layout.ts";
import { readValuePart } from "./item.ts";
import { deadlineOf, valueBytesOf } from "./item_header.ts";
import { assertLayout } from "./layout_check.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  EIGHTH_WORD_SHIFT,
  ITEM_HAS_DEADLINE,
  ITEM_MEMBER_DEADLINES,
  ITEM_NEWER,
  MEMBER_TAIL_BYTES,
  WORD_RANGE,
} = layout;

const EARLIEST = 0;
const LATEST = 6;
const LASTING = 12;
const SWEPT = 16;
const SEEN = 20;
const TIME_BYTES = 6;
const NUMBER_BYTES = 4;
const MAY_EXPIRE = ITEM_HAS_DEADLINE | ITEM_MEMBER_DEADLINES;

assertLayout({
  areas: [
    {
      name: "tail of a hash with deadlines",
      length: MEMBER_TAIL_BYTES,
      fields: [
        ["earliest", EARLIEST, TIME_BYTES],
        ["latest", LATEST, TIME_BYTES],
        ["lasting", LASTING, NUMBER_BYTES],
        ["swept", SWEPT, NUMBER_BYTES],
        ["seen", SEEN, TIME_BYTES],
      ],
    },
  ],
  masks: [],
  shifts: [],
  sums: [],
});

/** Writes a time in milliseconds, which has 48 bits, or another number of no more. */
export function writeTime(bytes: Uint8Array, at: number, timeMs: number): void {
  const high = Math.floor(timeMs / WORD_RANGE);
  writeNumber(bytes, at, timeMs - high * WORD_RANGE);
  bytes[at + NUMBER_BYTES] = high;
  bytes[at + NUMBER_BYTES + 1] = high >>> 8;
}

/** Reads it. */
export function readTime(bytes: Uint8Array, at: number): number {
  const high = bytes[at + NUMBER_BYTES]! | (bytes[at + NUMBER_BYTES + 1]! << 8);
  return high * WORD_RANGE + readNumber(bytes, at);
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < NUMBER_BYTES; i++) bytes[at + i] = value >>> (8 * i);
}

function readNumber(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>>
    0;
}

/** What the tail of a hash says. */
export class MemberDeadlines {
  /** Whether there are any; else the rest means nothing. */
  isThere = false;
  earliestMs = 0;
  latestMs = 0;
  /** Fields without a deadline. */
  lasting = 0;
  /** Where the sweep through the hash goes on; 0 where none is under way. */
  swept = 0;
  /** The earliest deadline that it has met, or that was set meanwhile; 0 for none. */
  seenMs = 0;

  /** Reads the tail at `at`. */
  read(bytes: Uint8Array, at: number): void {
    this.isThere = true;
    this.earliestMs = readTime(bytes, at + EARLIEST);
    this.latestMs = readTime(bytes, at + LATEST);
    this.lasting = readNumber(bytes, at + LASTING);
    this.swept = readNumber(bytes, at + SWEPT);
    this.seenMs = readTime(bytes, at + SEEN);
  }

  /** Writes it. */
  write(bytes: Uint8Array, at: number): void {
    writeTime(bytes, at + EARLIEST, this.earliestMs);
    writeTime(bytes, at + LATEST, this.latestMs);
    writeNumber(bytes, at + LASTING, this.lasting);
    writeNumber(bytes, at + SWEPT, this.swept);
    writeTime(bytes, at + SEEN, this.seenMs);
  }

  /** The first deadline is set in a hash of `count` fields that had none. */
  begin(count: number): void {
    this.isThere = true;
    this.earliestMs = 0;
    this.latestMs = 0;
    this.lasting = count;
    this.swept = 0;
    this.seenMs = 0;
  }

  /** A field has this deadline from now on. */
  note(deadlineMs: number): void {
    this.earliestMs = earlier(this.earliestMs, deadlineMs);
    this.latestMs = Math.max(this.latestMs, deadlineMs);
    this.see(deadlineMs);
  }

  /** A sweep has met a field with this deadline. */
  see(deadlineMs: number): void {
    this.seenMs = earlier(this.seenMs, deadlineMs);
  }

  /** A sweep has been at all fields: what it has met is what there is. */
  endSweep(): void {
    this.earliestMs = this.seenMs;
    this.seenMs = 0;
    this.swept = 0;
  }
}

/** The earlier of two deadlines, of which the first is 0 where there is none. */
function earlier(deadlineMs: number, otherMs: number): number {
  return deadlineMs === 0 ? otherMs : Math.min(deadlineMs, otherMs);
}

/** The earliest deadline in a tail at `at`. */
export function earliestDeadline(bytes: Uint8Array, at: number): number {
  return readTime(bytes, at + EARLIEST);
}

/** Whether fields of the item at `address` may have deadlines. */
export function hasMemberDeadlines(memory: ShardMemory, address: number): boolean {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  return (first & ITEM_MEMBER_DEADLINES) !== 0;
}

/** The earliest deadline of the fields of such an item. */
export function earliestMemberDeadline(memory: ShardMemory, address: number): number {
  readTail(memory, address);
  return readTime(memory.tail, EARLIEST);
}

/** Reads the tail of an item that has one to `memory.tail`. */
export function readTail(memory: ShardMemory, address: number): void {
  const at = valueBytesOf(memory, address) - MEMBER_TAIL_BYTES;
  readValuePart(memory, address, at, MEMBER_TAIL_BYTES, memory.tail, 0);
}

/** Bytes of that tail; 0 where there is none. */
export function tailBytesOf(memory: ShardMemory, address: number): number {
  return hasMemberDeadlines(memory, address) ? MEMBER_TAIL_BYTES : 0;
}

/** Whether nothing is left of the item: its deadline has passed, or those of all its fields. */
export function isExpired(memory: ShardMemory, address: number): boolean {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  if ((first & MAY_EXPIRE) === 0) return false;
  const deadlineMs = deadlineOf(memory, address);
  if (deadlineMs !== 0 && deadlineMs <= memory.now()) return true;
  if ((first & ITEM_MEMBER_DEADLINES) === 0) return false;
  const { tail } = memory;
  readTail(memory, address);
  return readNumber(tail, LASTING) === 0 && readTime(tail, LATEST) <= memory.now();
}
