// The commands that print what a server knows of itself: tables for people, JSON as it was sent, and exit codes.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../fixture.ts";
import { DIAGNOSIS, HOT, LATENCY, SLOW } from "./facts.ts";
import { ObserveServer } from "./observe_server.ts";

Deno.test("hot, big, slow, latency and diagnose print tables, and with --json what the server sent", async () => {
  await using server = new ObserveServer();
  const env = { SLABKV_URL: server.url };
  const table: [string[], number, string, string[]][] = [
    [["hot"], 0, "/stats/hot?count=10", [
      "Of 10,000 requests",
      "10.0 %",
      "\\x1b[2J",
      "\\xff\\x00…",
    ]],
    [["big", "--count", "3"], 0, "/stats/big?count=3", [
      ...[
        "Looked at 1,000 of 1,234,567 items",
        "977 KiB",
        "1 min 30 s  hash",
        "hash      100   879 KiB",
      ],
    ]],
    [["slow"], 0, "/stats/slow?count=10", [
      "took 10.0 ms or more",
      "12.3 ms",
      "\\x1b[31mjob",
      "HGETALL",
    ]],
    [["latency"], 0, "/stats/latency", [
      "all     123,456  2.5 µs",
      "Waits for locks: 12",
      "(workers: 1 ms, 4 ms)",
    ]],
    [["diagnose"], 1, "/diagnose", [
      ...["warning: Memory is too small\n  Give it twice the memory\n"],
      ...[
        "  hitRatio 0.9123, evictionsPerSecond 20, key \\x1b[2J\n",
        "These rules found nothing: lag, disk-slow",
      ],
    ]],
  ];
  for (const [args, code, path, parts] of table) {
    const found = await run(args, { env });
    assertEquals([found.code, found.stderr], [code, ""], args.join(" "));
    for (const part of parts) assertStringIncludes(found.stdout, part);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.exec(found.stdout), null, args.join(" "));
    assertEquals(server.asked.at(-1), path);
    const json = await run([...args, "--json"], { env });
    assertEquals(JSON.parse(json.stdout), server.answers[path.split("?", 1)[0]!]);
    assertEquals(json.code, code);
  }
});

Deno.test("reports say where there is nothing, or a server knows no such route", async () => {
  await using server = new ObserveServer();
  const env = { SLABKV_URL: server.url };
  server.answers["/stats/hot"] = { ...HOT, keys: [] };
  assertEquals((await run(["hot"], { env })).stdout, "Of 10,000 requests in the last 1 min 30 s\n");
  server.answers["/stats/slow"] = { ...SLOW, slowerThanUs: -1, commands: [] };
  assertStringIncludes((await run(["slow"], { env })).stdout, "None are kept");
  server.answers["/stats/latency"] = { ...LATENCY, groups: {} };
  assertStringIncludes((await run(["latency"], { env })).stdout, "No command was timed: none ran");
  const findings = [{ ...DIAGNOSIS.findings[0], level: "info" }];
  server.answers["/diagnose"] = { ...DIAGNOSIS, findings };
  assertEquals((await run(["diagnose"], { env })).code, 0);
  delete server.answers["/stats/big"];
  const { code, stderr } = await run(["big"], { env });
  assertEquals(code, 2);
  assertEquals(stderr, `slabkv: ${server.url} has no /stats/big: is that slabkv older?\n`);
});

Deno.test("reports print nothing of an answer that lacks what they read, and say so", async () => {
  await using server = new ObserveServer();
  const env = { SLABKV_URL: server.url };
  const less =
    `slabkv: ${server.url} tells less than this slabkv expects: slabkv ping shows its version\n`;
  const other = `slabkv: ${server.url} answered something else than slabkv does: is --url right?\n`;
  const routes = [
    ...["hot", "big", "slow", "latency"].map((name) => `/stats/${name}`),
    "/diagnose",
  ];
  const answers: [unknown, string][] = [
    [{}, less],
    [[], other],
    [null, other],
    [{ requests: 1, seconds: 1, keys: [null], groups: {}, lockWaits: {}, findings: {} }, less],
  ];
  for (const path of routes) {
    for (const [answer, message] of answers) {
      server.answers[path] = answer;
      for (const json of [[], ["--json"]]) {
        const found = await run([path.split("/").at(-1)!, ...json], { env });
        assertEquals([found.code, found.stdout, found.stderr], [2, "", message], path);
      }
    }
  }
});
