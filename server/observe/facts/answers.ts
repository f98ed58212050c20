// What the other routes below /stats answer: slow commands, latency, clients, commands, metrics, and what /diagnose
// finds. Types alone, and none of the server's: the page is checked against a browser's library, which theirs do not fit.

/** The answer of /stats/slow: newest first. */
export interface SlowFacts {
  /** From how many microseconds on a command is slow; -1: none is noted. */
  readonly slowerThanUs: number;
  readonly commands: readonly {
    readonly id: number;
    readonly atSeconds: number;
    readonly tookUs: number;
    readonly words: readonly string[];
    readonly address: string;
    readonly clientName: string;
  }[];
}

/** Latency since the start, by group of commands, in microseconds. */
export interface GroupLatency {
  readonly count: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
}

/** The answer of /stats/latency. */
export interface LatencyAnswer {
  readonly groups: Readonly<Record<string, GroupLatency>>;
  /** Waits for locks, for the disk, and of event loops, each in milliseconds. */
  readonly lockWaits: { readonly count: number; readonly totalMs: number };
  readonly lagMs: { readonly now: number; readonly workers: readonly number[] };
}

/** The answer of /stats/clients: connections of the raw protocols, with the fields of CLIENT LIST. */
export interface ClientFacts {
  /** How many there are; null: too many to list. */
  readonly total: number | null;
  readonly clients: readonly Readonly<Record<string, string>>[];
}

/** The answer of /stats/commands: the command table, for completion. */
export interface CommandFacts {
  readonly commands: readonly {
    readonly name: string;
    readonly group: string;
    readonly summary: string;
    readonly flags: readonly string[];
    /** Fewest and most arguments, without the name. */
    readonly arity: readonly [number, number];
  }[];
}

/** The answer of /stats/metrics: what each metric says, for hints. */
export interface MetricFacts {
  readonly metrics: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit: string;
    readonly help: string;
  }[];
}

/** One thing that was found. */
export interface Finding {
  /** A stable name, such as "memory-small". */
  readonly rule: string;
  readonly level: "info" | "warning" | "critical";
  /** What is wrong, in one sentence. */
  readonly problem: string;
  /** The figures behind it, by name. */
  readonly evidence: Readonly<Record<string, string | number>>;
  /** What to do, in one sentence. */
  readonly advice: string;
}

/** The answer of /diagnose: worst first. */
export interface Diagnosis {
  /** Seconds that were looked at. */
  readonly seconds: number;
  /** "Nothing is wrong" or the first problem, in one sentence. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  /** Rules that found nothing, by name. */
  readonly passed: readonly string[];
}
