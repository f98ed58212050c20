// The writing side of one raw connection: one piece after the other, and how fast its client has to
// take them. An error on the way means that the client is lost, whatever it is.

import type { Messages } from "../contract/messages/messages.ts";
import type { Session } from "../contract/session.ts";
import type { Batch } from "./batch.ts";
import type { RawProtocol, RawReply } from "./protocols.ts";
import type { Access } from "./conn_access.ts";
import type { DirectSend } from "./direct_send.ts";
import { type OutputOwner, Pushed } from "./pushed.ts";
import type { RawContext } from "./raw_context.ts";

/** How long a client may take for so many bytes of its answers. */
const WINDOW_MS = 2000;
const WINDOW_BYTES = 64 * 1024;

/** Longest answers that are copied where their client waits, and messages that are put behind answers. */
const MAX_COPIED_BYTES = 1024;

/** What is written to one client. Answers never have two writers at once. */
export class RawOutput {
  readonly pushed: Pushed;
  readonly #conn: Pick<Access, "write">;
  readonly #owner: OutputOwner;
  readonly #context: Pick<RawContext, "countOutput">;
  readonly #protocol: Pick<RawProtocol, "giveBack" | "rest">;
  readonly #direct: DirectSend | null;
  /** The answers that {@linkcode begin} has begun to write. */
  #begun: RawReply | null = null;
  /** How much of them was sent before. */
  #sent = 0;
  /** Whether bytes wait, and when that was first seen of those that are looked at; 0: not yet. */
  #isWaiting = false;
  #sinceMs = 0;

  /** `direct` is the direct way to the same socket, if there is one. */
  constructor(
    conn: Pick<Access, "write">,
    owner: OutputOwner,
    context: Pick<RawContext, "countOutput">,
    protocol: Pick<RawProtocol, "giveBack" | "rest">,
    direct: DirectSend | null = null,
  ) {
    this.#conn = conn;
    this.#owner = owner;
    this.#context = context;
    this.#protocol = protocol;
    this.#direct = direct;
    this.pushed = new Pushed(owner, this);
  }

  /** Whether the client is being waited for. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Whether the client takes its answers too slowly, as seen at `nowMs` and the times before. */
  isSlow(nowMs: number): boolean {
    if (!this.#isWaiting) return false;
    if (this.#sinceMs === 0) this.#sinceMs = nowMs;
    return nowMs - this.#sinceMs > WINDOW_MS;
  }

  /** Whether what {@linkcode begin} has begun is to be ended with {@linkcode endBegun}. */
  get hasBegun(): boolean {
    return this.#begun !== null;
  }

  /**
   * Begins to write `reply`, with no promise but that of the connection, which resolves with how many bytes
   * the client has taken, or rejects where it is lost. Returns null where nothing is to be awaited, and
   * `reply` has been given back. No messages may be on their way.
   */
  begin(reply: RawReply): Promise<number> | null {
    if (this.pushed.bytes > 0) this.#join(reply);
    const { bytes, used } = reply;
    if (used > 0 && !this.#owner.isEnded) {
      this.#context.countOutput(used);
      const sent = this.#direct === null ? 0 : this.#direct.send(bytes, used);
      if (sent < used) {
        this.#begun = reply;
        this.#sent = sent;
        this.#isWaiting = true;
        this.#sinceMs = 0;
        return this.#conn.write(bytes.subarray(sent, used));
      }
    }
    this.#protocol.giveBack(reply);
    return null;
  }

  /** Sends messages as far as the system takes them at once; nobody may be writing. Returns how many bytes it took. */
  sendNow(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#direct === null) return 0;
    const sent = this.#direct.send(bytes, bytes.length);
    this.#context.countOutput(sent);
    return sent;
  }

  /** Of what was begun, the client has taken `taken` bytes. Returns what is still to be awaited. */
  endBegun(taken: number): Promise<void> | null {
    const reply = this.#begun!;
    this.#begun = null;
    this.#isWaiting = false;
    const at = this.#sent + taken;
    if (taken >= 0 && at < reply.used && !this.#owner.isEnded) return this.#deliver(reply, at);
    // Who answers otherwise is not to be asked again.
    if (at !== reply.used) this.#owner.end();
    this.#protocol.giveBack(reply);
    return null;
  }

  /**
   * Waits until a client's subscriptions are known, and what it has published has got on. Thousands may wait at once, so
   * short answers are copied. Returns the answers.
   */
  async settle(
    reply: RawReply,
    session: Session,
    messages: Pick<Messages, "settled">,
  ): Promise<RawReply> {
    session.mustSettle = false;
    const settled = messages.settled(session.subscriptions !== null);
    if (reply.used > MAX_COPIED_BYTES) {
      await settled;
      return reply;
    }
    const copy = reply.bytes.slice(0, reply.used);
    this.#protocol.giveBack(reply);
    await settled;
    const again = this.#owner.takeReply();
    again.append(copy);
    return again;
  }

  /** Writes answers, behind the messages that are being written, and gives the reply back. */
  async send(reply: RawReply): Promise<void> {
    if (this.pushed.flushing !== undefined) await this.pushed.flushing;
    if (this.pushed.bytes > 0) this.#join(reply);
    await this.deliver(reply);
  }

  /**
   * Puts messages that wait behind the answers, if they are short: a client that has its answer knows by then what it
   * has changed itself.
   */
  #join(reply: RawReply): void {
    if (this.pushed.bytes > MAX_COPIED_BYTES) return;
    const messages = this.pushed.take()!;
    reply.append(messages.bytes.subarray(0, messages.used));
    this.#protocol.giveBack(messages);
  }

  /**
   * A command of `batch` waits for others, and will answer on `reply`. The commands before it have their answers
   * meanwhile, and so have those messages that wait.
   */
  async sendAhead(reply: RawReply, batch: Pick<Batch, "whenAheadMay">): Promise<void> {
    const ahead = this.#owner.takeReply();
    this.#protocol.rest(reply, ahead);
    await batch.whenAheadMay(ahead);
    await this.send(ahead);
    await this.pushed.flush();
  }

  /** Writes answers or messages, and gives the reply back. */
  deliver(reply: RawReply): Promise<void> {
    if (!this.#owner.isEnded) this.#context.countOutput(reply.used);
    return this.#deliver(reply, 0);
  }

  async #deliver(reply: RawReply, from: number): Promise<void> {
    if (!this.#owner.isEnded && !await this.#write(reply, from)) this.#owner.end();
    this.#protocol.giveBack(reply);
  }

  /** Returns whether the client has taken all. */
  async #write({ bytes, used }: RawReply, from: number): Promise<boolean> {
    this.#isWaiting = true;
    this.#sinceMs = 0;
    let taken = 0;
    try {
      for (let at = from; at < used;) {
        const count = await this.#conn.write(bytes.subarray(at, used));
        if (!(count >= 0)) return false;
        at += count;
        taken += count;
        if (taken < WINDOW_BYTES) continue;
        taken = 0;
        this.#sinceMs = 0;
      }
    } catch {
      return false;
    } finally {
      this.#isWaiting = false;
    }
    return true;
  }

  /** The connection is about to be closed: nothing may be written any more. */
  close(): void {
    this.#direct?.close();
  }

  /** Gives back what is left of messages, once the connection has ended. */
  async free(): Promise<void> {
    await this.pushed.flushing;
    const left = this.pushed.take();
    if (left !== null) this.#protocol.giveBack(left);
  }
}
