// The report of the engine: every benchmark at full size, one Markdown table each. Names of
// sections as arguments run only those. Ends with 1 when a target is missed.

import { churnRows } from "./churn.ts";
import { floodRows } from "./flood.ts";
import { hitRatioRows } from "./hit_ratio.ts";
import { lostKeyRows } from "./lost_keys.ts";
import { largeRegionRows, memoryRows } from "./memory.ts";
import { microRows, microSizes } from "./micro.ts";
import { refillRows } from "./refill.ts";
import { type Row, toMarkdown } from "./report.ts";
import { defaultSeed, defaultTheta } from "../workload.ts";

const MIB = 2 ** 20;

/** Every section: its name, and what measures it. */
export const sections: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  operations: () => microSizes.flatMap((count) => microRows(count, 1_000_000)),
  memory: async () => [...await memoryRows(256 * MIB, 200_000), ...largeRegionRows()],
  refill: () => refillRows(Math.round(1.4 * 1024 * MIB)),
  flood: () => floodRows(100_000, 200_000),
  keys: () => lostKeyRows(1_000_000),
  hits: () =>
    hitRatioRows({
      requests: 4_000_000,
      keys: 1_000_000,
      theta: defaultTheta,
      seed: defaultSeed,
    }),
  churn: () => churnRows(20_000_000, 32 * MIB, defaultSeed),
};

if (import.meta.main) {
  const names = Deno.args.length > 0 ? Deno.args : Object.keys(sections);
  let missed = 0;
  for (const name of names) {
    const section = sections[name];
    if (section === undefined) {
      console.error(`Cannot run ${name}: sections are ${Object.keys(sections).join(", ")}`);
      Deno.exit(2);
    }
    const rows = await section();
    missed += rows.filter(({ pass }) => !pass).length;
    console.log(toMarkdown(name, rows));
  }
  console.log(missed === 0 ? "All targets met" : `${missed} targets missed`);
  Deno.exit(missed === 0 ? 0 : 1);
}
