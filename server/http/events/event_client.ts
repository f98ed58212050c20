// One client that is sent messages as server-sent events. They wait here until Deno takes them, which it does as the
// client reads. A client that lets too many wait is cut off. Knows no route.

import { grownLength, resizedInPlace } from "../../contract/growing_bytes.ts";
import type { MemoryAccount, MemoryOwner } from "../../contract/memory_account.ts";
import { COST_BYTES, type MemoryBudget } from "../../contract/memory_budget.ts";
import type { MessageSink } from "../../contract/messages/message_sink.ts";
import type { Session } from "../../contract/session.ts";
import { SlowClient } from "../large_answers.ts";

/** What may wait for one client, in bytes. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** The size that its buffer begins with. */
const FIRST_BYTES = 512;
/** A client for whom no more waits is left alone where memory is short: it has nothing to say. */
const MAX_SPARED_BYTES = 4 * 1024;
/** What it costs beside its buffer: stream, response and what Deno keeps of both. */
const CLIENT_BYTES = 24 * COST_BYTES.object;
/** A line that means nothing shows that the connection lives, to the client and to what is on the way. */
const IDLE_LINE = new TextEncoder().encode(":\n\n");
/** After so many looks without a message one is sent: about 15 s. */
const IDLE_LOOKS = 60;

/** A client and its stream. */
export class EventClient implements MessageSink, MemoryOwner {
  readonly format = "events";
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly session: Session;
  readonly #account: MemoryAccount;
  readonly #onEnd: (client: EventClient, isSlow: boolean) => void;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #used = 0;
  /** Ends the wait of whoever asks for more. */
  #wake: (() => void) | null = null;
  #looks = 0;
  #isOver = false;

  /** `onEnd` hears once that it is over, and whether it was too slow. */
  constructor(
    session: Session,
    budget: MemoryBudget,
    onEnd: (client: EventClient, isSlow: boolean) => void,
  ) {
    this.session = session;
    this.#onEnd = onEnd;
    this.#account = budget.open(this);
    session.account = this.#account;
    session.sink = this;
    this.stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#end(false),
    }, { highWaterMark: 0 });
  }

  /** Takes memory for itself. Returns false where there is none. */
  begin(): boolean {
    return this.#account.tryTake(CLIENT_BYTES);
  }

  #pull(): void | Promise<void> {
    if (this.#used > 0) return this.#give();
    // Its buffer is not needed until something comes.
    this.#account.give(this.#bytes.length);
    this.#bytes = new Uint8Array(0);
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        if (!this.#isOver) this.#give();
        resolve();
      };
    });
  }

  /** Gives out all that waits: a copy, since Deno may keep it for long. */
  #give(): void {
    this.#account.touch();
    this.#controller.enqueue(this.#bytes.slice(0, this.#used));
    this.#used = 0;
  }

  deliver(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isOver) return;
    const needed = this.#used + bytes.length;
    if (needed > this.#bytes.length && !this.#grow(needed)) return this.closeSlow();
    this.#bytes.set(bytes, this.#used);
    this.#used = needed;
    this.#looks = 0;
    this.#wake?.();
  }

  #grow(needed: number): boolean {
    if (this.#used > MAX_WAITING_BYTES) return false;
    const size = Math.max(FIRST_BYTES, grownLength(this.#bytes.length, needed));
    if (!this.#account.tryTake(size - this.#bytes.length)) return false;
    this.#bytes = resizedInPlace(this.#bytes, size);
    return true;
  }

  /** Shows that the connection lives, now and then; called a few times a second. */
  tick(): void {
    if (++this.#looks >= IDLE_LOOKS) this.deliver(IDLE_LINE);
  }

  closeSlow(): void {
    if (this.#isOver) return;
    this.#controller.error(new SlowClient("The client did not take its messages in time"));
    this.#end(true);
  }

  giveUp(): void {
    if (this.#used > MAX_SPARED_BYTES) return this.closeSlow();
    // An account that is empty for a moment can be asked again.
    const { bytes } = this.#account;
    this.#account.close();
    this.#account.take(bytes);
  }

  /** The server is stopping: ends the stream in order, with what waits. */
  close(): void {
    if (this.#isOver) return;
    this.session.subscriptions?.handOver();
    if (this.#used > 0) this.#give();
    this.#controller.close();
    this.#end(false);
  }

  #end(isSlow: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake?.();
    this.#onEnd(this, isSlow);
    this.session.account = null;
    this.#account.closeLater();
  }
}
