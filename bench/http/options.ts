/** The command line of the HTTP benchmark. */

import { parseArgs } from "node:util";
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
  /** undefined: oha where it is on PATH, else autocannon. */
  readonly generator: GeneratorName | undefined;
  /** Whether to compare --workers auto with --workers 1 too. */
  readonly auto: boolean;
  /** Whether to run the published 70/30 test instead. */
  readonly publish: boolean;
  /** A form that takes a few seconds and judges nothing but answers. */
  readonly tiny: boolean;
}

/** What --help prints. */
export const HELP = `Usage: bench:http [options]

  --seconds N      length of each measured load (5)
  --rounds N       rounds, servers taking turns in each (5)
  --keys N         how many keys (100000)
  --generator G    oha, autocannon or own (oha where it is on PATH, else autocannon)
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
    seconds: positive("seconds", values.seconds, tiny ? 0.1 : 5),
    rounds: Math.ceil(positive("rounds", values.rounds, tiny ? 1 : 5)),
    keyCount: Math.ceil(Math.max(100, positive("keys", values.keys, tiny ? 1000 : 100_000))),
    valueBytes: 64,
    connections: tiny ? 8 : 64,
    generator: tiny ? "own" : generator(values.generator),
    auto: values.auto && !tiny,
    publish: values.publish,
    tiny,
  };
}

/** The command line that starts this project's server. */
export function ownCommand(): string[] {
  return [Deno.execPath(), "run", "-A", "main.ts"];
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value > 0 && value <= 1e7) return value;
  throw new RangeError(`Cannot parse --${name} ${text}: expected a number above 0`);
}

function generator(name: string | undefined): GeneratorName | undefined {
  if (name === undefined || name === "oha" || name === "autocannon" || name === "own") return name;
  throw new RangeError(`Cannot parse --generator ${name}: expected oha, autocannon or own`);
}
