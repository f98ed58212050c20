// What CONFIG GET shows of this worker and CONFIG SET changes in it: all the values of one command, or
// none of them. Knows no other worker.

import { DATABASE_COUNT } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import type { OptionProblem, OptionValue } from "../contract/server.ts";
import type { SlowLog } from "./slow_log.ts";

const SECOND_US = 1_000_000;
const MAX_SLOW_ENTRIES = 10_000;

/** The options of one worker, by the names that Redis gives them. */
export class ServerOptions {
  readonly #config: Config;
  readonly #slowLog: SlowLog;

  constructor(config: Config, slowLog: SlowLog) {
    this.#config = config;
    this.#slowLog = slowLog;
  }

  /** All options as text. */
  all(): Readonly<Record<string, string>> {
    const config = this.#config;
    const { slowerThanUs, maxEntries } = this.#slowLog;
    return {
      "appendonly": "no",
      "bind": config.host,
      "databases": String(DATABASE_COUNT),
      "maxclients": String(config.maxConnections),
      "maxmemory": String(config.memoryBytes),
      "maxmemory-policy": "allkeys-lfu",
      "port": String(config.respPort ?? 0),
      "proto-max-bulk-len": String(config.maxValueBytes),
      "save": "",
      "slowlog-log-slower-than": slowerThanUs === Infinity ? "-1" : String(slowerThanUs),
      "slowlog-max-len": String(maxEntries),
      "timeout": String(Math.round(config.idleTimeoutMs / 1000)),
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
      }
      if (name === "slowlog-max-len") this.#slowLog.maxEntries = number;
    }
    return null;
  }

  #problem(name: string, value: string): string | null {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (name === "slowlog-log-slower-than") {
      const isFine = number !== undefined && number <= 3600 * SECOND_US;
      return isFine ? null : "argument couldn't be parsed into an integer";
    }
    if (name === "slowlog-max-len") {
      if (number === undefined) return "argument couldn't be parsed into an integer";
      const isFine = number >= 0 && number <= MAX_SLOW_ENTRIES;
      return isFine ? null : `argument must be between 0 and ${MAX_SLOW_ENTRIES} inclusive`;
    }
    // Setting an option to the value that it has is allowed.
    return this.all()[name] === value ? null : "can't set immutable config";
  }
}
