// The memory outside the region that all workers share, for whatever a client can make the process
// hold. Each worker counts exactly for itself and shows whole steps of it in a gauge, so the total is
// a sum that heals when a worker is replaced. Accounts say who holds how much: where memory is short,
// the tick takes it back from those that have not moved for longest. Knows nothing of what they are.

import { MEMORY_STEP_BYTES, type ServerRegion } from "./counters.ts";
import { MemoryAccount, type MemoryOwner, type MemorySource } from "./memory_account.ts";

/** The part of the budget that one account may hold. */
const ACCOUNT_SHARE = 1 / 4;
/** The part of the budget that is made free where somebody went short. */
const FREE_SHARE = 1 / 8;
/** Who asks within a smaller share than this can do without: nobody gives up for that. */
const NEEDED_SHARE = 1 / 2;
/** How long an account must not have moved before it is told to give up. */
const SILENT_MS = 1000;
/** Most accounts that one tick tells to give up. */
const MAX_GIVE_UPS = 500;
/** For so many ticks the others are shown that somebody went short, so that each sees it. */
const WANTED_TICKS = 2;
/** For so many ticks memory that was let go still counts, since it is collected later. */
const FADING_TICKS = 5;

/**
 * What an object costs beside the bytes that it holds, in bytes of V8's heap: measured with Deno 2.9
 * as the growth of 100,000 of each, rounded up.
 */
export const COST_BYTES = {
  /** A Uint8Array with a buffer of its own (208), or a view of another (112). */
  bytes: 224,
  /** An entry of a Map or Set, half of whose table is empty after it has grown (45 to 90). */
  entry: 96,
  /** An empty Map or Set (160 to 192). */
  map: 192,
  /** An object of a few fields, a closure or a promise (56 to 104). */
  object: 104,
  /** A short string beside its characters (16 to 32). */
  string: 32,
} as const;

/** The budget as one worker sees it. A worker has one for all its protocols. */
export class MemoryBudget implements MemorySource {
  /** The time of the latest tick, in milliseconds. */
  nowMs: number;
  readonly #words: Int32Array;
  /** Where this worker shows what it has taken; nobody else writes there. */
  readonly #takenWord: number;
  readonly #wantedWord: number;
  readonly #takenWords: readonly number[];
  readonly #wantedWords: readonly number[];
  readonly #maxBytes: number;
  /** What this worker has taken, and the part of it that is shown: the same, in whole steps. */
  #takenBytes = 0;
  #shownBytes = 0;
  /** The most that was refused since the latest tick, and for how long that is still shown. */
  #refusedBytes = 0;
  #wantedTicks = 0;
  /** Accounts that hold anything. */
  readonly #holders = new Set<MemoryAccount>();
  /** What was let go since the latest tick, and before each of those before it. */
  readonly #fading: number[] = new Array(FADING_TICKS).fill(0);

  /** All workers together may take `maxBytes`; `actor` takes for itself. `nowMs` is of any clock. */
  constructor(region: ServerRegion, actor: number, maxBytes: number, nowMs = 0) {
    const others = Array.from({ length: region.geometry.actorCount - 1 }, (_, i) => i + 1);
    this.#words = region.words;
    this.#takenWord = region.gaugeWord(actor, "bodyBytes");
    this.#wantedWord = region.gaugeWord(actor, "memoryWanted");
    this.#takenWords = others.map((one) => region.gaugeWord(one, "bodyBytes"));
    this.#wantedWords = others.map((one) => region.gaugeWord(one, "memoryWanted"));
    this.#maxBytes = maxBytes;
    this.nowMs = nowMs;
  }

  /** Bytes that any worker may still take. Negative when too many are taken. */
  get bytesLeft(): number {
    const othersBytes = this.#total(this.#takenWords) - this.#shownBytes;
    return this.#maxBytes - othersBytes - this.#takenBytes;
  }

  /** What all workers together may take. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** What this worker has taken. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /**
   * Takes bytes; a negative number gives some back. Returns false and takes nothing if more than
   * `share` of the budget would then be in use.
   */
  tryTake(bytes: number, share = 1): boolean {
    const within = this.#takenBytes + bytes <= this.#shownBytes && share === 1;
    if (!within && bytes > 0 && bytes > this.bytesLeft - (1 - share) * this.#maxBytes) {
      if (share >= NEEDED_SHARE) {
        const wantedBytes = bytes + Math.ceil((1 - share) * this.#maxBytes);
        this.#refusedBytes = Math.max(this.#refusedBytes, wantedBytes);
      }
      return false;
    }
    this.take(bytes);
    return true;
  }

  /** Takes bytes, whether they are left or not. Throws RangeError for what is no count of bytes. */
  take(bytes: number): void {
    const taken = this.#takenBytes + bytes;
    if (!Number.isSafeInteger(taken) || taken < 0) {
      throw new RangeError(`Cannot take ${bytes} bytes: ${this.#takenBytes} are taken`);
    }
    this.#takenBytes = taken;
    const shown = this.#shownBytes;
    if (taken > shown || taken <= shown - MEMORY_STEP_BYTES) this.#show();
  }

  /** Gives back what was taken. Throws RangeError for more than that. */
  give(bytes: number): void {
    this.take(-bytes);
  }

  /**
   * Gives back what only the garbage collector can free: it counts for about another second, so
   * that those who make much garbage are not faster than the collector.
   */
  giveLater(bytes: number): void {
    this.#fading[0]! += bytes;
  }

  /**
   * An account of one connection, request or answer, which begins empty. It may hold a quarter of
   * the budget, or `leastBytes` where that is more. What is beyond `share` of the budget it leaves to
   * others, as far as it can with `leastBytes`. `owner` is told when it has to give up.
   */
  open(owner: MemoryOwner, leastBytes = 0, share = 1): MemoryAccount {
    const all = this.#maxBytes;
    const most = Math.max(leastBytes, Math.floor(all * ACCOUNT_SHARE));
    const left = Math.max(0, Math.min(Math.floor((1 - share) * all), all - leastBytes));
    return new MemoryAccount(this, this.#holders, owner, most, left);
  }

  /**
   * Where any worker went short, tells this worker's silent accounts to give up. Their worker calls
   * this four times a second.
   */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    this.give(this.#fading.pop()!);
    this.#fading.unshift(0);
    if (this.#refusedBytes > 0) this.#want(this.#refusedBytes, WANTED_TICKS);
    else if (this.#wantedTicks > 0 && --this.#wantedTicks === 0) this.#want(0, 0);
    this.#refusedBytes = 0;
    const wantedBytes = this.#total(this.#wantedWords);
    if (wantedBytes > 0) this.#reclaim(wantedBytes + FREE_SHARE * this.#maxBytes);
  }

  /** Has accounts give up, oldest first and among those the largest, until `wantedBytes` are left. */
  #reclaim(wantedBytes: number): void {
    let missingBytes = Math.min(wantedBytes, this.#maxBytes) - this.bytesLeft;
    if (missingBytes <= 0) return;
    const age = (account: MemoryAccount) => Math.floor((this.nowMs - account.movedMs) / SILENT_MS);
    const silent = [...this.#holders].filter((account) => age(account) >= 1);
    silent.sort((a, b) => age(b) - age(a) || b.bytes - a.bytes);
    for (const account of silent.slice(0, MAX_GIVE_UPS)) {
      if (missingBytes <= 0) return;
      missingBytes -= account.bytes;
      account.giveUp();
    }
  }

  #want(bytes: number, ticks: number): void {
    this.#wantedTicks = ticks;
    Atomics.store(this.#words, this.#wantedWord, Math.ceil(bytes / MEMORY_STEP_BYTES));
  }

  #show(): void {
    const steps = Math.ceil(this.#takenBytes / MEMORY_STEP_BYTES);
    this.#shownBytes = steps * MEMORY_STEP_BYTES;
    Atomics.store(this.#words, this.#takenWord, steps);
  }

  /** What these gauges of all workers stand for together. */
  #total(gaugeWords: readonly number[]): number {
    let steps = 0;
    for (let i = 0; i < gaugeWords.length; i++) {
      steps += Atomics.load(this.#words, gaugeWords[i]!) >>> 0;
    }
    return steps * MEMORY_STEP_BYTES;
  }
}
