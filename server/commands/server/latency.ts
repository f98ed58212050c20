// LATENCY: what took long. Where Redis has figures, they are here in its form; what they mean is said in
// words of our own. Commands about all workers ask the server.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { LATENCY_EVENT_NAMES, type LatencyEvent } from "../../contract/metrics/latency.ts";
import type { Reply } from "../../contract/reply.ts";
import { latencyGraph, latencyReport } from "../../observe/latency/latency_report.ts";
import { answerText } from "../answer_text.ts";
import { shownText, textOf, tokenOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { answerHistograms, wantedCommands } from "./latency_histograms.ts";

/** Longer than the name of any event. */
const MAX_NAME_CHARS = 64;

/**
 * LATENCY LATEST | HISTORY event | GRAPH event | RESET [event ...] | DOCTOR | HISTOGRAM [command ...] | HELP. Inside EXEC,
 * where nothing may wait, all but RESET tell of the worker that the client is connected to.
 */
export function latency(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const token = tokenOf(args, 0);
  if (token === "RESET") return reset(context, args, reply);
  if (token === "HISTOGRAM") return histogram(context, args, reply);
  if (token === "HELP") return answerHelp("LATENCY", LATENCY_HELP, reply);
  const name = args.count > 1 ? textOf(args, 1, MAX_NAME_CHARS) : "";
  const missing = token === "GRAPH" ? shownText(args, 1) : "";
  const answer = (events: readonly LatencyEvent[]): void => {
    const event = events.find((event) => event.name === name);
    if (token === "LATEST") return answerLatest(events, reply);
    if (token === "HISTORY") return answerHistory(event, reply);
    if (token === "DOCTOR") return answerText(reportOf(context, events), reply);
    if (event === undefined) {
      return reply.fail(refused(`No samples available for event '${missing}'`));
    }
    answerText(latencyGraph(event, secondsOf(context)), reply);
  };
  const { latency } = context.server;
  if (context.isAtomic) return answer(latency.eventsNow());
  return later(context, reply, async () => answer(await latency.events()));
}

const LATENCY_HELP = [
  "DOCTOR",
  "    What took long, and what may help.",
  "GRAPH <event>",
  "    A picture of the samples of an event.",
  "HISTORY <event>",
  "    Times and milliseconds of an event, at most one for each second.",
  "LATEST",
  "    Of each event: its name, when it was last, how long it took then and at most.",
  "RESET [<event> ...]",
  "    Forgets these events, or all.",
  "HISTOGRAM [<command> ...]",
  "    How many calls took how many microseconds or less.",
];

function histogram(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { server, stats } = context;
  const commands = wantedCommands(context.commands, args);
  if (context.isAtomic) return answerHistograms(commands, stats.histograms(), reply);
  return later(
    context,
    reply,
    async () => answerHistograms(commands, (await server.totals()).latency, reply),
  );
}

function reset(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { latency } = context.server;
  const given = Array.from(
    { length: args.count - 1 },
    (_, i) => textOf(args, i + 1, MAX_NAME_CHARS).toLowerCase(),
  );
  const names = LATENCY_EVENT_NAMES.filter((name) => given.includes(name));
  if (given.length > 0 && names.length === 0) return reply.integer(0);
  if (context.isAtomic) return reply.integer(latency.resetNow(names));
  return later(context, reply, async () => reply.integer(await latency.reset(names)));
}

function answerLatest(events: readonly LatencyEvent[], reply: Reply): void {
  reply.array(events.length);
  for (const { name, maxMs, samples } of events) {
    const [atSeconds, ms] = samples.at(-1)!;
    reply.array(4);
    reply.text(name);
    reply.integer(atSeconds);
    reply.integer(ms);
    reply.integer(maxMs);
  }
}

function answerHistory(event: LatencyEvent | undefined, reply: Reply): void {
  const samples = event?.samples ?? [];
  reply.array(samples.length);
  for (const [atSeconds, ms] of samples) {
    reply.array(2);
    reply.integer(atSeconds);
    reply.integer(ms);
  }
}

function reportOf(context: CommandContext, events: readonly LatencyEvent[]): string {
  const { slow, latency } = context.server;
  const settings = { slowerThanUs: slow.slowerThanUs, latencyThresholdUs: latency.thresholdUs };
  return latencyReport(events, secondsOf(context), settings);
}

/** Now, in seconds since 1970, as events have them. */
function secondsOf({ cache }: CommandContext): number {
  return Math.floor(cache.now() / 1000);
}
