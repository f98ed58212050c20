// The rows of the table as /stats shows them: objects in an object, whose names and places are those of the rows, in
// the order of the table.

import { memoryCurve } from "../curve/memory_curve.ts";
import { servingWorkers } from "../serving_workers.ts";
import type { Snapshot } from "./snapshot.ts";
import { isMetric, type Row, type Scalar } from "./metric.ts";
import { ROWS } from "./table.ts";

/** What /stats says. */
export type StatsTree = Record<string, unknown>;

/** A number or word, and where it stands. */
interface Place {
  readonly path: readonly string[];
  readonly read: (facts: Snapshot) => Scalar;
}

/** The same of each worker. */
interface WorkerPlace {
  readonly name: string;
  readonly read: (facts: Snapshot, actor: number) => Scalar;
}

const PLACES: readonly Place[] = ROWS.flatMap(placesOf);
const WORKER_PLACES: readonly WorkerPlace[] = ROWS.flatMap(workerPlacesOf);
const PERSISTENCE = "persistence";

function placesOf(row: Row): Place[] {
  if ("workerStats" in row) return [];
  const all = isMetric(row) ? row.series ?? [] : [row];
  return all.flatMap(({ stats, read }) =>
    stats === undefined ? [] : [{ path: stats.split("."), read }]
  );
}

function workerPlacesOf(row: Row): WorkerPlace[] {
  if ("workerStats" in row) return [{ name: row.workerStats, read: row.readWorker }];
  if (!isMetric(row) || row.workers?.stats === undefined) return [];
  return [{ name: row.workers.stats, read: row.workers.read }];
}

/** What /stats says of `facts`: all rows, and what is no row, since it is more than a number or word. */
export function statsTree(facts: Snapshot): StatsTree {
  const tree: StatsTree = {};
  for (const { path, read } of PLACES) {
    if (path[0] === PERSISTENCE && !facts.hasLog) tree[PERSISTENCE] = null;
    else put(tree, path, read(facts));
  }
  tree["memoryCurve"] = memoryCurve(facts.cache);
  tree["workers"] = workersOf(facts);
  return tree;
}

function put(tree: StatsTree, path: readonly string[], value: Scalar): void {
  let at = tree;
  for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as StatsTree;
  at[path.at(-1)!] = value;
}

function workersOf(facts: Snapshot): StatsTree[] {
  return servingWorkers(facts.region).map((worker) =>
    Object.fromEntries(WORKER_PLACES.map(({ name, read }) => [name, read(facts, worker)]))
  );
}
