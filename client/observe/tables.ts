// The tables that several views and commands show: hot keys, slow commands, latency by group, workers.
// Pure: facts in, lines out.

import type { Finding, GroupLatency, SlowFacts } from "../../server/observe/facts/answers.ts";
import type { HotKey } from "../../server/observe/facts/key_facts.ts";
import type { LatencyFacts, WorkerFacts } from "../../server/observe/facts/live_facts.ts";
import {
  bytesText,
  clockText,
  countText,
  grouped,
  microsText,
  millisText,
  percentText,
} from "./figures.ts";
import { type Column, type Line, type Span, type Style, styled, tableLines } from "./lines.ts";
import { keyText } from "./screen_text.ts";

/** How findings of a diagnosis look, by their level. */
export const LEVEL_STYLES = {
  critical: "bad",
  warning: "warn",
  info: "accent",
} as const satisfies Readonly<Record<Finding["level"], Style>>;

/** A column of numbers. */
function number(title: string): Column {
  return { title, isRight: true };
}

/** Columns by which hot keys are sorted, in their order. */
const HOT_COLUMNS: readonly Column[] = [
  number("SHARE"),
  number("PER SECOND"),
  number("WRITES"),
  number("SHARD"),
  { title: "KEY", takesRest: true },
];

/** Hot keys. */
export function hotTable(keys: readonly HotKey[], width: number, sorted = -1): Line[] {
  const rows = keys.map((key) => [
    percentText(key.share),
    countText(key.perSecond),
    percentText(key.writeShare),
    String(key.shard),
    keyText(key),
  ]);
  return tableLines(HOT_COLUMNS, rows, width, sorted);
}

/** Slow commands; with their dates where `hasDates`. */
export function slowTable(
  commands: SlowFacts["commands"],
  width: number,
  hasDates = false,
  sorted = -1,
): Line[] {
  const rows = commands.map(({ atSeconds, tookUs, address, clientName, words }) => [
    hasDates
      ? `${dateText(atSeconds)} ${clockText(atSeconds * 1000)}`
      : clockText(atSeconds * 1000),
    microsText(tookUs),
    clientName === "" ? address : `${address} ${clientName}`,
    words.join(" "),
  ]);
  const columns = [
    { title: "AT" },
    number("TOOK"),
    { title: "CLIENT" },
    { title: "COMMAND", takesRest: true },
  ];
  return tableLines(columns, rows, width, sorted);
}

function dateText(atSeconds: number): string {
  const date = new Date(atSeconds * 1000);
  if (Number.isNaN(date.getTime())) return "-";
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

/** Latency since the start by group of commands, "all" first. */
export function latencyTable(groups: Readonly<Record<string, GroupLatency>>): Line[] {
  const rows = Object.entries(groups).sort(([a], [b]) => orderOf(a) < orderOf(b) ? -1 : 1)
    .map(([name, group]) => [
      name,
      grouped(group.count),
      ...[group.meanUs, group.p50Us, group.p90Us, group.p99Us, group.p999Us, group.maxUs]
        .map(microsText),
    ]);
  const titles = ["CALLS", "MEAN", "P50", "P90", "P99", "P99.9", "MAX"];
  return tableLines([{ title: "GROUP" }, ...titles.map(number)], rows, Infinity);
}

function orderOf(name: string): string {
  return name === "all" ? "" : name;
}

/** A group of commands over the last second, by name. */
export type NamedLatency = readonly [name: string, facts: LatencyFacts];

/** Latency over the last second. */
export function liveLatencyTable(
  groups: readonly NamedLatency[],
  width: number,
  sorted = -1,
): Line[] {
  const rows = groups.map(([name, { perSecond, p50Us, p99Us, p999Us }]) => [
    name,
    countText(perSecond),
    microsText(p50Us),
    microsText(p99Us),
    microsText(p999Us),
  ]);
  const titles = ["PER SECOND", "P50", "P99", "P99.9"];
  return tableLines([{ title: "GROUP" }, ...titles.map(number)], rows, width, sorted);
}

/** From here on an event loop that is behind is worth a look. */
const LAG_WARN_MS = 20;
const LAG_BAD_MS = 100;

function lagSpan(lagMs: number): Span {
  const style = lagMs >= LAG_BAD_MS ? "bad" : lagMs >= LAG_WARN_MS ? "warn" : undefined;
  return styled(millisText(lagMs), style);
}

/** Workers. */
export function workerTable(
  workers: readonly WorkerFacts[],
  width: number,
  sorted = -1,
): Line[] {
  const rows = workers.map((facts) => [
    String(facts.worker),
    countText(facts.requestsPerSecond),
    percentText(facts.cpuCores),
    lagSpan(facts.lagMs),
    bytesText(facts.heapBytes),
    grouped(facts.clients),
    styled(facts.breaker, /^(closed|ok|none)?$/.test(facts.breaker) ? undefined : "warn"),
  ]);
  const titles = ["REQUESTS/S", "CPU", "LAG", "HEAP", "CLIENTS"];
  const columns = [number("WORKER"), ...titles.map(number), { title: "BREAKER" }];
  return tableLines(columns, rows, width, sorted);
}
