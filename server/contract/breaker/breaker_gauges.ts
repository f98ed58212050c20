// What every worker and main show of its breaker and of how far its event loop is behind: rows of the table of gauges.
// Only names and what they mean.

/** Rows of the gauges. */
export const BREAKER_GAUGES = [
  {
    name: "mode",
    meaning: "How the worker treats requests, by its own mode and its breaker; 0: it answers all.",
    isShown: false,
    endsWithWorker: true,
  },
  {
    name: "probes",
    meaning: "How often the worker has measured how far its event loop is behind.",
    isShown: false,
    endsWithWorker: false,
  },
  {
    name: "probedLag",
    meaning: "What it measured last, in milliseconds.",
    isShown: false,
    endsWithWorker: true,
  },
  {
    name: "lagMs",
    meaning: "How far its event loop is behind, as main sees it; 0 with `--max-lag 0`.",
    isShown: true,
    endsWithWorker: true,
  },
] as const;
