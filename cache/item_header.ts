// Reads and writes the fields of an item's header, of which three words are there only in some items.
// item.ts has the key and the value behind it.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  CHAINED_BYTES_SHIFT,
  DEADLINE_BYTES_SHIFT,
  DEADLINE_HIGH_SHIFT,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  FLAGS_BYTES_SHIFT,
  HEADER_MORE_MASK,
  ITEM_CHAINED,
  ITEM_DEADLINE_LOW,
  ITEM_HAS_DEADLINE,
  ITEM_HAS_FLAGS,
  ITEM_HEADER_BYTES,
  ITEM_HIGHS,
  ITEM_MEMBER_DEADLINES,
  ITEM_NEWER,
  ITEM_OLDER,
  ITEM_SIZES,
  ITEM_VERSION_LOW,
  KEY_BYTES_SHIFT,
  KIND_MEMBER_DEADLINES,
  KIND_SHIFT,
  MEMBER_DEADLINES_SHIFT,
  LINK_BYTES,
  PIECE_LAST,
  VALUE_BYTES_MASK,
  STATE_MASK,
  VERSION_HIGH_MASK,
  WORD_BYTES,
  WORD_RANGE,
} = layout;

/** What {@linkcode setPlaces} may change. */
const PLACES = ITEM_HAS_DEADLINE | ITEM_HAS_FLAGS;

/** Mask of the kind, in its place. */
const KIND_MASK = -1 << KIND_SHIFT;
/** Right shift after which only the flags of the words that some headers have are left. */
const PLAIN_SHIFT = Math.log2(ITEM_HAS_FLAGS);

/** Bytes of a header whose first word is `first`: those before the key. */
export function headerBytes(first: number): number {
  // Most items have none of these words.
  if (first >>> PLAIN_SHIFT === 0) return ITEM_HEADER_BYTES;
  return ITEM_HEADER_BYTES + ((first >>> FLAGS_BYTES_SHIFT) & HEADER_MORE_MASK) +
    ((first >>> CHAINED_BYTES_SHIFT) & HEADER_MORE_MASK) +
    ((first >>> DEADLINE_BYTES_SHIFT) & HEADER_MORE_MASK);
}

/** Word of the link to the item's second piece, which only a chained item has. */
export function linkWord(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  return at + ITEM_DEADLINE_LOW + (memory.words[at + ITEM_NEWER]! < 0 ? 1 : 0);
}

/** Whether the item has more than one piece. */
export function isChained(memory: ShardMemory, address: number): boolean {
  return (memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ITEM_CHAINED) !== 0;
}

/** Whether the item's header has a place for a deadline. */
export function hasDeadlinePlace(memory: ShardMemory, address: number): boolean {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! < 0;
}

/**
 * Sets which places the header has besides: `wanted` is ITEM_HAS_DEADLINE, ITEM_HAS_FLAGS, both or 0. A link stays valid;
 * deadline, flags, key and value have to be written anew.
 */
export function setPlaces(memory: ShardMemory, address: number, wanted: number): void {
  const words = memory.words;
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  const first = words[at]!;
  const changed = (first ^ wanted) & PLACES;
  if (changed === 0) return;
  const link = (first & ITEM_CHAINED) === 0 ? 0 : words[linkWord(memory, address)]!;
  words[at] = first ^ changed;
  if (link !== 0) words[linkWord(memory, address)] = link;
}

/** The flags that a client of memcached has stored with the item's value, as a word with a sign; 0 where there are none. */
export function clientFlagsOf(memory: ShardMemory, address: number): number {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  return (first & ITEM_HAS_FLAGS) === 0 ? 0 : memory.words[flagsWord(address, first)]!;
}

/** Writes such flags, for which the header has a place unless they are 0, and adds to the state. */
export function writeMarks(
  memory: ShardMemory,
  address: number,
  flags: number,
  state: number,
): void {
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  if (flags !== 0) memory.words[flagsWord(address, first)] = flags;
  addState(memory, address, state);
}

function flagsWord(address: number, first: number): number {
  return (address << EIGHTH_WORD_SHIFT) + headerBytes(first) / WORD_BYTES - 1;
}

/** The item's state: bits of ITEM_STALE, ITEM_WON and ITEM_FETCHED. */
export function stateOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_HIGHS]! & STATE_MASK;
}

/** Adds such bits, which {@linkcode stampItem} clears. */
export function addState(memory: ShardMemory, address: number, bits: number): void {
  memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_HIGHS]! |= bits;
}

/** Length of the item's key in bytes. */
export function keyBytesOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! >>> KEY_BYTES_SHIFT;
}

/** Length of the item's value in bytes. */
export function valueBytesOf(memory: ShardMemory, address: number): number {
  return memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_SIZES]! & VALUE_BYTES_MASK;
}

/** Sets the length of the item's value, and what it is (item_types.ts). */
export function setValueBytes(
  memory: ShardMemory,
  address: number,
  valueBytes: number,
  kind: number,
): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_SIZES;
  const old = memory.words[at]!;
  memory.words[at] = (old & ~(VALUE_BYTES_MASK | KIND_MASK)) | valueBytes | (kind << KIND_SHIFT);
  if (kind !== 0 || old >>> KIND_SHIFT !== 0) setMemberDeadlines(memory, address, kind);
}

/** Sets what a kind says of deadlines of members; the rest of it stands elsewhere. */
export function setMemberDeadlines(memory: ShardMemory, address: number, kind: number): void {
  const at = (address << EIGHTH_WORD_SHIFT) + ITEM_NEWER;
  memory.words[at] = (memory.words[at]! & ~ITEM_MEMBER_DEADLINES) |
    ((kind & KIND_MEMBER_DEADLINES) << MEMBER_DEADLINES_SHIFT);
}

/** The item's version. */
export function versionOf(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  return (memory.words[at + ITEM_HIGHS]! & VERSION_HIGH_MASK) * WORD_RANGE +
    (memory.words[at + ITEM_VERSION_LOW]! >>> 0);
}

/** The item's deadline in milliseconds since 1970, or 0 when it has none. */
export function deadlineOf(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  if (memory.words[at + ITEM_NEWER]! >= 0) return 0;
  return (memory.words[at + ITEM_HIGHS]! >>> DEADLINE_HIGH_SHIFT) * WORD_RANGE +
    (memory.words[at + ITEM_DEADLINE_LOW]! >>> 0);
}

/** Writes version and deadline of the item, which has no state then. Of a deadline 48 bits count; it needs its place. */
export function stampItem(
  memory: ShardMemory,
  address: number,
  versionLow: number,
  versionHigh: number,
  deadlineMs: number,
): void {
  const at = address << EIGHTH_WORD_SHIFT;
  const words = memory.words;
  words[at + ITEM_VERSION_LOW] = versionLow;
  // After more changes than a shard sees in a year of nothing else its versions begin anew.
  const high = versionHigh & VERSION_HIGH_MASK;
  words[at + ITEM_HIGHS] = high;
  if (words[at + ITEM_NEWER]! >= 0) return;
  const deadlineHigh = Math.floor(deadlineMs / WORD_RANGE);
  words[at + ITEM_HIGHS] = high | (deadlineHigh << DEADLINE_HIGH_SHIFT);
  words[at + ITEM_DEADLINE_LOW] = (deadlineMs - deadlineHigh * WORD_RANGE) | 0;
}

/** Eighths of the item's pieces. */
export function chainEighths(memory: ShardMemory, address: number): number {
  const words = memory.words;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  let eighths = pieceEighths(first);
  if ((first & ITEM_CHAINED) === 0) return eighths;
  let link = words[linkWord(memory, address)]!;
  do {
    link = words[(link & ADDRESS_MASK) << EIGHTH_WORD_SHIFT]!;
    eighths += pieceEighths(link);
  } while ((link & PIECE_LAST) === 0);
  return eighths;
}

/** Bytes by which the item's value may grow in the pieces that it has. */
export function spareBytes(memory: ShardMemory, address: number): number {
  const words = memory.words;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  let spare = (pieceEighths(first) << EIGHTH_BYTE_SHIFT) - headerBytes(first) -
    keyBytesOf(memory, address) - valueBytesOf(memory, address);
  if ((first & ITEM_CHAINED) === 0) return spare;
  let link = words[linkWord(memory, address)]!;
  do {
    link = words[(link & ADDRESS_MASK) << EIGHTH_WORD_SHIFT]!;
    spare += (pieceEighths(link) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
  } while ((link & PIECE_LAST) === 0);
  return spare;
}
