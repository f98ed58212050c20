// What every worker counts and shows of its scripts: rows of the table of counters and of that of gauges. Only
// names and what they mean.

/** Rows of the counters. */
export const SCRIPT_COUNTERS = [
  {
    name: "scriptsEnded",
    meaning: "Scripts that were ended: by `--script-time` or by SCRIPT KILL.",
    isShown: true,
  },
  {
    name: "scriptsEvicted",
    meaning: "Scripts that a worker has forgotten for others: it keeps 1,000, and 4 MiB.",
    isShown: true,
  },
] as const;

/** Rows of the gauges. */
export const SCRIPT_GAUGES = [
  {
    name: "script",
    meaning: "What a script does that has run for long; 0: there is none.",
    isShown: false,
    endsWithWorker: true,
  },
  {
    name: "luaKib",
    meaning: "Memory of what runs scripts; 0 until the first script.",
    isShown: true,
    endsWithWorker: true,
  },
] as const;
