// What more or less memory would bring: the curve of /stats beside real caches of each size, on three traces.

import { answerHelp, showProgress } from "../command_line.ts";
import { CURVE_TIMES } from "../../server/observe/curve/curve_model.ts";
import { TRACE_KINDS } from "../engine/hits/kinds.ts";
import { markdownTable } from "../report.ts";
import { DEFAULT_SEED } from "../workload.ts";
import { compareCurve, type CurveComparison, worstError } from "./accuracy.ts";

/** The traces that are measured unless others are named. */
const TRACES = ["Zipf(0.9)", "a third scans", "all shifts 5 times"];
const MIB = 2 ** 20;
/** A point of the curve may be off by so much. */
const MOST_POINTS = 2;

function percent(ratio: number): string {
  return (100 * ratio).toFixed(2);
}

/** What is said of each size on one trace. */
function cells(comparison: CurveComparison): string[][] {
  return CURVE_TIMES.map((times, i) => {
    const real = comparison.real[i]!;
    const point = comparison.estimates.find((one) => one.times === times);
    const said = point === undefined ? ["too little is known", "", ""] : [
      percent(point.hitRatio),
      (100 * (point.hitRatio - comparison.real[i]!)).toFixed(2),
      (100 * point.error).toFixed(2),
    ];
    return [comparison.name, String(times), percent(real), ...said];
  });
}

if (import.meta.main) {
  answerHelp(
    "The curve of hit ratios beside real caches: deno task bench:curve [TRACE ...]\n" +
      `Traces: ${TRACE_KINDS.map(({ name }) => JSON.stringify(name)).join(", ")}`,
  );
  const names = Deno.args.length > 0 ? Deno.args : TRACES;
  const rows: string[][] = [];
  let worst = 0;
  for (const name of names) {
    const kind = TRACE_KINDS.find((one) => one.name === name);
    if (kind === undefined) {
      console.error(`Cannot measure ${name}: there is no such trace`);
      Deno.exit(2);
    }
    showProgress(`measuring ${name}`);
    const comparison = compareCurve(kind, {
      memoryBytes: 128 * MIB,
      requests: 12_000_000,
      keys: 4_000_000,
      seed: DEFAULT_SEED,
    });
    showProgress("");
    rows.push(...cells(comparison));
    worst = Math.max(worst, worstError(comparison));
    console.error(
      `${name}: ${comparison.items} items, ${Math.round(comparison.sampledReads)} reads`,
    );
  }
  const columns = ["trace", "times:", "real, %:", "curve, %:", "off by, points:", "its error:"];
  console.log(markdownTable(columns, rows));
  const isGood = worst <= MOST_POINTS;
  console.log(
    `\nworst: ${worst.toFixed(2)} points, at most ${MOST_POINTS}: ${isGood ? "PASS" : "MISS"}`,
  );
  Deno.exit(isGood ? 0 : 1);
}
