// Request bodies: how much of them may be in memory, and for how long. Deno.serve has no limit of
// either kind, so a body is admitted by its declared length before a byte of it is read, against
// the limit of its route, the requests in work, and what all bodies together may hold.

import type { Region } from "../../cache/mod.ts";
import { bodyTooLarge, bodyTooSlow, error, overloaded } from "./answers.ts";
import { arrivedBody, requestHeader } from "./request_inner.ts";

/** What bounds all bodies of the process. */
export interface BodyLimits {
  readonly maxInFlight: number;
  readonly bodyMemoryBytes: number;
  readonly bodyTimeoutMs: number;
}

/** Makes the answer once the body is there. */
export type BodyConsumer = (body: Uint8Array) => Response | Promise<Response>;

/** A body that is being read: a node of the list that is ordered by start. */
class PendingBody {
  newer: PendingBody | null = null;
  older: PendingBody | null = null;
  answered = false;

  constructor(
    readonly startMs: number,
    readonly reservedBytes: number,
    readonly answer: (response: Response | Promise<Response>) => void,
  ) {}
}

/** Reads the bodies of one worker's requests. */
export class Bodies {
  readonly #words: Int32Array;
  readonly #inFlightWord: number;
  readonly #bodyBytesWord: number;
  readonly #region: Region;
  readonly #limits: BodyLimits;
  readonly #now: () => number;
  #oldest: PendingBody | null = null;
  #newest: PendingBody | null = null;

  constructor(region: Region, actor: number, limits: BodyLimits, now: () => number) {
    this.#region = region;
    this.#words = region.words;
    this.#inFlightWord = region.gaugeWord(actor, "inFlight");
    this.#bodyBytesWord = region.gaugeWord(actor, "bodyBytes");
    this.#limits = limits;
    this.#now = now;
  }

  /** Reads the body of `request`, at most `limit` bytes, and answers with what `consume` makes of it. */
  read(request: Request, limit: number, consume: BodyConsumer): Response | Promise<Response> {
    const arrived = arrivedBody(request);
    if (arrived === null) return this.#wait(request, limit, consume);
    return arrived.length > limit ? bodyTooLarge(limit) : consume(arrived);
  }

  /** Reads a body that is still on its way. */
  #wait(request: Request, limit: number, consume: BodyConsumer): Response | Promise<Response> {
    const declared = requestHeader(request, "content-length");
    const length = declared === null ? limit : Number(declared);
    if (length > limit) return bodyTooLarge(limit);
    if (!this.#admits(length)) {
      return overloaded("Too many requests in work. Try again in a moment.");
    }
    return new Promise((answer) => {
      const pending = this.#enter(length, answer);
      const body = declared === null ? collect(request, limit) : request.bytes();
      body.then(
        (bytes) => {
          this.#leave(pending);
          if (pending.answered) return;
          // A throw becomes a rejection here, which Deno.serve hands to the listener's onError.
          answer(bytes === null ? bodyTooLarge(limit) : runConsumer(consume, bytes));
        },
        () => {
          this.#leave(pending);
          answer(error(400, "Request body could not be read. Send it whole."));
        },
      );
    });
  }

  #admits(bytes: number): boolean {
    let inFlight = 1;
    let held = bytes;
    const region = this.#region;
    for (let actor = 1; actor < region.geometry.actorCount; actor++) {
      inFlight += this.#words[region.gaugeWord(actor, "inFlight")];
      held += this.#words[region.gaugeWord(actor, "bodyBytes")];
    }
    return inFlight <= this.#limits.maxInFlight && held <= this.#limits.bodyMemoryBytes;
  }

  #enter(
    bytes: number,
    answer: (response: Response | Promise<Response>) => void,
  ): PendingBody {
    const pending = new PendingBody(this.#now(), bytes, answer);
    this.#words[this.#inFlightWord]++;
    this.#words[this.#bodyBytesWord] += bytes;
    pending.older = this.#newest;
    if (this.#newest === null) this.#oldest = pending;
    else this.#newest.newer = pending;
    this.#newest = pending;
    return pending;
  }

  #leave(pending: PendingBody): void {
    this.#words[this.#inFlightWord]--;
    this.#words[this.#bodyBytesWord] -= pending.reservedBytes;
    if (pending.older === null) this.#oldest = pending.newer;
    else pending.older.newer = pending.newer;
    if (pending.newer === null) this.#newest = pending.older;
    else pending.newer.older = pending.older;
  }

  /** Answers 408 to every body that has taken too long; its worker calls this a few times a second. */
  expire(): void {
    const { bodyTimeoutMs } = this.#limits;
    const started = this.#now() - bodyTimeoutMs;
    for (let body = this.#oldest; body !== null && body.startMs <= started; body = body.newer) {
      if (body.answered) continue;
      body.answered = true;
      body.answer(bodyTooSlow(bodyTimeoutMs));
    }
  }
}

function runConsumer(consume: BodyConsumer, bytes: Uint8Array): Response | Promise<Response> {
  try {
    return consume(bytes);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Reads a body of undeclared length. Returns null when it has more than `limit` bytes. */
async function collect(request: Request, limit: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
