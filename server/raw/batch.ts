// Runs what one client has sent: every command that is complete, one after the other, until enough is
// answered, a command takes its time, or others have to have their turn. Reads and writes nothing
// itself; knows its protocol only by interface.

import { Excess } from "../codecs/excess.ts";
import { Decoded } from "../codecs/resp_decode.ts";
import { WorkerMode } from "../contract/breaker/gate.ts";
import { refusedWhileLoading } from "../commands/connection/while_loading.ts";
import {
  isInSubscribedMode,
  refusedWhileSubscribed,
} from "../commands/messages/subscribed_mode.ts";
import { refusedWhileShedding } from "../commands/connection/while_shedding.ts";
import { type Session, Silence } from "../contract/session.ts";
import { beginUntimed } from "../commands/timing.ts";
import { ClientTime } from "./client_time.ts";
import type { InputBuffer } from "./input_buffer.ts";
import type { RawContext } from "./raw_context.ts";
import type { RawProtocol, RawReply } from "./protocols.ts";
import { WriteMarks } from "./write_marks.ts";

/** With this many bytes of answers, no command is run before they are written. */
const MAX_OUTPUT_BYTES = 256 * 1024;
/** Fewer bytes than this are not worth reading ahead. */
const MIN_READ_AHEAD_BYTES = 256;

/** The commands of one client. */
export class Batch {
  /** Whether complete commands may be left in the input. */
  hasMore = false;
  /** Whether the next command waits for the end of a pause. */
  isHeld = false;
  /** Whether the stream cannot be understood any more. */
  isBroken = false;
  readonly #context: RawContext;
  readonly #protocol: RawProtocol;
  readonly #session: Session;
  readonly #input: InputBuffer;
  readonly #time: ClientTime;
  /** Whether the breaker does not let the commands in that have come: all of them, or none. */
  #isShed = false;
  /** Which answers have to wait for the disk; null where none ever do. */
  readonly #marks: WriteMarks | null;
  /** What is left of a command that was too large. */
  readonly #excess = new Excess();

  constructor(context: RawContext, protocol: RawProtocol, session: Session, input: InputBuffer) {
    this.#context = context;
    this.#protocol = protocol;
    this.#session = session;
    this.#input = input;
    const { durability } = context.context.server;
    this.#marks = durability === null ? null : new WriteMarks(durability, context.context);
    this.#time = new ClientTime(context.context.server.slices);
  }

  /** What to wait for before more commands run. Null if they may run at once. */
  turn(): Promise<void> | null {
    return this.#time.turn(this.#input.end - this.#input.at);
  }

  /** Nothing runs, since the `bytes` that were read complete no command. */
  wait(bytes: number): void {
    this.#time.countRead(bytes);
  }

  /**
   * Runs commands until there is none, enough is answered, or one takes its time: then the promise
   * resolves once its answer is on `reply`.
   */
  run(reply: RawReply): void | Promise<void> {
    const [raw, protocol] = [this.#context, this.#protocol];
    const { decoder } = protocol;
    const [session, input] = [this.#session, this.#input];
    const { args, context } = raw;
    context.session = session;
    protocol.begin(input.at, session);
    this.hasMore = this.isHeld = false;
    this.#time.begin(context, decoder.at, input.end - decoder.at);
    beginUntimed(context);
    let count = 0;
    /** Where the commands end that were read ahead. */
    let seen = input.at;
    let done: void | Promise<void> = undefined;
    /** Whether answers may be kept back, or commands held or refused. */
    let isSpecial = this.#beginBatch(reply);
    let isSkipping = !this.#excess.isEmpty;
    try {
      for (;;) {
        if (isSkipping && !this.#skip(reply)) break;
        isSkipping = false;
        decoder.isTrusted = session.isAuthenticated;
        if (!this.#isShed && decoder.at >= seen && input.end - decoder.at > MIN_READ_AHEAD_BYTES) {
          seen = protocol.readAhead(input.bytes, input.end, session.database);
        }
        const start = decoder.at;
        if (isSpecial && this.#holdsUnread(start)) break;
        const found = protocol.next(input.bytes, input.end, args, this.#excess);
        if (found !== Decoded.command) {
          if (found === Decoded.tooLarge) {
            count++;
            isSkipping = this.#refuse(reply);
            continue;
          }
          this.#stop(found, reply);
          break;
        }
        if (isSpecial && this.#holds(start)) break;
        count++;
        reply.begin();
        done = isSpecial && this.#isRefused(reply)
          ? undefined
          : protocol.run(context, input.bytes, args, reply);
        if (protocol.wasLong) isSpecial = this.#isSpecial();
        if (isSpecial && done === undefined) this.#ended(reply);
        const isFull = reply.used > MAX_OUTPUT_BYTES || reply.isOver;
        this.hasMore = done !== undefined || session.afterReply === "close" || isFull ||
          this.#time.isEnough(context, decoder.at, protocol.wasLong);
        if (this.hasMore) break;
      }
    } catch (error) {
      this.#onBug(error, reply);
    }
    input.at = decoder.at;
    this.#time.end(context, decoder.at);
    raw.countRequests(count);
    if (done === undefined) return;
    raw.detach();
    return this.#finished(done, reply);
  }

  /** A command has its answer, which may be kept back, or have to wait. */
  #ended(reply: RawReply): void {
    this.#keepBack(reply);
    this.#marks?.note(reply.used, false);
    this.#context.context.waits?.hear();
  }

  /** Whether the answers of the latest run have to wait until what they say is on the disk. */
  get mustWait(): boolean {
    return this.#marks !== null && this.#marks.hasWritten;
  }

  /** The answers before that of a command that waits are on `ahead`: resolves when those may be sent. */
  whenAheadMay(ahead: RawReply): Promise<void> | null {
    return this.#marks === null ? null : this.#marks.part(ahead);
  }

  /** Resolves when they may be sent; those of writes may be errors then. */
  whenDurable(reply: RawReply): Promise<void> {
    return this.#marks!.settle(reply);
  }

  /**
   * Whether there is a pause, commands are refused for now, CLIENT REPLY keeps answers back, they may have to
   * wait, or other clients wait for what commands change. It becomes so by CLIENT, after which one looks again, and by others between two batches.
   */
  #isSpecial(): boolean {
    const { pause, gate, context: { waits } } = this.#context;
    return this.#marks !== null || pause.isOn || !gate.isOpen || waits?.isEmpty === false ||
      this.#session.silence !== Silence.none || this.#session.subscriptions !== null;
  }

  /** The same for commands that have come now, which the breaker lets in or does not. */
  #beginBatch(reply: RawReply): boolean {
    this.#marks?.begin(this.#context.context, reply.used);
    const { gate } = this.#context;
    this.#isShed = !gate.isOpen && gate.refuses();
    return this.#isSpecial();
  }

  /** Refuses the command in `args` while data are loaded, or a whole batch that the breaker does not let in. */
  #isRefused(reply: RawReply): boolean {
    const { gate, context, args } = this.#context;
    if (isInSubscribedMode(this.#session)) {
      if (this.#protocol.isRefused(refusedWhileSubscribed, context, args, reply)) return true;
    }
    if (gate.isOpen) return false;
    const refuse = gate.mode === WorkerMode.loading ? refusedWhileLoading : refusedWhileShedding;
    if (refuse === refusedWhileShedding && !this.#isShed) return false;
    return this.#protocol.isRefused(refuse, context, args, reply);
  }

  /** Whether a pause may hold the command at `start`, which cannot be read twice. */
  #holdsUnread(start: number): boolean {
    const { bytes, end } = this.#input;
    if (start >= end || this.#protocol.mayReadAgain(bytes, start, end)) return false;
    return this.#context.pause.holds(true) && this.#hold(start);
  }

  /** Whether a pause holds the command that was just read; then it will be read again. */
  #holds(start: number): boolean {
    const { pause, args } = this.#context;
    return this.#protocol.isHeld(pause, this.#session, args) && this.#hold(start);
  }

  #hold(start: number): true {
    this.#protocol.decoder.at = start;
    this.isHeld = true;
    this.hasMore = true;
    return true;
  }

  /** Takes the answer back where CLIENT REPLY keeps it from the client. */
  #keepBack(reply: RawReply): void {
    const session = this.#session;
    if (session.silence === Silence.none) return;
    reply.takeBack();
    if (session.silence === Silence.twice) session.silence = Silence.once;
    else if (session.silence === Silence.once) session.silence = Silence.none;
  }

  /** Waits for a command that takes its time, and for a turn: many may end in the same moment. */
  async #finished(done: Promise<void>, reply: RawReply): Promise<void> {
    try {
      await done;
      this.#keepBack(reply);
      this.#marks?.note(reply.used, true);
    } catch (error) {
      this.#onBug(error, reply);
    }
    this.#time.count(reply.used);
    const turn = this.#time.turn(reply.used);
    if (turn !== null) await turn;
  }

  #onBug(error: unknown, reply: RawReply): void {
    this.#context.onBug(error);
    // Whatever the command has left behind in it is not to be relied on.
    this.#context.detach();
    reply.takeBack();
    reply.error(this.#protocol.refusal("bug"));
    this.#session.afterReply = "close";
  }

  /** Refuses a command that is too large, which is to be skipped. Inside MULTI, EXEC will then refuse all. */
  #refuse(reply: RawReply): true {
    const { transaction } = this.#session;
    if (transaction !== null && transaction.isOpen) transaction.isBroken = true;
    reply.begin();
    reply.error(this.#protocol.decoder.error);
    this.#ended(reply);
    return true;
  }

  /** Skips what has come of such a command. Returns whether it is behind us. */
  #skip(reply: RawReply): boolean {
    const { bytes, end } = this.#input;
    const found = this.#protocol.decoder.skip(bytes, end, this.#excess);
    if (found === Decoded.command) {
      this.#input.hasSkipped = true;
      return true;
    }
    this.#stop(found, reply);
    return false;
  }

  /** No command follows: more has to come, or the stream cannot be understood. */
  #stop(found: Decoded, reply: RawReply): void {
    this.#input.needed = this.#protocol.decoder.needed;
    if (found === Decoded.incomplete) return;
    // Says so, unless a browser was made to send it.
    this.#session.afterReply = "close";
    this.#context.refusals.unreadable(found === Decoded.error ? "ERR" : "");
    if (found !== Decoded.error) return;
    this.isBroken = true;
    reply.begin();
    reply.error(this.#protocol.decoder.error);
  }
}
