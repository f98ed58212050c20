// What a diagnosis is for, brought about by the parts of the server that tell of it: a cache that is too small, one key that
// all ask for, locks that are held, event loops that stand still, clients that do not read.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeValue } from "../../../../bench/engine/fill.ts";
import { TRACE_KINDS } from "../../../../bench/engine/hits/kinds.ts";
import { Cache, Outcome, readStats, ValueBuffer } from "../../../../cache/mod.ts";
import { mixedHash, sampleBound } from "../../../../server/contract/keys/key_samples.ts";
import { MemoryBudget } from "../../../../server/contract/memory_budget.ts";
import { LiveStreams } from "../../../../server/http/observe/live_streams.ts";
import { CurveKeeper } from "../../../../server/observe/curve/curve_keeper.ts";
import { MAX_SAMPLE_RATE } from "../../../../server/observe/curve/curve_model.ts";
import { HistoryRing } from "../../../../server/observe/history/history_ring.ts";
import { HistoryRecorder } from "../../../../server/observe/history/recorder.ts";
import { LiveSource } from "../../../../server/observe/live/live_source.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { Figures } from "../../../../server/observe/figures.ts";
import { LagWatch, LOOK_MS } from "../../../../server/process/breaker/lag_watch.ts";
import { Log } from "../../../../server/process/log/log.ts";
import { NOW_MS } from "../../fixture.ts";
import { Trial } from "./trial.ts";

const encoder = new TextEncoder();

/** What tells how the server does. */
function sourceOf({ cache }: Trial): LiveSource {
  const figures = new Figures(cache, COMMANDS);
  return new LiveSource({ cache, figures, status: { state: "ready" }, startedMs: NOW_MS });
}

/** Asks for keys of a trace, and stores what is not there; those that are sampled by way of commands. */
function follow(trial: Trial, trace: Uint32Array, valueBytes: number): void {
  const { cache } = trial;
  const keeper = new CurveKeeper(new Cache(trial.region, 0, cache.now));
  trial.pass(250);
  const value = makeValue(valueBytes);
  const into = new ValueBuffer();
  const bound = sampleBound(MAX_SAMPLE_RATE);
  for (const [i, number] of trace.entries()) {
    const name = `key:${number}`;
    const bytes = encoder.encode(name);
    if (mixedHash(cache.hash(bytes, 0, bytes.length)) < bound) {
      if (trial.run("GET", name) === "miss") trial.run("SET", name, "v".repeat(valueBytes));
    } else if (cache.get(bytes, into) !== Outcome.hit) cache.put(bytes, value);
    if (i % 5000 === 0) keeper.tick();
    if (i % 50_000 === 0) trial.pass(250);
  }
}

Deno.test("Diagnoser finds a memory that is too small, and says how much would do", async () => {
  const trial = new Trial(0, 8 * 2 ** 20);
  const kind = TRACE_KINDS.find(({ name }) => name === "Zipf(0.9)")!;
  const held = readStats(trial.cache).slots;
  const trace = kind.make({ requests: 440_000, keys: 200_000, held, theta: kind.theta, seed: 3 });
  follow(trial, trace, 100);
  const { findings } = await trial.diagnoser.diagnosis();
  // Of keys that others ask for in this test nobody knows, so that one of the sampled ones seems hot.
  const found = findings.find(({ rule }) => rule === "memory-small");
  const { problem, advice, evidence } = found!;
  assert(Number(evidence.hitRatioAt2) > Number(evidence.hitRatioAt1) + 0.02, problem);
  assert(/^Start slabkv with --memory (16|32)MiB; it has /.test(advice), advice);
});

Deno.test("Diagnoser finds that fewer reads hit than in the hour before, and why", async () => {
  const trial = new Trial();
  const recorder = new HistoryRecorder(new HistoryRing(trial.region), sourceOf(trial));
  const live = (seconds: number, each: (i: number) => void) => {
    for (let second = 0; second < seconds; second++) {
      for (let i = 0; i < 30; i++) each(30 * second + i);
      trial.pass(1000);
      recorder.look(trial.nowMs);
    }
  };
  for (let i = 0; i < 50; i++) trial.run("SET", `k${i}`, "v");
  live(120, (i) => trial.run("GET", `k${i % 50}`));
  assertEquals(await trial.findings(), []);
  live(65, (i) => trial.run("GET", i % 3 === 0 ? `none${i % 50}` : `k${i % 50}`));
  const { findings } = await trial.diagnoser.diagnosis();
  assertEquals(findings.map(({ rule }) => rule), ["hit-ratio-dropped"]);
  assertStringIncludes(findings[0]!.advice, "clients ask for other keys");
  assert(Number(findings[0]!.evidence.hitRatioBefore) > 0.95);
});

Deno.test("Diagnoser finds a key that most ask for, and who waits for its lock", async () => {
  const trial = new Trial();
  for (let i = 0; i < 6000; i++) {
    if (i % 3 === 0) trial.run("SET", `key:${i}`, "v");
    else trial.run("INCR", "visits");
  }
  assertEquals(await trial.findings(), ["hot-key"]);
  const other = new Cache(trial.region, 2, trial.cache.now);
  other.withShard(trial.cache.hash(encoder.encode("visits"), 0, 6), {
    runLocked: () => trial.run("INCR", "visits"),
  });
  trial.pass(1000);
  const { findings } = await trial.diagnoser.diagnosis();
  assertEquals(findings.map(({ rule, level }) => [rule, level]), [
    ["lock-waits", "warning"],
    ["hot-key", "warning"],
  ]);
  assertStringIncludes(findings[1]!.problem, '"visits"');
  assertEquals(findings[0]!.evidence.timeouts, 1);
});

Deno.test("Diagnoser finds an event loop that stands still, and a breaker that was opened for it", async () => {
  const trial = new Trial();
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const log = new Log({ format: "text", now: () => 0, out: say, err: say });
  const watch = new LagWatch(trial.region, 500, log);
  let probes = 0;
  const look = (forMs: number, lagMs: number) => {
    for (let ms = 0; ms < forMs; ms += LOOK_MS) {
      trial.set("probedLag", lagMs);
      trial.set("probes", ++probes);
      watch.look(trial.nowMs + ms);
    }
    trial.pass(forMs);
  };
  look(1000, 200);
  assertEquals(await trial.findings(), ["event-loop-lag"]);
  look(2000, 800);
  const { findings } = await trial.diagnoser.diagnosis();
  assertEquals(findings.map(({ rule, level }) => [rule, level]), [
    ["breaker-open", "critical"],
    ["event-loop-lag", "warning"],
  ]);
  look(6000, 0);
  const over = (await trial.diagnoser.diagnosis()).findings;
  assertEquals(over.map(({ rule, level }) => [rule, level]), [
    ["breaker-open", "warning"],
    ["event-loop-lag", "warning"],
  ]);
  assertEquals(said.length, 2);
});

Deno.test("Diagnoser finds clients that do not read, and shards that were cleared", async () => {
  const trial = new Trial();
  const { cache } = trial;
  const source = sourceOf(trial);
  const budget = new MemoryBudget(trial.region, 1, 2 ** 24);
  const live = new LiveStreams(cache, budget, source, () => trial.nowMs);
  assert(live.open() !== null);
  trial.pass(20_000);
  assertEquals(await trial.findings(), []);
  trial.pass(20_000);
  live.tick();
  assertEquals(await trial.findings(), ["slow-clients"]);
  // A worker ends while it holds a lock, and main clears what it may have left half done.
  const dead = new Cache(trial.region, 2, cache.now);
  try {
    dead.withShard(0, {
      runLocked: () => {
        throw new Error("ends here");
      },
    });
  } catch {
    // As it is to be.
  }
  new Cache(trial.region, 0, cache.now).repair(2);
  assertEquals(await trial.findings(), ["failures", "slow-clients"]);
});
