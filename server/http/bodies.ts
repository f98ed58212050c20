// Request bodies: how much of them may be in memory, and for how long. Deno.serve has no limit of
// either kind, so a body is admitted by its declared length before a byte of it is read, against
// the limit of its route, the requests in work, and the budget that all bodies share.

import { addCounter } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import { bodyTooLarge, bodyTooSlow, error, overloaded } from "./answers.ts";
import type { RequestAccess } from "./request_access.ts";

/** What bounds all bodies of the process, beside the budget of memory. */
export interface BodyLimits {
  readonly maxInFlight: number;
  readonly bodyTimeoutMs: number;
}

/** Makes the answer once the body is there. */
export type BodyConsumer = (body: Uint8Array) => Response | Promise<Response>;

/** What a body of undeclared length is admitted by, step by step. */
const CHUNK_BYTES = 64 * 1024;

type CollectFailure = "tooLarge" | "overloaded";

/** A body that is being read. */
class PendingBody {
  /** Whether it has taken too long and been given up. */
  isTooSlow = false;

  constructor(
    readonly startMs: number,
    public takenBytes: number,
    readonly reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}
}

/** Reads the bodies of one worker's requests. */
export class Bodies {
  readonly #words: Int32Array;
  readonly #inFlightWord: number;
  readonly #overloadsWord: number;
  readonly #region: ServerRegion;
  readonly #budget: MemoryBudget;
  readonly #limits: BodyLimits;
  readonly #now: () => number;
  readonly #access: RequestAccess;
  /** In the order in which they began. */
  readonly #pending = new Set<PendingBody>();

  constructor(
    region: ServerRegion,
    actor: number,
    budget: MemoryBudget,
    limits: BodyLimits,
    access: RequestAccess,
    now: () => number,
  ) {
    this.#region = region;
    this.#words = region.words;
    this.#inFlightWord = region.gaugeWord(actor, "inFlight");
    this.#overloadsWord = region.counterWord(actor, "overloads");
    this.#budget = budget;
    this.#limits = limits;
    this.#access = access;
    this.#now = now;
  }

  /** Reads the body of `request`, at most `limit` bytes, and answers with what `consume` makes of it. */
  read(request: Request, limit: number, consume: BodyConsumer): Response | Promise<Response> {
    const arrived = this.#access.arrivedBody(request);
    if (arrived === null) return this.#wait(request, limit, consume);
    return arrived.length > limit ? bodyTooLarge(limit) : consume(arrived);
  }

  /** Reads a body that is still on its way. An exception of `consume` is the listener's affair. */
  async #wait(request: Request, limit: number, consume: BodyConsumer): Promise<Response> {
    const declared = this.#access.header(request, "content-length");
    // A body of undeclared length starts small and is admitted further as it comes.
    const length = declared === null ? Math.min(limit, CHUNK_BYTES) : Number(declared);
    if (length > limit) return bodyTooLarge(limit);
    const stream = request.body;
    if (stream === null) return consume(new Uint8Array());
    const inFlight = this.#region.gaugeTotal("inFlight");
    if (inFlight >= this.#limits.maxInFlight || !this.#budget.tryTake(length)) {
      return this.#refuse();
    }
    const pending = new PendingBody(this.#now(), length, stream.getReader());
    this.#pending.add(pending);
    this.#words[this.#inFlightWord]!++;
    let body: Uint8Array | CollectFailure;
    try {
      body = await this.#collect(pending, limit);
    } catch {
      return error(400, "Request body could not be read. Send it whole.");
    } finally {
      this.#pending.delete(pending);
      this.#words[this.#inFlightWord]!--;
      this.#budget.give(pending.takenBytes);
    }
    if (pending.isTooSlow) return bodyTooSlow(this.#limits.bodyTimeoutMs);
    if (body === "tooLarge") return bodyTooLarge(limit);
    return body === "overloaded" ? this.#refuse() : consume(body);
  }

  #refuse(): Response {
    addCounter(this.#words, this.#overloadsWord, 1);
    return overloaded("Too many requests in work. Try again in a moment.");
  }

  /** Gives up what has taken too long; its worker calls this a few times a second. */
  expire(): void {
    const startedMs = this.#now() - this.#limits.bodyTimeoutMs;
    for (const pending of this.#pending) {
      if (pending.startMs > startedMs) break;
      pending.isTooSlow = true;
      giveUp(pending.reader);
    }
  }

  /** Reads a body to its end, or says why not. */
  async #collect(pending: PendingBody, limit: number): Promise<Uint8Array | CollectFailure> {
    const { reader } = pending;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      const failure = length > limit ? "tooLarge" : this.#grow(pending, length);
      if (failure !== null) {
        giveUp(reader);
        return failure;
      }
      chunks.push(value);
    }
    const body = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    return body;
  }

  /** Takes more memory for a body that has come to `length` bytes. */
  #grow(pending: PendingBody, length: number): "overloaded" | null {
    if (length <= pending.takenBytes) return null;
    const more = Math.max(CHUNK_BYTES, length - pending.takenBytes);
    if (!this.#budget.tryTake(more)) return "overloaded";
    pending.takenBytes += more;
    return null;
  }
}

/** Ends a body that nobody wants any more, and with it the read that waits for more of it. */
function giveUp(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  // The client may be gone already, which is as good.
  reader.cancel().catch(() => {});
}
