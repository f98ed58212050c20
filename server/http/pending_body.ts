// One request body on its way: read into one buffer that grows as bytes come, with memory taken from
// an account before it grows. However small its chunks, it costs no more than its bytes, and other
// clients have their turns. Says how it ended; what that answers is bodies.ts's affair.

import { releaseBytes, resizedInPlace } from "../contract/growing_bytes.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import { nextTurn } from "../contract/time_slices.ts";

/** How a body ended. */
export type BodyOutcome =
  | "whole"
  | "broken"
  | "tooLarge"
  | "tooSlow"
  | "tooLate"
  | "tooManyChunks"
  | "overloaded";

/** What a body costs beside its bytes: objects here and in Deno, measured over 1,000 of them. */
export const BODY_COST_BYTES = 4 * 1024;
/** The size at which the buffer begins. */
const FIRST_BYTES = 1024;
/** A buffer of up to so many bytes counts for no longer than it is used. */
const BRIEF_BYTES = 64 * 1024;
/** Space that every read has: Deno 2.9 never answers one of a few bytes, and more than fits is noticed. */
const SPARE_BYTES = 64;
/** What one read asks for: Deno 2.9 holds so much once more while it waits. */
const MAX_READ_BYTES = 16 * 1024;
/** Most chunks of a body: so many, and so many more for each KiB. */
const MAX_CHUNKS = 256;
const MAX_CHUNKS_PER_KIB = 16;
/** How long the rest of a body in too many chunks is left alone: by then its answer has gone out. */
const ABANDON_MS = 250;
/** How long chunks are read before others have their turn. */
const TURN_MS = 4;
/** Chunks between two looks at the clock. */
const LOOK_CHUNKS = 16;

/** A body that is being read. */
export class PendingBody implements MemoryOwner {
  /** What it holds of the budget. */
  readonly account: MemoryAccount;
  /** How it ended; undefined as long as it has not. */
  outcome: BodyOutcome | undefined;
  /** How many bytes have come. */
  length = 0;
  /** How often in a row it was found too slow. */
  slowLooks = 0;
  readonly startMs: number;
  readonly #stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #maxBytes: number;
  readonly #budgetBytes: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #chunks = 0;

  /** At most `maxBytes` may come of `stream`, which must be a stream of bytes. */
  constructor(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    maxBytes: number,
    budget: MemoryBudget,
    nowMs: number,
  ) {
    this.account = budget.open(this, maxBytes + SPARE_BYTES + BODY_COST_BYTES);
    this.startMs = nowMs;
    this.#stream = stream;
    this.#reader = stream.getReader({ mode: "byob" });
    this.#maxBytes = maxBytes;
    this.#budgetBytes = budget.maxBytes;
  }

  /** What has come; good until `free()`. */
  get body(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Reads to the end, or until it may not go on. */
  async collect(): Promise<void> {
    if (!this.#tryTake(BODY_COST_BYTES)) this.end("overloaded");
    let fromMs = performance.now();
    while (this.outcome === undefined) {
      if (!this.#makeSpace()) return this.end("overloaded");
      if (!await this.#readChunk()) return;
      if (this.length > this.#maxBytes) return this.end("tooLarge");
      const maxChunks = MAX_CHUNKS + MAX_CHUNKS_PER_KIB * this.length / 1024;
      if (++this.#chunks > maxChunks) return this.end("tooManyChunks");
      if (this.#chunks % LOOK_CHUNKS !== 0 || performance.now() - fromMs < TURN_MS) continue;
      // What waits in the socket comes without a turn of the event loop.
      await nextTurn();
      fromMs = performance.now();
    }
  }

  /** Reads once; returns false at the end. */
  async #readChunk(): Promise<boolean> {
    try {
      // The read takes the buffer away, and gives it back as another object.
      const space = this.#bytes.subarray(this.length, this.length + MAX_READ_BYTES);
      const { done, value } = await this.#reader.read(space);
      if (value !== undefined) {
        this.#bytes = new Uint8Array(value.buffer);
        this.length += value.length;
      }
      if (done) this.outcome ??= "whole";
      return !done;
    } catch {
      this.outcome ??= "broken";
      return false;
    }
  }

  /** Sees to it that there is space for what comes next. */
  #makeSpace(): boolean {
    const size = this.#bytes.length;
    if (this.length + SPARE_BYTES <= size) return true;
    // Fourfold, since what smaller buffers leave behind is not used again soon.
    const wanted = Math.min(Math.max(FIRST_BYTES, 4 * size), this.#maxBytes + SPARE_BYTES);
    if (!this.#tryTake(wanted - size)) return false;
    this.#bytes = resizedInPlace(this.#bytes, wanted);
    return true;
  }

  /** A body as large as the budget takes all of it, and then nothing for what it costs beside. */
  #tryTake(bytes: number): boolean {
    const { account } = this;
    return account.tryTake(Math.min(bytes, this.#budgetBytes - account.bytes));
  }

  giveUp(): void {
    this.end("overloaded");
  }

  /** Reads no more, and lets a read that waits end. */
  end(outcome: BodyOutcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    if (outcome === "tooManyChunks") return this.#abandon();
    // The client may be gone already, which is as good.
    this.#reader.cancel().catch(() => {});
  }

  /**
   * Leaves the rest unread. To cancel at once has Deno 2.9 read all chunks that wait, 16 ms for 60,000
   * of them; not to cancel keeps the connection until the garbage collector comes.
   */
  #abandon(): void {
    this.#reader.releaseLock();
    setTimeout(() => this.#stream.cancel().catch(() => {}), ABANDON_MS);
  }

  /** Lets go of what has come, and of all that it holds of the budget. */
  free(): void {
    const { account } = this;
    // A read that was given up keeps its buffer until the garbage collector comes.
    if (!this.#bytes.buffer.detached) releaseBytes(this.#bytes);
    else if (account.bytes > BRIEF_BYTES) return account.closeLater();
    this.#bytes = new Uint8Array();
    account.close();
  }
}
