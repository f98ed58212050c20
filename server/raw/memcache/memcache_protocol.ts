// The protocol of memcached's clients, as the loop of raw connections needs it. What differs from the other raw protocols
// stands here and in its codec: a line that asks for many keys is many commands, and the codec knows some answers itself.

import type { Cache } from "../../../cache/mod.ts";
import { Status } from "../../codecs/memcache/binary.ts";
import { MemcacheDecoder } from "../../codecs/memcache/decode.ts";
import type { MemcacheLimits } from "../../codecs/memcache/limits.ts";
import { MemcacheOutput } from "../../codecs/memcache/reply.ts";
import type { Excess } from "../../codecs/excess.ts";
import { Decoded } from "../../codecs/resp_decode.ts";
import { isHeld } from "../../commands/connection/client_pause.ts";
import type { Pause } from "../../commands/connection/pause.ts";
import { dispatch } from "../../commands/dispatch.ts";
import { memcacheCommands } from "../../commands/memcache/rows.ts";
import { MEMCACHED_VERSION } from "../../commands/memcache/version.ts";
import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import type { Refusals } from "../../contract/command_stats.ts";
import type { MemorySource } from "../../contract/memory_account.ts";
import { KeyLine } from "../../contract/memcache/key_line.ts";
import { Op } from "../../contract/memcache/request.ts";
import type { Session } from "../../contract/session.ts";
import { MemcacheAhead } from "./memcache_ahead.ts";
import type { RawProtocol, Refuse } from "../protocols.ts";
import { ReplyPool } from "../reply_pool.ts";

const REFUSALS = {
  clients: "ERROR Too many open connections",
  memory: "SERVER_ERROR too much memory is in use for commands that are not complete, try again",
  bug: "SERVER_ERROR internal error, the server's log says more",
} as const;

const SPACE = 0x20;
const LF = 0x0a;
const SMALL_B = 0x62;
const SMALL_M = 0x6d;

/** The classic, meta and binary protocols of memcached. */
export class MemcacheProtocol implements RawProtocol {
  readonly name = "memcache";
  readonly decoder: MemcacheDecoder;
  wasLong = false;
  readonly #replies: ReplyPool<MemcacheOutput>;
  readonly #refusals: Refusals;
  readonly #ahead: MemcacheAhead;
  /** By {@linkcode Op}. */
  readonly #commands: readonly (Command | null)[];

  /** What it refuses is counted by `refusals`. */
  constructor(limits: MemcacheLimits, cache: Cache, refusals: Refusals) {
    this.decoder = new MemcacheDecoder(limits);
    const { request } = this.decoder;
    this.#refusals = refusals;
    this.#commands = memcacheCommands(request);
    this.#ahead = new MemcacheAhead(cache, limits);
    this.#replies = new ReplyPool(() => {
      const reply = new MemcacheOutput(request);
      reply.failures = refusals;
      return reply;
    });
  }

  begin(at: number, session: Session): void {
    this.decoder.at = at;
    this.decoder.line = session.keyLine ??= new KeyLine();
    this.#ahead.forget();
  }

  readAhead(bytes: Uint8Array, end: number, database: number): number {
    const { at, isTrusted, line } = this.decoder;
    return isTrusted ? this.#ahead.look(bytes, at, end, line, database) : at;
  }

  next(bytes: Uint8Array, end: number, args: Args, excess: Excess): Decoded {
    const { decoder } = this;
    const { at } = decoder;
    if (decoder.isTrusted && excess.isEmpty && this.#ahead.take(decoder, bytes, args)) {
      return Decoded.command;
    }
    const found = decoder.next(bytes, end, args, excess);
    if (found === Decoded.command) this.#ahead.give(at, args);
    return found;
  }

  mayReadAgain(bytes: Uint8Array, at: number, end: number): boolean {
    if (bytes[at] !== SMALL_M) return true;
    // A key that is base64 is decoded where it stands.
    for (let i = at; i < end && bytes[i] !== LF; i++) {
      if (bytes[i] === SPACE && bytes[i + 1] === SMALL_B) return false;
    }
    return true;
  }

  get #command(): Command | null {
    return this.#commands[this.decoder.request.op]!;
  }

  isHeld(pause: Pause, session: Session, args: Args): boolean {
    const command = this.#command;
    const held = command !== null && isHeld(pause, session, command, args);
    if (held) this.decoder.unread();
    return held;
  }

  isRefused(refuse: Refuse, context: CommandContext, args: Args, reply: MemcacheOutput): boolean {
    const command = this.#command;
    const isRefused = command !== null && refuse(context, command, args, reply);
    if (isRefused) this.decoder.line.hasFailed = true;
    return isRefused;
  }

  takeReply(session: Session, memory: MemorySource): MemcacheOutput {
    const reply = this.#replies.take(memory);
    reply.peer = session;
    return reply;
  }

  giveBack(reply: MemcacheOutput): void {
    this.#replies.give(reply);
  }

  rest(reply: MemcacheOutput, other: MemcacheOutput): void {
    this.#replies.rest(reply, other);
  }

  run(
    context: CommandContext,
    _bytes: Uint8Array,
    args: Args,
    reply: MemcacheOutput,
  ): void | Promise<void> {
    const command = this.#command;
    this.wasLong = command !== null && command.isTimed;
    if (command === null) return this.#answer(context, reply);
    reply.hasFailed = false;
    const done = dispatch(context, command, args, reply);
    // A client takes an error for the end of the whole line's answer.
    if (reply.hasFailed) this.decoder.line.hasFailed = true;
    return done;
  }

  /** Answers what needs no command. */
  #answer(context: CommandContext, reply: MemcacheOutput): void {
    const { op, error } = this.decoder.request;
    switch (op) {
      case Op.version:
        return reply.version(MEMCACHED_VERSION);
      case Op.verbosity:
        return reply.ok();
      case Op.quit:
        context.session.afterReply = "close";
        return reply.bye();
      case Op.noop:
        return reply.noop();
      case Op.end:
        return reply.endLine();
      case Op.mechanisms:
        if (context.server.config.token !== undefined) return reply.mechanisms("PLAIN");
        this.decoder.request.status = Status.unknown;
        return reply.refuse(error);
      default:
        if (this.decoder.request.ends) context.session.afterReply = "close";
        this.#refusals.unreadable();
        return reply.refuse(error);
    }
  }

  refusal(reason: keyof typeof REFUSALS): string {
    return REFUSALS[reason];
  }
}
