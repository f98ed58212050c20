// The facts of a diagnosis, gathered from a real cache and region while something goes wrong with them: each of these
// tests brings a finding about by doing what causes it.

import { assertEquals } from "@std/assert";
import { PersistenceStatus } from "../../../../server/contract/persistence/persistence_status.ts";
import { Trial } from "./trial.ts";

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
  for (let i = 0; i < 70_000; i++) trial.run("SET", `k${i}`, "v");
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

Deno.test("Diagnoser tells a cache that was emptied soon after it was filled from one whose items were evicted", async () => {
  const trial = new Trial();
  for (let i = 0; i < 3000; i++) trial.run("SET", `gone${i}`, "v");
  for (let i = 0; i < 3000; i++) trial.run("DEL", `gone${i}`);
  for (let i = 0; i < 4000; i++) trial.run("SET", `k${i}`, "v");
  assertEquals(await trial.findings(), []);
  trial.run("FLUSHALL");
  assertEquals(await trial.findings(), ["emptied"]);
  const { findings: [one] } = await trial.diagnoser.diagnosis();
  assertEquals(one?.problem.endsWith("(a FLUSHALL or the like)."), true, one?.problem);
  for (let i = 0; i < 3000; i++) trial.run("SET", `k${i}`, "v");
  assertEquals(await trial.findings(), []);

  const other = new Trial();
  for (let i = 0; i < 15_000; i++) other.run("SET", `small:${i}`, "v".repeat(100));
  other.pass(60_000);
  for (let i = 0; i < 150; i++) {
    other.run("SET", `large:${i}`, "v".repeat(40_000));
    for (let reads = 0; reads < 3; reads++) other.run("GET", `large:${i}`);
  }
  const found = await other.findings();
  assertEquals(found.includes("emptied"), false, found.join());
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
  assertEquals(await other.findings(), ["connections-full", "worker-missing"]);
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
  trial.nowMs += 499;
  assertEquals(trial.diagnoser.diagnosis() === first, true);
  trial.nowMs += 1;
  assertEquals(trial.diagnoser.diagnosis() === first, false);
  await trial.diagnoser.diagnosis();
});
