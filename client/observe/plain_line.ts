// How a server does, as one line for a log or a pipe: names and figures that awk can take apart. Pure: facts in,
// text out.

import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import { printable } from "./screen_text.ts";
import { sumOf } from "./top_state.ts";

/** The line: the time, then "name=figure" for each. Bytes and microseconds are whole numbers. */
export function factsLine(live: LiveFacts): string {
  const { memory, cpu, latency: { all }, persistence } = live;
  const fields: (readonly [string, string | number])[] = [
    ["state", live.state],
    ["requests", whole(sumOf(live.requestsPerSecond))],
    ["hit_ratio", live.hitRatio === null ? "-" : live.hitRatio.toFixed(4)],
    ["p50_us", orDash(all?.p50Us)],
    ["p99_us", orDash(all?.p99Us)],
    ["p999_us", orDash(all?.p999Us)],
    ["items", whole(live.items)],
    ["used_bytes", whole(memory.usedBytes)],
    ["slab_bytes", whole(memory.slabBytes)],
    ["rss_bytes", whole(memory.rssBytes)],
    ["evictions", whole(sumOf(live.evictionsPerSecond))],
    ["expirations", whole(live.expirationsPerSecond)],
    ["errors", whole(live.errorsPerSecond)],
    ["shed", whole(live.shedsPerSecond)],
    ["lag_ms", whole(Math.max(0, ...live.workers.map(({ lagMs }) => lagMs)))],
    ["cores", cpu.usedCores.toFixed(2)],
    ["workers", live.workers.length],
  ];
  if (persistence !== null) fields.push(["unsynced_bytes", whole(persistence.unsyncedBytes)]);
  const text = fields.map(([name, value]) => `${name}=${value}`).join(" ");
  return printable(`${timeText(live.atMs)} ${text}`);
}

function timeText(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : "-";
}

function whole(value: number): number {
  return Math.round(value);
}

function orDash(value: number | undefined): string | number {
  return value === undefined ? "-" : Math.round(value * 10) / 10;
}
