/**
 * Fills a server with the benchmark's keys and checks that what it answers is right, byte for byte, before
 * and after a measured load. Wrong answers throw.
 */

import { withConnections } from "../../client/bench/connections.ts";
import { type Errand, runErrand } from "../../client/bench/errand.ts";
import { type KeySet, putAll, requestOf, singlePuts } from "../../client/bench/key_set.ts";
import { hitVersion } from "../../client/bench/key_traffic.ts";
import type { LoadConnection } from "../../client/bench/load_connection.ts";
import { Random } from "../workload.ts";
import { type Items, keySetAt } from "./items.ts";
import type { Server } from "./servers.ts";
import { distinctIds } from "./traffic.ts";

const CONNECTION_COUNT = 16;

/** Stores version 1 of every key, through /mput where the server has it. */
export async function fill(server: Server, items: Items): Promise<void> {
  await overConnections(server, items, putAll);
}

/** Stores a new version of a sample of keys and reads each back; then puts version 1 there again. */
export async function verifyWrites(
  server: Server,
  items: Items,
  sampleCount: number,
  version: number,
): Promise<void> {
  const ids = distinctIds(sampleCount, items.keyCount, new Random(version));
  await overConnections(server, items, async (set, connections) => {
    for (const written of [version, 1]) {
      await runErrand(set.access, singlePuts(set, ids, written), connections);
      await runErrand(set.access, reads(set, ids, (found) => found === written), connections);
    }
  });
}

/** Checks that a sample of keys hits, each with a whole value of its own. */
export async function verifyHits(
  server: Server,
  items: Items,
  sampleCount: number,
  seed: number,
): Promise<void> {
  const ids = distinctIds(sampleCount, items.keyCount, new Random(seed));
  await overConnections(server, items, async (set, connections) => {
    await runErrand(set.access, reads(set, ids, (found) => found >= 1), connections);
  });
}

function reads(
  { messages, values }: KeySet,
  ids: readonly number[],
  isRight: (version: number) => boolean,
): Errand {
  return {
    what: "read what was put",
    count: ids.length,
    request: (index) => requestOf(messages.get, ids[index]!),
    isDone: (index, answer) => {
      return answer.status === 200 && isRight(hitVersion(messages, values, ids[index]!, answer));
    },
  };
}

async function overConnections(
  { port, hasBatches }: Server,
  items: Items,
  work: (set: KeySet, connections: readonly LoadConnection[]) => Promise<void>,
): Promise<void> {
  const set = keySetAt(port, items, hasBatches);
  const { access } = set;
  await withConnections(access, CONNECTION_COUNT, items.valueBytes, (opened) => work(set, opened));
}
