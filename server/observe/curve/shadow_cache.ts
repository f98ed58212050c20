// A shadow cache: decides like a shard of cache/ what stays and what goes, but holds hashes and sizes alone. It
// follows clock.ts, ring.ts and ghost.ts step by step, with the same numbers (EVICTION); where they change,
// this changes with them, and bench/curve shows whether it still tells what real caches do.

import { EVICTION, NO_GHOST } from "../../../cache/mod.ts";
import { ShadowGhosts } from "./shadow_ghosts.ts";
import { ShadowItems } from "./shadow_items.ts";

const {
  CONTEST_STEPS,
  FILLING_SHARE,
  FURTHER_SWEEP_STEPS,
  GHOST_AGES,
  GHOST_YOUNG_AGES,
  LARGE_ITEM,
  MAIN_SLACK,
  MAX_COUNT,
  MAX_PROBATION_SHARE,
  MAX_SWEEP_STEPS,
  MIN_PROBATION_SHARE,
  PROBATION_FALL,
  PROBATION_LOSS,
  PROBATION_RISE,
  PROBATION_UNIT,
  RESERVE_SHARE,
} = EVICTION;

const PROBATION = 0;
const MAIN = 1;
type Ring = typeof PROBATION | typeof MAIN;

/** What the main ring says to an item that wants to enter it. */
const Main = { inUse: 0, cold: 1, hasSpace: 2 } as const;
type Main = typeof Main[keyof typeof Main];

/** A cache without keys and values. */
export class ShadowCache {
  readonly items: ShadowItems;
  readonly #ghosts: ShadowGhosts;
  #slab = 0;
  #indexLimit = Infinity;
  #probation = 0;
  #steps = 0;
  #swept = 1;

  /** @param maxItems Items that it has places for. */
  constructor(maxItems: number) {
    this.items = new ShadowItems(maxItems);
    this.#ghosts = new ShadowGhosts(maxItems * 4);
  }

  /** Bytes that all of it holds, however many items there are. */
  get bytes(): number {
    return this.items.bytes + this.#ghosts.bytes;
  }

  /** Share of the slab that is in use. */
  get fullness(): number {
    return this.items.used / Math.max(1, this.#slab);
  }

  /** What probation has of the items above its least share. */
  set probationShare(share: number) {
    this.#probation = share * PROBATION_UNIT * this.items.count;
  }

  /** Gives it a slab of so many eighths, an index for so many items, and a table for so many ghosts. */
  resize(slabEighths: number, indexLimit: number, ghosts: number): void {
    this.#slab = slabEighths;
    this.#indexLimit = indexLimit;
    this.#ghosts.resize(ghosts);
  }

  /** Looks a key up as a read does. Returns whether it is there. */
  read(hash: number, nowMs: number): boolean {
    const item = this.#live(hash, nowMs);
    if (item === 0) return false;
    this.#touch(item);
    return true;
  }

  /** Whether a key is there. */
  has(hash: number, nowMs: number): boolean {
    return this.#live(hash, nowMs) !== 0;
  }

  /** How long the item is to live from when it was stored, in ms, 0 for ever; -1 where there is none. */
  ttlOf(hash: number): number {
    const item = this.items.find(hash);
    return item === 0 ? -1 : this.items.ttls[item]!;
  }

  /** Stores an item of so many eighths as a put does. */
  put(hash: number, eighths: number, deadlineMs: number, nowMs: number): void {
    const { items } = this;
    let item = this.#live(hash, nowMs);
    if (item === 0) item = this.#insert(hash, eighths, nowMs);
    else {
      this.#touch(item);
      this.#grow(item, eighths, nowMs);
    }
    if (item === 0) return;
    items.deadlines[item] = deadlineMs;
    items.ttls[item] = deadlineMs === 0 ? 0 : Math.max(1, deadlineMs - nowMs);
  }

  /** Gives an item that is there another size, as a put does that would not have been made. */
  resized(hash: number, eighths: number, nowMs: number): void {
    const item = this.items.find(hash);
    if (item !== 0) this.#grow(item, eighths, nowMs);
  }

  /** Removes a key. */
  remove(hash: number): void {
    const item = this.items.find(hash);
    if (item !== 0) this.items.remove(item);
  }

  /** Forgets all. */
  clear(): void {
    this.items.clear();
    this.#ghosts.clear();
    this.#probation = 0;
    this.#swept = 1;
  }

  /** Removes what has expired among the next `count` items. */
  sweep(count: number, nowMs: number): void {
    const { items } = this;
    for (let left = Math.min(count, items.end); left > 0; left--) {
      if (this.#swept >= items.end) this.#swept = 1;
      const item = this.#swept++;
      if (items.eighths[item] !== 0 && this.#isExpired(item, nowMs)) items.remove(item);
    }
  }

  /** Removes all items whose hash does not pass. */
  keep(passes: (hash: number) => boolean): void {
    const { items } = this;
    for (let item = 1; item < items.end; item++) {
      if (items.eighths[item] !== 0 && !passes(items.hashes[item]!)) items.remove(item);
    }
    this.#ghosts.clear();
  }

  #isExpired(item: number, nowMs: number): boolean {
    const deadline = this.items.deadlines[item]!;
    return deadline !== 0 && deadline <= nowMs;
  }

  #live(hash: number, nowMs: number): number {
    const item = this.items.find(hash);
    if (item === 0 || !this.#isExpired(item, nowMs)) return item;
    this.items.remove(item);
    return 0;
  }

  #touch(item: number): void {
    const { counts } = this.items;
    if (counts[item]! < MAX_COUNT) counts[item]!++;
  }

  #grow(item: number, eighths: number, nowMs: number): void {
    if (this.items.eighths[item] === eighths) return;
    this.items.resize(item, eighths);
    this.#steps = MAX_SWEEP_STEPS;
    while (this.items.used > this.#slab && this.items.count > 1) this.#evictOne(nowMs, item);
  }

  #insert(hash: number, eighths: number, nowMs: number): number {
    const { items } = this;
    const ring = this.#ringForNew(hash, eighths);
    this.#steps = MAX_SWEEP_STEPS;
    // Items are few here, and so large beside the slab: half of one more or less makes up for what the last one left free.
    const most = this.#slab * (1 - RESERVE_SHARE) - eighths + items.used / (2 * items.count + 1);
    while (items.used > most && items.count > 0) this.#evictOne(nowMs, 0);
    if (items.count >= this.#indexLimit || items.isFull) this.#evictOne(nowMs, 0);
    if (items.isFull) return 0;
    return items.add(hash, eighths, ring);
  }

  #probationLimit(): number {
    const { count, used } = this.items;
    return used * (MIN_PROBATION_SHARE + this.#probation / (PROBATION_UNIT * count + 1));
  }

  #isLarge(eighths: number): boolean {
    return (eighths - 1) * this.items.count > this.items.used * LARGE_ITEM;
  }

  #hitsToStay(item: number): number {
    return this.#isLarge(this.items.eighths[item]!) ? 2 : 1;
  }

  #candidate(pinned: number): number {
    const ring = this.items.sums[PROBATION] > this.#probationLimit() ? PROBATION : MAIN;
    return this.#unpinned(ring, pinned) || this.#unpinned(MAIN - ring as Ring, pinned);
  }

  #unpinned(ring: Ring, pinned: number): number {
    const { hands } = this.items;
    if (hands[ring] === 0 || hands[ring] !== pinned) return hands[ring];
    this.items.advance(ring);
    return hands[ring] === pinned ? 0 : hands[ring];
  }

  #evictOne(nowMs: number, pinned: number): void {
    const { items } = this;
    for (;; this.#steps--) {
      const item = this.#candidate(pinned);
      if (item === 0) return;
      const isExpired = this.#isExpired(item, nowMs);
      const spare = items.counts[item]! - this.#hitsToStay(item);
      const isNew = items.rings[item] === PROBATION;
      if (isExpired || this.#steps <= 1 || spare < 0) {
        this.#steps += FURTHER_SWEEP_STEPS - 1;
        if (!isExpired && isNew) this.#ghosts.remember(items.hashes[item]!, items.count);
        items.remove(item);
        return;
      }
      if (isNew) items.change(item, MAIN, spare);
      else this.#passMain(item);
    }
  }

  #passMain(item: number): void {
    this.items.counts[item]!--;
    this.items.advance(MAIN);
  }

  #askMain(eighths: number): Main {
    const { items, items: { counts, hands } } = this;
    if (items.sums[MAIN] < MAIN_SLACK * (items.used - this.#probationLimit())) return Main.hasSpace;
    for (let left = this.#isLarge(eighths) ? 0 : CONTEST_STEPS; left > 0; left--) {
      const item = hands[MAIN];
      if (item === 0) return Main.hasSpace;
      if (counts[item]! < this.#hitsToStay(item)) return Main.cold;
      this.#passMain(item);
    }
    return hands[MAIN] === 0 || counts[hands[MAIN]] === 0 ? Main.cold : Main.inUse;
  }

  #ringForNew(hash: number, eighths: number): Ring {
    let ring: Ring = PROBATION;
    let probation = this.#probation - PROBATION_FALL;
    const age = this.#ghosts.take(hash);
    if (age !== NO_GHOST && age <= GHOST_AGES) {
      const main = this.#askMain(eighths);
      if (main !== Main.inUse) ring = MAIN;
      if (age <= GHOST_YOUNG_AGES) {
        if (main === Main.cold) probation += PROBATION_RISE;
        else if (main === Main.inUse) probation -= PROBATION_LOSS;
      }
    }
    const most = (MAX_PROBATION_SHARE - MIN_PROBATION_SHARE) * PROBATION_UNIT * this.items.count;
    this.#probation = Math.max(0, Math.min(most, probation));
    return ring === PROBATION && this.#fillsMain() ? MAIN : ring;
  }

  #fillsMain(): boolean {
    const { sums, used, count } = this.items;
    return this.#slab - used > FILLING_SHARE * used &&
      count < (1 - FILLING_SHARE) * this.#indexLimit && sums[PROBATION] > this.#probationLimit();
  }
}
