// The slab against a naive model: an array of eighths, searched in full each time.

import { besideFilters } from "./fixture.ts";
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import {
  ADDRESS_MASK,
  SHARD_BUMP,
  SHARD_FREE_EIGHTHS,
  SLOT_EIGHTHS,
  SLOT_MASK,
} from "../../cache/layout.ts";
import { Region } from "../../cache/region.ts";
import { ShardMemory } from "../../cache/shard_memory.ts";
import {
  extendPieceLocked,
  freePieceLocked,
  isUsed,
  pieceEighths,
  pieceOf,
  takePieceLocked,
} from "../../cache/slab.ts";

function newMemory(): ShardMemory {
  return new ShardMemory(Region.create({ memoryBytes: besideFilters(256 * 1024) }), 0);
}

interface Piece {
  address: number;
  eighths: number;
}

/** Lengths of the free runs by the model, whole virgin slots among them. */
function freeRuns(used: Uint8Array): Set<number> {
  const lengths = new Set<number>();
  for (let slot = 0; slot < used.length; slot += SLOT_EIGHTHS) {
    let run = 0;
    for (let i = 0; i <= SLOT_EIGHTHS; i++) {
      if (i < SLOT_EIGHTHS && used[slot + i] === 0) run++;
      else {
        if (run > 0) lengths.add(run);
        run = 0;
      }
    }
  }
  return lengths;
}

/** One memory and its model. */
class Checked {
  readonly memory = newMemory();
  readonly slab = this.memory.geometry.slabAddress;
  readonly used = new Uint8Array(this.memory.geometry.endAddress - this.slab);
  readonly pieces: Piece[] = [];

  take(eighths: number): void {
    const runs = freeRuns(this.used);
    const fitting = [...runs].filter((length) => length >= eighths);
    const piece = takePieceLocked(this.memory, eighths);
    if (runs.size === 0) {
      assertEquals(piece, 0);
      return;
    }
    const address = piece & ADDRESS_MASK;
    const got = pieceEighths(piece);
    assertEquals(got, fitting.length > 0 ? eighths : Math.max(...runs));
    const at = address - this.slab;
    for (let i = 0; i < got; i++) assertEquals(this.used[at + i], 0);
    assert((address & SLOT_MASK) + got <= SLOT_EIGHTHS);
    this.used.fill(1, at, at + got);
    this.pieces.push({ address, eighths: got });
  }

  /** Frees a piece, or only its last `some` eighths. */
  free(pick: number, some: number): void {
    if (this.pieces.length === 0) return;
    const index = pick % this.pieces.length;
    const piece = this.pieces[index]!;
    const count = some >= piece.eighths ? piece.eighths : some;
    const from = piece.address + piece.eighths - count;
    freePieceLocked(this.memory, from, count);
    this.used.fill(0, from - this.slab, from - this.slab + count);
    piece.eighths -= count;
    if (piece.eighths === 0) this.pieces.splice(index, 1);
  }

  extend(pick: number, wanted: number): void {
    if (this.pieces.length === 0) return;
    const piece = this.pieces[pick % this.pieces.length]!;
    const end = piece.address + piece.eighths;
    let space = 0;
    while (((end + space) & SLOT_MASK) !== 0 && this.used[end + space - this.slab] === 0) {
      space++;
    }
    const got = extendPieceLocked(this.memory, piece.address, piece.eighths, wanted);
    assertEquals(got, Math.min(space, wanted));
    piece.eighths += got;
    this.used.fill(1, end - this.slab, end - this.slab + got);
  }

  check(): void {
    let free = 0;
    for (let i = 0; i < this.used.length; i++) {
      assertEquals(isUsed(this.memory, this.slab + i), this.used[i] === 1);
      if (this.used[i] === 0) free++;
    }
    assertEquals(this.memory.words[SHARD_FREE_EIGHTHS], free);
  }
}

Deno.test("takePieceLocked(), freePieceLocked() and extendPieceLocked() agree with a naive model", () => {
  const step = fc.record({
    kind: fc.constantFrom("take", "take", "take", "free", "free", "trim", "extend"),
    size: fc.integer({ min: 1, max: SLOT_EIGHTHS }),
    pick: fc.nat(10_000),
  });
  const walk = fc.array(step, { minLength: 50, maxLength: 800, size: "max" });
  fc.assert(
    fc.property(walk, (steps) => {
      const checked = new Checked();
      for (const { kind, size, pick } of steps) {
        if (kind === "take") checked.take(size);
        else if (kind === "free") checked.free(pick, SLOT_EIGHTHS);
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
  const seven = takePieceLocked(memory, 7) & ADDRESS_MASK;
  takePieceLocked(memory, 8);
  assertEquals(takePieceLocked(memory, 1), pieceOf(seven + 7, 1));
});

Deno.test("freePieceLocked() merges eighths on both sides into a whole slot", () => {
  const memory = newMemory();
  const slot = takePieceLocked(memory, 1) & ADDRESS_MASK;
  for (let i = 1; i < 8; i++) assertEquals(takePieceLocked(memory, 1), pieceOf(slot + i, 1));
  for (const i of [0, 2, 3, 1, 7, 5, 4, 6]) freePieceLocked(memory, slot + i, 1);
  const bump = memory.words[SHARD_BUMP];
  assertEquals(takePieceLocked(memory, 8), pieceOf(slot, 8));
  assertEquals(memory.words[SHARD_BUMP], bump);
});

Deno.test("takePieceLocked() gives shorter runs when no long one is left, then 0", () => {
  const memory = newMemory();
  const slots = memory.geometry.slotCount;
  for (let i = 0; i < slots; i++) takePieceLocked(memory, 8);
  assertEquals(takePieceLocked(memory, 1), 0);
  const at = memory.geometry.slabAddress;
  freePieceLocked(memory, at + 2, 2);
  freePieceLocked(memory, at + 9, 1);
  assertEquals(takePieceLocked(memory, 4), pieceOf(at + 2, 2));
  assertEquals(takePieceLocked(memory, 4), pieceOf(at + 9, 1));
  assertEquals(takePieceLocked(memory, 4), 0);
});
