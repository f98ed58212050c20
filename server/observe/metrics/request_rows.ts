// Metrics of commands: how many by protocol, command and outcome, and how long they took by group. Rows of the table.
// Labels are names of our own table of commands, so there is a fixed number of them whatever clients send.

import type { LatencyCounts } from "../../contract/metrics/latency_counts.ts";
import { upperUs } from "../../contract/metrics/latency_buckets.ts";
import { COMMAND_GROUPS } from "../../contract/commands/command_kinds.ts";
import {
  BOUNDS_SECONDS,
  type Histogram,
  type LabelledHistogram,
  type Metric,
  type Row,
} from "./metric.ts";
import type { Snapshot } from "./snapshot.ts";

const COMMANDS: Metric = {
  name: "slabkv_commands_total",
  type: "counter",
  unit: "",
  help:
    "Commands by the way they came, name and outcome: `ok`, `error` (carried out, answered with an error) or " +
    "`refused` (before that). JSON routes count as the commands that they run. `CONFIG RESETSTAT` leaves them. `other`: " +
    "commands by that way after the first 378 kinds that a worker has met.",
  labels: ["protocol", "command", "outcome"],
  each: ({ figures }, take) => {
    for (const { protocol, command, ok, failed, refused } of figures?.requests() ?? []) {
      const name = command.toLowerCase();
      take([protocol, name, "ok"], ok);
      take([protocol, name, "error"], failed);
      take([protocol, name, "refused"], refused);
    }
  },
  bound: "six protocols and the commands that were called",
};

const DURATIONS: Metric = {
  name: "slabkv_command_duration_seconds",
  type: "histogram",
  unit: "seconds",
  help:
    "How long commands took in the server, by group of commands. Under load one in 64 or so is timed and stands for " +
    "the others of its command; what is slow always is. None with `--metrics off`.",
  labels: ["group"],
  histograms: durations,
  bound: COMMAND_GROUPS.join(", "),
};

function* durations({ figures }: Snapshot): Iterable<LabelledHistogram> {
  if (figures === null) return;
  for (const group of COMMAND_GROUPS) {
    const latency = figures.latency(group);
    if (latency.total > 0) yield [[group], histogramOf(latency)];
  }
}

/** Octaves of finer buckets, added up. */
export function histogramOf({ counts, total, sumUs }: LatencyCounts): Histogram {
  const upTo = new Float64Array(BOUNDS_SECONDS.length);
  let sum = 0;
  let bucket = 0;
  for (const [i, bound] of BOUNDS_SECONDS.entries()) {
    const boundUs = Math.round(bound * 1e6);
    while (bucket < counts.length && upperUs(bucket) <= boundUs) {
      sum += counts[bucket++]!;
    }
    upTo[i] = sum;
  }
  return { upTo, count: total, sumSeconds: sumUs / 1e6 };
}

/** What clients ask for. */
export const REQUEST_ROWS: readonly Row[] = [COMMANDS, DURATIONS];
