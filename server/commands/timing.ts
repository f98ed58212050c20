// How long commands take: for INFO commandstats, latencies and the slow log. A call is timed that may take long by itself,
// and of the others those that CommandStats picks, or any while the slow log wants all. For the rest the clock is read
// once they turn out to be long: when they wait for a lock, or before they copy more than 64 KiB (see
// Region.beginLong). What comes before that takes no time worth showing.

import type { Args } from "../contract/args.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import type { Way } from "../contract/metrics/ways.ts";
import type { Reply } from "../contract/reply.ts";
import type { ServerFacade } from "../contract/server.ts";
import type { CommandRun } from "../contract/log/slow_requests.ts";
import { execute } from "./execute.ts";
import { tellOnlookers } from "./notifications/onlookers.ts";
import { runOf } from "./server/slow_runs.ts";

/** Commands begin to run in a row. What other work has found to be long is none of theirs. */
export function beginUntimed(context: CommandContext): void {
  context.cache.region.endLong();
}

/** Runs a command that may be run, and counts it. {@linkcode beginUntimed} comes before. */
export function runCounted(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
): void | Promise<void> {
  const { session } = context;
  session.running = command.id;
  if (context.stats.count(session.way, command.id, command.isTimed)) {
    return runTimed(context, command, args, reply);
  }
  execute(context, command, args, reply);
  if (context.cache.region.duties !== 0) endCounted(context, command, args);
}

/** A command has ended that was not timed, and there is something to be done. */
function endCounted(context: CommandContext, command: Command, args: Args): void {
  if (context.cache.region.longSinceMs !== 0) endUntimed(context, command, args);
  tellOnlookers(context, command, args);
}

/** Runs a command, and takes its time. `isAlone`: it stands for no calls but this one. */
export function runTimed(
  context: CommandContext,
  command: Command,
  args: Args,
  reply: Reply,
  isAlone = false,
): void | Promise<void> {
  const fromMs = beginTimed(context);
  const done = execute(context, command, args, reply);
  if (context.cache.region.duties !== 0) tellOnlookers(context, command, args);
  if (done !== undefined) {
    context.stats.noteTimed(fromMs);
    const ms = performance.now() - fromMs;
    const run = runOf(context.session, command, args);
    return ended(context.server, context.session.way, command, run, ms, done);
  }
  endTimed(context, command, args, fromMs, isAlone);
}

/** A command begins that is timed. Returns when, by `performance.now()`. */
export function beginTimed(context: CommandContext): number {
  beginUntimed(context);
  return performance.now();
}

/** A command has ended that began at `fromMs`. The next one may begin. `isAlone`: its time stands for no other calls. */
export function endTimed(
  context: CommandContext,
  command: Command,
  args: Args,
  fromMs: number,
  isAlone: boolean,
): void {
  const tookUs = (performance.now() - fromMs) * 1000;
  const { cache: { region }, session, stats } = context;
  // Long ones are all timed, so that each stands for itself.
  const isLong = region.longSinceMs !== 0;
  region.endLong();
  stats.noteTimed(fromMs);
  stats.noteTook(session.way, command.id, command.groupNumber, tookUs, isLong || isAlone);
  if (tookUs >= context.server.latency.thresholdUs) noteLatency(context.server, command, tookUs);
  if (isSlow(context, command, tookUs)) {
    context.server.slow.noteCommand(runOf(context.session, command, args), tookUs);
  }
}

/** A command has ended that was not timed, and turned out to be long. */
export function endUntimed(context: CommandContext, command: Command, args: Args): void {
  endTimed(context, command, args, context.cache.region.longSinceMs, true);
}

/**
 * Waits for the end of a command that takes its time; its arguments are gone by then, and so may be its context. What it
 * worked counts, not how long it waited for others: `ms` so far, and what it says at its end.
 */
async function ended(
  server: ServerFacade,
  way: Way,
  command: Command,
  run: CommandRun,
  ms: number,
  done: Promise<number | void>,
): Promise<void> {
  const tookUs = (ms + (await done ?? 0)) * 1000;
  server.stats.noteTook(way, command.id, command.groupNumber, tookUs, true);
  noteLatency(server, command, tookUs);
  if (tookUs >= server.slow.fromUs) server.slow.noteCommand(run, tookUs);
}

function noteLatency({ latency }: ServerFacade, { flags }: Command, tookUs: number): void {
  latency.note(flags.includes("fast") ? "fast-command" : "command", tookUs);
}

function isSlow({ server }: CommandContext, command: Command, tookUs: number): boolean {
  return tookUs >= server.slow.fromUs && !command.flags.includes("noslowlog");
}
