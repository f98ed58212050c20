// Gives memory back to the system soon after clients have let go of much of it. V8 alone collects
// when it next wants to allocate; on a server that has become quiet, that may be never.

import v8 from "node:v8";
import vm from "node:vm";

/** A heap that has grown by less than this is not worth a pause. */
const WORTH_BYTES = 16 * 1024 * 1024;
/** Growth since the latest collection that cannot wait for a quiet time, and the time between two such. */
const PRESSING_BYTES = 32 * 1024 * 1024;
const PRESSING_GAP_MS = 500;
/** A collection that frees less than this was in vain, and what clients let go of counts from here. */
const LITTLE_BYTES = 4 * 1024 * 1024;
/** The shortest time between collections, unless another is given, and the longest. */
const MIN_GAP_MS = 2000;
const MAX_GAP_MS = 60_000;
/** A worker with at most so many requests a second is quiet: hardly anybody notices a pause. */
const QUIET_PER_S = 1000;

/** What a heap is asked and told. */
export interface Heap {
  /** What it holds of the system's memory, garbage included, buffers outside V8 too. */
  bytes(): number;
  /** Collects all garbage; takes 5 ms or more. */
  collect(): void;
}

/** Watches one heap: that of a thread, or the C library's. */
export class HeapReturn {
  readonly #heap: Heap;
  /** The smallest that the heap has been after a collection or at the start. */
  #leastBytes: number;
  /** How large it was after the latest one. */
  #latestBytes: number;
  #collectedMs: number;
  readonly #minGapMs: number;
  #gapMs: number;
  /** The most that clients made us hold since the latest collection. */
  #peakBytes = 0;
  #tickMs: number;
  #requests = 0;

  /** `nowMs` is of any clock. */
  constructor(heap: Heap, nowMs: number, minGapMs = MIN_GAP_MS) {
    this.#heap = heap;
    this.#minGapMs = this.#gapMs = minGapMs;
    this.#leastBytes = this.#latestBytes = heap.bytes();
    this.#collectedMs = this.#tickMs = nowMs;
  }

  /**
   * Collects where that is worth it. Called a few times a second with all requests so far and the
   * bytes that clients make the thread hold now.
   */
  tick(nowMs: number, requests: number, heldBytes: number): void {
    const perSecond = (requests - this.#requests) * 1000 / Math.max(1, nowMs - this.#tickMs);
    this.#requests = requests;
    this.#tickMs = nowMs;
    this.#peakBytes = Math.max(this.#peakBytes, heldBytes);
    const hasLetGo = this.#peakBytes - heldBytes >= LITTLE_BYTES;
    const before = this.#heap.bytes();
    const isPressing = before - this.#latestBytes >= PRESSING_BYTES;
    const gapMs = isPressing ? PRESSING_GAP_MS : hasLetGo ? this.#minGapMs : this.#gapMs;
    if (nowMs - this.#collectedMs < gapMs) return;
    const isWorth = perSecond <= QUIET_PER_S && before - this.#leastBytes >= WORTH_BYTES;
    if (!isPressing && !isWorth) return;
    this.#heap.collect();
    const after = this.#heap.bytes();
    this.#leastBytes = Math.min(this.#leastBytes, after);
    this.#latestBytes = after;
    this.#gapMs = before - after < LITTLE_BYTES
      ? Math.min(2 * this.#gapMs, MAX_GAP_MS)
      : this.#minGapMs;
    this.#collectedMs = nowMs;
    this.#peakBytes = heldBytes;
  }
}

/**
 * The heap of this thread; undefined where the runtime has no way to collect it. V8 shows its
 * collector to contexts that are made after the flag is set.
 */
export function threadHeap(): Heap | undefined {
  v8.setFlagsFromString("--expose-gc");
  const collect: unknown = vm.runInNewContext("typeof gc === 'function' ? gc : undefined");
  if (typeof collect !== "function") return undefined;
  return {
    bytes: heapBytes,
    collect: () => void collect(),
  };
}

/** What the heap of this thread holds of the system's memory, garbage included, buffers outside V8 too. */
export function heapBytes(): number {
  const { total_heap_size, external_memory } = v8.getHeapStatistics();
  return total_heap_size + external_memory;
}
