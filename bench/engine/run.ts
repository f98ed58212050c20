// The report of the engine: every benchmark at full size, one Markdown table each. Names of
// sections as arguments run only those. Ends with 1 when a target is missed.

import { answerHelp, showProgress } from "../command_line.ts";
import { churnRows } from "./churn.ts";
import { floodRows } from "./flood.ts";
import { healingRows } from "./healing.ts";
import { hitRatioRows } from "./hits/hit_ratio.ts";
import { hotKeyRows } from "./hot_key.ts";
import { LOCK_REGIONS, lockRows } from "./locks.ts";
import { lostKeyRows } from "./lost_keys.ts";
import { largeRegionRows, memoryRows } from "./memory.ts";
import { MICRO_SIZES, microRows } from "./micro.ts";
import { pauseRows } from "./pauses.ts";
import { refillRows } from "./refill.ts";
import { type Row, rowTable } from "../report.ts";
import { DEFAULT_SEED } from "../workload.ts";

const MIB = 2 ** 20;

/** Every section: its name, and what measures it. */
export const SECTIONS: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  operations: () => MICRO_SIZES.flatMap((count) => microRows(count, 1_000_000)),
  memory: async () => [...await memoryRows(256 * MIB, 200_000), ...largeRegionRows()],
  locks: () => lockRows(LOCK_REGIONS, 300_000),
  hot: () => hotKeyRows(2_000_000),
  refill: () => refillRows(Math.round(1.4 * 1024 * MIB)),
  flood: () => floodRows(100_000, 200_000),
  pauses: () => pauseRows(128 * MIB, 32),
  keys: () => lostKeyRows(1_000_000),
  hits: () => hitRatioRows({ requests: 4_000_000, keys: 1_000_000, seed: DEFAULT_SEED }),
  churn: () => [
    ...churnRows(20_000_000, 32 * MIB, DEFAULT_SEED),
    ...healingRows(32 * MIB, DEFAULT_SEED),
  ],
};

if (import.meta.main) {
  answerHelp(
    "The report of the engine: deno run -A bench/engine/run.ts [SECTION ...]\n" +
      `Sections, all unless some are named: ${Object.keys(SECTIONS).join(", ")}`,
  );
  const names = Deno.args.length > 0 ? Deno.args : Object.keys(SECTIONS);
  let missed = 0;
  for (const name of names) {
    const section = SECTIONS[name];
    if (section === undefined) {
      console.error(`Cannot run ${name}: sections are ${Object.keys(SECTIONS).join(", ")}`);
      Deno.exit(2);
    }
    showProgress(`measuring ${name}`);
    const rows = await section();
    showProgress("");
    missed += rows.filter(({ pass }) => !pass).length;
    console.log(`### ${name}\n\n${rowTable(rows)}\n`);
  }
  console.log(missed === 0 ? "All targets met" : `${missed} targets missed`);
  Deno.exit(missed === 0 ? 0 : 1);
}
