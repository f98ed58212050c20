// The exports of one worker: all items as commands of the Redis protocol, made a batch at a time as the
// client takes them, in turns with the worker's other work. What an export holds counts against the budget
// of memory. A client that takes nothing for long is cut off. Knows no route.

import { readStats } from "../../../cache/mod.ts";
import type { MemoryAccount, MemoryOwner } from "../../contract/memory_account.ts";
import type { MemoryBudget } from "../../contract/memory_budget.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { nextTurn, type TimeSlices } from "../../contract/time_slices.ts";
import { SlowClient } from "../large_answers.ts";
import { ExportWalk } from "../../contract/export/export_walk.ts";

/** Copies of a batch that are alive at once: itself, its commands, and those that Deno has taken ahead. */
const COPIES = 3;
/** Steps without items that are one piece of work. */
const BARE_STEPS = 8;
/** How often in a row a lock, or memory for a long item, is asked for before the export ends. */
const MAX_TRIES = 250;
const RETRY_MS = 20;

/** What exports need of their worker. */
export interface ExportParts {
  readonly cache: ServerCache;
  readonly budget: MemoryBudget;
  readonly slices: TimeSlices;
  /** How long a client may take nothing. */
  readonly timeoutMs: number;
  /** Milliseconds from any time on. */
  readonly now: () => number;
}

/** One export on its way. */
class Export implements MemoryOwner {
  readonly account: MemoryAccount;
  controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  /** Since when its client has not taken what is there; Infinity while nothing is. */
  idleSinceMs = Infinity;
  readonly #parts: ExportParts;
  readonly #all: Set<Export>;
  readonly #walk: ExportWalk;
  /** Whether it was let go of. */
  hasEnded = false;

  /** Is in `all` until it has ended. */
  constructor(parts: ExportParts, all: Set<Export>) {
    this.#parts = parts;
    this.#all = all;
    this.#walk = new ExportWalk(parts.cache);
    const mostBytes = ExportWalk.usualBytes + parts.cache.maxItemBytes;
    this.account = parts.budget.open(this, COPIES * mostBytes);
  }

  /** The next commands, or null at the end. Throws Error where they cannot be had. */
  async next(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { slices } = this.#parts;
    this.idleSinceMs = Infinity;
    this.account.touch();
    this.#shrink();
    for (let tries = 0; tries < MAX_TRIES;) {
      // One piece for each turn of the event loop: whoever has come meanwhile waits for no more than that.
      await nextTurn();
      await slices.turn();
      if (this.hasEnded) return null;
      const found = slices.counted(() => this.#step());
      if (found !== "bare" && found !== "blocked") return found;
      tries = found === "bare" ? 0 : tries + 1;
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    throw new Error("Cannot export: a shard stays locked, or there is no memory for a long item");
  }

  /** Takes the next items; "blocked" where that may be possible later. */
  #step(): Uint8Array<ArrayBuffer> | "bare" | "blocked" | null {
    const walk = this.#walk;
    for (let i = 0; i < BARE_STEPS; i++) {
      const step = walk.step();
      if (step === "done") return null;
      if (step === "busy") return "blocked";
      if (step === "tooLong" && !this.#grow()) return "blocked";
      if (walk.output !== null) return walk.output;
    }
    return "bare";
  }

  /** Makes space for a long item, if there is memory for it. */
  #grow(): boolean {
    const walk = this.#walk;
    const moreBytes = Math.max(0, walk.neededBytes - walk.heldBytes);
    if (!this.account.tryTake(COPIES * moreBytes)) return false;
    walk.grow();
    return true;
  }

  /** Lets go of the space for a long item, which the client has taken. */
  #shrink(): void {
    const before = this.#walk.heldBytes;
    this.#walk.shrink();
    const fewerBytes = before - this.#walk.heldBytes;
    if (fewerBytes > 0) this.account.give(COPIES * fewerBytes);
  }

  /** Lets go of it. */
  end(): void {
    this.hasEnded = true;
    if (this.#all.delete(this)) this.account.close();
  }

  giveUp(): void {
    if (this.hasEnded) return;
    this.controller?.error(new SlowClient("The client did not take its export in time"));
    this.end();
  }
}

/** The exports of one worker. */
export class Exports {
  readonly #parts: ExportParts;
  readonly #pending = new Set<Export>();

  constructor(parts: ExportParts) {
    this.#parts = parts;
  }

  /** How many items there are now, in all databases. */
  get itemCount(): number {
    return readStats(this.#parts.cache).items;
  }

  /** Begins an export. Returns null where there is no memory for it. */
  begin(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    const { now } = this.#parts;
    const one = new Export(this.#parts, this.#pending);
    if (!one.account.tryTake(COPIES * ExportWalk.usualBytes)) return null;
    this.#pending.add(one);
    one.idleSinceMs = now();
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        one.controller = controller;
      },
      async pull(controller) {
        try {
          const bytes = await one.next();
          if (bytes === null) {
            // Where it was given up, the stream has its error already.
            if (!one.hasEnded) controller.close();
            one.end();
          } else {
            controller.enqueue(bytes);
            one.idleSinceMs = now();
          }
        } catch (error) {
          one.end();
          throw error;
        }
      },
      cancel: () => one.end(),
    }, { highWaterMark: 0 });
  }

  /** Cuts off clients that take nothing; the worker calls this a few times a second. */
  expire(): void {
    const limitMs = this.#parts.now() - this.#parts.timeoutMs;
    for (const one of this.#pending) {
      if (one.idleSinceMs < limitMs) one.giveUp();
    }
  }
}
