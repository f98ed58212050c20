// The way in for clients with a session. Decides who may run what, queues between MULTI and EXEC,
// counts. Commands that it allows go on to runCounted(), and so to execute(), which locks and runs. For
// most commands this is a few compares and one addition.

import type { Args } from "../contract/args.ts";
import type { Failure, Reply } from "../contract/reply.ts";
import type { Tracking } from "../contract/tracking.ts";
import type { Command, CommandContext } from "../contract/command.ts";
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
import { failingProblem } from "./connection/log_admission.ts";
import { endCaching, rememberReads } from "./reads.ts";
import { runCounted } from "./timing.ts";

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
  if (session.tracking !== null) return tracked(context, session.tracking, command, args, reply);
  return runCounted(context, command, args, reply);
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
  let done: void | Promise<void>;
  try {
    done = runCounted(context, command, args, reply);
  } finally {
    // Later changes are made by other clients.
    region.changedBy = 0;
    endCaching(context, command);
  }
  if (command.flags.includes("read")) return done;
  // A client has the news of its own changes together with the answer.
  if (done !== undefined) return done.then(() => tracking.hear());
  tracking.hear();
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
export function refuse(
  context: CommandContext,
  command: Command,
  failure: Failure,
  reply: Reply,
): void {
  const { session } = context;
  context.stats.countRefused(session.way, command.id);
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
  const problem = (command.isWrite ? failingProblem(context, context.log) : null) ??
    command.problem?.(args) ?? null;
  if (problem !== null) return refuse(context, command, problem, reply);
  const kept = transaction.enqueue(command.id, args);
  if (kept === "tooLarge") return refuse(context, command, TRANSACTION_TOO_LARGE, reply);
  if (kept === "noMemory") return refuse(context, command, NO_MEMORY, reply);
  context.session.lastCommand = command.name;
  if (command.flags.includes("write")) transaction.hasWrites = true;
  if (command.flags.includes("script")) transaction.hasScripts = true;
  reply.status("QUEUED");
}
