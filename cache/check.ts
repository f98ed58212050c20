// Checks the invariants of a shard by reading all of it. Every eighth has exactly one owner; free
// lists, map, index, rings and counts agree. Slow; for tests and for debugging.

import {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_BYTES,
  EIGHTH_WORD_SHIFT,
  FREE_NEXT,
  FREE_PREVIOUS,
  ITEM_CHAINED,
  ITEM_NEWER,
  ITEM_OLDER,
  ITEM_STRAY,
  LINK_BYTES,
  MAX_STRAYS,
  PIECE_FURTHER,
  PIECE_LAST,
  RING_MAIN,
  RING_PROBATION,
  SHARD_BUMP,
  SHARD_DEADLINE_ITEMS,
  SHARD_END,
  SHARD_FREE_EIGHTHS,
  SHARD_FREE_RUNS,
  SHARD_GRAVES,
  SHARD_ITEMS,
  SLOT_EIGHTHS,
  SLOT_MASK,
  STRAYS_SHIFT,
  WINDOW_BUCKETS,
} from "./layout.ts";
import { fieldsProblem } from "./collections/check_fields.ts";
import { DATABASE_COUNT } from "./database_layout.ts";
import { addDatabaseLocked, databaseOf, type DatabaseStats } from "./databases.ts";
import { deadlineOf, headerBytes, keyBytesOf, linkWord, valueBytesOf } from "./item_header.ts";
import { itemEighths } from "./item_size.ts";
import { checkBlocks } from "./bytes/check_blocks.ts";
import { hashOfItem } from "./item_hash.ts";
import { hasMembers, isIndirect, typeOf } from "./item_types.ts";
import { checkTreesLocked } from "./trees/check_trees.ts";
import { handWord, newerOf, olderOf, ringEighthsWord, ringOf } from "./ring.ts";
import { idealEighths } from "./allocation.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { isUsed, pieceEighths } from "./slab.ts";
import { bucketTotal, bucketWord } from "./index_growth.ts";
import { bucketOfItemLocked, windowWord } from "./table.ts";
import { isStaleLocked } from "./stale_buckets.ts";

/** What {@linkcode checkShardLocked} has counted. */
export interface ShardCheck {
  /** Items in the shard. */
  readonly items: number;
  /** Pieces of all items. */
  readonly pieces: number;
  /** The fewest pieces that the same items could have. */
  readonly idealPieces: number;
  /** Eighths in use. */
  readonly usedEighths: number;
  /** The fewest eighths that the same items could take. */
  readonly idealEighths: number;
  /** Eighths of the slab. */
  readonly totalEighths: number;
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Shard is inconsistent: ${what}`);
}

/** Claims the eighths of one piece or free run, checking that the map says the same of them. */
function claim(
  memory: ShardMemory,
  owned: Uint8Array,
  address: number,
  eighths: number,
  used: boolean,
): void {
  const slab = memory.geometry.slabAddress;
  must(
    address >= slab && address + eighths <= memory.words[SHARD_END]!,
    `piece ${address} is outside`,
  );
  must((address & SLOT_MASK) + eighths <= SLOT_EIGHTHS, `piece ${address} crosses its slot`);
  for (let i = 0; i < eighths; i++) {
    must(owned[address - slab + i] === 0, `eighth ${address + i} is owned twice`);
    owned[address - slab + i] = 1;
    must(isUsed(memory, address + i) === used, `the map is wrong about eighth ${address + i}`);
  }
}

/** Checks one item's chain and header. Returns its number of pieces. */
function checkItem(memory: ShardMemory, owned: Uint8Array, address: number): number {
  const words = memory.words;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  must((first & PIECE_FURTHER) === 0, `item ${address} begins with a further piece`);
  claim(memory, owned, address, pieceEighths(first), true);
  let left = headerBytes(first) + keyBytesOf(memory, address) + valueBytesOf(memory, address) -
    (pieceEighths(first) << EIGHTH_BYTE_SHIFT);
  let pieces = 1;
  const isChained = (first & ITEM_CHAINED) !== 0;
  must(isChained === left > 0, `item ${address} has a link that is wrong`);
  let word = isChained ? words[linkWord(memory, address)]! : PIECE_LAST;
  while (left > 0) {
    const piece = word & ADDRESS_MASK;
    must(pieces === 1 || (word & PIECE_LAST) === 0, `item ${address} ends too early`);
    word = words[piece << EIGHTH_WORD_SHIFT]!;
    must((word & PIECE_FURTHER) !== 0, `item ${address} goes on in no further piece`);
    claim(memory, owned, piece, pieceEighths(word), true);
    left -= (pieceEighths(word) << EIGHTH_BYTE_SHIFT) - LINK_BYTES;
    pieces++;
  }
  must(left > -EIGHTH_BYTES, `item ${address} has an eighth to spare`);
  must((word & PIECE_LAST) !== 0, `item ${address} ends too late`);
  must(!isChained || (word & ADDRESS_MASK) === address, `item ${address} ends wrongly`);
  return pieces;
}

/** Checks the items that are gone but for slots that they own. */
function checkGraves(memory: ShardMemory, owned: Uint8Array): void {
  const { words } = memory;
  for (let address = words[SHARD_GRAVES]!; address !== 0;) {
    const at = address << EIGHTH_WORD_SHIFT;
    must((words[at + ITEM_NEWER]! & PIECE_FURTHER) !== 0, `grave ${address} looks like an item`);
    claimChain(memory, owned, address);
    claimOwned(memory, owned, address, true);
    address = words[at + ITEM_OLDER]! & ADDRESS_MASK;
  }
}

/** Claims the pieces of an item, whose bytes are of no interest. */
function claimChain(memory: ShardMemory, owned: Uint8Array, address: number): void {
  const { words } = memory;
  const first = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  claim(memory, owned, address, pieceEighths(first), true);
  if ((first & ITEM_CHAINED) === 0) return;
  for (let word = words[linkWord(memory, address)]!;;) {
    const piece = word & ADDRESS_MASK;
    word = words[piece << EIGHTH_WORD_SHIFT]!;
    claim(memory, owned, piece, pieceEighths(word), true);
    if ((word & PIECE_LAST) !== 0) return;
  }
}

/** Claims what an indirect item owns besides its pieces. */
function claimOwned(
  memory: ShardMemory,
  owned: Uint8Array,
  address: number,
  isGone: boolean,
): void {
  const take = (piece: number, eighths: number) => claim(memory, owned, piece, eighths, true);
  if (hasMembers(typeOf(memory, address))) checkTreesLocked(memory, address, take, isGone);
  else checkBlocks(memory, address, (slot) => take(slot, SLOT_EIGHTHS));
}

/** Compares what buckets say of strays with the items. */
function checkStrays(memory: ShardMemory, items: Iterable<number>): void {
  const strays = new Map<number, number>();
  for (const address of items) {
    const hash = hashOfItem(memory, address);
    const window = windowWord(memory, hash);
    const bucket = bucketOfItemLocked(memory, hash, address);
    const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
    const isStray = bucket < window || bucket >= window + WINDOW_BUCKETS;
    must(isStray === ((first & ITEM_STRAY) !== 0), `item ${address} is wrong about being a stray`);
    if (isStray) strays.set(window, (strays.get(window) ?? 0) + 1);
  }
  for (let i = 0; i < memory.bucketCount; i++) {
    const window = memory.bucketsWord + i;
    if (isStaleLocked(memory, i)) continue;
    const counted = memory.words[window]! >>> STRAYS_SHIFT;
    const found = strays.get(window) ?? 0;
    must(
      counted === MAX_STRAYS || counted === found,
      `${found} strays of bucket ${i}, ${counted} counted`,
    );
  }
}

/** Compares what is counted of each database with the items. */
function checkDatabases(memory: ShardMemory, items: Iterable<number>): void {
  const none = { items: 0, itemsWithDeadline: 0, deadlineSumMs: 0 };
  const found = Array.from({ length: DATABASE_COUNT }, (): DatabaseStats => ({ ...none }));
  for (const address of items) {
    const one = found[databaseOf(memory, address)]!;
    const deadlineMs = deadlineOf(memory, address);
    one.items++;
    if (deadlineMs !== 0) one.itemsWithDeadline++;
    one.deadlineSumMs += deadlineMs;
  }
  for (const [database, one] of found.entries()) {
    const counted = { ...none };
    addDatabaseLocked(memory, database, counted);
    for (const field of ["items", "itemsWithDeadline", "deadlineSumMs"] as const) {
      const is = `${one[field]} in database ${database}, ${counted[field]} counted`;
      must(counted[field] === one[field], `${field}: ${is}`);
    }
  }
}

/** Walks a ring both ways. Returns how many items it has. */
function checkRing(memory: ShardMemory, ring: number, items: Set<number>): number {
  const hand = memory.words[handWord(ring)]!;
  let count = 0;
  let eighths = 0;
  for (let address = hand; address !== 0;) {
    must(items.has(address), `ring ${ring} holds ${address}, which the index does not`);
    must(ringOf(memory, address) === ring, `item ${address} says it is in the other ring`);
    eighths += itemEighths(memory, address);
    must(++count <= items.size, `ring ${ring} does not close`);
    const newer = newerOf(memory, address);
    const back = olderOf(memory, newer);
    must(back === address, `items ${address} and ${newer} disagree on who is newer`);
    address = newer === hand ? 0 : newer;
  }
  must(memory.words[ringEighthsWord(ring)] === eighths, `ring ${ring} has a wrong sum`);
  return count;
}

/** Walks the free lists. Returns how many eighths they hold. */
function checkFree(memory: ShardMemory, owned: Uint8Array): number {
  const words = memory.words;
  let free = 0;
  for (let length = 1; length <= SLOT_EIGHTHS; length++) {
    let previous = 0;
    for (let run = words[SHARD_FREE_RUNS + length]!; run !== 0;) {
      claim(memory, owned, run, length, false);
      must(
        words[(run << EIGHTH_WORD_SHIFT) + FREE_PREVIOUS] === previous,
        `free run ${run} links back wrongly`,
      );
      const end = run + length;
      must(
        (run & SLOT_MASK) === 0 || isUsed(memory, run - 1),
        `${run} is not merged`,
      );
      must(
        (end & SLOT_MASK) === 0 || isUsed(memory, end),
        `${run} is not merged`,
      );
      free += length;
      previous = run;
      run = words[(run << EIGHTH_WORD_SHIFT) + FREE_NEXT]!;
    }
  }
  return free + words[SHARD_END]! - words[SHARD_BUMP]!;
}

/** Checks every invariant of a shard whose lock is held. Throws Error on the first that is broken. */
export function checkShardLocked(memory: ShardMemory): ShardCheck {
  const { words, geometry: { slabAddress: slab } } = memory;
  const totalEighths = words[SHARD_END]! - slab;
  const owned = new Uint8Array(totalEighths);
  const items = new Set<number>();
  let pieces = 0;
  let idealPieces = 0;
  let ideal = 0;
  let withDeadline = 0;
  for (let i = 0; i < bucketTotal(memory); i++) {
    const word = bucketWord(memory, i);
    const address = words[word]! & ADDRESS_MASK;
    if (address === 0 || isStaleLocked(memory, i)) continue;
    must(!items.has(address), `item ${address} is in two buckets`);
    items.add(address);
    pieces += checkItem(memory, owned, address);
    if (isIndirect(memory, address)) claimOwned(memory, owned, address, false);
    const problem = fieldsProblem(memory, address);
    must(problem === "", `${address} has ${problem}`);
    const hash = hashOfItem(memory, address);
    const at = bucketOfItemLocked(memory, hash, address);
    must(at === word, `item ${address} is outside its windows`);
    if (deadlineOf(memory, address) !== 0) withDeadline++;
    const unchained = words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]! & ~ITEM_CHAINED;
    const eighths = idealEighths(
      headerBytes(unchained) + keyBytesOf(memory, address) + valueBytesOf(memory, address),
    );
    ideal += eighths;
    idealPieces += Math.ceil(eighths / SLOT_EIGHTHS);
  }
  checkGraves(memory, owned);
  checkStrays(memory, items);
  const ringed = checkRing(memory, RING_PROBATION, items) + checkRing(memory, RING_MAIN, items);
  must(ringed === items.size, `${items.size} items in the index, ${ringed} in rings`);
  must(words[SHARD_ITEMS] === items.size, `${items.size} items, ${words[SHARD_ITEMS]} counted`);
  must(words[SHARD_DEADLINE_ITEMS] === withDeadline, `${withDeadline} items have a deadline`);
  checkDatabases(memory, items);
  const free = checkFree(memory, owned);
  must(words[SHARD_FREE_EIGHTHS] === free, `${free} eighths free, other number counted`);
  for (let i = 0; i < words[SHARD_BUMP]! - slab; i++) {
    must(owned[i] === 1, `eighth ${slab + i} is lost`);
  }
  return {
    items: items.size,
    pieces,
    idealPieces,
    usedEighths: totalEighths - free,
    idealEighths: ideal,
    totalEighths,
  };
}
