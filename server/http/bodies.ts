// Request bodies: how much of them may be in memory, and for how long. Deno.serve has no limit of
// either kind, so bodies are read here: against the limit of their route, the requests in work, the
// memory that all share, and a least rate. What a client only declares holds nothing.

import { addCounter } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import {
  bodyTooLarge,
  bodyTooLate,
  bodyTooManyChunks,
  bodyTooSlow,
  CLOSE,
  error,
  overloaded,
} from "./answers.ts";
import { PendingBody } from "./pending_body.ts";
import type { RequestAccess } from "./request_access.ts";

/** What bounds all bodies of the process, beside the budget of memory. */
export interface BodyLimits {
  readonly maxInFlight: number;
  readonly bodyTimeoutMs: number;
  /** Bodies that take at least so long are told of; Infinity: none. */
  readonly slowMs: number;
}

/** Makes the answer once the body is there. The body is good until the answer is made. */
export type BodyConsumer = (body: Uint8Array) => Response | Promise<Response>;

/** How slow a body may be once this much time has passed, and how often it may be found slower. */
const GRACE_MS = 1000;
const MIN_BYTES_PER_MS = 1024 / 1000;
const MAX_SLOW_LOOKS = 2;
/** Where no more bodies may be waited for: the same time, and the part of all places that one look makes free. */
const CROWDED_GRACE_MS = 250;
const FREE_SHARE = 1 / 32;

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
  /** Told of a body that took long to come. */
  onSlow: (request: Request, ms: number) => void = () => {};
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
    // Two headers of this name come as one, "5, 5", and would make a number that is none.
    if (declared !== null && !/^\d{1,15}$/.test(declared)) {
      return error(400, "Header content-length is not a number. Send it once, as digits.", CLOSE);
    }
    const length = declared === null ? limit : Number(declared);
    if (length > limit) return bodyTooLarge(limit);
    const stream = request.body;
    this.#access.current = request;
    if (stream === null) return consume(new Uint8Array());
    if (this.#region.gaugeTotal("inFlight") >= this.#limits.maxInFlight) return this.refuse();
    const pending = new PendingBody(stream, length, this.#budget, this.#now());
    try {
      await this.#collect(pending);
      this.#access.current = request;
      const tookMs = this.#now() - pending.startMs;
      if (tookMs >= this.#limits.slowMs) this.onSlow(request, tookMs);
      if (pending.outcome === "whole") return await consume(pending.body);
    } finally {
      pending.free();
    }
    return this.#refusal(pending, limit);
  }

  /** Reads a body to its end, or as far as it may; its outcome is on `pending` then. */
  async #collect(pending: PendingBody): Promise<void> {
    this.#pending.add(pending);
    this.#words[this.#inFlightWord]!++;
    try {
      await pending.collect();
    } finally {
      this.#pending.delete(pending);
      this.#words[this.#inFlightWord]!--;
    }
  }

  #refusal({ outcome }: PendingBody, limit: number): Response {
    if (outcome === "tooLarge") return bodyTooLarge(limit);
    if (outcome === "tooSlow") return bodyTooSlow();
    if (outcome === "tooLate") return bodyTooLate(this.#limits.bodyTimeoutMs);
    if (outcome === "tooManyChunks") return bodyTooManyChunks();
    if (outcome === "overloaded") return this.refuse();
    return error(400, "Request body could not be read. Send it whole.");
  }

  /** 503 to a request for which there is no memory, or that is one too many. */
  refuse(): Response {
    addCounter(this.#words, this.#overloadsWord, 1);
    return overloaded("Too many requests in work. Try again in a moment.");
  }

  /** Gives up what comes too slowly; its worker calls this a few times a second. */
  expire(): void {
    const nowMs = this.#now();
    this.#makeRoom(nowMs);
    for (const pending of this.#pending) {
      const ageMs = nowMs - pending.startMs;
      const isBehind = pending.length < (ageMs - GRACE_MS) * MIN_BYTES_PER_MS;
      pending.slowLooks = isBehind ? pending.slowLooks + 1 : 0;
      if (ageMs >= this.#limits.bodyTimeoutMs) pending.end("tooLate");
      else if (pending.slowLooks > MAX_SLOW_LOOKS) pending.end("tooSlow");
      else if (!isBehind) pending.account.touch();
    }
  }
  /** Where all places are taken, those give way that do not get on, the oldest first. */
  #makeRoom(nowMs: number): void {
    const { maxInFlight } = this.#limits;
    if (this.#region.gaugeTotal("inFlight") < maxInFlight) return;
    let missing = Math.ceil(FREE_SHARE * maxInFlight);
    for (const pending of this.#pending) {
      const ageMs = nowMs - pending.startMs;
      if (missing === 0 || ageMs <= CROWDED_GRACE_MS) return;
      if (pending.length >= (ageMs - CROWDED_GRACE_MS) * MIN_BYTES_PER_MS) continue;
      pending.end("overloaded");
      missing--;
    }
  }
}
