// Whole slots in a slab whose free space is in short runs: pieces move and everything else stays, and a
// slot can be taken at any time, for few items.

import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked, readStats, type Shard } from "../../cache/mod.ts";
import { makeSlotsLocked, takeSlotLocked } from "../../cache/healing.ts";
import { isChained, linkWord } from "../../cache/item_header.ts";
import { itemEighths } from "../../cache/item_size.ts";
import {
  ADDRESS_MASK,
  EIGHTH_WORD_SHIFT,
  FREE_NEXT,
  PIECE_LAST,
  RING_MAIN,
  RING_PROBATION,
  SHARD_BUMP,
  SHARD_END,
  SHARD_FREE_EIGHTHS,
  SHARD_FREE_RUNS,
  SLOT_EIGHTHS,
  SLOT_MASK,
} from "../../cache/layout.ts";
import { handWord, newerOf } from "../../cache/ring.ts";
import { freePieceLocked, isUsed } from "../../cache/slab.ts";
import { Random } from "../../bench/workload.ts";
import {
  bytesOf,
  find,
  get,
  type KeyList,
  keysOfShard,
  makeFixture,
  put,
  valueOf,
} from "./fixture.ts";

/** Addresses of a ring's items, from its hand on. */
function ringOrder({ memory }: Shard, ring: number): number[] {
  const order: number[] = [];
  const hand = memory.words[handWord(ring)]!;
  for (let address = hand; address !== 0;) {
    order.push(address);
    const newer = newerOf(memory, address);
    address = newer === hand ? 0 : newer;
  }
  return order;
}

function freeSlots({ memory: { words } }: Shard): number {
  let count = (words[SHARD_END]! - words[SHARD_BUMP]!) / SLOT_EIGHTHS;
  for (let run = words[SHARD_FREE_RUNS + SLOT_EIGHTHS]!; run !== 0; count++) {
    run = words[(run << EIGHTH_WORD_SHIFT) + FREE_NEXT]!;
  }
  return count;
}

/** A cache with a full shard 0, and what was put there. */
class Full {
  readonly cache: Cache;
  readonly shard: Shard;
  readonly keys: KeyList;
  /** Slots that belong to no item. */
  readonly taken: number[] = [];
  readonly #lengths = new Map<string, number>();

  constructor(sizes: readonly number[], seed: number) {
    this.cache = makeFixture(512 * 1024, 64).cache;
    this.shard = this.cache.shards[0]!;
    this.keys = keysOfShard(this.cache, 1500);
    const random = new Random(seed);
    this.keys.forEach((key, i) => {
      const length = random.below(sizes[random.below(sizes.length)]! + 1);
      this.#lengths.set(key, length);
      put(this.cache, key, valueOf(length, i));
      // Some enter the main ring.
      if (i % 3 === 0) get(this.cache, this.keys[random.below(i + 1)]!);
    });
  }

  /** Keys that are there, each with the address of its item. */
  held(): Map<string, number> {
    const held = new Map<string, number>();
    for (const key of this.keys) {
      const { address } = find(this.cache, key);
      if (address !== 0) held.set(key, address);
    }
    return held;
  }

  /** Deletes some of the keys, one in `every`. */
  thin(every: number, random: Random): void {
    for (const key of this.keys) if (random.below(every) === 0) this.cache.delete(bytesOf(key));
  }

  /** Takes all whole slots that are free; {@linkcode giveBack} frees what was taken here or elsewhere. */
  takeFree(): void {
    while (freeSlots(this.shard) > 0) this.taken.push(takeSlotLocked(this.shard.memory));
  }

  giveBack(): void {
    for (const slot of this.taken) freePieceLocked(this.shard.memory, slot, SLOT_EIGHTHS);
    this.taken.length = 0;
  }

  /** Checks all invariants, and that what is there is what was put. */
  check(): void {
    checkShardLocked(this.shard.memory);
    this.keys.forEach((key, i) => {
      const { address } = find(this.cache, key);
      if (address === 0) return;
      const length = this.#lengths.get(key)!;
      const value = new Uint8Array(length);
      assertEquals(this.shard.valueBytesLocked(address), length);
      this.shard.readValueLocked(address, value, 0);
      assertEquals(value, valueOf(length, i));
    });
  }
}

/** Largest values of an item: mixes that break slots up in different ways. */
const MIXES = [[20], [20, 2000], [100, 300], [600], [3000, 40], [20, 9000]];

Deno.test("makeSlotsLocked() moves pieces of all kinds, and evicts, loses and reorders nothing", () => {
  const moved = { alone: 0, first: 0, further: 0 };
  let gained = 0;
  for (const [seed, mix] of [...MIXES, ...MIXES, ...MIXES].entries()) {
    const full = new Full(mix, seed);
    const random = new Random(seed);
    full.thin(4, random);
    const { memory } = full.shard;
    const { evictions, items } = readStats(full.cache);
    for (let round = 0; round < 25; round++) {
      const before = full.held();
      const chains = new Map([...before].map(([key, item]) => [key, piecesOf(full.shard, item)]));
      const orders = [RING_PROBATION, RING_MAIN].map((ring) => ringOrder(full.shard, ring));
      const free = memory.words[SHARD_FREE_EIGHTHS];
      full.takeFree();
      makeSlotsLocked(memory, 4 * SLOT_EIGHTHS);
      gained += freeSlots(full.shard);
      full.giveBack();
      full.check();
      const after = full.held();
      const where = new Map<number, number>();
      for (const [key, from] of before) {
        const to = after.get(key)!;
        where.set(from, to);
        const chain = chains.get(key)!;
        if (from !== to) moved[chain.length > 1 ? "first" : "alone"]++;
        else if (piecesOf(full.shard, to).some((piece, i) => piece !== chain[i])) moved.further++;
      }
      const expected = orders.map((order) => order.map((from) => where.get(from)));
      assertEquals(
        [RING_PROBATION, RING_MAIN].map((ring) => ringOrder(full.shard, ring)),
        expected,
      );
      assertEquals(memory.words[SHARD_FREE_EIGHTHS], free);
    }
    assertEquals([readStats(full.cache).evictions, readStats(full.cache).items], [
      evictions,
      items,
    ]);
  }
  const told = JSON.stringify({ ...moved, gained });
  assert(moved.alone > 50 && moved.first > 5 && moved.further > 5 && gained > 50, told);
});

Deno.test("makeSlotsLocked() leaves the pinned item where it is, all its pieces", () => {
  for (let seed = 0; seed < 20; seed++) {
    const full = new Full([20, 2000], seed);
    const random = new Random(seed);
    full.thin(4, random);
    const { memory } = full.shard;
    const chained = [...full.held().values()].filter((address) => isChained(memory, address));
    memory.pinned = chained[random.below(chained.length)]!;
    const words = memory.words.slice();
    const pieces = piecesOf(full.shard, memory.pinned);
    full.takeFree();
    for (let i = 0; i < 100; i++) {
      makeSlotsLocked(memory, SLOT_EIGHTHS * (1 + freeSlots(full.shard)));
    }
    full.giveBack();
    assert(words.some((word, at) => word !== memory.words[at]), "nothing has moved at all");
    assertEquals(piecesOf(full.shard, memory.pinned), pieces);
    memory.pinned = 0;
    full.check();
  }
});

/** Addresses of an item's pieces. */
function piecesOf({ memory }: Shard, item: number): number[] {
  const { words } = memory;
  const pieces = [item];
  let word = isChained(memory, item) ? words[linkWord(memory, item)]! : PIECE_LAST;
  while ((word & PIECE_LAST) === 0) {
    pieces.push(word & ADDRESS_MASK);
    word = words[(word & ADDRESS_MASK) << EIGHTH_WORD_SHIFT]!;
  }
  return pieces;
}

Deno.test("takeSlotLocked() always gives a whole slot, for at most nine items, and never the pinned one", () => {
  const scene = fc.record({
    mix: fc.constantFrom(...MIXES),
    seed: fc.nat(10_000),
    pin: fc.boolean(),
    deletes: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(scene, ({ mix, seed, pin, deletes }) => {
      const full = new Full(mix, seed);
      const { memory } = full.shard;
      const random = new Random(seed);
      for (let i = 0; i < deletes * 10; i++) {
        full.cache.delete(bytesOf(full.keys[random.below(full.keys.length)]!));
      }
      for (let taken = 0; taken < 20; taken++) {
        const held = [...full.held().entries()];
        const [key, address] = held[random.below(held.length)]!;
        if (pin) memory.pinned = address;
        const { evictions } = readStats(full.cache);
        const slot = takeSlotLocked(memory);
        memory.pinned = 0;
        assertEquals(slot & SLOT_MASK, 0);
        for (let i = 0; i < SLOT_EIGHTHS; i++) assert(isUsed(memory, slot + i));
        const after = full.held();
        const lost = held.length - after.size;
        assertEquals(readStats(full.cache).evictions - evictions, lost);
        if (pin) assertEquals(after.get(key), address);
        if (!pin || itemEighths(memory, address) <= SLOT_EIGHTHS) assert(lost <= 9, `${lost} lost`);
        full.taken.push(slot);
        // The checker knows of no owner but items: slots are given back for as long as it looks.
        const count = full.taken.length;
        full.giveBack();
        full.check();
        while (full.taken.length < count) full.taken.push(takeSlotLocked(memory));
      }
    }),
    { numRuns: 25, seed: 4 },
  );
});
