// The table of metrics: names that Prometheus takes, nothing twice, and every counter, gauge and fact in it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { COUNTERS, GAUGES } from "../../../../server/contract/counters.ts";
import { FACTS } from "../../../../server/contract/persistence/persistence_facts.ts";
import { InfoValues } from "../../../../server/observe/metrics/info_values.ts";
import { Snapshot } from "../../../../server/observe/metrics/snapshot.ts";
import { statsTree } from "../../../../server/observe/metrics/stats_tree.ts";
import { METRICS } from "../../../../server/observe/metrics/table.ts";
import { readTexts } from "../../../docs_rules.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../../fixture.ts";

Deno.test("METRICS: each name is there once, and ends in what it is", () => {
  const names = METRICS.map(({ name }) => name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  for (const { name, type, unit, help, labels } of METRICS) {
    assertMatch(name, /^slabkv(_[a-z0-9]+)+$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assertEquals(name.endsWith("_info"), type === "info", name);
    if (unit !== "") assert(name.replace(/_total$/, "").endsWith(`_${unit}`), name);
    assert(!/_(ms|us|kib|count|sum|bucket)(_|$)/.test(name), name);
    assertMatch(help, /^[A-Z`].*[.]$/, name);
    for (const label of labels) assertMatch(label, /^[a-z]+$/);
  }
});

Deno.test("METRICS: a label that has no fixed values says what bounds them", () => {
  for (const { name, labels, each, histograms, bound } of METRICS) {
    if (each !== undefined || histograms !== undefined) {
      assert(labels.length === 0 || bound !== undefined, name);
    }
  }
});

Deno.test("METRICS: those that the dashboard and alerts name are there", async () => {
  const names: ReadonlySet<string> = new Set(METRICS.map(({ name }) => name));
  const texts = await readTexts([".ts", ".yml", ".json"]);
  const asked = texts.filter(({ path }) => /^(dashboard|deploy\/\w+\.)/.test(path))
    .flatMap(({ text }) => text.match(/\bslabkv_[a-z_]+/g) ?? [])
    .map((name) => name.replace(/_seconds_bucket$/, "_seconds"));
  assert(asked.length > 50);
  assertEquals(asked.filter((name) => !names.has(name)), []);
});

Deno.test("InfoValues has a row for each field", () => {
  assertEquals(InfoValues.missing(), []);
});

Deno.test("METRICS: every counter, gauge and fact that /stats shows is a metric", () => {
  const shown = [...COUNTERS, ...GAUGES, ...FACTS].filter(({ isShown }) => isShown);
  const paths = METRICS.flatMap(({ series = [], workers }) =>
    [...series, workers].map((one) => one?.stats?.split(".").at(-1))
  );
  assertEquals(shown.map(({ name }) => name).filter((name) => !paths.includes(name)), []);
});

Deno.test("statsTree() has the facts of persistence where there is a log, else null", () => {
  const treeOf = (logBytes: number) =>
    statsTree(
      new Snapshot({
        cache: newCache(newRegion(8 * 2 ** 20, logBytes)),
        startedMs: NOW_MS,
        config: configOf(),
      }),
    );
  assertEquals(treeOf(0)["persistence"], null);
  const persistence = treeOf(65_536)["persistence"] as Record<string, unknown>;
  const facts = FACTS.filter(({ isShown }) => isShown).map(({ name }) => name);
  assertEquals(Object.keys(persistence), [
    "state",
    "fault",
    "fsync",
    "onWriteError",
    "logMemory",
    "lastSnapshotFailed",
    ...facts,
  ]);
});
