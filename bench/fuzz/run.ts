// Fuzzes the codecs: `deno task fuzz [inputs] [seed]`. Prints a row for each codec. The first input
// that breaks a rule is printed and ends the run with exit code 1.

import { answerHelp, showProgress } from "../command_line.ts";
import { markdownTable } from "../report.ts";
import { Random } from "../workload.ts";
import { Mutator } from "./mutate.ts";
import type { Target } from "./rules.ts";
import { TARGETS } from "./targets.ts";

const DEFAULT_INPUTS = 1_000_000;

/** An input that breaks a rule of a codec, and which. */
export class Finding extends Error {
  constructor(target: Target, input: Uint8Array, cause: unknown) {
    const text = JSON.stringify(String.fromCharCode(...input));
    super(`${target.name} breaks a rule with ${text}: ${cause}`);
  }
}

/** Runs `inputs` inputs against one codec. Throws Finding at the first that breaks a rule. */
export function fuzz(target: Target, inputs: number, seed: number): void {
  const mutator = new Mutator(new Random(seed), target.samples, target.pieces);
  for (let i = 0; i < inputs; i++) {
    const input = mutator.next();
    try {
      target.check(input.slice());
    } catch (error) {
      throw new Finding(target, input, error);
    }
  }
}

if (import.meta.main) {
  answerHelp("Feeds the codecs damaged input: deno task fuzz [INPUTS] [SEED] (1000000, 7171)");
  const wrong = Deno.args.find((arg) => !/^\d+$/.test(arg));
  if (wrong !== undefined) {
    console.error(`Cannot read ${wrong}: expected how many inputs, and a seed. See --help`);
    Deno.exit(1);
  }
  const [inputs = DEFAULT_INPUTS, seed = 7171] = Deno.args.map(Number);
  const each = Math.ceil(inputs / TARGETS.length);
  const rows: string[][] = [];
  try {
    for (const target of TARGETS) {
      showProgress(target.name);
      const fromMs = performance.now();
      fuzz(target, each, seed);
      const us = (performance.now() - fromMs) * 1000 / each;
      rows.push([target.name, each.toLocaleString("en-US"), us.toFixed(1)]);
    }
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
  showProgress("");
  console.log(markdownTable(["codec", "inputs:", "µs each:"], rows));
}
