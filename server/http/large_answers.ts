// Answers too large to hand over in one piece: they go out bit by bit, as the client takes them,
// and what they hold counts against the same budget as request bodies until it is gone. Otherwise
// clients that ask for much and read nothing could make the process hold any amount. One that takes
// nothing for as long as a body may take to come is cut off.

import { addCounter } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import { overloaded } from "./answers.ts";

/** Answers of more bytes than this are large. */
export const LARGE_BYTES = 64 * 1024;

/** Why a large answer was ended early: the client took too long, and nothing is wrong here. */
export class SlowClient extends Error {}

/** A large answer on its way. */
class PendingAnswer {
  controller: ReadableStreamDefaultController | undefined;
  /** When its client last took some of it. */
  movedMs: number;

  constructor(nowMs: number, readonly takenBytes: number) {
    this.movedMs = nowMs;
  }
}

/** The large answers of one worker. */
export class LargeAnswers {
  readonly #region: ServerRegion;
  readonly #overloadsWord: number;
  readonly #budget: MemoryBudget;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  /** In the order in which they last moved. */
  readonly #pending = new Set<PendingAnswer>();

  /** A client may take nothing for `timeoutMs`; `now` is in milliseconds, from any time on. */
  constructor(
    region: ServerRegion,
    actor: number,
    budget: MemoryBudget,
    timeoutMs: number,
    now: () => number,
  ) {
    this.#region = region;
    this.#overloadsWord = region.counterWord(actor, "overloads");
    this.#budget = budget;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /**
   * An answer of `bytes`, which must not change any more. 503 where bodies and large answers hold
   * too much already.
   */
  answer(bytes: Uint8Array<ArrayBuffer>, contentType: string): Response {
    if (!this.#budget.tryTake(bytes.length)) {
      addCounter(this.#region.words, this.#overloadsWord, 1);
      return overloaded("Too many large answers on their way. Try again in a moment.");
    }
    const pending = new PendingAnswer(this.#now(), bytes.length);
    this.#pending.add(pending);
    let sent = 0;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        pending.controller = controller;
      },
      pull: (controller) => {
        this.#moved(pending);
        controller.enqueue(bytes.subarray(sent, sent + LARGE_BYTES));
        sent += LARGE_BYTES;
        if (sent < bytes.length) return;
        controller.close();
        this.#ended(pending);
      },
      cancel: () => this.#ended(pending),
    }, { highWaterMark: 0 });
    const headers = { "content-type": contentType, "content-length": String(bytes.length) };
    return new Response(stream, { headers });
  }

  #moved(pending: PendingAnswer): void {
    pending.movedMs = this.#now();
    // The set stays in the order of movement.
    this.#pending.delete(pending);
    this.#pending.add(pending);
  }

  #ended(pending: PendingAnswer): void {
    if (this.#pending.delete(pending)) this.#budget.give(pending.takenBytes);
  }

  /** Cuts off clients that take nothing; their worker calls this a few times a second. */
  expire(): void {
    const movedMs = this.#now() - this.#timeoutMs;
    for (const pending of this.#pending) {
      if (pending.movedMs > movedMs) break;
      pending.controller?.error(new SlowClient("The client did not take its answer in time"));
      this.#ended(pending);
    }
  }
}
