// The facts of a diagnosis, gathered from a real cache and region while something goes wrong with them: each of these
// tests brings a finding about by doing what causes it.

import { assertEquals } from "@std/assert";
import { addCounter, Cache, Region } from "../../../../cache/mod.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { findCommand } from "../../../../server/commands/find.ts";
import { beginUntimed, runCounted } from "../../../../server/commands/timing.ts";
import { ACTOR_NAMES, type Counter, type Gauge } from "../../../../server/contract/counters.ts";
import { PersistenceStatus } from "../../../../server/contract/persistence/persistence_status.ts";
import { TimeSlices } from "../../../../server/contract/time_slices.ts";
import { Diagnoser } from "../../../../server/observe/diagnosis/diagnoser.ts";
import { Figures } from "../../../../server/observe/figures.ts";
import { ShardPictures } from "../../../../server/observe/live/shard_pictures.ts";
import { CollectedReply } from "../../../../server/codecs/collected_reply.ts";
import { argsOf, configOf, contextOf, NOW_MS } from "../../fixture.ts";

/** A server's memory, and what one worker finds. */
class Trial {
  nowMs = 0;
  /** What the wall clock was set by. */
  setMs = 0;
  readonly region: Region<Counter, Gauge>;
  readonly cache: Cache<Counter, Gauge>;
  readonly diagnoser: Diagnoser;
  readonly #run: (words: readonly string[]) => void;

  constructor(logBytes = 0, memoryBytes = 4 * 2 ** 20) {
    const names = ACTOR_NAMES;
    this.region = Region.create({ memoryBytes, actorCount: 3, names, logBytes });
    const clock = () => NOW_MS + this.nowMs + this.setMs;
    const cache = this.cache = new Cache(this.region, 1, clock);
    const now = () => this.nowMs;
    this.set("serving", 1);
    const pictures = new ShardPictures(cache, new TimeSlices(), now);
    this.diagnoser = new Diagnoser({
      cache,
      config: configOf(),
      figures: new Figures(cache, COMMANDS),
      startedMs: NOW_MS,
      now,
      cores: 4,
      curve: () => null,
      hotKeys: () => Promise.resolve([]),
      shards: () => pictures.facts(),
    });
    const context = contextOf(cache);
    const reply = new CollectedReply();
    this.#run = ([name, ...rest]) => {
      const bytes = new TextEncoder().encode(name);
      reply.reset();
      beginUntimed(context);
      runCounted(context, findCommand(bytes, 0, bytes.length)!, argsOf(...rest), reply);
    };
  }

  run(...words: string[]): void {
    this.#run(words);
  }

  count(name: Counter, amount: number): void {
    addCounter(this.region.words, this.region.counterWord(1, name), amount);
  }

  set(name: Gauge, value: number, actor = 1): void {
    Atomics.store(this.region.words, this.region.gaugeWord(actor, name), value);
  }

  /** Time passes, with looks as a worker has them. */
  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 250) {
      this.nowMs += 250;
      this.diagnoser.tick();
    }
  }

  async findings(): Promise<string[]> {
    this.pass(1000);
    return (await this.diagnoser.diagnosis()).findings.map(({ rule }) => rule);
  }
}

Deno.test("Diagnoser finds nothing wrong with a server that does what servers do", async () => {
  const trial = new Trial();
  for (let i = 0; i < 20_000; i++) {
    if (i % 10 === 0) trial.run("SET", `key:${i % 5000}`, "value".repeat(10));
    trial.run("GET", `key:${(i - i % 10) % 5000}`);
  }
  assertEquals(await trial.findings(), []);
});

Deno.test("Diagnoser finds an index that is too small once small items come to a full cache", async () => {
  const trial = new Trial(0, 2 * 2 ** 20);
  for (let i = 0; i < 15_000; i++) trial.run("SET", `large:${i}`, "v".repeat(200));
  for (let i = 0; i < 100_000; i++) trial.run("SET", `k${i}`, "v");
  const found = await trial.findings();
  assertEquals(found, ["index-small"]);
  const { findings: [one] } = await trial.diagnoser.diagnosis();
  assertEquals(one!.evidence.averageItem, 160);
  assertEquals(/--average-item (32|40|48|56|64|72|80)\.$/.test(one!.advice), true, one!.advice);
});

Deno.test("Diagnoser finds large items that push out small ones", async () => {
  const trial = new Trial();
  for (let i = 0; i < 15_000; i++) trial.run("SET", `small:${i}`, "v".repeat(100));
  assertEquals(await trial.findings(), []);
  for (let i = 0; i < 150; i++) {
    trial.run("SET", `large:${i}`, "v".repeat(40_000));
    for (let reads = 0; reads < 3; reads++) trial.run("GET", `large:${i}`);
  }
  trial.pass(1000);
  assertEquals(await trial.findings(), ["large-items"]);
});

Deno.test("Diagnoser finds that many expire, and that a cache was emptied", async () => {
  const trial = new Trial();
  for (let i = 0; i < 3000; i++) trial.run("SET", `k${i}`, "v", "PX", "400");
  trial.pass(1000);
  for (let i = 0; i < 3000; i++) trial.run("GET", `k${i}`);
  assertEquals(await trial.findings(), ["many-expired"]);
  for (let i = 0; i < 3000; i++) trial.run("SET", `k${i}`, "v");
  trial.pass(60_000);
  trial.run("FLUSHALL");
  const { findings: [one] } = await trial.diagnoser.diagnosis();
  assertEquals([one?.rule, one?.evidence.itemsBefore], ["emptied", 3000]);
});

Deno.test("Diagnoser speaks of the last minute: what is over is forgotten", async () => {
  const trial = new Trial();
  trial.count("failedTokens", 20);
  trial.set("lagMs", 700);
  assertEquals(await trial.findings(), ["wrong-tokens", "event-loop-lag"]);
  trial.set("lagMs", 0);
  trial.pass(40_000);
  assertEquals(await trial.findings(), ["wrong-tokens", "event-loop-lag"]);
  trial.pass(30_000);
  assertEquals(await trial.findings(), []);
  assertEquals((await trial.diagnoser.diagnosis()).seconds <= 61, true);
});

Deno.test("Diagnoser sees a clock that was set, cores that are left, and connections", async () => {
  const trial = new Trial();
  trial.pass(10_000);
  trial.setMs = 5000;
  assertEquals(await trial.findings(), ["clock"]);
  const other = new Trial();
  other.set("idleCores", 100, 0);
  other.set("respClients", 19_500);
  for (let i = 0; i < 40; i++) {
    other.set("cpuUser", 24 * i);
    other.pass(250);
  }
  const facts = await other.diagnoser.facts();
  assertEquals([Math.round(10 * facts.workers[0]!.cores), facts.idleCores], [9, 1]);
  assertEquals(await other.findings(), ["connections-full"]);
});

Deno.test("Diagnoser notes each sync once, and what the log lacks", async () => {
  const trial = new Trial(2 ** 20, 8 * 2 ** 20);
  const status = new PersistenceStatus(trial.region);
  assertEquals(await trial.findings(), []);
  status.set("syncUs", 1_800_000);
  status.set("durablePosition", 100);
  status.add("gaps", 2);
  assertEquals(await trial.findings(), ["slow-disk", "log-full"]);
  trial.pass(70_000);
  assertEquals(await trial.findings(), []);
  status.set("snapshotFailed", 1);
  assertEquals(await trial.findings(), ["snapshot-failed"]);
});

Deno.test("Diagnoser.diagnosis() is shared for half a second", async () => {
  const trial = new Trial();
  const first = trial.diagnoser.diagnosis();
  trial.nowMs += 500;
  assertEquals(trial.diagnoser.diagnosis() === first, true);
  trial.nowMs += 1;
  assertEquals(trial.diagnoser.diagnosis() === first, false);
  await trial.diagnoser.diagnosis();
});
