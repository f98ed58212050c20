/**
 * The command line of the benchmark of the Redis protocol: what can be changed, within which bounds, and what
 * --help says of it. Measures nothing.
 */

import { parseArgs } from "node:util";
import { ownCommand } from "../child_servers.ts";
import { positive } from "../command_line.ts";

/** The command line, resolved. */
export interface BenchOptions {
  /** The command line that starts slabkv, without workers, ports and memory. */
  readonly slabkv: readonly string[];
  /** How long each measured load is to take, by the rate of the one before it. */
  readonly seconds: number;
  /** Requests in each measured load instead; undefined to go by time. */
  readonly requests: number | undefined;
  readonly rounds: number;
  readonly pipelines: readonly number[];
  readonly workers: readonly number[];
  readonly keyCount: number;
  readonly connections: number;
  /** Threads of redis-benchmark; with 1 it is not told. */
  readonly threads: number;
  /** Whether to load with the built-in client though redis-benchmark is there. */
  readonly own: boolean;
  /** A form that takes moments, loads with the built-in client and has no targets. */
  readonly tiny: boolean;
}

/** What --help prints. */
export const HELP = `Usage: bench:resp [options]

  --seconds N      length of each measured load (2)
  --requests N     requests in each measured load, instead of a length
  --rounds N       rounds, servers taking turns in each (5)
  --threads N      threads of redis-benchmark (1)
  --own            load with the built-in client, not with redis-benchmark
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: the built-in client, moments, no targets`;

/** Parses the command line, or answers undefined for --help; throws on what it doesn't know. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string" },
      requests: { type: "string" },
      rounds: { type: "string" },
      threads: { type: "string" },
      own: { type: "boolean", default: false },
      slabkv: { type: "string" },
      tiny: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { tiny } = values;
  const requests = values.requests ?? (tiny ? "2000" : undefined);
  return {
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    seconds: positive("seconds", values.seconds, 2, 60),
    requests: requests === undefined
      ? undefined
      : Math.ceil(positive("requests", requests, 0, MAX_REQUESTS)),
    rounds: Math.ceil(positive("rounds", values.rounds, tiny ? 1 : 5, 100)),
    pipelines: [64, 16, 1],
    workers: [1, 2],
    keyCount: tiny ? 2000 : 500_000,
    connections: tiny ? 8 : 50,
    threads: Math.ceil(positive("threads", values.threads, 1, 64)),
    own: values.own || tiny,
    tiny,
  };
}

/** The most requests of one load. */
export const MAX_REQUESTS = 1e8;
