// A client whose command waits: the command with a copy of its arguments, where the answer goes, and in which queues it
// waits. Answered once, in one of the ways below.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Waiting } from "../../contract/commands/waits.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Session } from "../../contract/session.ts";
import { refused } from "../failures.ts";
import type { Timeout } from "./timeout.ts";
import type { Spot, Ticketed } from "./wait_queue.ts";

const UNBLOCKED = refused("client unblocked via CLIENT UNBLOCK", "UNBLOCKED");
/** What one costs that waits, and each of its keys, beside the bytes of its arguments. */
const CLIENT_BYTES = 3072;
const KEY_BYTES = 512;
/** What the place of an argument costs. */
const PLACE_BYTES = 8;

/** What a client takes of its memory while it waits. */
export function waitingBytes(args: Args, keyCount: number): number {
  let bytes = CLIENT_BYTES + keyCount * KEY_BYTES + args.count * PLACE_BYTES;
  for (let i = 0; i < args.count; i++) bytes += 2 * args.lengths[i]!;
  return bytes;
}

/** One that waits. */
export class WaitingClient implements Ticketed {
  readonly session: Session;
  /** The context of its command where that counts what is written; else null, since it is large. */
  readonly counts: CommandContext | null;
  readonly waiting: Waiting<CommandContext>;
  readonly reply: Reply;
  /** What its command has noted when it ran. */
  readonly note: unknown;
  readonly ticket: number;
  /** The arguments of its command: their bytes, and where they lie. */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly spots: Spot<WaitingClient>[] = [];
  timeout: Timeout | null = null;
  isDone = false;
  /** Resolves when it has its answer. Rejects with an exception that was a bug. */
  readonly done: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    context: CommandContext,
    waiting: Waiting<CommandContext>,
    args: Args,
    reply: Reply,
    ticket: number,
    note: unknown,
  ) {
    this.note = note;
    this.session = context.session;
    this.counts = context.log === null ? null : context;
    this.waiting = waiting;
    this.reply = reply;
    this.ticket = ticket;
    this.lengths = args.lengths.slice(0, args.count);
    this.starts = new Int32Array(args.count);
    this.bytes = new Uint8Array(this.lengths.reduce((sum, length) => sum + length, 0));
    for (let i = 0, at = 0; i < args.count; at += this.lengths[i]!, i++) {
      this.starts[i] = at;
      this.bytes.set(args.bytesOf(i), at);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The bytes of an argument, as a view. */
  bytesOf(index: number): Uint8Array {
    const start = this.starts[index]!;
    return this.bytes.subarray(start, start + this.lengths[index]!);
  }

  /** Lays `args` over its arguments. */
  lay(args: Args): void {
    args.over(this.bytes);
    args.starts = this.starts;
    args.lengths = this.lengths;
    args.count = this.lengths.length;
  }

  /** Its time is over, or that is said. */
  timeOut(): void {
    this.reply.missArray();
  }

  /** CLIENT UNBLOCK ERROR. */
  refuse(): void {
    this.reply.fail(UNBLOCKED);
  }

  /** It waits no more: its answer is on its reply, or it needs none. */
  end(): void {
    this.isDone = true;
    this.timeout?.clear();
    this.#resolve();
  }

  /** Ends because of an exception. */
  fail(error: unknown): void {
    this.#reject(error);
    this.end();
  }
}
