// The slots of one byte object (block_layout.ts) while a view has it open: reads and writes their bytes, takes the slots
// that are missing, frees those that are no longer needed. What it knows of them stands in the item again after
// store().

import { takeSlotLocked } from "../healing.ts";
import { copyBytes } from "../copy.ts";
import { writeValueWord } from "../item.ts";
import * as itemLayout from "../layout.ts";
import { resizeInRingLocked } from "../ring.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { freePieceLocked } from "../slab.ts";
import * as layout from "./block_layout.ts";
import { blocksRoot, blocksSlots, cutBlocks, readBlocks, slotAt } from "./blocks.ts";

const {
  ADDRESS_MASK,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  SLOT_BYTES,
  SLOT_EIGHTHS,
  WORD_BYTES,
} = itemLayout;
const {
  BLOCK_MASK,
  BLOCK_SHIFT,
  BLOCKS_EIGHTHS,
  BLOCKS_LENGTH,
  BLOCKS_ROOT,
  FANOUT_MASK,
  FANOUT_SHIFT,
  LEVELS_MASK,
  LEVELS_SHIFT,
  MAX_LEVELS,
} = layout;

const SLOT_WORDS = SLOT_BYTES / WORD_BYTES;

/** How many slots have bytes of a value of this length, if it has no holes. */
function slotsFor(length: number): number {
  return (length + BLOCK_MASK) >>> BLOCK_SHIFT;
}

/** The slots of the object at work. */
export class BlockWriter {
  #memory!: ShardMemory;
  #item = 0;
  /** Address of the root, and the levels above it. */
  #root = 0;
  /** How many slots there are, those with addresses included. */
  #slots = 0;

  /** Goes on with the object at `item`. */
  enter(memory: ShardMemory, item: number): void {
    this.#memory = memory;
    this.#item = item;
    this.#root = blocksRoot(memory, item);
    this.#slots = blocksSlots(memory, item);
  }

  /** Begins one without slots, for the item at `item`. */
  begin(memory: ShardMemory, item: number): void {
    this.#memory = memory;
    this.#item = item;
    this.#root = 1 << LEVELS_SHIFT;
    this.#slots = 0;
  }

  /** Writes the descriptor into the item. */
  store(length: number): void {
    const memory = this.#memory;
    writeValueWord(memory, this.#item, BLOCKS_EIGHTHS, this.#slots * SLOT_EIGHTHS);
    writeValueWord(memory, this.#item, BLOCKS_LENGTH, length);
    writeValueWord(memory, this.#item, BLOCKS_ROOT, this.#root);
  }

  /** Byte `index`. */
  byteAt(index: number): number {
    const slot = slotAt(this.#memory, this.#root, index >>> BLOCK_SHIFT);
    return slot === 0 ? 0 : this.#memory.bytes[(slot << EIGHTH_BYTE_SHIFT) + (index & BLOCK_MASK)]!;
  }

  /** Copies bytes to `to`. */
  read(from: number, length: number, to: Uint8Array, at: number): void {
    readBlocks(this.#memory, this.#root, from, length, to, at);
  }

  /** Whether a new object may have slots for `old` bytes and `length` more. */
  static mayBegin(memory: ShardMemory, old: number, length: number): boolean {
    return slotsFor(old) + mostSlots(length) + (old >>> (BLOCK_SHIFT + FANOUT_SHIFT)) <=
      maxSlots(memory);
  }

  /** Whether the slots that are missing for `length` bytes from `from` on may be taken. */
  mayTake(from: number, length: number): boolean {
    const most = maxSlots(this.#memory) - this.#slots;
    if (mostSlots(length) <= most) return true;
    let missing = 0;
    const end = slotsFor(from + length);
    for (let index = from >>> BLOCK_SHIFT; index < end; index++) {
      if (slotAt(this.#memory, this.#root, index) === 0) missing++;
    }
    return missing === 0 || missing + (missing >>> FANOUT_SHIFT) + 2 * MAX_LEVELS <= most;
  }

  /** Adds levels, so that a value of `length` bytes can be reached. */
  reach(length: number): void {
    while (slotsFor(length) > 1 << (FANOUT_SHIFT * this.#levels)) {
      const old = this.#root & ADDRESS_MASK;
      this.#root += 1 << LEVELS_SHIFT;
      if (old === 0) continue;
      const root = this.#take();
      this.#memory.words[root << EIGHTH_WORD_SHIFT] = old;
      this.#root = (this.#root & ~ADDRESS_MASK) | root;
    }
  }

  get #levels(): number {
    return (this.#root >>> LEVELS_SHIFT) & LEVELS_MASK;
  }

  /** The word that begins with byte `index`, a multiple of 4. */
  wordAt(index: number): number {
    const slot = slotAt(this.#memory, this.#root, index >>> BLOCK_SHIFT);
    return slot === 0
      ? 0
      : this.#memory.words[(slot << EIGHTH_WORD_SHIFT) + ((index & BLOCK_MASK) >>> 2)]!;
  }

  /** Writes a word within reach, from byte `index` on, a multiple of 4. */
  setWord(index: number, word: number): void {
    const slot = this.#slotFor(index >>> BLOCK_SHIFT);
    this.#memory.words[(slot << EIGHTH_WORD_SHIFT) + ((index & BLOCK_MASK) >>> 2)] = word;
  }

  /** Writes a byte within reach. */
  setByte(index: number, byte: number): void {
    const slot = this.#slotFor(index >>> BLOCK_SHIFT);
    this.#memory.bytes[(slot << EIGHTH_BYTE_SHIFT) + (index & BLOCK_MASK)] = byte;
  }

  /** Writes bytes within reach. */
  write(from: number, bytes: Uint8Array, start: number, length: number): void {
    for (let done = 0; done < length;) {
      const place = (from + done) & BLOCK_MASK;
      const left = length - done;
      const here = left < SLOT_BYTES - place ? left : SLOT_BYTES - place;
      const slot = this.#slotFor((from + done) >>> BLOCK_SHIFT);
      const to = (slot << EIGHTH_BYTE_SHIFT) + place;
      copyBytes(bytes, start + done, this.#memory.bytes, to, here);
      done += here;
    }
  }

  /** The slot with this number; takes it, and those that lead to it, where there is a hole. */
  #slotFor(index: number): number {
    const found = slotAt(this.#memory, this.#root, index);
    if (found !== 0) return found;
    const { words } = this.#memory;
    let slot = this.#root & ADDRESS_MASK;
    if (slot === 0) {
      slot = this.#take();
      this.#root |= slot;
    }
    for (let shift = this.#levels * FANOUT_SHIFT; shift > 0;) {
      shift -= FANOUT_SHIFT;
      const at = (slot << EIGHTH_WORD_SHIFT) + ((index >>> shift) & FANOUT_MASK);
      slot = words[at]!;
      if (slot !== 0) continue;
      slot = this.#take();
      words[at] = slot;
    }
    return slot;
  }

  /** Takes a slot of zeros. */
  #take(): number {
    const memory = this.#memory;
    memory.pinned = this.#item;
    const slot = takeSlotLocked(memory);
    memory.pinned = 0;
    if (slot === 0) throw new Error("Cannot find a slot: shard is full of one item");
    const start = slot << EIGHTH_WORD_SHIFT;
    memory.words.fill(0, start, start + SLOT_WORDS);
    this.#slots++;
    resizeInRingLocked(memory, this.#item, SLOT_EIGHTHS);
    return slot;
  }

  /** Frees what is behind the first `length` bytes; what remains of the last slot becomes zero. */
  cut(length: number): void {
    const memory = this.#memory;
    const root = this.#root & ADDRESS_MASK;
    const keep = slotsFor(length);
    if (root !== 0 && keep < 1 << (FANOUT_SHIFT * this.#levels)) {
      const freed = cutBlocks(memory, root, this.#levels, keep);
      this.#slots -= freed;
      resizeInRingLocked(memory, this.#item, -freed * SLOT_EIGHTHS);
    }
    if (root !== 0 && keep === 0) {
      freePieceLocked(memory, root, SLOT_EIGHTHS);
      this.#root &= ~ADDRESS_MASK;
      this.#slots--;
      resizeInRingLocked(memory, this.#item, -SLOT_EIGHTHS);
    }
    const place = length & BLOCK_MASK;
    const slot = place === 0 ? 0 : slotAt(memory, this.#root, length >>> BLOCK_SHIFT);
    if (slot === 0) return;
    const start = slot << EIGHTH_BYTE_SHIFT;
    memory.bytes.fill(0, start + place, start + SLOT_BYTES);
  }
}

/** Most slots that `length` bytes may need, those with addresses included. */
function mostSlots(length: number): number {
  const slots = slotsFor(length) + 1;
  return slots + (slots >>> FANOUT_SHIFT) + 2 * MAX_LEVELS;
}

/** Most slots of one object: half a shard. */
function maxSlots(memory: ShardMemory): number {
  return memory.geometry.slotCount >>> 1;
}
