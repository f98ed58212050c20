// The buffers of answers of one protocol in one worker, used by one connection after the other. The
// first few that are out at a time cost nothing to hand out and are nobody's; while more are out,
// each counts as its client's memory with all of its size.

import type { OutputBuffer } from "../codecs/output_buffer.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import { Pool } from "../contract/pool.ts";

/** Most buffers that are kept, and that are nobody's while they are out. */
export const MAX_SPARE_REPLIES = 64;

/** Hands out buffers of answers. */
export class ReplyPool<Reply extends OutputBuffer> {
  readonly #pool: Pool<Reply>;
  #outCount = 0;

  /** `make` makes what is missing. */
  constructor(make: () => Reply) {
    this.#pool = new Pool(MAX_SPARE_REPLIES, make);
  }

  /** A buffer for answers to the client whose memory this is. */
  take(memory: MemorySource): Reply {
    const reply = this.#pool.take();
    reply.takeFrom(memory, ++this.#outCount > MAX_SPARE_REPLIES);
    return reply;
  }

  /** A command will answer on `reply` later. What is on it goes to `other`, and it counts no more as one that is out. */
  rest(reply: Reply, other: Reply): void {
    if (!reply.isResting) this.#outCount--;
    reply.rest(other);
  }

  /** Takes back what {@linkcode take} gave. */
  give(reply: Reply): void {
    if (!reply.isResting) this.#outCount--;
    reply.reset();
    this.#pool.give(reply);
  }
}
