/**
 * The benchmark of the hottest keys, one command: how near they are to the truth with several rates and exponents, and
 * what counting takes. Prints a table and says which targets hold; a missed one does not fail the run.
 */

import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { markdownTable } from "../report.ts";
import { DEFAULT_SEED } from "../workload.ts";
import { type Accuracy, judge } from "./accuracy.ts";

/** What is drawn: exponent, requests a second, seconds. */
const LOADS: readonly (readonly [theta: number, perSecond: number, seconds: number])[] = [
  [1, 1500, 400],
  [1, 10_000, 150],
  [1, 50_000, 100],
  [1, 500_000, 60],
  [1, 2_000_000, 30],
  [0.9, 50_000, 100],
  [1.2, 50_000, 100],
];
const KEYS = 1_000_000;
const WORKERS = 2;
const MAX_ERROR = 0.05;
const MAX_NS = 50;
const HELP = `Usage: deno run -A bench/keys/run.ts [options]

  --seeds N   draws of each load, of which the worst error counts (5)
  --tiny      a form for tests: few keys and requests, no targets`;

interface Options {
  readonly seeds: number;
  readonly isTiny: boolean;
}

/** Reads the command line; undefined for --help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  if (args.includes("--help") || args.includes("-h")) return undefined;
  const isTiny = args.includes("--tiny");
  const at = args.indexOf("--seeds");
  const seeds = positive("seeds", at < 0 ? undefined : args[at + 1] ?? "", isTiny ? 1 : 5, 1000);
  return { seeds, isTiny };
}

/** Draws each load and prints what came of it. */
export function benchmark({ seeds, isTiny }: Options, print: (text: string) => void): void {
  const rows = LOADS.map(([theta, perSecond, seconds]) => {
    showProgress(`Zipf(${theta}), ${perSecond} a second`);
    const all = Array.from({ length: seeds }, (_, i): Accuracy =>
      judge({
        keys: isTiny ? 1000 : KEYS,
        theta,
        requests: isTiny ? 2000 : perSecond * seconds,
        perSecond,
        workers: WORKERS,
        seed: DEFAULT_SEED + i,
      }));
    return { theta, perSecond, seconds, all };
  });
  showProgress("");
  print(markdownTable(
    ["keys", "requests a second", "seconds", "top ten", "worst share", "ns a request"],
    rows.map(({ theta, perSecond, seconds, all }) => [
      `Zipf(${theta})`,
      perSecond.toLocaleString("en"),
      String(seconds),
      `${Math.min(...all.map(({ found }) => found))} of 10`,
      `${(100 * worst(all)).toFixed(1)} %`,
      quickest(all).toFixed(0),
    ]),
  ));
  if (isTiny) return;
  const busy = rows.filter(({ theta, perSecond }) => theta === 1 && perSecond >= 50_000);
  const all = busy.flatMap((row) => row.all);
  const isRight = all.every(({ found }) => found === 10) && worst(all) <= MAX_ERROR;
  print(
    `\n${
      said(isRight)
    }: from 50,000 a second on, the top ten of Zipf(1) are right, shares within 5 %`,
  );
  // What else the machine does makes it slower, never quicker.
  const isQuick = busy.every((row) => quickest(row.all) <= MAX_NS);
  print(`${said(isQuick)}: under ${MAX_NS} ns a request`);
}

function quickest(all: readonly Accuracy[]): number {
  return Math.min(...all.map(({ nsPerKey }) => nsPerKey));
}

function worst(all: readonly Accuracy[]): number {
  return Math.max(...all.map(({ worstError }) => worstError));
}

function said(holds: boolean): string {
  return holds ? "holds" : "MISSED";
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => {
    benchmark(options, console.log);
    return Promise.resolve();
  });
}
