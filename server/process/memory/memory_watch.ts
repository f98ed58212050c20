// Sees to it that the process does not outgrow what it was given, whatever Deno holds for clients that
// no budget knows of. Reads the figures, and carries out in main and workers what the guard decides.

import { regionTouched } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { formatSize, MIB } from "../../config/units.ts";
import type { Log } from "../log/log.ts";
import type { ProcessHeap } from "./libc_heap.ts";
import { type GuardStep, MemoryGuard, memoryLimit } from "./memory_guard.ts";

/** Longest wait for workers that collect or cut; a later one is none the worse for it. */
const WORKER_MS = 500;
/** Cuts in a row are one line of the log in this time. */
const LOG_GAP_MS = 10_000;

/** The workers, as far as they are needed here. */
export interface GuardedWorkers {
  readonly size: number;
  /** Have all collect garbage; resolves when they have, or after `timeoutMs`. */
  collect(timeoutMs: number): Promise<void>;
  /** Have all cut their HTTP connections and collect; resolves when they have, or after `timeoutMs`. */
  cut(timeoutMs: number): Promise<void>;
}

/** What a watch works with. */
export interface MemoryWatchOptions {
  readonly cache: ServerCache;
  readonly workers: GuardedWorkers;
  readonly log: Log;
  readonly heap: ProcessHeap;
  /** The value of --body-memory. */
  readonly bodyBytes: number;
  readonly now: () => number;
}

/** Watches the memory of the process, from before clients come. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #guard = new MemoryGuard();
  readonly #idleBytes: number;
  readonly #idleWorkers: number;
  /** Of each shard the eighths that were ever used; they stay resident. */
  readonly #touched: Int32Array;
  #connections = 0;
  #limitBytes = 0;
  #isAtWork = false;
  #cuts = 0;
  #loggedMs = -Infinity;

  constructor(options: MemoryWatchOptions) {
    const { cache, workers, heap } = options;
    this.#options = options;
    this.#idleBytes = heap.bytes();
    this.#idleWorkers = workers.size;
    this.#touched = new Int32Array(cache.shards.length);
  }

  /** Looks, and does what has to be done; called some times a second. */
  look(): void {
    const { heap, now } = this.#options;
    if (this.#isAtWork) return;
    const heldBytes = heap.bytes();
    // The limit only goes up, so it is worked out where the one before does not do.
    if (heldBytes > this.#limitBytes) this.#limit();
    const step = this.#guard.look(now(), heldBytes, this.#limitBytes);
    if (step !== "none") void this.#carryOut(step, heldBytes);
  }

  /** Works out what the process may hold. */
  #limit(): number {
    const { cache, workers, heap, bodyBytes } = this.#options;
    this.#connections = Math.max(this.#connections, heap.openFiles());
    return this.#limitBytes = memoryLimit({
      idleBytes: this.#idleBytes,
      idleWorkers: this.#idleWorkers,
      workers: workers.size,
      regionBytes: regionTouched(cache, this.#touched),
      bodyBytes,
      connections: this.#connections,
    });
  }

  async #carryOut(first: GuardStep, firstBytes: number): Promise<void> {
    const { workers, heap, now, log } = this.#options;
    this.#isAtWork = true;
    let heldBytes = firstBytes;
    for (let step = first; step !== "none";) {
      if (step === "collect") {
        await workers.collect(WORKER_MS);
        heap.collect();
        const beforeBytes = heldBytes;
        heldBytes = heap.bytes();
        this.#noteCollected(beforeBytes, heldBytes);
        step = this.#guard.collected(now(), heldBytes, this.#limit());
      } else if (step === "cut") {
        const beforeBytes = heap.bytes();
        await workers.cut(WORKER_MS);
        heap.collect();
        heldBytes = heap.bytes();
        this.#noteCut(beforeBytes, heldBytes);
        step = this.#guard.cut(now(), heldBytes, this.#limit());
      } else {
        log.warn("memory-stuck", stuckText(heldBytes, this.#limitBytes), { heldBytes });
        step = "none";
      }
    }
    this.#isAtWork = false;
  }

  #noteCollected(beforeBytes: number, heldBytes: number): void {
    const text = `the process held ${inMib(beforeBytes)} and has collected garbage; ` +
      `now it holds ${inMib(heldBytes)}`;
    this.#options.log.debug("memory-collected", text, { beforeBytes, heldBytes });
  }

  #noteCut(beforeBytes: number, heldBytes: number): void {
    const { log, now } = this.#options;
    this.#cuts++;
    if (now() < this.#loggedMs + LOG_GAP_MS) return;
    this.#loggedMs = now();
    const text = cutText(this.#cuts, beforeBytes, heldBytes, this.#limitBytes);
    log.warn("memory", text, { cuts: this.#cuts, beforeBytes, heldBytes });
    this.#cuts = 0;
  }
}

function inMib(bytes: number): string {
  return formatSize(Math.round(bytes / MIB) * MIB);
}

function cutText(cuts: number, before: number, after: number, limit: number): string {
  const times = cuts === 1 ? "" : `, ${cuts} times since the last such line`;
  return `all HTTP connections were closed${times}: the process held ${
    inMib(before)
  } and may hold ` +
    `${inMib(limit)}; now it holds ${inMib(after)}`;
}

function stuckText(held: number, limit: number): string {
  return `the process holds ${inMib(held)} and should hold ${inMib(limit)} at most; ` +
    "to close all HTTP connections did not help";
}
