// How long the calls of each command took: LATENCY HISTOGRAM in octaves, and INFO latencystats in percentiles.
// Pure but for the reply.

import type { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import type { LatencyHistograms } from "../../contract/metrics/latency.ts";
import { upperUs } from "../../contract/metrics/latency_buckets.ts";
import { quantileUs } from "../../contract/metrics/latency_counts.ts";
import type { Reply } from "../../contract/reply.ts";
import { mayAnswer } from "../answer_text.ts";
import { tokenOf } from "../argument_text.ts";
import type { Fields } from "./info_fields.ts";

/** More than a command takes in an answer: its name, and each octave with its count. */
const MAX_HISTOGRAM_BYTES = 1024;
/** What took longer than any octave is counted in the last one. */
const LAST_US = 2 ** 26;

/** Of a command: its calls, and how many took so many microseconds or less. */
interface Shown {
  readonly calls: number;
  readonly octaves: readonly (readonly [us: number, calls: number])[];
}

/** The commands that the arguments behind the first one name, or all; those that never ran are left out. */
export function wantedCommands(commands: readonly Command[], args: Args): readonly Command[] {
  if (args.count === 1) return commands;
  const byName = new Map(commands.map((command) => [command.name, command]));
  const found: Command[] = [];
  for (let i = 1; i < args.count; i++) {
    const command = byName.get(tokenOf(args, i));
    if (command !== undefined) found.push(command);
  }
  return found;
}

/** Answers LATENCY HISTOGRAM for these commands. */
export function answerHistograms(
  commands: readonly Command[],
  histograms: LatencyHistograms,
  reply: Reply,
): void {
  const shown = commands.filter(({ id }) => histograms.has(id));
  if (!mayAnswer(shown.length * MAX_HISTOGRAM_BYTES, reply)) return;
  reply.map(shown.length);
  for (const { id, name } of shown) {
    const { calls, octaves } = shownOf(histograms.get(id)!);
    reply.text(name.toLowerCase());
    reply.map(2);
    reply.text("calls");
    reply.integer(calls);
    reply.text("histogram_usec");
    reply.map(octaves.length);
    for (const [us, count] of octaves) {
      reply.integer(us);
      reply.integer(count);
    }
  }
}

function shownOf(counts: Float64Array): Shown {
  const octaves: [number, number][] = [];
  let calls = 0;
  let told = 0;
  for (const [bucket, count] of counts.entries()) {
    calls += count;
    const us = Math.min(LAST_US, upperUs(bucket));
    // A microsecond is the least; as in Redis octaves in which none was are left out.
    if (calls === told || !Number.isInteger(Math.log2(us)) || us < 1) continue;
    told = calls;
    if (octaves.at(-1)?.[0] === us) octaves.pop();
    octaves.push([us, calls]);
  }
  return { calls, octaves };
}

/** The fields of INFO latencystats: of each command the percentiles in `wanted`, which are numbers with spaces between. */
export function latencyFields(
  commands: readonly Command[],
  histograms: LatencyHistograms,
  wanted: string,
): Fields {
  const percentiles = wanted.split(" ").filter((text) => text !== "");
  const fields: Record<string, string> = {};
  for (const { id, name } of commands) {
    const counts = histograms.get(id);
    if (counts === undefined) continue;
    fields[`latency_percentiles_usec_${name.toLowerCase()}`] = percentiles.map((percentile) =>
      `p${percentile}=${quantileUs(counts, Number(percentile) / 100).toFixed(3)}`
    ).join(",");
  }
  return fields;
}
