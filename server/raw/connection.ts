// One raw connection: reads, runs every command that is complete, writes their answers at once,
// and so on until either side ends it. What a client sends faster than it reads answers waits in
// its own socket. Idle, it holds its input buffer of 4 KiB; knows its protocol only by interface.

import { Decoded } from "../codecs/resp_decode.ts";
import { RespReply } from "../codecs/resp_reply.ts";
import { stopTracking } from "../commands/connection/client_tracking.ts";
import type { Session } from "../contract/session.ts";
import { ClientTime } from "./client_time.ts";
import { INPUT_BYTES, InputBuffer } from "./input_buffer.ts";
import { linger } from "./linger.ts";
import { RawInput } from "./raw_input.ts";
import type { RawProtocol, RawReply } from "./protocols.ts";
import type { RawClient } from "./raw_clients.ts";
import type { RawContext } from "./raw_context.ts";
import { RawOutput } from "./raw_output.ts";

/** With this many bytes of answers, no command is run before they are written. */
const MAX_OUTPUT_BYTES = 256 * 1024;
/** Fewer bytes than this are not worth reading ahead. */
const MIN_READ_AHEAD_BYTES = 256;
/** What may wait of messages that nobody has asked for. */
const MAX_PUSHED_BYTES = 1024 * 1024;
/** How long a client may go on sending after an error that ends its connection. */
const LINGER_MS = 1000;

/** The connection of one client. */
export class RawConnection implements RawClient {
  readonly session: Session;
  readonly #conn: Deno.Conn;
  readonly #host: RawContext;
  readonly #protocol: RawProtocol;
  readonly #input: InputBuffer;
  readonly #output: RawOutput;
  /** Whether commands are being run or answers written. */
  #isBusy = false;
  /** Whether complete commands may be left in the input. */
  #hasMore = false;
  readonly #time: ClientTime;
  #isEnded = false;
  /** Whether the stream cannot be understood any more. */
  #isBroken = false;
  /** When the command began, or the connection was broken. */
  #incompleteSinceMs = 0;
  #brokenSinceMs = 0;
  #pushed: RespReply | undefined;
  #flushing: Promise<void> | undefined;
  readonly #reader: RawInput;

  constructor(conn: Deno.Conn, host: RawContext, protocol: RawProtocol, session: Session) {
    this.#conn = conn;
    this.#host = host;
    this.#protocol = protocol;
    this.session = session;
    if (protocol.name === "resp") session.push = (compose) => this.push(compose);
    this.#input = new InputBuffer(host.budget);
    this.#reader = new RawInput(conn, session);
    this.#time = new ClientTime(host.context.server.slices);
    this.#output = new RawOutput(conn, host.now);
  }

  get protocol(): "resp" | "text" {
    return this.#protocol.name;
  }

  get waitingBytes(): number {
    return this.#input.end;
  }

  get bufferBytes(): number {
    return this.#input.bytes.length;
  }

  /** Serves the client; resolves when the connection has ended. Never rejects. */
  async serve(): Promise<void> {
    this.#host.clients.add(this);
    try {
      await this.#loop();
    } catch (error) {
      this.#host.onBug(error);
    }
    this.end();
    if (this.#pushed !== undefined) this.#protocol.giveBack(this.#pushed);
    this.#input.drop();
    this.#host.clients.remove(this);
  }

  async #loop(): Promise<void> {
    const input = this.#input;
    while (!this.#isEnded) {
      let count: number | null;
      try {
        count = await this.#reader.read(input.free());
      } catch {
        return; // The client is lost, whatever the error is.
      }
      if (count === null) return;
      input.end += count;
      this.session.lastSeenMs = this.#host.now();
      if (input.end >= input.needed) {
        await this.#answer();
        if (this.session.afterReply === "close") return this.#isBroken ? this.#linger() : undefined;
      }
      if (input.at > 0) this.#incompleteSinceMs = 0;
      if (!input.settle(count)) return this.#refuse("memory");
      this.#incompleteSinceMs = input.end === 0 ? 0 : this.#incompleteSinceMs || this.#host.now();
    }
  }

  /** Runs what has come and writes the answers. */
  async #answer(): Promise<void> {
    this.#isBusy = true;
    do {
      const reply = this.#protocol.takeReply(this.session);
      this.#hasMore = false;
      const done = this.#run(reply);
      if (done !== undefined) await this.#finished(done, reply);
      // As #send() does, without a promise more for each batch.
      if (this.#flushing !== undefined) await this.#flushing;
      if (reply.used > 0 && !this.#isEnded && !await this.#output.write(reply)) this.end();
      this.#protocol.giveBack(reply);
      const turn = this.#time.turn();
      if (turn !== null) await turn;
    } while (this.#hasMore && !this.#isEnded && this.session.afterReply === "stay");
    this.#isBusy = false;
    if (this.#pushed !== undefined) await this.#flush();
  }

  /** Runs commands until there is none, enough is answered, or one takes its time. */
  #run(reply: RawReply): void | Promise<void> {
    const [host, protocol] = [this.#host, this.#protocol];
    const { decoder } = protocol;
    const { session } = this;
    const input = this.#input;
    const { args, context } = host;
    context.session = session;
    decoder.at = input.at;
    this.#time.begin(decoder.at);
    let count = 0;
    /** Where the commands end that were read ahead. */
    let seen = input.at;
    let done: void | Promise<void> = undefined;
    try {
      for (;;) {
        decoder.isTrusted = session.isAuthenticated;
        if (decoder.at >= seen && input.end - decoder.at > MIN_READ_AHEAD_BYTES) {
          seen = protocol.readAhead(input.bytes, input.end);
        }
        const found = decoder.next(input.bytes, input.end, args);
        if (found !== Decoded.command) {
          input.needed = decoder.needed;
          if (found !== Decoded.incomplete) this.#break(found, reply);
          break;
        }
        count++;
        reply.begin();
        done = protocol.run(context, input.bytes, args, reply);
        const isFull = reply.used > MAX_OUTPUT_BYTES || reply.isOver;
        if (done !== undefined || session.afterReply === "close" || isFull) {
          this.#hasMore = true;
          break;
        }
        if (this.#time.isEnough(context, decoder.at, protocol.wasLong)) {
          this.#hasMore = true;
          break;
        }
      }
    } catch (error) {
      this.#onBug(error, reply);
    }
    input.at = decoder.at;
    this.#time.end();
    host.countRequests(count);
    if (done !== undefined) host.detach();
    return done;
  }

  /** Waits for a command that takes its time. */
  async #finished(done: Promise<void>, reply: RawReply): Promise<void> {
    this.#reader.readAhead();
    try {
      await done;
    } catch (error) {
      this.#onBug(error, reply);
    }
  }

  #onBug(error: unknown, reply: RawReply): void {
    this.#host.onBug(error);
    // Whatever the command has left behind in them is not to be relied on.
    this.#host.detach();
    reply.takeBack();
    reply.error(this.#protocol.refusal("bug"));
    this.session.afterReply = "close";
  }

  /** The stream cannot be understood: says so, unless a browser was made to send it. */
  #break(found: Decoded, reply: RawReply): void {
    this.session.afterReply = "close";
    if (found !== Decoded.error) return;
    this.#isBroken = true;
    reply.begin();
    reply.error(this.#protocol.decoder.error);
  }

  async #refuse(reason: "memory"): Promise<void> {
    this.#isBusy = true;
    this.#host.count("overloads");
    const reply = this.#protocol.takeReply(this.session);
    reply.error(this.#protocol.refusal(reason));
    await this.#send(reply);
    await this.#linger();
  }

  /** Writes answers, behind the messages that are being written, and gives the reply back. */
  async #send(reply: RawReply): Promise<void> {
    if (this.#flushing !== undefined) await this.#flushing;
    if (reply.used > 0 && !this.#isEnded && !await this.#output.write(reply)) this.end();
    this.#protocol.giveBack(reply);
  }

  /** Lets the client have our last answer. */
  async #linger(): Promise<void> {
    this.#isBusy = true;
    this.#brokenSinceMs = this.#host.now();
    if (this.#flushing !== undefined) await this.#flushing;
    this.#input.clear();
    await linger(this.#conn, this.#input.bytes);
  }

  /**
   * Sends a message that the client has not asked for; `compose` writes it. A client that lets too
   * many of them wait is closed.
   */
  push(compose: (reply: RespReply) => void): void {
    if (this.#isEnded || this.#protocol.name !== "resp") return;
    const reply = this.#pushed ??= this.#protocol.takeReply(this.session) as RespReply;
    reply.begin();
    compose(reply);
    if (reply.used > MAX_PUSHED_BYTES) this.#endSlow();
    else if (!this.#isBusy) this.#flush();
  }

  /** Has the messages written that wait; there is never more than one that does. */
  #flush(): Promise<void> {
    // A message may be one of many that come together.
    return this.#flushing ??= Promise.resolve().then(() => this.#writePushed());
  }

  async #writePushed(): Promise<void> {
    while (this.#pushed !== undefined && !this.#isEnded) {
      const reply = this.#pushed;
      this.#pushed = undefined;
      if (!await this.#output.write(reply)) this.end();
      this.#protocol.giveBack(reply);
    }
    this.#flushing = undefined;
  }

  finish(): void {
    if (this.#isBusy) this.session.afterReply = "close";
    else this.end();
  }

  check(nowMs: number): void {
    const { idleTimeoutMs, bodyTimeoutMs } = this.#host.config;
    if (this.#output.isWaiting) {
      if (this.#output.isSlow(nowMs)) this.#endSlow();
    } else if (this.#brokenSinceMs > 0) {
      if (nowMs - this.#brokenSinceMs > LINGER_MS) this.end();
    } else if (!this.#isBusy) {
      const idle = idleTimeoutMs > 0 && nowMs - this.session.lastSeenMs > idleTimeoutMs;
      // Only what holds more than its share of memory has to come soon.
      const slow = this.#incompleteSinceMs > 0 && this.bufferBytes > INPUT_BYTES &&
        nowMs - this.#incompleteSinceMs > bodyTimeoutMs;
      if (idle || slow) this.end();
    }
  }

  #endSlow(): void {
    this.#host.count("clientsSlow");
    this.end();
  }

  /** Ends the connection at once. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    stopTracking(this);
    this.session.afterReply = "close";
    try {
      this.#conn.close();
    } catch {
      // The other side was faster.
    }
  }
}
