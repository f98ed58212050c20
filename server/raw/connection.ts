// One raw connection: reads, has every command run that is complete, writes their answers at once, and so on until either side
// ends it. What a client sends faster than it reads answers waits in its own socket. Idle, it holds its input buffer of 4 KiB; all
// else is in its account, and a client that is slow or silent loses it, and its connection, where memory is short.

import { stopTracking } from "../commands/connection/client_tracking.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import type { ConnectionFacts, Session } from "../contract/session.ts";
import { Batch } from "./batch.ts";
import { accessTo } from "./conn_access.ts";
import { INPUT_BYTES, InputBuffer } from "./input_buffer.ts";
import { linger } from "./linger.ts";
import { RawInput } from "./raw_input.ts";
import type { RawName, RawProtocol, RawReply } from "./protocols.ts";
import { ClientSink, type SinkOwner } from "./client_sink.ts";
import type { OutputOwner } from "./pushed.ts";
import type { RawClient } from "./raw_clients.ts";
import type { RawContext } from "./raw_context.ts";
import { RawOutput } from "./raw_output.ts";

/** So much a client keeps that has given up its tracked keys. */
const MAX_SPARED_BYTES = 4 * 1024;
/** What a client costs besides that waits for the end of a pause. */
const HELD_BYTES = 512;
/** How long one may go on sending after an error that ends its connection. */
const LINGER_MS = 1000;

/** The connection of one client. */
export class RawConnection
  implements RawClient, ConnectionFacts, MemoryOwner, OutputOwner, SinkOwner {
  readonly session: Session;
  readonly #conn: Deno.Conn;
  readonly #context: RawContext;
  readonly #protocol: RawProtocol;
  readonly #account: MemoryAccount;
  readonly #input: InputBuffer;
  readonly #batch: Batch;
  readonly #output: RawOutput;
  isBusy = false;
  isEnded = false;
  #incompleteSinceMs = 0;
  #brokenSinceMs = 0;
  readonly #reader: RawInput;

  constructor(conn: Deno.Conn, context: RawContext, protocol: RawProtocol, session: Session) {
    this.#conn = conn;
    this.#context = context;
    this.#protocol = protocol;
    this.session = session;
    this.#account = context.openAccount(this);
    session.account = this.#account;
    session.connection = this;
    this.#input = new InputBuffer(this.#account);
    this.#batch = new Batch(context, protocol, session, this.#input);
    const access = accessTo(conn);
    this.#reader = new RawInput(access, session);
    this.#output = new RawOutput(access, this, context, protocol, context.directTo(conn));
    if (protocol.name !== "resp") return;
    ClientSink.serve(this, this.#output);
  }

  get protocol(): RawName {
    return this.#protocol.name;
  }

  get waitingBytes(): number {
    return this.#input.end;
  }

  get bufferBytes(): number {
    return this.#input.bytes.length;
  }

  get pushedBytes(): number {
    return this.#output.pushed.bytes;
  }

  get isWriting(): boolean {
    return this.#output.isWaiting;
  }

  /** Serves the client; resolves when the connection has ended. Never rejects. */
  async serve(): Promise<void> {
    const { session } = this;
    this.#context.clients.add(this);
    try {
      await this.#loop();
    } catch (error) {
      this.#context.onBug(error);
    }
    // To stop tracking takes its time, and many may go at once.
    await this.#context.context.server.slices.whenFree(() => this.end());
    await this.#output.free();
    this.#input.free();
    session.endTransaction();
    session.account = null;
    session.connection = null;
    // What it held can only be collected, and others may not take as much again before.
    this.#account.closeLater();
    this.#context.clients.remove(this);
  }

  async #loop(): Promise<void> {
    const input = this.#input;
    while (!this.isEnded) {
      let count: number | null;
      try {
        count = await this.#reader.read(input.space());
      } catch {
        return; // The client is lost, whatever the error is.
      }
      if (!count) return;
      input.add(count);
      this.#context.countInput(count);
      this.session.hasMoved = true;
      const turn = this.#batch.turn();
      if (turn !== null && !await this.#hasTurn(turn)) return;
      if (input.end >= input.needed) {
        const answered = this.#answer();
        if (answered !== null) {
          let taken: number | void = 0;
          try {
            taken = await answered;
          } catch (error) {
            if (!this.#output.hasBegun) throw error;
            this.end();
          }
          const rest = this.#output.hasBegun ? this.#endWrite(taken as number) : null;
          if (rest !== null) await rest;
        }
        if (this.session.afterReply === "close") {
          return this.#batch.isBroken ? this.#linger() : undefined;
        }
      } else this.#batch.wait(count);
      if (input.at > 0) this.#incompleteSinceMs = 0;
      if (!input.settle(count)) return this.#refuse();
      if (input.end === 0) this.#incompleteSinceMs = 0;
      else this.#incompleteSinceMs ||= this.#context.now();
    }
  }

  /** Waits for a turn. Returns false where the connection is to end, and nothing is to be answered. */
  async #hasTurn(turn: Promise<void>): Promise<boolean> {
    this.isBusy = true;
    await turn;
    this.isBusy = false;
    this.#output.pushed.flush();
    const isWanted = this.session.afterReply === "stay" || this.#input.end >= this.#input.needed;
    return isWanted && !this.isEnded;
  }

  /**
   * Runs what has come and has the answers written. Returns what is to be awaited: most often the one
   * write that RawOutput has begun, so that a command costs no promises of our own.
   */
  #answer(): Promise<number | void> | null {
    // Messages that came before its commands it gets before their answers.
    this.session.subscriptions?.handOver();
    this.isBusy = true;
    const reply = this.takeReply();
    const done = this.#batch.run(reply);
    const isOne = done === undefined && !this.#batch.hasMore && !this.#batch.mustWait &&
      !this.session.mustSettle;
    if (!isOne || this.#output.pushed.flushing !== undefined) return this.#answerRest(reply, done);
    return this.#output.begin(reply) ?? this.#endAnswer();
  }

  /** `taken` bytes of the write that was begun have been. */
  #endWrite(taken: number): Promise<void> | null {
    const rest = this.#output.endBegun(taken);
    return rest === null ? this.#endAnswer() : rest.then(() => this.#endAnswer() ?? undefined);
  }

  /** Goes on where commands have taken their time, wait for the disk, or were only the first. */
  async #answerRest(reply: RawReply, done: void | Promise<void>): Promise<void> {
    const batch = this.#batch;
    for (;;) {
      if (done !== undefined) {
        this.#reader.readAhead();
        if (this.session.isHeld) await this.#output.sendAhead(reply, batch);
        this.isBusy = !this.session.isHeld;
        await done;
        this.isBusy = true;
      }
      if (batch.mustWait) await batch.whenDurable(reply);
      const { session } = this;
      if (session.mustSettle) {
        reply = await this.#output.settle(reply, session, this.#context.context.messages);
      }
      await this.#output.send(reply);
      const turn = batch.isHeld ? this.#waitForPause() : batch.hasMore ? batch.turn() : null;
      if (turn !== null) await turn;
      if (!batch.hasMore || this.isEnded || this.session.afterReply !== "stay") break;
      reply = this.takeReply();
      done = batch.run(reply);
    }
    await this.#endAnswer();
  }

  #endAnswer(): Promise<void> | null {
    // Who has something queued or watched gets on only with its end.
    if (this.session.transaction === null) this.#account.touch();
    this.isBusy = false;
    return this.#output.pushed.flush();
  }

  /** Waits for the end of a pause, or of the client. */
  async #waitForPause(): Promise<void> {
    this.session.isHeld = true;
    this.#account.take(HELD_BYTES);
    this.#reader.readAhead();
    await this.#context.pause.wait(this);
    this.session.isHeld = false;
    // It may have given everything back meanwhile, with its end.
    this.#account.give(Math.min(HELD_BYTES, this.#account.bytes));
  }

  async #refuse(): Promise<void> {
    this.isBusy = true;
    this.#context.count("overloads");
    const reply = this.takeReply();
    reply.error(this.#protocol.refusal("memory"));
    await this.#output.send(reply);
    await this.#linger();
  }

  /** Lets the client have our last answer. */
  async #linger(): Promise<void> {
    this.isBusy = true;
    this.#brokenSinceMs = this.#context.now();
    await this.#output.pushed.flushing;
    this.#input.clear();
    await linger(this.#conn, this.#input.bytes, this.#batch);
  }

  takeReply(isForMessages = false): RawReply {
    return this.#protocol.takeReply(this.session, this.#account, isForMessages);
  }

  finish(): void {
    if (this.isBusy && !this.session.isHeld) this.session.afterReply = "close";
    else this.end();
  }

  check(nowMs: number): void {
    const { config: { idleTimeoutMs, bodyTimeoutMs } } = this.#context;
    const idleMs = this.session.idleMs(nowMs);
    if (this.#output.isWaiting) {
      if (this.#output.isSlow(nowMs)) this.endSlow();
    } else if (this.#brokenSinceMs > 0) {
      if (nowMs - this.#brokenSinceMs > LINGER_MS) this.end();
    } else if (this.session.isHeld) {
      if (this.session.hasLeft) this.end();
    } else if (!this.isBusy) {
      const mayIdle = idleTimeoutMs === 0 || this.session.subscriptions !== null;
      const idle = !mayIdle && idleMs > idleTimeoutMs;
      // Only what holds much has to come soon.
      const slow = this.#incompleteSinceMs > 0 && this.bufferBytes > INPUT_BYTES &&
        nowMs - this.#incompleteSinceMs > bodyTimeoutMs;
      if (idle || slow) this.end();
    }
  }

  /**
   * Memory is short: forgets what can be had again. A client that holds more is closed, unless it is
   * waiting for us.
   */
  giveUp(): void {
    const account = this.#account;
    const isServed = this.isBusy && !this.#output.isWaiting && this.#brokenSinceMs === 0 &&
      !this.session.isHeld;
    if (!isServed) this.session.tracking?.forget();
    const { bytes } = account;
    if (!isServed && bytes > MAX_SPARED_BYTES) return this.endSlow();
    // An account that is empty for a moment can be asked again.
    account.close();
    account.take(bytes);
  }

  endSlow(): void {
    if (!this.isEnded) this.#context.count("clientsSlow");
    this.end();
  }

  /** Ends the connection at once. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    stopTracking(this);
    this.#context.context.messages.end(this.session);
    this.#context.pause.release(this);
    this.session.leave();
    this.session.afterReply = "close";
    this.#output.close();
    try {
      this.#conn.close();
    } catch {
      // The other side was faster.
    }
  }
}
