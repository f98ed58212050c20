// The two protocols that connections speak, each as its loop needs it: a decoder, replies, and the
// command behind what was decoded. What differs between them stands here and in their codecs.

import type { Cache } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Excess } from "../codecs/excess.ts";
import { Decoded, RespDecoder, type RespLimits } from "../codecs/resp_decode.ts";
import { MESSAGES_KEPT_BYTES } from "../codecs/output_buffer.ts";
import { RespReply } from "../codecs/resp_reply.ts";
import type { MemcacheOutput } from "../codecs/memcache/reply.ts";
import { LineDecoder, type TextLimits, Verb } from "../codecs/text_decode.ts";
import { TextReply } from "../codecs/text_reply.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import type { Refusals } from "../contract/command_stats.ts";
import { isHeld } from "../commands/connection/client_pause.ts";
import { dispatch, dispatchUnknown } from "../commands/dispatch.ts";
import { findCommand } from "../commands/find.ts";
import type { Pause } from "../commands/connection/pause.ts";
import { ReadAhead } from "./read_ahead.ts";
import { ReplyPool } from "./reply_pool.ts";
import type { Session } from "../contract/session.ts";

const STAR = 0x2a;
const ONE = 0x31;
const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** The names of the protocols. */
export type RawName = "resp" | "text" | "memcache";

/** Answers that a connection can be given. */
export type RawReply = RespReply | TextReply | MemcacheOutput;

/** Refuses a command, or returns false. */
export type Refuse = (
  context: CommandContext,
  command: Command,
  args: Args,
  reply: RawReply,
) => boolean;

/** What the loop knows of a decoder; see RespDecoder. */
export interface RawDecoder {
  at: number;
  isTrusted: boolean;
  readonly needed: number;
  readonly error: string;
  skip(bytes: Uint8Array, end: number, excess: Excess): Decoded;
}

/** One protocol in one worker. */
export interface RawProtocol {
  readonly name: RawName;
  readonly decoder: RawDecoder;
  /** Whether the latest command may have taken long, as those of one key never do. */
  readonly wasLong: boolean;
  /**
   * A buffer of answers to `session`, or a smaller one of messages for it, used before by others or new; what it
   * grows by is `memory`'s.
   */
  takeReply(session: Session, memory: MemorySource, isForMessages?: boolean): RawReply;
  /** Gives back what {@linkcode takeReply} gave, once it is written. */
  giveBack(reply: RawReply): void;
  /** A command will answer on `reply` later: what is on it goes to `other`. */
  rest(reply: RawReply, other: RawReply): void;
  /** Commands of a client begin at `at` of some bytes. */
  begin(at: number, session: Session): void;
  /** Prepares for the commands in `bytes` up to `end`; returns where those end that it has seen. */
  readAhead(bytes: Uint8Array, end: number, database: number): number;
  /** Reads the next command; see RespDecoder. */
  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded;
  /** Whether the command at `at` can be read twice. Quotes of a line are removed where they stand. */
  mayReadAgain(bytes: Uint8Array, at: number, end: number): boolean;
  /** Whether the command that {@linkcode next} has found has to wait for the end of a pause. */
  isHeld(pause: Pause, session: Session, args: Args): boolean;
  /** Has `refuse` judge that command. Returns whether it was refused. */
  isRefused(refuse: Refuse, context: CommandContext, args: Args, reply: RawReply): boolean;
  /** Runs that command. */
  run(
    context: CommandContext,
    bytes: Uint8Array,
    args: Args,
    reply: RawReply,
  ): void | Promise<void>;
  /** The refusal of a client or a command, in the words of the protocol. */
  refusal(reason: "clients" | "memory" | "bug"): string;
}

const REFUSALS = {
  clients: "ERR max number of clients reached",
  memory: "ERR too much memory is in use for commands that are not complete, try again",
  bug: "ERR internal error, the server's log says more",
} as const;

function counted<Reply extends RawReply>(reply: Reply, refusals: Refusals): Reply {
  reply.failures = refusals;
  return reply;
}

/** The Redis protocol. */
export class RespProtocol implements RawProtocol {
  readonly name = "resp";
  readonly decoder: RespDecoder;
  wasLong = false;
  readonly #replies: ReplyPool<RespReply>;
  readonly #messages: ReplyPool<RespReply>;
  readonly #ahead: ReadAhead;
  /** The command that was read last; null where there is none of its name. */
  #command: Command | null = null;

  /** What it refuses is counted by `refusals`. */
  constructor(limits: RespLimits, cache: Cache, refusals: Refusals) {
    this.#replies = new ReplyPool(() => counted(new RespReply(), refusals));
    this.#messages = new ReplyPool(() => new RespReply(undefined, MESSAGES_KEPT_BYTES));
    this.decoder = new RespDecoder(limits);
    this.#ahead = new ReadAhead(cache, limits);
  }

  begin(at: number): void {
    this.decoder.at = at;
    this.#ahead.forget();
  }

  readAhead(bytes: Uint8Array, end: number, database: number): number {
    const { at, isTrusted } = this.decoder;
    // What clients may send who have not shown their token only the decoder knows.
    return isTrusted ? this.#ahead.look(bytes, at, end, database) : at;
  }

  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    const { decoder } = this;
    if (decoder.isTrusted && this.#ahead.take(decoder, bytes, args)) {
      this.#command = this.#ahead.command;
      return Decoded.command;
    }
    const found = decoder.next(bytes, end, args, excess);
    if (found === Decoded.command) {
      this.#command = findCommand(bytes, decoder.nameStart, decoder.nameLength);
    }
    return found;
  }

  mayReadAgain(bytes: Uint8Array, at: number, end: number): boolean {
    const first = bytes[at]!;
    if (first === STAR && bytes[at + 1]! >= ONE) return true;
    // Behind an empty command there may be any other.
    const isLine = first > SPACE && first !== STAR;
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === QUOTE || byte === APOSTROPHE) return false;
      if (byte === LF && isLine) return true;
    }
    return true;
  }

  isHeld(pause: Pause, session: Session, args: Args): boolean {
    return this.#command !== null && isHeld(pause, session, this.#command, args);
  }

  isRefused(refuse: Refuse, context: CommandContext, args: Args, reply: RespReply): boolean {
    return this.#command !== null && refuse(context, this.#command, args, reply);
  }

  takeReply(session: Session, memory: MemorySource, isForMessages = false): RespReply {
    const reply = (isForMessages ? this.#messages : this.#replies).take(memory);
    reply.peer = session;
    return reply;
  }

  giveBack(reply: RespReply): void {
    const isForMessages = reply.keptBytes === MESSAGES_KEPT_BYTES;
    (isForMessages ? this.#messages : this.#replies).give(reply);
  }

  rest(reply: RespReply, other: RespReply): void {
    this.#replies.rest(reply, other);
  }

  run(
    context: CommandContext,
    bytes: Uint8Array,
    args: Args,
    reply: RespReply,
  ): void | Promise<void> {
    const command = this.#command;
    this.wasLong = command !== null && command.isTimed;
    if (command !== null) return dispatch(context, command, args, reply);
    const { nameStart, nameLength } = this.decoder;
    dispatchUnknown(context, bytes, nameStart, nameLength, args, reply);
  }

  refusal(reason: keyof typeof REFUSALS): string {
    return REFUSALS[reason];
  }
}

/** The text protocol. */
export class TextProtocol implements RawProtocol {
  readonly name = "text";
  readonly decoder: LineDecoder;
  readonly wasLong = false;
  readonly #replies: ReplyPool<TextReply>;
  readonly #refusals: Refusals;
  /** The command behind each verb. */
  readonly #commands: readonly (Command | null)[];

  /** What it refuses is counted by `refusals`. */
  constructor(limits: TextLimits, refusals: Refusals) {
    this.#refusals = refusals;
    this.#replies = new ReplyPool(() => counted(new TextReply(), refusals));
    this.decoder = new LineDecoder(limits);
    const names: [Verb, string][] = [
      [Verb.put, "SET"],
      [Verb.get, "GET"],
      [Verb.del, "DEL"],
      [Verb.ping, "PING"],
      [Verb.quit, "QUIT"],
      [Verb.auth, "AUTH"],
    ];
    const commands: (Command | null)[] = [null];
    for (const [verb, name] of names) {
      const bytes = new TextEncoder().encode(name);
      commands[verb] = findCommand(bytes, 0, bytes.length);
    }
    this.#commands = commands;
  }

  begin(at: number): void {
    this.decoder.at = at;
  }

  readAhead(_bytes: Uint8Array, end: number): number {
    return end;
  }

  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    return this.decoder.next(bytes, end, args, excess);
  }

  mayReadAgain(): boolean {
    return true;
  }

  isHeld(pause: Pause, session: Session, args: Args): boolean {
    const command = this.#commands[this.decoder.verb] ?? null;
    return command !== null && isHeld(pause, session, command, args);
  }

  isRefused(refuse: Refuse, context: CommandContext, args: Args, reply: TextReply): boolean {
    const command = this.#commands[this.decoder.verb] ?? null;
    return command !== null && refuse(context, command, args, reply);
  }

  takeReply(session: Session, memory: MemorySource): TextReply {
    const reply = this.#replies.take(memory);
    reply.peer = session;
    return reply;
  }

  giveBack(reply: TextReply): void {
    this.#replies.give(reply);
  }

  rest(reply: TextReply, other: TextReply): void {
    this.#replies.rest(reply, other);
  }

  run(
    context: CommandContext,
    _bytes: Uint8Array,
    args: Args,
    reply: TextReply,
  ): void | Promise<void> {
    const command = this.#commands[this.decoder.verb] ?? null;
    if (command !== null) return dispatch(context, command, args, reply);
    this.#refusals.unreadable();
    reply.error("ERROR");
  }

  refusal(_reason: keyof typeof REFUSALS): string {
    return "ERROR";
  }
}
