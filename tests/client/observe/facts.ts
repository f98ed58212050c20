// Facts as a server would tell them, for tests that show them: ordinary ones, and keys that want to break a
// terminal.

import type { Diagnosis, LatencyAnswer, SlowFacts } from "../../../server/observe/facts/answers.ts";
import type { BigFacts, HotFacts } from "../../../server/observe/facts/key_facts.ts";
import type { LiveFacts } from "../../../server/observe/facts/live_facts.ts";
import type { MemoryCurve } from "../../../server/observe/facts/memory_facts.ts";

/** Keys that no terminal must be sent as they are. */
export const HOSTILE_KEYS: readonly string[] = [
  "\x1b[2J\x1b]0;title\x07",
  "a\r\nb\tc\0",
  "\x9b31mred",
  "\u202egnp.exe",
  "e" + "\u0301".repeat(500),
  "漢字".repeat(100),
  "👩‍👩‍👧‍👦 family",
  "\u2028\u2029\ufeff\u200b",
  "\ud800 half",
  "x".repeat(4000),
  "",
];

/** The server over the last second. */
export const LIVE: LiveFacts = {
  atMs: 1_763_802_000_000,
  version: "1.2.3",
  state: "ready",
  uptimeSeconds: 100_000,
  requestsPerSecond: { http: 1200, rest: 0, websocket: 0, resp: 34_567, text: 0, memcache: 0 },
  hitsPerSecond: 9000,
  missesPerSecond: 1000,
  hitRatio: 0.9,
  latency: {
    all: { perSecond: 35_767, p50Us: 1.5, p99Us: 20, p999Us: 1500 },
    string: { perSecond: 35_000, p50Us: 1.5, p99Us: 12, p999Us: 300 },
    "sorted-set": { perSecond: 767, p50Us: 4, p99Us: 900, p999Us: 2_500_000 },
  },
  items: 1_234_567,
  memory: {
    regionBytes: 1 << 30,
    slabBytes: 1_000_000_000,
    usedBytes: 750_000_000,
    heldBytes: 4096,
    rssBytes: 1_300_000_000,
  },
  putsPerSecond: 100,
  deletesPerSecond: 0.4,
  evictionsPerSecond: { memory: 20, window: 0 },
  expirationsPerSecond: 3,
  lockWaitsPerSecond: 12,
  lockWaitMsPerSecond: 0.3,
  errorsPerSecond: 0,
  shedsPerSecond: 0,
  connections: { resp: 10, text: 0, memcache: 0, websocket: 2, http: null },
  cpu: { usedCores: 1.234, idleCores: 0.5 },
  workers: Array.from({ length: 6 }, (_, i) => ({
    worker: i + 1,
    requestsPerSecond: 6000 - 1000 * i,
    cpuCores: 0.1 * i,
    lagMs: 30 * i,
    heapBytes: 10_000_000,
    clients: 7 - i,
    breaker: i === 5 ? "open" : "closed",
  })),
  persistence: {
    logBytes: 1 << 20,
    unsyncedBytes: 0,
    lagMs: 1.5,
    snapshotAgeSeconds: 61,
    failures: 0,
    problem: null,
  },
};

/** Hot keys, hostile ones among them. */
export const HOT: HotFacts = {
  requests: 10_000,
  seconds: 90,
  keys: [
    ...HOSTILE_KEYS.map((key, i) => ({
      key,
      database: 0,
      share: 0.1 / (i + 1),
      perSecond: 1000 / (i + 1),
      writeShare: i / 20,
      shard: i,
    })),
    {
      base64: "/wA=",
      isCut: true,
      database: 3,
      share: 0.0001,
      perSecond: 1,
      writeShare: 1,
      shard: 9,
    },
  ],
};

/** Large items. */
export const BIG: BigFacts = {
  looked: 1000,
  items: 1_234_567,
  types: { string: { items: 900, slabBytes: 90_000 }, hash: { items: 100, slabBytes: 900_000 } },
  keys: HOSTILE_KEYS.map((key, i) => ({
    key,
    database: i,
    type: i % 2 === 0 ? "hash" : "string",
    slabBytes: 1_000_000 - i,
    valueBytes: 900_000,
    members: i % 2 === 0 ? 5000 : null,
    ttlSeconds: i === 0 ? 90 : null,
  })),
};

/** Slow commands. */
export const SLOW: SlowFacts = {
  slowerThanUs: 10_000,
  commands: HOSTILE_KEYS.map((key, id) => ({
    id,
    atSeconds: 1_763_802_000 - id,
    tookUs: 12_345 + id,
    words: ["HGETALL", key],
    address: "127.0.0.1:1234",
    clientName: id === 0 ? "\x1b[31mjob" : "",
  })),
};

const GROUP = {
  count: 123_456,
  meanUs: 2.5,
  p50Us: 1.5,
  p90Us: 3,
  p99Us: 20,
  p999Us: 1500,
  maxUs: 2_000_000,
};

/** Latency since the start. */
export const LATENCY: LatencyAnswer = {
  groups: { string: GROUP, all: GROUP, hash: GROUP },
  lockWaits: { count: 12, totalMs: 3.5 },
  lagMs: { now: 4, workers: [1, 4] },
};

/** What is wrong. */
export const DIAGNOSIS: Diagnosis = {
  seconds: 60,
  summary: "Memory is too small",
  findings: [{
    rule: "memory-small",
    level: "warning",
    problem: "Memory is too small",
    evidence: { hitRatio: 0.9123456, evictionsPerSecond: 20, key: "\x1b[2J" },
    advice: "Give it twice the memory",
  }],
  passed: ["lag", "disk-slow"],
};

/** What other sizes would bring. */
export const CURVE: MemoryCurve = {
  sampleRate: 0.005,
  sampledReads: 50_000,
  points: [[0.5, 0.71], [1, 0.8], [2, 0.855]].map(([times, hitRatio]) => {
    return { times: times!, bytes: times! * 2 ** 30, hitRatio: hitRatio!, error: 0.003 };
  }),
  advice: "Twice the memory pays",
};
