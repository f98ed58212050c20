/**
 * The benchmark of persistence, one command: what a log costs, what snapshots cost others, how fast data are back,
 * and whether the cache is as warm as before. Prints a table for each part. Wrong answers fail the run (exit 1);
 * a missed target doesn't, since what else the machine does decides too much.
 */

import { runCommandLine, showProgress } from "../command_line.ts";
import { type Row, rowTable } from "../report.ts";
import { alwaysRows } from "./always.ts";
import { copyRows } from "./copies.ts";
import { everysecRows } from "./everysec.ts";
import { hitRows } from "./hits.ts";
import { lagRows } from "./lag.ts";
import { type BenchOptions, helpOf, parseOptions } from "./options.ts";
import { snapshotRows } from "./snapshot.ts";
import { loadingRows } from "./start.ts";

/** Every part: its name, and what measures it. */
export const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]>>> = {
  everysec: everysecRows,
  always: alwaysRows,
  lag: lagRows,
  snapshot: snapshotRows,
  copies: copyRows,
  start: loadingRows,
  hits: hitRows,
};

/** Runs the parts that are named, or all. Throws on a name that is none, and on wrong answers. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  const names = Object.keys(PARTS);
  const unknown = options.parts.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot run ${unknown}: parts are ${names.join(", ")}`);
  }
  for (const name of options.parts.length > 0 ? options.parts : names) {
    showProgress(`measuring ${name}`);
    const rows = await PARTS[name]!(options);
    showProgress("");
    print(`### ${name}\n\n${rowTable(rows)}\n`);
  }
}

if (import.meta.main) {
  const help = helpOf(Object.keys(PARTS));
  await runCommandLine(help, parseOptions, (options) => benchmark(options, console.log));
}
