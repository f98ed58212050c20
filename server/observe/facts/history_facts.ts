// The history of an hour, as /stats/history answers it. The server keeps it in the region; this file has names and
// types.

/** What is kept for each point in time. Rates are means over the time since the point before. */
export const HISTORY_SERIES = [
  "httpPerSecond",
  "restPerSecond",
  "websocketPerSecond",
  "respPerSecond",
  "textPerSecond",
  "memcachePerSecond",
  "hitsPerSecond",
  "missesPerSecond",
  "p50Us",
  "p99Us",
  "p999Us",
  "usedBytes",
  "heldBytes",
  "rssBytes",
  "items",
  "memoryEvictionsPerSecond",
  "windowEvictionsPerSecond",
  "expirationsPerSecond",
  "lockWaitMsPerSecond",
  "lagMs",
  "usedCores",
  "errorsPerSecond",
] as const;

/** One of them. */
export type HistorySeries = typeof HISTORY_SERIES[number];

/** The answer of /stats/history: columns of equal length, oldest first; null where a value is not known. */
export interface HistoryFacts {
  /** Seconds between two points. */
  readonly stepSeconds: number;
  /** Seconds since 1970. */
  readonly atSeconds: readonly number[];
  readonly series: Readonly<Record<HistorySeries, readonly (number | null)[]>>;
}
