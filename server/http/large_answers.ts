// Answers too large to hand over in one piece: they go out bit by bit, as the client takes them,
// and what they hold counts against the budget of memory until it is gone. Otherwise clients that
// ask for much and read nothing could make the process hold any amount. One that takes nothing for
// as long as a body may take to come is cut off, sooner where memory is short. They go out as they are,
// since a compressor on the way costs up to 5 MiB, and milliseconds for each piece.

import { addCounter } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import { releaseBytes } from "../contract/growing_bytes.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import type { TimeSlices } from "../contract/time_slices.ts";
import { overloaded } from "./answers.ts";

/** Answers of more bytes than this are large. */
export const LARGE_BYTES = 64 * 1024;
/** What a large answer costs beside its bytes: objects, and a piece that Deno has taken ahead. */
export const ANSWER_COST_BYTES = LARGE_BYTES;

/** The part of the budget up to which answers may take memory, so that bodies still come in. */
const ANSWERS_SHARE = 3 / 4;

/** Has Deno send an answer as it is. */
const UNCOMPRESSED = { "cache-control": "no-transform" } as const;

/** Why a large answer was ended early: the client took too long, and nothing is wrong here. */
export class SlowClient extends Error {}

/** A large answer on its way. */
class PendingAnswer implements MemoryOwner {
  readonly account: MemoryAccount;
  controller: ReadableStreamDefaultController | undefined;
  /** When its client last took some of it. */
  movedMs: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #all: Set<PendingAnswer>;
  #sent = 0;

  /** Is in `all` until it has ended. */
  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    all: Set<PendingAnswer>,
    budget: MemoryBudget,
    nowMs: number,
  ) {
    this.movedMs = nowMs;
    this.#bytes = bytes;
    this.#all = all;
    this.account = budget.open(this, bytes.length + ANSWER_COST_BYTES);
  }

  /** The next piece, which is a copy: Deno may keep it long after all the others are freed. */
  next(): Uint8Array<ArrayBuffer> {
    const from = this.#sent;
    this.#sent += LARGE_BYTES;
    return this.#bytes.slice(from, this.#sent);
  }

  /** Whether all of it was given out. */
  get isSent(): boolean {
    return this.#sent >= this.#bytes.length;
  }

  /** Lets go of it. */
  end(): void {
    if (!this.#all.delete(this)) return;
    this.account.close();
    releaseBytes(this.#bytes);
  }

  /** As `end()`, for a client that went away: what it had Deno take ahead is garbage for a while. */
  abandon(): void {
    if (!this.#all.has(this)) return;
    const { account } = this;
    account.give(account.bytes - ANSWER_COST_BYTES);
    account.closeLater();
    this.end();
  }

  giveUp(): void {
    this.controller?.error(new SlowClient("The client did not take its answer in time"));
    this.abandon();
  }
}

/** The large answers of one worker. */
export class LargeAnswers {
  readonly #region: ServerRegion;
  readonly #overloadsWord: number;
  readonly #budget: MemoryBudget;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #marks: Readonly<Record<string, string>>;
  /** In the order in which they last moved. */
  readonly #pending = new Set<PendingAnswer>();

  /**
   * A client may take nothing for `timeoutMs`; `now` is in milliseconds, from any time on. `compresses`
   * says whether Deno compresses what is not marked.
   */
  constructor(
    region: ServerRegion,
    actor: number,
    budget: MemoryBudget,
    timeoutMs: number,
    now: () => number,
    compresses = false,
  ) {
    this.#marks = compresses ? UNCOMPRESSED : {};
    this.#region = region;
    this.#overloadsWord = region.counterWord(actor, "overloads");
    this.#budget = budget;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /** The longest answer that may begin now, in bytes; 0 or less where there is no memory for any. */
  get maxBytes(): number {
    const { bytesLeft, maxBytes } = this.#budget;
    const keptBytes = (1 - ANSWERS_SHARE) * maxBytes;
    // One of more than their share is let in when it is alone.
    const isAlone = bytesLeft > ANSWERS_SHARE * maxBytes;
    return bytesLeft - (isAlone ? 0 : keptBytes) - ANSWER_COST_BYTES;
  }

  /** 503 to who wants an answer of at least `bytes`, for which there is no memory. */
  refuse(bytes: number): Response {
    // Asked for in vain, so that those give way who have not moved for long.
    if (this.#budget.tryTake(bytes + ANSWER_COST_BYTES, ANSWERS_SHARE)) {
      this.#budget.give(bytes + ANSWER_COST_BYTES);
    }
    addCounter(this.#region.words, this.#overloadsWord, 1);
    return overloaded("Too many large answers on their way. Try again in a moment.");
  }

  /**
   * An answer of `bytes`, which are its own from now on. 503 where bodies and large answers hold too
   * much already.
   */
  answer(bytes: Uint8Array<ArrayBuffer>, contentType: string): Response {
    const pending = new PendingAnswer(bytes, this.#pending, this.#budget, this.#now());
    const heldBytes = bytes.length + ANSWER_COST_BYTES;
    const share = heldBytes > ANSWERS_SHARE * this.#budget.maxBytes ? 1 : ANSWERS_SHARE;
    if (!pending.account.tryTake(heldBytes, share)) {
      addCounter(this.#region.words, this.#overloadsWord, 1);
      releaseBytes(bytes);
      return overloaded("Too many large answers on their way. Try again in a moment.");
    }
    const headers = {
      "content-type": contentType,
      "content-length": String(bytes.length),
      ...this.#marks,
    };
    this.#pending.add(pending);
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        pending.controller = controller;
      },
      pull: (controller) => {
        this.#moved(pending);
        controller.enqueue(pending.next());
        if (!pending.isSent) return;
        controller.close();
        pending.end();
      },
      cancel: () => pending.abandon(),
    }, { highWaterMark: 0 });
    return new Response(stream, { headers });
  }

  #moved(pending: PendingAnswer): void {
    pending.movedMs = this.#now();
    pending.account.touch();
    // The set stays in the order of movement.
    this.#pending.delete(pending);
    this.#pending.add(pending);
  }

  /** Cuts off clients that take nothing; their worker calls this a few times a second. */
  expire(): void {
    const movedMs = this.#now() - this.#timeoutMs;
    for (const pending of this.#pending) {
      if (pending.movedMs > movedMs) break;
      pending.giveUp();
    }
  }
}

/** What a large read needs of its worker. */
interface LargeReads {
  readonly slices: TimeSlices;
  readonly largeAnswers: LargeAnswers;
}

/**
 * Answers a request for a large value, whose first try was refused for its length before anything was
 * copied. The second copies no more than there is memory for: to copy first and refuse then would let
 * those who are refused hold up the others. `read` makes the answer, or returns null where the value is
 * longer than the bytes that it is given. It does not wait for a turn, since Deno 2.9 takes all that a
 * client sends while its GET waits into memory.
 */
export function readLarge(
  { slices, largeAnswers }: LargeReads,
  read: (maxBytes: number) => Response | null,
): Response {
  const work = () => {
    const { maxBytes } = largeAnswers;
    return read(maxBytes) ?? largeAnswers.refuse(Math.max(maxBytes, LARGE_BYTES) + 1);
  };
  if (largeAnswers.maxBytes < LARGE_BYTES) return largeAnswers.refuse(LARGE_BYTES);
  return slices.counted(work);
}
