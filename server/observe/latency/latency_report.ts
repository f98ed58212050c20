// What LATENCY DOCTOR and LATENCY GRAPH say of events: figures, what may be behind them, and a picture.
// Pure: knows no worker, and takes the time as an argument.

import type { LatencyEvent } from "../../contract/metrics/latency.ts";
import { sparkGraph } from "./spark_graph.ts";

const GRAPH_COLUMNS = 80;
const GRAPH_ROWS = 4;

/** Advice by event, in the order in which it is given. */
const ADVICE: readonly (readonly [names: readonly string[], text: string])[] = [
  [
    ["command"],
    "SLOWLOG GET shows which commands took long. Ask for less at a time: parts of a collection in " +
    "place of all of it, SCAN in place of KEYS.",
  ],
  [
    ["fast-command"],
    "Commands that are always short waited for a CPU or for a lock. Look whether something else " +
    "uses the machine's CPUs, and give the server as many as it has workers.",
  ],
  [
    ["expire-cycle"],
    "Looking for expired items takes a millisecond at a time, so the main thread waited for a CPU. " +
    "Look whether something else uses the machine's CPUs.",
  ],
  [
    ["aof-write", "aof-fsync", "aof-fsync-always"],
    "The disk of --data-dir is slow. Use a local one, which other programs do not keep busy.",
  ],
  [
    ["aof-fsync-always"],
    "With --fsync always each write waits for the disk. --fsync everysec lets nobody wait, and a " +
    "crash of the machine may then lose a second.",
  ],
];

/** What the slow log is set to. */
export interface ReportSettings {
  readonly latencyThresholdUs: number;
  /** Infinity: no command is put into the slow log. */
  readonly slowerThanUs: number;
}

/** The answer of LATENCY DOCTOR, in lines. */
export function latencyReport(
  events: readonly LatencyEvent[],
  nowSeconds: number,
  settings: ReportSettings,
): string {
  const { latencyThresholdUs } = settings;
  if (events.length === 0 && latencyThresholdUs === Infinity) {
    return "Nothing is recorded. CONFIG SET latency-monitor-threshold MILLISECONDS begins to record " +
      "what takes at least so long.\n";
  }
  if (events.length === 0) {
    return `Nothing took ${latencyThresholdUs / 1000} ms or longer since recording began.\n`;
  }
  const lines = events.map((event, i) => `${i + 1}. ${describe(event, nowSeconds)}`);
  const advice = adviceOn(events, settings).map((text) => `- ${text}`);
  return ["These took long:", "", ...lines, "", "What may help:", "", ...advice, ""].join("\n");
}

function adviceOn(events: readonly LatencyEvent[], settings: ReportSettings): string[] {
  const found = (names: readonly string[]) => events.some(({ name }) => names.includes(name));
  const advice = ADVICE.filter(([names]) => found(names)).map(([, text]) => text);
  const { slowerThanUs, latencyThresholdUs } = settings;
  if (found(["command", "fast-command"]) && slowerThanUs > latencyThresholdUs) {
    const wanted = Math.round(latencyThresholdUs);
    advice.push(
      `The slow log does not show all of these commands: CONFIG SET slowlog-log-slower-than ${wanted}.`,
    );
  }
  return advice;
}

/** One line of figures, in the form that Redis gives them. */
function describe({ name, maxMs, samples }: LatencyEvent, nowSeconds: number): string {
  const mean = (values: readonly number[]) =>
    Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
  const times = samples.map(([, ms]) => ms);
  const average = mean(times);
  const deviation = mean(times.map((ms) => Math.abs(average - ms)));
  const seconds = Math.max(1, nowSeconds - samples[0]![0]);
  const period = (seconds / samples.length).toFixed(2);
  return `${name}: ${samples.length} latency spikes (average ${average}ms, mean deviation ${deviation}ms, ` +
    `period ${period} sec). Worst all time event ${maxMs}ms.`;
}

/** The answer of LATENCY GRAPH. */
export function latencyGraph({ name, maxMs, samples }: LatencyEvent, nowSeconds: number): string {
  const times = samples.map(([, ms]) => ms);
  const columns = samples.map(([atSeconds, ms]) => ({
    value: ms,
    label: agoText(nowSeconds - atSeconds),
  }));
  return `${name} - high ${Math.max(...times)} ms, low ${Math.min(...times)} ms ` +
    `(all time high ${maxMs} ms)\n${"-".repeat(GRAPH_COLUMNS)}\n` +
    sparkGraph(columns, GRAPH_COLUMNS, GRAPH_ROWS);
}

/** How long ago something was, in the largest whole unit. */
function agoText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
