// Request bodies: how much of them may be in memory, and for how long. Deno.serve has no limit of
// either kind, so a body is admitted by its declared length before a byte of it is read, against
// the limit of its route, the requests in work, and what all bodies together may hold.

import { addCounter, type Region } from "../../cache/mod.ts";
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

/** A body that is being read. */
class PendingBody {
  /** Whether it has taken too long and been given up. */
  isTooSlow = false;

  constructor(
    readonly startMs: number,
    readonly reservedBytes: number,
    readonly reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}
}

/** Reads the bodies of one worker's requests. */
export class Bodies {
  readonly #words: Int32Array;
  readonly #inFlightWord: number;
  readonly #bodyBytesWord: number;
  readonly #overloadsWord: number;
  readonly #region: Region;
  readonly #limits: BodyLimits;
  readonly #now: () => number;
  /** In the order in which they began. */
  readonly #pending = new Set<PendingBody>();

  constructor(region: Region, actor: number, limits: BodyLimits, now: () => number) {
    this.#region = region;
    this.#words = region.words;
    this.#inFlightWord = region.gaugeWord(actor, "inFlight");
    this.#bodyBytesWord = region.gaugeWord(actor, "bodyBytes");
    this.#overloadsWord = region.counterWord(actor, "overloads");
    this.#limits = limits;
    this.#now = now;
  }

  /** Reads the body of `request`, at most `limit` bytes, and answers with what `consume` makes of it. */
  read(request: Request, limit: number, consume: BodyConsumer): Response | Promise<Response> {
    const arrived = arrivedBody(request);
    if (arrived === null) return this.#wait(request, limit, consume);
    return arrived.length > limit ? bodyTooLarge(limit) : consume(arrived);
  }

  /** Reads a body that is still on its way. An exception of `consume` is the listener's affair. */
  async #wait(request: Request, limit: number, consume: BodyConsumer): Promise<Response> {
    const declared = requestHeader(request, "content-length");
    const length = declared === null ? limit : Number(declared);
    if (length > limit) return bodyTooLarge(limit);
    if (!this.#admits(length)) {
      addCounter(this.#words, this.#overloadsWord, 1);
      return overloaded("Too many requests in work. Try again in a moment.");
    }
    const stream = request.body;
    if (stream === null) return consume(new Uint8Array());
    const pending = new PendingBody(this.#now(), length, stream.getReader());
    this.#enter(pending);
    let body: Uint8Array | null;
    try {
      body = await collect(pending.reader, limit);
    } catch {
      return error(400, "Request body could not be read. Send it whole.");
    } finally {
      this.#leave(pending);
    }
    if (pending.isTooSlow) return bodyTooSlow(this.#limits.bodyTimeoutMs);
    return body === null ? bodyTooLarge(limit) : consume(body);
  }

  #admits(bytes: number): boolean {
    let inFlight = 1;
    let held = bytes;
    const region = this.#region;
    for (let actor = 1; actor < region.geometry.actorCount; actor++) {
      inFlight += region.gauge(actor, "inFlight");
      held += region.gauge(actor, "bodyBytes");
    }
    return inFlight <= this.#limits.maxInFlight && held <= this.#limits.bodyMemoryBytes;
  }

  #enter(pending: PendingBody): void {
    this.#pending.add(pending);
    this.#words[this.#inFlightWord]!++;
    this.#words[this.#bodyBytesWord]! += pending.reservedBytes;
  }

  #leave(pending: PendingBody): void {
    this.#pending.delete(pending);
    this.#words[this.#inFlightWord]!--;
    this.#words[this.#bodyBytesWord]! -= pending.reservedBytes;
  }

  /** Gives up every body that has taken too long; its worker calls this a few times a second. */
  expire(): void {
    const startedMs = this.#now() - this.#limits.bodyTimeoutMs;
    for (const pending of this.#pending) {
      if (pending.startMs > startedMs) return;
      pending.isTooSlow = true;
      giveUp(pending.reader);
    }
  }
}

/** Ends a body that nobody wants any more, and with it the read that waits for more of it. */
function giveUp(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  // The client may be gone already, which is as good.
  reader.cancel().catch(() => {});
}

/** Reads a body to its end. Returns null when it has more than `limit` bytes. */
async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      giveUp(reader);
      return null;
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
