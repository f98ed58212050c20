// WAIT, WAITAOF, REPLICAOF, SLAVEOF and ROLE: this server has no replicas and is none, and says so in the
// words that clients expect.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused } from "../failures.ts";

const BAD_TIMEOUT = refused("timeout is not an integer or out of range");
const NEGATIVE_TIMEOUT = refused("timeout is negative");
const NO_FILE = refused("WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
const NO_REPLICA = refused("this server cannot be a replica, send REPLICAOF NO ONE or nothing");

/** WAIT replicas milliseconds: 0 at once, since none will come. */
export function wait(_context: CommandContext, args: Args, reply: Reply): void {
  const problem = waitProblem(args, 1);
  if (problem === null) reply.integer(0);
  else reply.fail(problem);
}

/** WAITAOF local replicas milliseconds: nothing is written to a file. */
export function waitAof(_context: CommandContext, args: Args, reply: Reply): void {
  const problem = waitProblem(args, 2);
  if (problem !== null) return reply.fail(problem);
  if (Number(integerOf(args, 0)) > 0) return reply.fail(NO_FILE);
  reply.array(2);
  reply.integer(0);
  reply.integer(0);
}

/** Why the numbers are wrong, the last of which, argument `timeout`, is a time; or null. */
function waitProblem(args: Args, timeout: number): Failure | null {
  for (let i = 0; i < timeout; i++) if (integerOf(args, i) === undefined) return NOT_INTEGER;
  const ms = integerOf(args, timeout);
  if (ms === undefined) return BAD_TIMEOUT;
  return ms < 0 ? NEGATIVE_TIMEOUT : null;
}

/** REPLICAOF NO ONE, which it is already. */
export function replicaOf(_context: CommandContext, args: Args, reply: Reply): void {
  if (tokenOf(args, 0) === "NO" && tokenOf(args, 1) === "ONE") reply.ok();
  else reply.fail(NO_REPLICA);
}

/** ROLE: a master without replicas. */
export function role(_context: CommandContext, _args: Args, reply: Reply): void {
  reply.array(3);
  reply.text("master");
  reply.integer(0);
  reply.array(0);
}
