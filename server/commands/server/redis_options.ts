// Options of Redis that clients and test harnesses ask for and that this server does not have: those that
// are kept without an effect, since they are about types, encodings and background work that do not
// exist here, and those that cannot be other than they are. One row each; knows no worker.

/** An option that is kept and changes nothing. */
export interface KeptOption {
  readonly name: string;
  /** An older name of the same. */
  readonly alias?: string;
  /** What it is until it is set. */
  readonly value: string;
  /** What it may be: an integer from and to, one of some words, or a list of percentiles. */
  readonly allowed: readonly [least: number, most: number] | readonly string[];
}

const PERCENTILES: readonly string[] = [];
const MAX_PERCENTILES = 32;
const YES_NO: readonly string[] = ["yes", "no"];
const COUNT = [0, Number.MAX_SAFE_INTEGER] as const;
const INT = [0, 0x7fffffff] as const;

/** Options that are kept without an effect. */
export const KEPT_OPTIONS: readonly KeptOption[] = [
  kept("hash-max-listpack-entries", "512", COUNT, "hash-max-ziplist-entries"),
  kept("hash-max-listpack-value", "64", COUNT, "hash-max-ziplist-value"),
  kept("list-max-listpack-size", "-2", [-0x80000000, 0x7fffffff], "list-max-ziplist-size"),
  kept("list-compress-depth", "0", INT),
  kept("set-max-intset-entries", "512", COUNT),
  kept("set-max-listpack-entries", "128", COUNT),
  kept("set-max-listpack-value", "64", COUNT),
  kept("zset-max-listpack-entries", "128", COUNT, "zset-max-ziplist-entries"),
  kept("zset-max-listpack-value", "64", COUNT, "zset-max-ziplist-value"),
  kept("hll-sparse-max-bytes", "3000", COUNT),
  kept("stream-node-max-bytes", "4096", COUNT),
  kept("stream-node-max-entries", "100", COUNT),
  kept("activerehashing", "yes", YES_NO),
  kept("lazyfree-lazy-eviction", "no", YES_NO),
  kept("lazyfree-lazy-expire", "no", YES_NO),
  kept("lazyfree-lazy-server-del", "no", YES_NO),
  kept("lazyfree-lazy-user-del", "no", YES_NO),
  kept("lazyfree-lazy-user-flush", "no", YES_NO),
  kept("lfu-log-factor", "10", INT),
  kept("lfu-decay-time", "1", INT),
  kept("maxmemory-samples", "5", [1, 0x7fffffff]),
  kept("maxmemory-eviction-tenacity", "10", [0, 100]),
  kept("active-expire-effort", "1", [1, 10]),
  kept("hz", "10", INT),
  kept("dynamic-hz", "yes", YES_NO),
  kept("busy-reply-threshold", "5000", COUNT, "lua-time-limit"),
  kept("stop-writes-on-bgsave-error", "yes", YES_NO),
  kept("rdbcompression", "yes", YES_NO),
  kept("appendfsync", "everysec", ["everysec", "always", "no"]),
  kept("no-appendfsync-on-rewrite", "no", YES_NO),
  kept("auto-aof-rewrite-percentage", "100", INT),
  kept("repl-diskless-sync", "yes", YES_NO),
  kept("repl-diskless-sync-delay", "5", INT),
  kept("repl-timeout", "60", [1, 0x7fffffff]),
  kept("tcp-keepalive", "300", INT),
  // This one is not without an effect; see ServerOptions.
  kept("latency-monitor-threshold", "0", COUNT),
  // Nor is this one: INFO latencystats shows these percentiles.
  { name: "latency-tracking-info-percentiles", value: "50 99 99.9", allowed: PERCENTILES },
];

function kept(
  name: string,
  value: string,
  allowed: KeptOption["allowed"],
  alias?: string,
): KeptOption {
  return { name, value, allowed, ...alias !== undefined && { alias } };
}

/** Why `value` cannot be that of an option, as Redis says it, or null. */
export function keptProblem({ allowed }: KeptOption, value: string): string | null {
  if (allowed === YES_NO) return isOneOf(YES_NO, value) ? null : "argument must be 'yes' or 'no'";
  if (allowed === PERCENTILES) return percentilesProblem(value);
  if (isWords(allowed)) {
    const words = allowed.join(", ");
    return isOneOf(allowed, value) ? null : `argument(s) must be one of the following: ${words}`;
  }
  const [least, most] = allowed;
  if (!/^-?\d{1,15}$/.test(value)) return "argument couldn't be parsed into an integer";
  const isIn = Number(value) >= least && Number(value) <= most;
  return isIn ? null : `argument must be between ${least} and ${most} inclusive`;
}

function percentilesProblem(value: string): string | null {
  const name = "latency-tracking-info-percentiles parameters";
  const words = value.split(" ").filter((word) => word !== "");
  if (words.length > MAX_PERCENTILES) return `${name} should be ${MAX_PERCENTILES} at most`;
  if (!words.every((word) => /^-?\d{1,15}(\.\d{0,15})?$/.test(word))) return `Invalid ${name}`;
  const areIn = words.every((word) => Number(word) >= 0 && Number(word) <= 100);
  return areIn ? null : `${name} should sit between [0.0,100.0]`;
}

/** A value of a kept option as CONFIG GET shows it. */
export function keptText({ allowed }: KeptOption, value: string): string {
  if (allowed !== PERCENTILES) return value.toLowerCase();
  return value.split(" ").filter((word) => word !== "")
    .map((word) => String(Number(Number(word).toFixed(6)))).join(" ");
}

function isWords(allowed: KeptOption["allowed"]): allowed is readonly string[] {
  return typeof allowed[0] === "string";
}

function isOneOf(words: readonly string[], value: string): boolean {
  return words.includes(value.toLowerCase());
}

/** Options that are as they are, with the value that CONFIG GET shows. */
export const FIXED_OPTIONS: Readonly<Record<string, string>> = {
  "appendonly": "no",
  "client-query-buffer-limit": "1073741824",
  "cluster-enabled": "no",
  "daemonize": "no",
  "dbfilename": "",
  "dir": "",
  "io-threads": "1",
  "logfile": "",
  "loglevel": "notice",
  "maxmemory-clients": "0",
  "maxmemory-policy": "allkeys-lfu",
  "protected-mode": "no",
  "replica-read-only": "yes",
  "replicaof": "",
  "requirepass": "",
  "save": "",
  "slave-read-only": "yes",
};

/** What to say of options that cannot be set. */
export const FIXED_REASONS: Readonly<Record<string, string>> = {
  "appendfsync": "see --fsync",
  "appendonly": "see --data-dir",
  "bind": "see --host",
  "databases": "there are always as many",
  "dir": "see --data-dir",
  "maxclients": "see --max-connections",
  "maxmemory": "the memory is fixed at start, see --memory",
  "maxmemory-policy": "what is seldom read goes first",
  "port": "see --resp-port",
  "proto-max-bulk-len": "see --max-value-bytes",
  "replicaof": "this server has no replicas",
  "latency-tracking": "see --metrics",
  "requirepass": "the password is the token, see --token",
  "save": "see --snapshot-every",
  "timeout": "see --idle-timeout",
};

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1e6,
  mb: 2 ** 20,
  g: 1e9,
  gb: 2 ** 30,
};

/** Whether two texts of a fixed option mean the same: sizes may have units. */
export function meansTheSame(value: string, current: string): boolean {
  if (value === current) return true;
  const [, digits, unit = ""] = /^(\d{1,15})([a-z]{0,2})$/i.exec(value) ?? [];
  if (digits === undefined) return value.toLowerCase() === current;
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN) === Number(current);
}
