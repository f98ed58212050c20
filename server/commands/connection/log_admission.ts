// Whether a command that writes may begin, as far as the log is concerned: it has room, and can be
// written. What is refused here has changed nothing, and nothing is locked.

import { type LogRing, LogState } from "../../../cache/mod.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { LOG_FULL, logFailing } from "../failures.ts";

/** Refuses a command that writes and may not begin now. Returns false where any other goes on. */
export function refusesWrite(context: CommandContext, command: Command, reply: Reply): boolean {
  const problem = command.isWrite ? writeProblem(context, context.log!) : null;
  if (problem === null) return false;
  reply.fail(problem);
  return true;
}

/** Why a write may not begin now, or null; then it counts as begun. May wait 50 ms for room in the log. */
export function writeProblem(context: CommandContext, log: LogRing): Failure | null {
  if (log.state === LogState.failing) {
    const failure = failingProblem(context, log);
    if (failure !== null) return failure;
  }
  if (!log.hasRoom() && !log.waitForRoom()) return LOG_FULL;
  context.writes++;
  return null;
}

/** Why no write may begin until the log can be written again, or null. */
export function failingProblem(
  { cache, server }: CommandContext,
  log: LogRing | null,
): Failure | null {
  if (log === null || log.state !== LogState.failing) return null;
  if (server.config.onWriteError === "continue") return null;
  return logFailing(new PersistenceStatus(cache.region).cause ?? "unknown error");
}
