// How the server has done before the minute that is looked at, from its history of an hour: what is wrong now shows beside
// it. Pure.

import type { HistoryFacts, HistorySeries } from "../facts/history_facts.ts";
import type { PastFacts } from "./diagnosis_facts.ts";

/** Less than this is no past. */
const MIN_POINTS = 12;

/** The means over all points but those of the last `seconds`; null where there are few, or nothing was read. */
export function pastFacts(history: HistoryFacts, seconds: number): PastFacts | null {
  const { stepSeconds, atSeconds, series } = history;
  const count = atSeconds.length - Math.ceil(seconds / stepSeconds);
  if (count < MIN_POINTS) return null;
  const sum = (name: HistorySeries) => {
    return series[name].slice(0, count).reduce<number>((total, value) => total + (value ?? 0), 0);
  };
  const hits = sum("hitsPerSecond");
  const reads = hits + sum("missesPerSecond");
  if (reads === 0) return null;
  return {
    seconds: count * stepSeconds,
    hitRatio: hits / reads,
    reads: reads * stepSeconds,
    memoryEvictionsPerSecond: sum("memoryEvictionsPerSecond") / count,
    expirationsPerSecond: sum("expirationsPerSecond") / count,
  };
}
