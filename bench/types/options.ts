/**
 * The command line of the benchmarks of data types and scripts, and what --help says of the first. Measures nothing.
 */

import { parseArgs } from "node:util";
import { ownCommand } from "../child_servers.ts";
import { positive } from "../command_line.ts";

/** The command line, resolved. */
export interface BenchOptions {
  /** Names of what is measured; everything where there are none. */
  readonly parts: readonly string[];
  /** The command line that starts slabkv, without workers, ports and memory. */
  readonly slabkv: readonly string[];
  /** How long each measured load is to take, by the rate of the one before it. */
  readonly seconds: number;
  readonly rounds: number;
  /** A form that takes moments and has no targets. */
  readonly tiny: boolean;
}

/** What --help prints. */
export const HELP = `Usage: deno task bench:types [options] [parts]

  Parts are beginnings of names of operations, such as ZADD or L, and memory.
  Without any, all are measured.

  --seconds N      length of each measured load (1)
  --rounds N       rounds, servers taking turns in each (5)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: moments, no targets`;

/** Parses the command line, or answers undefined for --help; throws on what it does not know. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      rounds: { type: "string" },
      slabkv: { type: "string" },
      tiny: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    parts: positionals,
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    seconds: positive("seconds", values.seconds, 1, 60),
    rounds: Math.ceil(positive("rounds", values.rounds, values.tiny ? 1 : 5, 100)),
    tiny: values.tiny,
  };
}
