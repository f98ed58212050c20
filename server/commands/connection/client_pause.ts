// CLIENT PAUSE and UNPAUSE, CLIENT REPLY, CLIENT UNBLOCK, and which commands a pause holds. Each is a
// subcommand of CLIENT, and its name is the first argument. How clients wait is their protocol's affair.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { Pause, PauseKind } from "./pause.ts";
import type { Reply } from "../../contract/reply.ts";
import { type Session, Silence } from "../../contract/session.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { NOT_IN_MULTI, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { tooManyArguments } from "../subcommands.ts";

const BAD_MODE = refused("CLIENT PAUSE mode must be WRITE or ALL");
const BAD_TIMEOUT = refused("timeout is not an integer or out of range");
const NEGATIVE_TIMEOUT = refused("timeout is negative");
const BAD_REASON = refused("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
const NO_SILENCE = refused("CLIENT REPLY needs a connection of the Redis protocol");

/** CLIENT PAUSE milliseconds [WRITE|ALL] */
export function clientPause({ cache }: CommandContext, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.fail(tooManyArguments("CLIENT", args));
  const mode = args.count === 3 ? tokenOf(args, 2) : "ALL";
  if (mode !== "ALL" && mode !== "WRITE") return reply.fail(BAD_MODE);
  const ms = integerOf(args, 1);
  if (ms === undefined) return reply.fail(BAD_TIMEOUT);
  if (ms < 0) return reply.fail(NEGATIVE_TIMEOUT);
  const kind = mode === "ALL" ? PauseKind.all : PauseKind.write;
  new Pause(cache.region, cache.now).begin(Number(ms), kind);
  reply.ok();
}

/** CLIENT UNPAUSE */
export function clientUnpause({ cache }: CommandContext, _args: Args, reply: Reply): void {
  new Pause(cache.region, cache.now).end();
  reply.ok();
}

/**
 * Whether a command has to wait for the end of a pause. All do that write, and so does an EXEC with one
 * that writes. What ends a pause never waits, nor does what is refused whatever comes.
 */
export function isHeld(pause: Pause, session: Session, command: Command, args: Args): boolean {
  const { name, flags, arity: [least, most], problem } = command;
  if (args.count < least || args.count > most || (problem?.(args) ?? null) !== null) return false;
  if (!session.isAuthenticated && !flags.includes("noauth")) return false;
  if (name === "CLIENT" && args.count > 0 && tokenOf(args, 0) === "UNPAUSE") return false;
  const isWrite = flags.includes("write") ||
    name === "EXEC" && session.transaction !== null && session.transaction.hasWrites;
  return pause.holds(isWrite);
}

/** CLIENT REPLY ON|OFF|SKIP. The batch takes back what is not to be sent. */
export function clientReply(context: CommandContext, args: Args, reply: Reply): void {
  const { session } = context;
  // A list of answers, of which some are missing, could not be read.
  if (context.isAtomic) return reply.fail(NOT_IN_MULTI);
  if (session.transport !== "resp") return reply.fail(NO_SILENCE);
  const mode = tokenOf(args, 1);
  if (mode === "ON") session.silence = Silence.none;
  else if (mode === "OFF") session.silence = Silence.all;
  else if (mode !== "SKIP") return reply.fail(SYNTAX);
  else if (session.silence !== Silence.all) session.silence = Silence.twice;
  reply.ok();
}

/** CLIENT UNBLOCK id [TIMEOUT|ERROR]: 1 where a command of that client waited for something, which ends now. */
export function clientUnblock(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  if (args.count > 3) return reply.fail(tooManyArguments("CLIENT", args));
  const reason = args.count === 3 ? tokenOf(args, 2) : "TIMEOUT";
  if (reason !== "TIMEOUT" && reason !== "ERROR") return reply.fail(BAD_REASON);
  const id = integerOf(args, 1);
  if (id === undefined) return reply.fail(NOT_INTEGER);
  return later(context, reply, async () => {
    const isEnded = await context.server.unblockClient(Number(id), reason === "ERROR");
    reply.integer(isEnded ? 1 : 0);
  });
}
