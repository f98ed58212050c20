/**
 * The command line of the benchmark of persistence: which parts run, what can be changed, within which bounds,
 * and what --help says of it. Measures nothing.
 */

import { parseArgs } from "node:util";
import { ownCommand } from "../child_servers.ts";
import { positive } from "../command_line.ts";

/** The command line, resolved. */
export interface BenchOptions {
  /** Names of parts; empty for all. */
  readonly parts: readonly string[];
  /** The command line that starts slabkv, without workers, ports, memory and data dir. */
  readonly slabkv: readonly string[];
  /** How long each measured load takes, about. */
  readonly seconds: number;
  readonly rounds: number;
  /** Keys of the loads. */
  readonly keyCount: number;
  /** Keys of each snapshot, and of what is loaded at a start with values of 100 bytes. */
  readonly itemCount: number;
  /** Keys of 512 bytes that are to be back within seconds. */
  readonly largeItemCount: number;
  /** Requests before and behind the restart of which the hit ratio is compared. */
  readonly traceRequests: number;
  /** Keys of that trace. */
  readonly traceKeys: number;
  /** The folder under which data dirs are made; undefined for that of temporary files. */
  readonly directory: string | undefined;
  /** A form that takes moments and loads with the built-in client. */
  readonly tiny: boolean;
}

/** The largest number that any option takes. */
const MAX_NUMBER = 1e7;

/** What --help prints, with the names of the parts. */
export function helpOf(parts: readonly string[]): string {
  return `Usage: bench:persistence [options] [part ...]
Parts, all unless some are named: ${parts.join(", ")}

  --seconds N      length of each measured load (2)
  --rounds N       rounds, servers taking turns in each (5)
  --items N        keys of snapshots and of what is loaded (1000000)
  --large N        keys of 512 bytes that are loaded (2000000)
  --dir PATH       where data dirs are made: choose the disk to measure (temporary files)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: the built-in client, moments`;
}

/** Parses the command line, or answers undefined for --help; throws on what it doesn't know. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      rounds: { type: "string" },
      items: { type: "string" },
      large: { type: "string" },
      dir: { type: "string" },
      slabkv: { type: "string" },
      tiny: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { tiny } = values;
  const count = (name: "rounds" | "items" | "large", small: number, usual: number) =>
    Math.ceil(positive(name, values[name], tiny ? small : usual, MAX_NUMBER));
  return {
    parts: positionals,
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    seconds: positive("seconds", values.seconds, tiny ? 0.2 : 2, 60),
    rounds: count("rounds", 1, 5),
    keyCount: tiny ? 2000 : 500_000,
    itemCount: count("items", 5000, 1_000_000),
    largeItemCount: count("large", 2000, 2_000_000),
    traceRequests: tiny ? 10_000 : 100_000,
    traceKeys: tiny ? 10_000 : 1_000_000,
    directory: values.dir,
    tiny,
  };
}
