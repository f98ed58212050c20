// The slab against a naive model: an array of quarters, searched in full each time.

import { besideFilters } from "./fixture.ts";
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import {
  ADDRESS_MASK,
  SHARD_BUMP,
  SHARD_FREE_QUARTERS,
  SLOT_QUARTERS,
  STATE_FIRST,
  STATE_FREE,
  STATE_FURTHER,
  STATE_INNER,
} from "../../cache/layout.ts";
import { Region } from "../../cache/region.ts";
import { ShardMemory } from "../../cache/shard_memory.ts";
import {
  extendPieceLocked,
  freePieceLocked,
  linkOf,
  linkQuarters,
  quarterState,
  takePieceLocked,
} from "../../cache/slab.ts";

function newMemory(): ShardMemory {
  return new ShardMemory(Region.create({ memoryBytes: besideFilters(256 * 1024) }), 0);
}

interface Piece {
  address: number;
  quarters: number;
  first: boolean;
}

/** Lengths of the free runs by the model's states, whole virgin slots among them. */
function freeRuns(states: Uint8Array): Set<number> {
  const lengths = new Set<number>();
  for (let slot = 0; slot < states.length; slot += SLOT_QUARTERS) {
    let run = 0;
    for (let i = 0; i <= SLOT_QUARTERS; i++) {
      if (i < SLOT_QUARTERS && states[slot + i] === STATE_FREE) run++;
      else {
        if (run > 0) lengths.add(run);
        run = 0;
      }
    }
  }
  return lengths;
}

function mark(states: Uint8Array, at: number, quarters: number, first: boolean): void {
  states.fill(STATE_INNER, at, at + quarters);
  states[at] = first ? STATE_FIRST : STATE_FURTHER;
}

/** One memory and its model. */
class Checked {
  readonly memory = newMemory();
  readonly slab = this.memory.geometry.slabAddress;
  readonly states = new Uint8Array(this.memory.endAddress - this.slab);
  readonly pieces: Piece[] = [];

  take(quarters: number, first: boolean): void {
    const runs = freeRuns(this.states);
    const fitting = [...runs].filter((length) => length >= quarters);
    const link = takePieceLocked(this.memory, quarters, first);
    if (runs.size === 0) {
      assertEquals(link, 0);
      return;
    }
    const address = link & ADDRESS_MASK;
    const got = linkQuarters(link);
    assertEquals(got, fitting.length > 0 ? quarters : Math.max(...runs));
    const at = address - this.slab;
    for (let i = 0; i < got; i++) assertEquals(this.states[at + i], STATE_FREE);
    assert((address & 3) + got <= SLOT_QUARTERS);
    mark(this.states, at, got, first);
    this.pieces.push({ address, quarters: got, first });
  }

  /** Frees a piece, or only its last `some` quarters. */
  free(pick: number, some: number): void {
    if (this.pieces.length === 0) return;
    const index = pick % this.pieces.length;
    const piece = this.pieces[index]!;
    const count = some >= piece.quarters ? piece.quarters : some;
    const from = piece.address + piece.quarters - count;
    freePieceLocked(this.memory, from, count);
    this.states.fill(STATE_FREE, from - this.slab, from - this.slab + count);
    piece.quarters -= count;
    if (piece.quarters === 0) this.pieces.splice(index, 1);
  }

  extend(pick: number, wanted: number): void {
    if (this.pieces.length === 0) return;
    const piece = this.pieces[pick % this.pieces.length]!;
    const end = piece.address + piece.quarters;
    let space = 0;
    while (((end + space) & 3) !== 0 && this.states[end + space - this.slab] === STATE_FREE) {
      space++;
    }
    const got = extendPieceLocked(this.memory, piece.address, piece.quarters, wanted);
    assertEquals(got, Math.min(space, wanted));
    piece.quarters += got;
    mark(this.states, piece.address - this.slab, piece.quarters, piece.first);
  }

  check(): void {
    let free = 0;
    for (let i = 0; i < this.states.length; i++) {
      assertEquals(quarterState(this.memory, this.slab + i), this.states[i]);
      if (this.states[i] === STATE_FREE) free++;
    }
    assertEquals(this.memory.words[SHARD_FREE_QUARTERS], free);
  }
}

Deno.test("takePieceLocked(), freePieceLocked() and extendPieceLocked() agree with a naive model", () => {
  const step = fc.record({
    kind: fc.constantFrom("take", "take", "take", "free", "free", "trim", "extend"),
    size: fc.integer({ min: 1, max: 4 }),
    pick: fc.nat(10_000),
  });
  const walk = fc.array(step, { minLength: 50, maxLength: 800, size: "max" });
  fc.assert(
    fc.property(walk, (steps) => {
      const checked = new Checked();
      for (const { kind, size, pick } of steps) {
        if (kind === "take") checked.take(size, (pick & 1) === 0);
        else if (kind === "free") checked.free(pick, 4);
        else if (kind === "trim") checked.free(pick, size);
        else checked.extend(pick, size);
      }
      checked.check();
    }),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("takePieceLocked() takes the tightest run before it cuts a whole slot", () => {
  const memory = newMemory();
  const three = takePieceLocked(memory, 3, true) & ADDRESS_MASK;
  takePieceLocked(memory, 4, true);
  assertEquals(takePieceLocked(memory, 1, false), linkOf(three + 3, 1));
});

Deno.test("freePieceLocked() merges quarters on both sides into a whole slot", () => {
  const memory = newMemory();
  const slot = takePieceLocked(memory, 1, true) & ADDRESS_MASK;
  for (let i = 1; i < 4; i++) assertEquals(takePieceLocked(memory, 1, true), linkOf(slot + i, 1));
  for (const i of [0, 2, 3, 1]) freePieceLocked(memory, slot + i, 1);
  const bump = memory.words[SHARD_BUMP];
  assertEquals(takePieceLocked(memory, 4, true), linkOf(slot, 4));
  assertEquals(memory.words[SHARD_BUMP], bump);
});

Deno.test("takePieceLocked() gives shorter runs when no long one is left, then 0", () => {
  const memory = newMemory();
  const slots = memory.geometry.slotCount;
  for (let i = 0; i < slots; i++) takePieceLocked(memory, 4, true);
  assertEquals(takePieceLocked(memory, 1, true), 0);
  const at = memory.geometry.slabAddress;
  freePieceLocked(memory, at + 2, 2);
  freePieceLocked(memory, at + 5, 1);
  assertEquals(takePieceLocked(memory, 4, false), linkOf(at + 2, 2));
  assertEquals(takePieceLocked(memory, 4, false), linkOf(at + 5, 1));
  assertEquals(takePieceLocked(memory, 4, false), 0);
});
