// Checks the invariants of a shard by reading all of it. Every quarter has exactly one owner; free
// lists, state map, index, rings and counts agree. Slow; for tests and for debugging.

import {
  ADDRESS_MASK,
  FREE_NEXT,
  FREE_PREVIOUS,
  ITEM_HASH,
  ITEM_HEADER_BYTES,
  ITEM_NEXT,
  LINK_BYTES,
  LINK_LAST,
  QUARTER_BYTE_SHIFT,
  QUARTER_BYTES,
  QUARTER_WORD_SHIFT,
  RING_MAIN,
  RING_PROBATION,
  SHARD_BUMP,
  SHARD_DEADLINE_ITEMS,
  SHARD_FREE_QUARTERS,
  SHARD_FREE_RUNS,
  SHARD_ITEMS,
  SLOT_MASK,
  SLOT_QUARTERS,
  STATE_FIRST,
  STATE_FREE,
  STATE_FURTHER,
  STATE_INNER,
  WINDOW_BUCKETS,
} from "./layout.ts";
import { DATABASE_COUNT } from "./database_layout.ts";
import { addDatabaseLocked, databaseOf, type DatabaseStats } from "./databases.ts";
import { hashKey, inDatabase } from "./hash.ts";
import {
  deadlineOf,
  itemQuarters,
  keyBytesOf,
  ownQuarters,
  readKey,
  valueBytesOf,
} from "./item.ts";
import { handWord, newerOf, olderOf, ringOf, ringQuartersWord } from "./ring.ts";
import { idealQuarters } from "./allocation.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { linkQuarters, quarterState } from "./slab.ts";
import { bucketTotal, windowWord } from "./table.ts";

/** What {@linkcode checkShardLocked} has counted. */
export interface ShardCheck {
  /** Items in the shard. */
  readonly items: number;
  /** Pieces of all items. */
  readonly pieces: number;
  /** The fewest pieces that the same items could have. */
  readonly idealPieces: number;
  /** Quarters in use. */
  readonly usedQuarters: number;
  /** The fewest quarters that the same items could take. */
  readonly idealQuarters: number;
  /** Quarters of the slab. */
  readonly totalQuarters: number;
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Shard is inconsistent: ${what}`);
}

/** Claims the quarters of one piece, checking that its states say what it is. */
function claim(
  memory: ShardMemory,
  owned: Uint8Array,
  address: number,
  quarters: number,
  first: number,
): void {
  const slab = memory.geometry.slabAddress;
  must(address >= slab && address + quarters <= memory.endAddress, `piece ${address} is outside`);
  must((address & SLOT_MASK) + quarters <= SLOT_QUARTERS, `piece ${address} crosses its slot`);
  for (let i = 0; i < quarters; i++) {
    must(owned[address - slab + i] === 0, `quarter ${address + i} is owned twice`);
    owned[address - slab + i] = 1;
    const expected = i > 0 && first !== STATE_FREE ? STATE_INNER : first;
    must(
      quarterState(memory, address + i) === expected,
      `quarter ${address + i} has a wrong state`,
    );
  }
}

/** Checks one item's chain and header. Returns its number of pieces. */
function checkItem(memory: ShardMemory, owned: Uint8Array, address: number): number {
  const words = memory.words;
  const own = ownQuarters(memory, address);
  claim(memory, owned, address, own, STATE_FIRST);
  const bytes = ITEM_HEADER_BYTES + keyBytesOf(memory, address) + valueBytesOf(memory, address);
  let left = bytes - (own << QUARTER_BYTE_SHIFT);
  let pieces = 1;
  let link = words[(address << QUARTER_WORD_SHIFT) + ITEM_NEXT]!;
  while (left > 0) {
    const piece = link & ADDRESS_MASK;
    must(link !== 0 && (link & LINK_LAST) === 0, `item ${address} ends too early`);
    claim(memory, owned, piece, linkQuarters(link), STATE_FURTHER);
    left -= (linkQuarters(link) << QUARTER_BYTE_SHIFT) - LINK_BYTES;
    link = words[piece << QUARTER_WORD_SHIFT]!;
    pieces++;
  }
  must(left > -QUARTER_BYTES, `item ${address} has a quarter to spare`);
  must(pieces === 1 ? link === 0 : link === (LINK_LAST | address), `item ${address} ends wrongly`);
  const key = new Uint8Array(keyBytesOf(memory, address));
  readKey(memory, address, key, 0);
  const hash = words[(address << QUARTER_WORD_SHIFT) + ITEM_HASH];
  const plain = hashKey(key, 0, key.length);
  const database = databaseOf(memory, address);
  must(inDatabase(plain, database) === hash, `item ${address} has another key's hash`);
  return pieces;
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
  let quarters = 0;
  for (let address = hand; address !== 0;) {
    must(items.has(address), `ring ${ring} holds ${address}, which the index does not`);
    must(ringOf(memory, address) === ring, `item ${address} says it is in the other ring`);
    quarters += itemQuarters(memory, address);
    must(++count <= items.size, `ring ${ring} does not close`);
    const newer = newerOf(memory, address);
    const back = olderOf(memory, newer);
    must(back === address, `items ${address} and ${newer} disagree on who is newer`);
    address = newer === hand ? 0 : newer;
  }
  must(memory.words[ringQuartersWord(ring)] === quarters, `ring ${ring} has a wrong sum`);
  return count;
}

/** Walks the free lists. Returns how many quarters they hold. */
function checkFree(memory: ShardMemory, owned: Uint8Array): number {
  const words = memory.words;
  let free = 0;
  for (let length = 1; length <= SLOT_QUARTERS; length++) {
    let previous = 0;
    for (let run = words[SHARD_FREE_RUNS + length]!; run !== 0;) {
      claim(memory, owned, run, length, STATE_FREE);
      must(
        words[(run << QUARTER_WORD_SHIFT) + FREE_PREVIOUS] === previous,
        `free run ${run} links back wrongly`,
      );
      const end = run + length;
      must(
        (run & SLOT_MASK) === 0 || quarterState(memory, run - 1) !== STATE_FREE,
        `${run} is not merged`,
      );
      must(
        (end & SLOT_MASK) === 0 || quarterState(memory, end) !== STATE_FREE,
        `${run} is not merged`,
      );
      free += length;
      previous = run;
      run = words[(run << QUARTER_WORD_SHIFT) + FREE_NEXT]!;
    }
  }
  return free + memory.endAddress - words[SHARD_BUMP]!;
}

/** Checks every invariant of a shard whose lock is held. Throws Error on the first that is broken. */
export function checkShardLocked(memory: ShardMemory): ShardCheck {
  const words = memory.words;
  const slab = memory.geometry.slabAddress;
  const totalQuarters = memory.endAddress - slab;
  const owned = new Uint8Array(totalQuarters);
  const items = new Set<number>();
  let pieces = 0;
  let idealPieces = 0;
  let ideal = 0;
  let withDeadline = 0;
  for (let i = 0; i < bucketTotal(memory); i++) {
    const address = words[memory.bucketsWord + i]! & ADDRESS_MASK;
    if (address === 0) continue;
    must(!items.has(address), `item ${address} is in two buckets`);
    items.add(address);
    pieces += checkItem(memory, owned, address);
    const hash = words[(address << QUARTER_WORD_SHIFT) + ITEM_HASH]!;
    const distance = memory.bucketsWord + i - windowWord(memory, hash);
    must(distance >= 0 && distance < WINDOW_BUCKETS, `item ${address} is outside its window`);
    if (deadlineOf(memory, address) !== 0) withDeadline++;
    const quarters = idealQuarters(
      ITEM_HEADER_BYTES + keyBytesOf(memory, address) + valueBytesOf(memory, address),
    );
    ideal += quarters;
    idealPieces += Math.ceil(quarters / SLOT_QUARTERS);
  }
  const ringed = checkRing(memory, RING_PROBATION, items) + checkRing(memory, RING_MAIN, items);
  must(ringed === items.size, `${items.size} items in the index, ${ringed} in the rings`);
  must(words[SHARD_ITEMS] === items.size, `${items.size} items, ${words[SHARD_ITEMS]} counted`);
  must(words[SHARD_DEADLINE_ITEMS] === withDeadline, `${withDeadline} items have a deadline`);
  checkDatabases(memory, items);
  const free = checkFree(memory, owned);
  must(words[SHARD_FREE_QUARTERS] === free, `${free} quarters free, other number counted`);
  const touched = words[SHARD_BUMP]! - slab;
  for (let i = 0; i < touched; i++) must(owned[i] === 1, `quarter ${slab + i} is lost`);
  const usedQuarters = totalQuarters - free;
  return {
    items: items.size,
    pieces,
    idealPieces,
    usedQuarters,
    idealQuarters: ideal,
    totalQuarters,
  };
}
