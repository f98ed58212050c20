// bench: a short load on a real server, and on servers that lie, refuse or stop.

import { assertEquals, assertMatch } from "@std/assert";
import { TestServer } from "../../wire/server.ts";
import { FakeServer, honestAnswers, run, text } from "../fixture.ts";

const SHORT = ["--duration", "300ms", "--connections", "4", "--keys", "50"];

Deno.test("bench loads a server, finds nothing wrong and leaves nothing behind", async () => {
  await using server = await TestServer.start();
  const url = ["--url", `http://127.0.0.1:${server.port}`];
  const table = [[], ["--routes", "raw"], ["--value-bytes", "5000"], ["--mix", "0/100"]];
  for (const more of table) {
    const { code, stdout, stderr } = await run(["bench", ...SHORT, ...url, "--json", ...more]);
    const report = JSON.parse(stdout);
    const { requests, hits, misses, stored, wrong, errors, failed, latencyMs } = report;
    assertEquals([code, wrong, errors, failed, misses, report.firstProblem], [0, 0, 0, 0, 0, ""]);
    assertEquals(requests > 20 && requests === hits + stored, true, stdout);
    assertEquals(latencyMs.p50 > 0 && latencyMs.max >= latencyMs.p99, true, stdout);
    assertMatch(stderr, /^Server {5}slabkv \S+ at http[^]*\nLoad {7}4 connections for 300ms/);
    assertEquals((await server.stats()).items, 0);
  }
});

Deno.test("bench keeps a rate and ends after --requests", async () => {
  await using server = await TestServer.start();
  const url = ["--url", `http://127.0.0.1:${server.port}`];
  const paced = await run(["bench", ...SHORT, ...url, "--rate", "200", "--json"]);
  const { requests, unsent } = JSON.parse(paced.stdout);
  assertEquals([paced.code, requests + unsent], [0, 60]);
  const counted = await run(["bench", ...SHORT, ...url, "--requests", "7", "--keep", "--json"]);
  assertEquals(JSON.parse(counted.stdout).requests, 7);
  assertEquals((await server.stats()).items, 50);
});

Deno.test("bench draws a bar and a report on a terminal, and no bar elsewhere", async () => {
  await using server = new FakeServer(honestAnswers());
  const args = ["bench", ...SHORT, "--url", server.url];
  const shown = await run(args, { isTerminal: true });
  assertMatch(shown.stderr, /\r\[#*-+\] +\d+ % [\d,]+ req\/s/);
  assertMatch(shown.stdout, /Problems {3}0 wrong answers, 0 errors, 0 failed connections\n/);
  assertMatch(shown.stdout, /corrected( +[\d.]+){6}\n/);
  assertMatch(shown.stdout, / ms +[\d.]+ % #{40}\n/);
  const piped = await run(args);
  assertEquals([shown.code, piped.code, piped.stderr], [0, 0, ""]);
});

Deno.test("bench exits with 1 for answers that are wrong or errors", async () => {
  const honest = honestAnswers();
  const liars: [string, (answer: string) => Response][] = [
    [
      "another key's value",
      (answer) => text(answer.replace(/"value":"......./, '"value":"000000z')),
    ],
    ["half a value", (answer) => text(answer.slice(0, -10) + '"}')],
    ["a status alone", () => text("")],
    ["an error", () => text('{"status":"ERROR","message":"busy"}', 503)],
    ["an end of the connection", () => new Response(null, { status: 204 })],
  ];
  for (const [what, lie] of liars) {
    await using server = new FakeServer(async (request, path) => {
      const answer = await honest(request, path);
      return path.startsWith("/get?") ? lie(await answer.text()) : answer;
    });
    const { code, stdout } = await run(["bench", ...SHORT, "--url", server.url, "--json"]);
    const { wrong, errors, failed, firstProblem } = JSON.parse(stdout);
    assertEquals([code, wrong + errors + failed > 0, firstProblem !== ""], [1, true, true], what);
  }
});

Deno.test("bench exits with 1 for a value that was overwritten before", async () => {
  const honest = honestAnswers();
  await using server = new FakeServer((request, path) => {
    // Says that it stores, and does not.
    if (path !== "/put") return honest(request, path);
    return text('{"status":"OK","message":"Key inserted/updated successfully."}');
  });
  const { code, stdout } = await run(["bench", ...SHORT, "--url", server.url, "--json"]);
  assertEquals([code, JSON.parse(stdout).wrong > 0], [1, true]);
});

Deno.test("bench exits with 2 where the load cannot begin", async () => {
  await using server = new FakeServer((_, path) => {
    return path === "/" ? text('{"name":"x","version":"1"}') : text("no", 400);
  });
  const table: [string[], RegExp][] = [
    [["--url", server.url], /Cannot put the keys: answer 400: no\n$/],
    [["--url", "http://127.0.0.1:1"], /connection refused/],
    [["--connections", "10000", "--value-bytes", "1MiB"], /lower --connections or --value-bytes/],
  ];
  for (const [args, expected] of table) {
    const { code, stderr } = await run(["bench", ...SHORT.slice(0, 2), ...args]);
    assertEquals(code, 2);
    assertMatch(stderr, expected);
  }
});
