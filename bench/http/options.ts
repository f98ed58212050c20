/**
 * The command line of the HTTP benchmark: what can be changed, within which bounds, and what --help says
 * of it. Measures nothing.
 */

import { parseArgs } from "node:util";
import { ownCommand } from "../child_servers.ts";
import { positive } from "../command_line.ts";
import type { GeneratorName } from "./generators.ts";

/** The command line, resolved. */
export interface BenchOptions {
  /** The command line that starts slabkv, without --workers, --port and --memory. */
  readonly slabkv: readonly string[];
  /** How long each measured load takes. */
  readonly seconds: number;
  readonly rounds: number;
  readonly keyCount: number;
  readonly valueBytes: number;
  readonly connections: number;
  /** undefined: oha where it is on PATH, else our own. */
  readonly generator: GeneratorName | undefined;
  /** Whether to compare --workers auto with --workers 1 too. */
  readonly auto: boolean;
  /** Whether to run the published 70/30 test instead. */
  readonly publish: boolean;
  /** A form that takes a few seconds and judges nothing but answers. */
  readonly tiny: boolean;
}

/** The largest number that any option takes. */
const MAX_NUMBER = 1e7;

/** What --help prints. */
export const HELP = `Usage: bench:http [options]

  --seconds N      length of each measured load (5)
  --rounds N       rounds, servers taking turns in each (5)
  --keys N         how many keys (100000)
  --generator G    oha or own (oha where it is on PATH, else own)
  --no-auto        leave out the comparison of --workers auto with --workers 1
  --publish        run the published 70/30 test instead
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: our own generator, moments, no targets`;

/** Parses the command line, or answers undefined for --help; throws on what it doesn't know. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      seconds: { type: "string" },
      rounds: { type: "string" },
      keys: { type: "string" },
      generator: { type: "string" },
      auto: { type: "boolean", default: true },
      publish: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      slabkv: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const tiny = values.tiny;
  return {
    slabkv: values.slabkv?.split(" ") ?? ownCommand(),
    seconds: positive("seconds", values.seconds, tiny ? 0.1 : 5, MAX_NUMBER),
    rounds: Math.ceil(positive("rounds", values.rounds, tiny ? 1 : 5, MAX_NUMBER)),
    keyCount: Math.ceil(
      Math.max(100, positive("keys", values.keys, tiny ? 1000 : 100_000, MAX_NUMBER)),
    ),
    valueBytes: 64,
    connections: tiny ? 8 : 64,
    generator: tiny ? "own" : generator(values.generator),
    auto: values.auto && !tiny,
    publish: values.publish,
    tiny,
  };
}

function generator(name: string | undefined): GeneratorName | undefined {
  if (name === undefined || name === "oha" || name === "own") return name;
  throw new RangeError(`Cannot parse --generator ${name}: expected oha or own`);
}
