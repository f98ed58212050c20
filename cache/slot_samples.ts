// What lies in some of a shard's slots, for a picture of it: every n-th is looked at, under the shard's lock. Changes nothing
// and trusts nothing it reads: a slot of a tree or of bytes may hold anything, so an item counts as one only where its
// neighbours in its ring name it. Each slot costs a few reads, of memory that is in no cache of the processor.

import { readCounter } from "./counters.ts";
import { versionOf } from "./item_header.ts";
import * as layout from "./layout.ts";
import { handWord, hitCountLocked, newerOf, olderOf, ringOf } from "./ring.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";

const {
  ADDRESS_MASK,
  EIGHTH_WORD_SHIFT,
  ITEM_CHAINED,
  ITEM_OLDER,
  PIECE_FURTHER,
  PIECE_LAST,
  RING_MAIN,
  SHARD_BUMP,
  SHARD_END,
  SHARD_EVICTIONS,
  SHARD_FREE_EIGHTHS,
  SHARD_GRAVES,
  SHARD_ITEMS,
  SHARD_VERSION_HIGH,
  SHARD_VERSION_LOW,
  SLOT_EIGHTHS,
  SLOT_SHIFT,
  VERSION_HIGH_MASK,
  WORD_RANGE,
} = layout;

/** What a slot holds. */
export const SlotState = {
  /** Never used. */
  untouched: 0,
  /** Used before, free now. */
  free: 1,
  /** Parts of items, and at least half of it free. */
  partly: 2,
  /** In use, mostly by items of the probation ring, or of the main ring. */
  probation: 3,
  main: 4,
  /** A node of a tree, a block of bytes, or a part of a large value. */
  owned: 5,
  /** What was removed and is not yet taken back. */
  grave: 6,
  /** Given to the index. */
  index: 7,
} as const;

/** No item lies in a slot. */
export const NO_ITEM: number = -1;
/** A chain is followed so far to its end, which names its item. */
const MAX_LINKS = 4;
/** So many graves are known by their place. */
const MAX_GRAVES = 32;
/** With as few eighths in use a slot is mostly free. */
const FEW_EIGHTHS = SLOT_EIGHTHS / 2;

/** What was found. Used again for each shard. */
export class SlotSamples {
  /** How many slots were looked at. */
  length = 0;
  /** The {@linkcode SlotState} of each. */
  readonly states: Uint8Array;
  /** How many of its eighths are in use. */
  readonly fills: Uint8Array;
  /** The version of the first item in it; {@linkcode NO_ITEM} where there is none. */
  readonly versions: Float64Array;
  /** The count of the clock of that item; likewise. */
  readonly counts: Int8Array;
  /** Items of the whole shard. */
  items = 0;
  /** Eighths that it has in use. */
  usedEighths = 0;
  /** Items that it has evicted. */
  evictions = 0;
  /** The latest version that the shard has given. */
  newestVersion = 0;
  /** First pieces of what is gone. */
  readonly graves: Int32Array = new Int32Array(MAX_GRAVES);
  /** How many of them were found. */
  graveCount = 0;

  /** For up to `most` slots. */
  constructor(most: number) {
    this.states = new Uint8Array(most);
    this.fills = new Uint8Array(most);
    this.versions = new Float64Array(most);
    this.counts = new Int8Array(most);
  }
}

/**
 * Looks at the next `most` of every `every`-th slot of the shard, in the order of addresses. Returns whether there are more:
 * then it is to be called again, under the lock anew. For the first call `samples.length` is 0.
 */
export function sampleSlotsLocked(
  memory: ShardMemory,
  every: number,
  samples: SlotSamples,
  most: number,
): boolean {
  const { geometry: { slabAddress, slotCount } } = memory;
  if (samples.length === 0) readHeader(memory, samples);
  // It may have moved since the last call.
  findGraves(memory, samples);
  const end = Math.min(slotCount, (samples.length + most) * every);
  for (let slot = samples.length * every; slot < end; slot += every) {
    lookAt(memory, slabAddress + slot * SLOT_EIGHTHS, samples);
  }
  return samples.length * every < slotCount;
}

function readHeader({ words, geometry }: ShardMemory, samples: SlotSamples): void {
  samples.items = words[SHARD_ITEMS]!;
  samples.usedEighths = words[SHARD_END]! - geometry.slabAddress - words[SHARD_FREE_EIGHTHS]!;
  samples.evictions = readCounter(words, SHARD_EVICTIONS);
  samples.newestVersion = (words[SHARD_VERSION_HIGH]! & VERSION_HIGH_MASK) * WORD_RANGE +
    (words[SHARD_VERSION_LOW]! >>> 0);
}

function findGraves({ words }: ShardMemory, samples: SlotSamples): void {
  let count = 0;
  for (let address = words[SHARD_GRAVES]!; address !== 0 && count < MAX_GRAVES;) {
    samples.graves[count++] = address;
    address = words[(address << EIGHTH_WORD_SHIFT) + ITEM_OLDER]! & ADDRESS_MASK;
  }
  samples.graveCount = count;
}

function lookAt(memory: ShardMemory, address: number, samples: SlotSamples): void {
  const at = samples.length++;
  samples.versions[at] = NO_ITEM;
  samples.counts[at] = NO_ITEM;
  samples.fills[at] = 0;
  if (address >= memory.words[SHARD_END]!) samples.states[at] = SlotState.index;
  else if (address >= memory.words[SHARD_BUMP]!) samples.states[at] = SlotState.untouched;
  else lookInto(memory, address, samples, at);
}

/** Walks over the pieces of a slot that is or was in use. */
function lookInto(memory: ShardMemory, slot: number, samples: SlotSamples, at: number): void {
  const map = memory.bytes[memory.mapBias + (slot >> SLOT_SHIFT)]!;
  let used = 0;
  for (let bits = map; bits !== 0; bits &= bits - 1) used++;
  samples.fills[at] = used;
  let mainEighths = 0;
  let probationEighths = 0;
  let isGrave = false;
  for (let eighth = 0; eighth < SLOT_EIGHTHS;) {
    if ((map >> eighth & 1) === 0) {
      eighth++;
      continue;
    }
    const piece = slot + eighth;
    const item = itemOf(memory, piece);
    if (item === 0) {
      isGrave = isGraveAt(samples, piece);
      break;
    }
    const eighths = pieceEighths(memory.words[piece << EIGHTH_WORD_SHIFT]!);
    if (ringOf(memory, item) === RING_MAIN) mainEighths += eighths;
    else probationEighths += eighths;
    if (samples.counts[at] === NO_ITEM) {
      samples.counts[at] = hitCountLocked(memory, item);
      samples.versions[at] = versionOf(memory, item);
    }
    eighth += eighths;
  }
  samples.states[at] = stateOf(used, mainEighths, probationEighths, isGrave);
}

function stateOf(used: number, main: number, probation: number, isGrave: boolean): number {
  if (used === 0) return SlotState.free;
  if (isGrave) return SlotState.grave;
  if (main + probation === 0) return SlotState.owned;
  if (used <= FEW_EIGHTHS) return SlotState.partly;
  return main > probation ? SlotState.main : SlotState.probation;
}

function isGraveAt({ graves, graveCount }: SlotSamples, address: number): boolean {
  for (let i = 0; i < graveCount; i++) if (graves[i] === address) return true;
  return false;
}

/** The item that the piece at `address` belongs to; 0 where that is none, or not soon to be found. */
function itemOf(memory: ShardMemory, address: number): number {
  const { words } = memory;
  let word = words[address << EIGHTH_WORD_SHIFT]!;
  if ((word & PIECE_FURTHER) === 0) return isItem(memory, address) ? address : 0;
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = word & ADDRESS_MASK;
    if (next === 0) return 0;
    if ((word & PIECE_LAST) !== 0) {
      const first = words[next << EIGHTH_WORD_SHIFT] ?? 0;
      return (first & ITEM_CHAINED) !== 0 && isItem(memory, next) ? next : 0;
    }
    word = words[next << EIGHTH_WORD_SHIFT] ?? 0;
    if ((word & PIECE_FURTHER) === 0) return 0;
  }
  return 0;
}

/** Whether an item lies there: its neighbours in its ring then say so. An address may be any number of 20 bits. */
function isItem(memory: ShardMemory, address: number): boolean {
  const { words } = memory;
  const newer = newerOf(memory, address);
  const older = olderOf(memory, address);
  if (newer === 0 || older === 0) return false;
  if (newer === address) return words[handWord(ringOf(memory, address))] === address;
  return olderOf(memory, newer) === address && newerOf(memory, older) === address;
}
