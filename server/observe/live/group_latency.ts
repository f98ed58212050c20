// Latencies of commands by group, and of all together: since the start, or between two looks. Sums what figures.ts
// reads; knows no route.

import type { ServerCache } from "../../contract/counters.ts";
import { COMMAND_GROUPS } from "../../contract/commands/command_kinds.ts";
import { LatencyCounts } from "../../contract/metrics/latency_counts.ts";
import type { GroupLatency, LatencyAnswer } from "../facts/answers.ts";
import type { LatencyFacts } from "../facts/live_facts.ts";
import type { Figures } from "../figures.ts";
import { servingWorkers } from "../serving_workers.ts";

/** The group that stands for all commands. */
export const ALL_GROUPS = "all";
const US_PER_MS = 1000;

/** What was counted, by group of those that ran, and of all together. */
export type LatencyByGroup = ReadonlyMap<string, LatencyCounts>;

/** Reads what was counted since the start. */
export function latencyByGroup(figures: Figures): LatencyByGroup {
  const all = new LatencyCounts();
  const groups = new Map<string, LatencyCounts>([[ALL_GROUPS, all]]);
  for (const group of COMMAND_GROUPS) {
    const counts = figures.latency(group);
    if (counts.total === 0) continue;
    groups.set(group, counts);
    for (const [bucket, calls] of counts.counts.entries()) if (calls > 0) all.add(bucket, calls);
    all.sumUs += counts.sumUs;
    all.maxUs = Math.max(all.maxUs, counts.maxUs);
  }
  return groups;
}

/** Latencies between two looks, `seconds` apart, of the groups that ran in between. */
export function latencyBetween(
  before: LatencyByGroup,
  after: LatencyByGroup,
  seconds: number,
): Record<string, LatencyFacts> {
  const facts: Record<string, LatencyFacts> = {};
  for (const [group, counts] of after) {
    const earlier = before.get(group);
    const counted = earlier === undefined ? counts : counts.minus(earlier);
    if (counted.total === 0) continue;
    facts[group] = {
      perSecond: rounded(counted.total / seconds),
      p50Us: rounded(counted.quantileUs(0.5)),
      p99Us: rounded(counted.quantileUs(0.99)),
      p999Us: rounded(counted.quantileUs(0.999)),
    };
  }
  return facts;
}

/** Latencies since the start, and waits: the answer of /stats/latency. */
export function latencyAnswer({ region }: ServerCache, figures: Figures): LatencyAnswer {
  const groups: Record<string, GroupLatency> = {};
  for (const [group, counts] of latencyByGroup(figures)) {
    if (counts.total > 0) groups[group] = sinceStart(counts);
  }
  const workers = servingWorkers(region).map((worker) => region.gauge(worker, "lagMs"));
  return {
    groups,
    lockWaits: {
      count: region.total("lockWaits"),
      totalMs: rounded(region.total("lockWaitUs") / US_PER_MS),
    },
    lagMs: { now: Math.max(0, ...workers), workers },
  };
}

function sinceStart(counts: LatencyCounts): GroupLatency {
  return {
    count: counts.total,
    meanUs: rounded(counts.sumUs / counts.total),
    p50Us: rounded(counts.quantileUs(0.5)),
    p90Us: rounded(counts.quantileUs(0.9)),
    p99Us: rounded(counts.quantileUs(0.99)),
    p999Us: rounded(counts.quantileUs(0.999)),
    maxUs: rounded(counts.maxUs),
  };
}

/** Buckets are no finer than this. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
