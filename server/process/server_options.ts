// What CONFIG GET shows of this worker and CONFIG SET changes in it: all the values of one command, or
// none of them. Knows no other worker.

import { DATABASE_COUNT } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import {
  BAD_LETTERS,
  notificationFlags,
  notificationLetters,
} from "../config/notification_flags.ts";
import type { OptionProblem, OptionValue } from "../contract/server.ts";
import { MAX_TRACKED_KEYS } from "../changes/tracking.ts";
import {
  FIXED_OPTIONS,
  FIXED_REASONS,
  KEPT_OPTIONS,
  type KeptOption,
  keptProblem,
  keptText,
  meansTheSame,
} from "../commands/server/redis_options.ts";
import type { LatencyNews } from "./news/latency_news.ts";
import type { SlowLog } from "./slow_log.ts";

/** An hour. */
const MAX_SLOWER_US = 3600 * 1_000_000;
const MAX_SLOW_ENTRIES = 10_000;

const KEPT_BY_NAME: ReadonlyMap<string, KeptOption> = new Map(
  KEPT_OPTIONS.flatMap((option) =>
    [option.name, option.alias ?? option.name].map((name) => [name, option] as const)
  ),
);

/** Which classes of key events are told of: bits of KeyEventClass, the same in all workers. */
export interface KeyEventChoice {
  classes: number;
}

/** The options of one worker, by the names that Redis gives them. */
export class ServerOptions {
  readonly #config: Config;
  readonly #slowLog: SlowLog;
  readonly #latency: Pick<LatencyNews, "thresholdMs">;
  readonly #keyEvents: KeyEventChoice;
  /** The values of options without an effect, by each of their names. */
  readonly #kept = new Map<string, string>();

  constructor(
    config: Config,
    slowLog: SlowLog,
    latency: Pick<LatencyNews, "thresholdMs">,
    keyEvents: KeyEventChoice,
  ) {
    this.#config = config;
    this.#slowLog = slowLog;
    this.#latency = latency;
    this.#keyEvents = keyEvents;
    for (const { name, value } of KEPT_OPTIONS) this.#keep(name, value);
  }

  /** All options as text. */
  all(): Readonly<Record<string, string>> {
    const config = this.#config;
    const { slowerThanUs, maxEntries } = this.#slowLog;
    return {
      ...FIXED_OPTIONS,
      "bind": config.host,
      "databases": String(DATABASE_COUNT),
      "latency-tracking": config.metrics === "on" ? "yes" : "no",
      "maxclients": String(config.maxConnections),
      "maxmemory": String(config.memoryBytes),
      "notify-keyspace-events": notificationLetters(this.#keyEvents.classes),
      "port": String(config.respPort ?? 0),
      "proto-max-bulk-len": String(config.maxValueBytes),
      "slowlog-log-slower-than": slowerThanUs === Infinity ? "-1" : String(slowerThanUs),
      "slowlog-max-len": String(maxEntries),
      "timeout": String(Math.round(config.idleTimeoutMs / 1000)),
      "tracking-table-max-keys": String(MAX_TRACKED_KEYS),
      ...Object.fromEntries(this.#kept),
      ...diskOptions(config),
    };
  }

  /** Sets all of `values`, or none: then it returns the first that it cannot set. */
  set(values: readonly OptionValue[]): OptionProblem | null {
    for (const [name, value] of values) {
      const why = this.#problem(name, value);
      if (why !== null) return { name, why };
    }
    for (const [name, value] of values) {
      const number = Number(value);
      if (name === "slowlog-log-slower-than") {
        this.#slowLog.slowerThanUs = number < 0 ? Infinity : number;
      } else if (name === "notify-keyspace-events") {
        this.#keyEvents.classes = notificationFlags(value)!;
      } else if (name === "slowlog-max-len") this.#slowLog.maxEntries = number;
      else this.#keep(name, value);
      if (name === "latency-monitor-threshold") this.#latency.thresholdMs = number;
    }
    return null;
  }

  /** Sets an option without an effect, under both of its names. */
  #keep(name: string, value: string): void {
    const option = KEPT_BY_NAME.get(name);
    if (option === undefined) return;
    const text = keptText(option, value);
    this.#kept.set(option.name, text);
    if (option.alias !== undefined) this.#kept.set(option.alias, text);
  }

  #problem(name: string, value: string): string | null {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (name === "slowlog-log-slower-than") {
      if (number === undefined) return "argument couldn't be parsed into an integer";
      const isFine = number >= -1 && number <= MAX_SLOWER_US;
      return isFine ? null : `argument must be between -1 and ${MAX_SLOWER_US} inclusive`;
    }
    if (name === "slowlog-max-len") {
      if (number === undefined) return "argument couldn't be parsed into an integer";
      const isFine = number >= 0 && number <= MAX_SLOW_ENTRIES;
      return isFine ? null : `argument must be between 0 and ${MAX_SLOW_ENTRIES} inclusive`;
    }
    if (name === "notify-keyspace-events") {
      return notificationFlags(value) === undefined ? BAD_LETTERS : null;
    }
    const option = Object.hasOwn(diskOptions(this.#config), name)
      ? undefined
      : KEPT_BY_NAME.get(name);
    if (option !== undefined) return keptProblem(option, value);
    // Setting an option to the value that it has is allowed.
    if (meansTheSame(value, this.all()[name]!)) return null;
    const reason = FIXED_REASONS[name];
    return `can't set immutable config${reason === undefined ? "" : `: ${reason}`}`;
  }
}

/** What is fixed where there is a data dir. */
function diskOptions({ dataDir, fsync }: Config): Readonly<Record<string, string>> {
  if (dataDir === undefined) return {};
  return { "appendonly": "yes", "appendfsync": fsync, "dir": dataDir };
}
