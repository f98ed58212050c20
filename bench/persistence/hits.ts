/**
 * Whether a cache is as warm after a restart as before: the hit ratio over the first requests of a Zipf trace behind it, beside
 * that of the cache which went on. Restored from a snapshot, and from the log alone, which has no reads.
 */

import { type Cache, Outcome, ValueBuffer } from "../../cache/mod.ts";
import { makeValue, mustPut, NumberedKey } from "../engine/fill.ts";
import { sizeFor } from "../engine/hits/hit_ratio.ts";
import { KEY_BYTES, TRACE_KINDS } from "../engine/hits/kinds.ts";
import { atMost, plain, type Row } from "../report.ts";
import { DEFAULT_SEED } from "../workload.ts";
import { copyAll, LogDrain, loggedCache, restoringCache } from "./copies.ts";
import type { BenchOptions } from "./options.ts";

const KINDS = TRACE_KINDS.filter(({ name }) => name.startsWith("Zipf"));
/** Shares of the keys that the cache holds. */
const SHARES = [0.01, 0.1];
const POINTS_TARGET = 1;
/** Requests before the restart, for each one behind it. */
const WARMING = 20;
/** Requests between two looks at the log ring. */
const DRAIN_EVERY = 500;
const VALUE = makeValue(1024);

/** Cache-aside over a part of a trace. */
class Requests {
  readonly #key = new NumberedKey(KEY_BYTES, 0x5eed);
  readonly #into = new ValueBuffer();
  readonly #valueBytes: (id: number) => number;

  constructor(valueBytes: (id: number) => number) {
    this.#valueBytes = valueBytes;
  }

  /** Runs requests, `after` each some of them. Returns how many have hit, in percent. */
  run(cache: Cache, trace: Uint32Array, after: () => void): number {
    let hits = 0;
    for (let i = 0; i < trace.length; i++) {
      const id = trace[i]!;
      const key = this.#key.set(id);
      if (cache.get(key, this.#into) === Outcome.hit) hits++;
      else mustPut(cache, key, VALUE.subarray(0, this.#valueBytes(id)));
      if (i % DRAIN_EVERY === 0) after();
    }
    after();
    return 100 * hits / trace.length;
  }
}

/** The differences for each kind of Zipf trace and capacity. */
export function hitRows({ traceRequests, traceKeys }: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of KINDS) {
    for (const share of SHARES) {
      const { memoryBytes, held } = sizeFor(kind, Math.round(traceKeys * share));
      const trace = kind.make({
        requests: (1 + WARMING) * traceRequests,
        keys: traceKeys,
        held,
        theta: kind.theta,
        seed: DEFAULT_SEED,
      });
      const first = trace.subarray(0, WARMING * traceRequests);
      const rest = trace.subarray(WARMING * traceRequests);
      const requests = new Requests(kind.valueBytes);
      const cache = loggedCache(memoryBytes);
      const drain = new LogDrain(cache);
      const [fromSnapshot, fromLog] = [restoringCache(memoryBytes), restoringCache(memoryBytes)];
      const replay = () => drain.drain((records, at) => fromLog.restore.applyLog(records, at));
      requests.run(cache, first, replay);
      copyAll(cache, (effects) => fromSnapshot.restore.applySection(effects));
      const ours = requests.run(cache, rest, () => drain.drain(() => {}));
      const snapshot = requests.run(fromSnapshot.cache, rest, () => {});
      const log = requests.run(fromLog.cache, rest, () => {});
      const what = `${kind.name}, ${100 * share} %, hits over ${traceRequests} requests`;
      const figures = `${ours.toFixed(2)} %, from a snapshot ${snapshot.toFixed(2)} %`;
      rows.push(
        atMost(`${what}: ${figures}`, Math.abs(ours - snapshot), POINTS_TARGET, "points"),
        plain(`${what}: from the log alone ${log.toFixed(2)} %`, Math.abs(ours - log), "points"),
      );
    }
  }
  return Promise.resolve(rows);
}
