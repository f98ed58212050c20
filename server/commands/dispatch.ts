// The way in for clients with a session. Decides who may run what, queues between MULTI and EXEC,
// counts and times. Commands that it allows go on to execute(), which locks and runs. For most
// commands this is a few compares and one addition.

import type { Args } from "../contract/args.ts";
import type { Failure, Reply } from "../contract/reply.ts";
import type { Tracking } from "../contract/tracking.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import { execute } from "./execute.ts";
import {
  execAborted,
  NO_AUTH,
  NO_MEMORY,
  NOT_IN_MULTI,
  TRANSACTION_TOO_LARGE,
  unknownCommand,
  wrongArity,
} from "./failures.ts";
import type { Transaction } from "../contract/transaction.ts";
import { endCaching, rememberReads } from "./reads.ts";
import { textOf } from "./argument_text.ts";

/** The slow log keeps the first arguments of a command, and the first bytes of each. */
const MAX_SLOW_CHARS = 64;
const MAX_SLOW_WORDS = 8;

/**
 * Runs `command` for `context.session`, or queues it, or refuses it. Its outcome is on `reply` when
 * this returns. For a few commands this returns a promise; the outcome is there when it has resolved.
 */
export function dispatch(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  const { session } = context;
  if (args.count < command.arity[0] || args.count > command.arity[1]) {
    return refuse(context, command, wrongArity(command.name), reply);
  }
  if (!session.isAuthenticated && !command.flags.includes("noauth")) {
    return refuse(context, command, NO_AUTH, reply);
  }
  const { transaction } = session;
  if (transaction !== null && transaction.isOpen && !command.flags.includes("immediate")) {
    return queue(context, transaction, command, args, reply);
  }
  session.lastCommand = command.name;
  session.running = command.id;
  const weight = context.stats.count(command.id, command.isTimed);
  if (session.tracking !== null) return tracked(context, session.tracking, command, args, reply);
  if (weight !== 0) return timed(context, command, args, reply, weight);
  return execute(context, command, args, reply);
}

/** Runs a command of a client with tracking, and first notes the keys that it reads. */
function tracked(
  context: CommandContext,
  tracking: Tracking,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  const { region } = context.cache;
  if (tracking.options.noLoop) region.changedBy = context.session.id | 0;
  rememberReads(context, tracking, command, args);
  try {
    return timed(context, command, args, reply, 1);
  } finally {
    // Later changes are made by other clients.
    region.changedBy = 0;
    endCaching(context, command);
  }
}

/** Refuses a command that is not in the table. `name` is its name as sent. */
export function dispatchUnknown(
  context: CommandContext,
  bytes: Uint8Array,
  start: number,
  length: number,
  args: Args,
  reply: Reply,
): void {
  const { session } = context;
  const { transaction } = session;
  if (transaction !== null && transaction.isOpen) transaction.break();
  endCaching(context, null);
  session.running = -1;
  reply.fail(unknownCommand(bytes.subarray(start, start + length), args));
}

/** Refuses a command. Inside MULTI, EXEC will then refuse all; EXEC itself ends the transaction. */
function refuse(context: CommandContext, command: Command, failure: Failure, reply: Reply): void {
  context.stats.refused[command.id]!++;
  const { session } = context;
  const { transaction } = session;
  if (transaction !== null && transaction.isOpen) transaction.break();
  endCaching(context, command);
  session.running = -1;
  if (command.name !== "EXEC") return reply.fail(failure);
  session.endTransaction();
  reply.fail(execAborted(failure));
}

function queue(
  context: CommandContext,
  transaction: Transaction,
  command: Command,
  args: Args,
  reply: Reply,
): void {
  if (command.flags.includes("nomulti")) return refuse(context, command, NOT_IN_MULTI, reply);
  const problem = command.problem?.(args) ?? null;
  if (problem !== null) return refuse(context, command, problem, reply);
  const kept = transaction.enqueue(command.id, args);
  if (kept === "tooLarge") return refuse(context, command, TRANSACTION_TOO_LARGE, reply);
  if (kept === "noMemory") return refuse(context, command, NO_MEMORY, reply);
  context.session.lastCommand = command.name;
  if (command.flags.includes("write")) transaction.hasWrites = true;
  reply.status("QUEUED");
}

function timed(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
  weight: number,
): void | Promise<void> {
  const { session, server } = context;
  const from = performance.now();
  const done = execute(context, command, args, reply);
  if (done !== undefined) return done;
  const tookUs = (performance.now() - from) * 1000;
  context.stats.tookUs[command.id]! += tookUs * weight;
  if (tookUs >= server.slowerThanUs && !command.flags.includes("noslowlog")) {
    server.noteCommand(session, tookUs, () => wordsOf(command, args));
  }
}

function wordsOf(command: Command, args: Args): string[] {
  const shown = Math.min(args.count, MAX_SLOW_WORDS);
  const words = Array.from({ length: shown }, (_, i) => textOf(args, i, MAX_SLOW_CHARS));
  return [command.name, ...words];
}
