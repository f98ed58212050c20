// The rules of a diagnosis one by one: a server that is well has no findings, and each thing that goes wrong has its
// own, with a sentence that people understand.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { diagnose, diagnosisText, RULES } from "../../../../server/observe/diagnosis/diagnose.ts";
import { type Changes, facts, HEALTHY } from "./facts_fixture.ts";

const MIB = 2 ** 20;

const busy = (first: number, second = 0.4) =>
  [first, second].map((cores, i) => ({
    worker: i + 1,
    cores,
    maxLagMs: 8,
    isShedding: false,
  }));
const lagging = [{ worker: 1, cores: 1, maxLagMs: 400, isShedding: false }];
const shedding = [{ worker: 1, cores: 0.5, maxLagMs: 50, isShedding: true }];
const hot = (share: number, writeShare: number) => ({
  key: { key: "top", database: 0, share, perSecond: 20_000 * share, writeShare, shard: 3 },
  requestsPerSecond: 20_000,
});
const curve = (twice: number, four: number) => ({
  ...HEALTHY.curve!,
  points: [[1, 0.7], [2, twice], [4, four]].map(([times, hitRatio]) => {
    return { times: times!, bytes: times! * 1024 * MIB, hitRatio: hitRatio!, error: 0.002 };
  }),
});
const disk = (change: Partial<NonNullable<typeof HEALTHY.disk>>) => ({
  disk: { ...HEALTHY.disk!, ...change },
});

/** What goes wrong, the rule that says so, how bad that is, and words of what it says. */
const WRONG: readonly [Changes, rule: string, level: string, ...words: string[]][] = [
  [
    { curve: curve(0.8, 0.82) },
    "memory-small",
    "warning",
    "2 times the memory would raise the hit ratio from 70.0 % to 80.0 %",
    "--memory 2GiB",
    "1GiB now",
  ],
  [{ curve: curve(0.72, 0.8) }, "memory-small", "warning", "4 times", "--memory 4GiB"],
  [
    {
      curve: null,
      past: null,
      store: { memoryEvictions: 400_000 },
      grown: { misses: 500_000, puts: 500_000 },
    },
    "memory-small",
    "info",
    "6,667 a second are evicted and 30.5 % of all reads miss",
  ],
  [
    { store: { limitedBy: "index", windowEvictions: 600, usedBytes: 400 * MIB } },
    "index-small",
    "warning",
    "items take 105 bytes",
    "laid out for 160",
    "--average-item 104.",
  ],
  [{ store: { largeShare: 0.8 } }, "large-items", "warning", "80.0 % of the memory", "/stats/big"],
  [{ grown: { puts: 10_000 } }, "large-items", "warning", "each put evicts 6.0 others"],
  [
    { store: { expirations: 50_000, memoryEvictions: 0 }, grown: { misses: 500_000 }, past: null },
    "many-expired",
    "warning",
    "833 a second expire",
    "longer deadlines",
  ],
  [
    { store: { items: 90_000, itemsBefore: 0, itemsFlushed: 4_000_000 } },
    "emptied",
    "warning",
    "of 4,000,000 items 90,000",
    "FLUSHALL",
  ],
  [
    { store: { items: 90_000 }, grown: { deletes: 3_900_000 } },
    "emptied",
    "warning",
    "3,900,000 were deleted",
  ],
  [
    {
      uptimeSeconds: 240,
      past: null,
      store: { hasEvicted: false, memoryEvictions: 0, usedBytes: 200 * MIB },
      grown: { misses: 2_000_000 },
    },
    "filling",
    "info",
    "started 4 minutes ago",
  ],
  [
    { grown: { misses: 400_000 } },
    "hit-ratio-dropped",
    "warning",
    "74.0 % of all reads hit in the last 60 s, and 96.0 % in the 59 minutes before",
    "clients ask for other keys",
  ],
  [
    { grown: { misses: 400_000 }, store: { memoryEvictions: 180_000 } },
    "hit-ratio-dropped",
    "warning",
    "More is evicted than before",
  ],
  [
    { grown: { misses: 400_000 }, store: { expirations: 20_000 } },
    "hit-ratio-dropped",
    "warning",
    "More expires than before",
  ],
  [{ workers: shedding, grown: { shed: 5000 } }, "breaker-open", "critical", "5,000 requests"],
  [{ grown: { breakerOpens: 2, shed: 9 } }, "breaker-open", "warning", "Requests were refused"],
  [
    { workers: lagging, idleCores: 0.3 },
    "event-loop-lag",
    "warning",
    "400 ms behind",
    "/stats/slow",
  ],
  [
    { workers: lagging, idleCores: 0.05, cores: 4 },
    "event-loop-lag",
    "warning",
    "Other processes use the machine's CPU",
    "/stats/slow for commands that took as long",
  ],
  [
    { grown: { lockWaitUs: 6_000_000, lockWaits: 600_000 } },
    "lock-waits",
    "warning",
    "5.0 % of their time",
    "10,000 a second waits",
  ],
  [{ grown: { lockTimeouts: 3 } }, "lock-waits", "warning", "3 were given up"],
  [{ grown: { lockTimeouts: 1 } }, "lock-waits", "warning", "one was given up"],
  [{ hot: hot(0.3, 0.1) }, "hot-key", "info", '"top" in shard 3', "CLIENT TRACKING"],
  [{ hot: hot(0.3, 0.9), grown: { lockWaitUs: 900_000 } }, "hot-key", "warning", "several keys"],
  [
    { workers: busy(0.97), cores: 4 },
    "worker-missing",
    "warning",
    "97.0 % of a core",
    "--workers 3",
  ],
  [
    { workers: busy(0.7), grown: { batches: 1_100_000 } },
    "no-pipelines",
    "info",
    "20,000 a second come 1.1 in a row",
  ],
  [
    { workers: busy(0.3), rawCommands: 1_800_000, grown: { batches: 1_700_000 } },
    "no-pipelines",
    "info",
    "30,000 a second come 1.1 in a row, and a worker uses 40.0 % of a core",
  ],
  [
    { grown: { codeNOAUTH: 120_000 } },
    "refusals",
    "warning",
    "10.0 % of all requests",
    "begins with NOAUTH",
  ],
  [{ grown: { status413: 120_000 } }, "refusals", "warning", "status 413", "--max-value-bytes"],
  [{ grown: { codeOOM: 120_000 } }, "refusals", "warning", "half of a shard", "--body-memory"],
  [{ grown: { errors: 1 } }, "failures", "critical", "1 requests were answered 500"],
  [{ grown: { httpCuts: 1 } }, "process-memory", "critical", "put a proxy in front"],
  [{ connections: 19_000 }, "connections-full", "warning", "19,000 of 20,000"],
  [{ grown: { clientsRefused: 7 } }, "connections-full", "critical", "7 connections were refused"],
  [{ heldBytes: 60 * MIB }, "body-memory", "warning", "60MiB of the 64MiB"],
  [{ grown: { overloads: 4 } }, "body-memory", "warning", "4 requests were refused"],
  [{ grown: { clientsSlow: 2 } }, "slow-clients", "warning", "2 clients were closed"],
  [{ grown: { failedTokens: 600 } }, "wrong-tokens", "warning", "10 a second"],
  [{ clockJumpMs: -3_600_000 }, "clock", "warning", "set back by 3600.0 s", "later"],
  [
    disk({ fault: "Log cannot be written: No space left on device" }),
    "log-failing",
    "critical",
    "Writes are refused: log cannot be written: No space left on device.",
  ],
  [disk({ maxSyncMs: 1500 }), "slow-disk", "warning", "a sync took 1,500 ms"],
  [disk({ maxLagMs: 300 }), "slow-disk", "warning", "waited 300 ms to be written"],
  [disk({ gaps: 3 }), "log-full", "warning", "--log-memory"],
  [disk({ hasSnapshotFailed: true }), "snapshot-failed", "warning", "snapshot-failed"],
];

Deno.test("diagnose() has nothing to say of a server that is well, with disk and without", () => {
  for (const changes of [{}, { disk: null, curve: null, hot: null, past: null }]) {
    const { summary, findings, passed, seconds } = diagnose(facts(changes));
    assertEquals([summary, findings, passed.length], ["Nothing is wrong", [], RULES.length]);
    assertEquals(seconds, 60);
  }
});

Deno.test("diagnose() says nothing of large items while hardly anything is evicted for them", () => {
  // Eight for one put in a minute: many for a put, and few for a cache.
  const changes = { store: { memoryEvictions: 8, largeShare: 0.97 }, grown: { puts: 1 } };
  assertEquals(diagnose(facts(changes)).findings, []);
});

Deno.test("diagnose() finds each thing that goes wrong, and nothing else for it", () => {
  for (const [changes, rule, level, ...words] of WRONG) {
    const { summary, findings } = diagnose(facts(changes));
    assertEquals(findings.map((one) => [one.rule, one.level]), [[rule, level]], rule);
    const [{ problem, advice, evidence }] = findings as [typeof findings[number]];
    assertEquals(summary, problem);
    for (const word of words) assertStringIncludes(`${problem} ${advice}`, word);
    assert(/^[A-Z0-9].*[^.]\.$/.test(problem) && /^[A-Z].*\.$/.test(advice), problem);
    assert(Object.keys(evidence).length > 0 && !/NaN|undefined|Infinity/.test(problem + advice));
  }
});

Deno.test("RULES: each is found by some row of this test, and says when it speaks", () => {
  const found = new Set(WRONG.map(([, rule]) => rule));
  assertEquals(RULES.filter(({ name }) => !found.has(name)).map(({ name }) => name), []);
  assertEquals(new Set(RULES.map(({ name }) => name)).size, RULES.length);
  for (const { name, speaks } of RULES) assert(/^[A-Z].*\.$/.test(speaks), name);
});

Deno.test("diagnose() puts the worst first", () => {
  const all = facts({ hot: hot(0.5, 0), connections: 19_000, grown: { errors: 1 } });
  const { findings, summary } = diagnose(all);
  assertEquals(findings.map(({ level }) => level), ["critical", "warning", "info"]);
  assertEquals(summary, findings[0]!.problem);
});

Deno.test("diagnosisText() is plain text, whatever clients call their keys", () => {
  assertEquals(
    diagnosisText(diagnose(facts())),
    `Nothing is wrong (looked at the last 60 s and ${RULES.length} rules).\n`,
  );
  const key = { ...hot(0.5, 0).key, key: "\x1b[2J\u202e\nx" };
  const text = diagnosisText(diagnose(facts({ hot: { key, requestsPerSecond: 20_000 } })));
  assertStringIncludes(
    text,
    'info: One key has 50.0 % of all requests, 10,000 a second: "\\x1b[2J',
  );
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(text));
});
