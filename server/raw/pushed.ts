// Messages that one client has not asked for. They wait while commands of its own are being run or
// answered, and those that wait are written as one piece.

import type { RespReply } from "../codecs/resp_reply.ts";
import type { RawReply } from "./protocols.ts";

/** What may wait of them. */
const MAX_PUSHED_BYTES = 1024 * 1024;
/** And what may wait where more of those come that others have published. */
const MAX_PUBLISHED_BYTES = 8 * 1024 * 1024;

/** The connection, as its writing side sees it. */
export interface OutputOwner {
  readonly isEnded: boolean;
  /** A buffer for answers, or for messages. */
  takeReply(isForMessages?: boolean): RawReply;
  /** The client is lost. */
  end(): void;
}

/** By which messages are written, and given back. */
interface Deliverer {
  deliver(reply: RawReply): Promise<void>;
}

/** The messages for one client. */
export class Pushed {
  /** Resolves when those are written that wait; undefined while none are being written. */
  flushing: Promise<void> | undefined;
  readonly #owner: OutputOwner;
  readonly #output: Deliverer;
  #waiting: RespReply | null = null;
  #maxBytes = MAX_PUSHED_BYTES;

  constructor(owner: OutputOwner, output: Deliverer) {
    this.#owner = owner;
    this.#output = output;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#waiting?.used ?? 0;
  }

  /** Adds one that `compose` writes, for a client that knows such messages. Returns false where too many wait. */
  add(compose: (reply: RespReply) => void): boolean {
    const reply = this.#waiting ??= this.#owner.takeReply(true) as RespReply;
    reply.begin();
    compose(reply);
    return reply.used <= this.#maxBytes && !reply.isOver;
  }

  /** Adds some that are written already: `bytes` from `from` on. Returns false as {@linkcode add}. */
  append(bytes: Uint8Array, from: number): boolean {
    if (this.bytes > MAX_PUBLISHED_BYTES) return false;
    this.#maxBytes = 2 * MAX_PUBLISHED_BYTES;
    const reply = this.#waiting ??= this.#owner.takeReply(true) as RespReply;
    reply.begin();
    reply.append(from === 0 ? bytes : bytes.subarray(from));
    return !reply.isOver;
  }

  /** Whether none wait or are being written. */
  get isIdle(): boolean {
    return this.#waiting === null && this.flushing === undefined;
  }

  /** Has those written that wait; nobody else may write meanwhile. Returns null where there are none. */
  flush(): Promise<void> | null {
    if (this.#waiting === null) return null;
    // A message may be one of many that come together.
    return this.flushing ??= Promise.resolve().then(() => this.#write());
  }

  async #write(): Promise<void> {
    for (;;) {
      const reply = this.#owner.isEnded ? null : this.take();
      if (reply === null) break;
      await this.#output.deliver(reply);
    }
    this.flushing = undefined;
  }

  /** Takes those out that wait, if there are any. */
  take(): RespReply | null {
    const reply = this.#waiting;
    this.#waiting = null;
    this.#maxBytes = MAX_PUSHED_BYTES;
    return reply;
  }
}
