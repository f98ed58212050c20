// The facts of a server that is well, for tests that make one thing wrong with it.

import { COUNTERS } from "../../../../server/contract/counters.ts";
import type { DiagnosisFacts } from "../../../../server/observe/diagnosis/diagnosis_facts.ts";
import type { CounterTotals } from "../../../../server/observe/diagnosis/totals.ts";
import { configOf } from "../../fixture.ts";

const MIB = 2 ** 20;
const NONE = Object.fromEntries(COUNTERS.map(({ name }) => [name, 0])) as CounterTotals;

/** A minute of a server with two workers that is full, and has all that is asked for but one key in twenty. */
export const HEALTHY: DiagnosisFacts = {
  seconds: 60,
  uptimeSeconds: 86_400,
  options: configOf("--memory", "1GiB", "--workers", "2"),
  store: {
    items: 4_000_000,
    itemsBefore: 4_000_000,
    itemsFlushed: 0,
    usedBytes: 950 * MIB,
    slabBytes: 960 * MIB,
    limitedBy: "memory",
    memoryEvictions: 60_000,
    windowEvictions: 10,
    expirations: 6000,
    shardsCleared: 0,
    hasEvicted: true,
    largeShare: 0.1,
  },
  grown: {
    ...NONE,
    requests: 1_200_000,
    hits: 1_140_000,
    misses: 60_000,
    puts: 66_000,
    batches: 300_000,
    lockWaits: 5000,
    lockWaitUs: 20_000,
  },
  rawCommands: 1_200_000,
  curve: {
    sampleRate: 0.001,
    sampledReads: 50_000,
    points: [0.25, 0.5, 1, 2, 4].map((times, i) => ({
      times,
      bytes: times * 1024 * MIB,
      hitRatio: [0.8, 0.9, 0.95, 0.96, 0.965][i]!,
      error: 0.001,
    })),
    advice: "The memory suits what is asked for.",
  },
  past: {
    seconds: 3540,
    hitRatio: 0.96,
    reads: 60_000_000,
    memoryEvictionsPerSecond: 1000,
    expirationsPerSecond: 100,
  },
  hot: {
    key: { key: "top", database: 0, share: 0.07, perSecond: 1400, writeShare: 0.1, shard: 3 },
    requestsPerSecond: 20_000,
  },
  workers: [1, 2].map((worker) => ({ worker, cores: 0.5, maxLagMs: 8, isShedding: false })),
  idleCores: 1,
  cores: 2,
  connections: 200,
  heldBytes: MIB,
  disk: { fault: null, maxSyncMs: 20, maxLagMs: 12, gaps: 0, hasSnapshotFailed: false },
  clockJumpMs: 3,
};

/** Facts as they would be, but for some. */
export interface Changes extends Partial<Omit<DiagnosisFacts, "store" | "grown">> {
  readonly store?: Partial<DiagnosisFacts["store"]>;
  readonly grown?: Partial<CounterTotals>;
}

/** The healthy server with something else. */
export function facts({ store, grown, ...others }: Changes = {}): DiagnosisFacts {
  return {
    ...HEALTHY,
    ...others,
    store: { ...HEALTHY.store, ...store },
    grown: { ...HEALTHY.grown, ...grown },
  };
}
