// slabkv import as a command: what it prints, with which exit code, and what it says of a server that has
// evicted, that refuses, or that is not there.

import { assertEquals, assertMatch } from "@std/assert";
import { FakeServer, run } from "../fixture.ts";

const STREAM = "SET a 1\nXADD l 1\nSET b 2\n";

/** A server that takes SET alone, and evicts `evicted` items by each request. */
function fakeServer(evicted: number): FakeServer {
  let evictions = 5;
  return new FakeServer(async (request, path) => {
    if (path === "/stats") return Response.json({ evictions });
    const names = (await request.text()).trim().split("\n").map((line) => line.split(" ")[0]!);
    evictions += evicted;
    const stored = names.filter((name) => name === "SET").length;
    const skipped = Object.fromEntries(
      names.filter((name) => name !== "SET").map((name) => [name, 1]),
    );
    return Response.json({ done: names.length, stored, failed: 0, skipped, errors: [] });
  });
}

Deno.test("import prints what was taken in and what was not, and exits with 1 for that", async () => {
  await using server = fakeServer(0);
  const { code, stdout } = await run(["import", "-", "--url", server.url], { stdin: STREAM });
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^Took in 2 commands in \d+\.\d s \([\d,]+\/s\)\nLeft out 1: commands XADD\n$/,
  );
  const whole = await run(["import", "-", "--url", server.url, "--json"], { stdin: "SET a 1\n" });
  assertEquals(whole.code, 0);
  const { seconds: _, ...counts } = JSON.parse(whole.stdout);
  assertEquals(counts, {
    taken: 1,
    leftOut: {},
    refused: 0,
    firstRefused: [],
    notes: [],
    evicted: 0,
    isDurable: true,
  });
});

Deno.test("import says how many items the server has evicted meanwhile", async () => {
  await using server = fakeServer(7);
  const { code, stdout } = await run(["import", "-", "--url", server.url], { stdin: "SET a 1\n" });
  assertEquals(code, 0);
  assertMatch(stdout, /\nThe server evicted 7 items meanwhile: its --memory is too small\n$/);
});

Deno.test("import says why it could not begin or go on, and what it has taken in by then", async () => {
  const nobody = await run(["import", "-", "--url", "http://127.0.0.1:9"], { stdin: STREAM });
  assertEquals([nobody.code, nobody.stdout], [2, ""]);
  assertMatch(nobody.stderr, /^slabkv: Cannot reach http:\/\/127\.0\.0\.1:9: connection refused\./);
  await using server = fakeServer(0);
  const damaged = await run(["import", "-", "--url", server.url], { stdin: `${STREAM}*x\r\n` });
  assertEquals(damaged.code, 2);
  assertMatch(damaged.stdout, /^Took in 2 commands /);
  assertEquals(
    damaged.stderr,
    `slabkv: Cannot import stdin from byte ${STREAM.length} on: expected a length\n`,
  );
  const absent = await run(["import", "/nothing/here", "--url", server.url]);
  assertEquals([absent.code, absent.stdout], [2, ""]);
});

Deno.test("import says that the server could not write to its disk what it had carried out", async () => {
  await using server = new FakeServer((_, path) => {
    if (path === "/stats") return Response.json({ evictions: 0 });
    const counts = { done: 1, stored: 1, failed: 0, skipped: {}, errors: [] };
    return Response.json({ ...counts, message: "not on disk" }, { status: 503 });
  });
  const { code, stdout } = await run(["import", "-", "--url", server.url], { stdin: "SET a 1\n" });
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^Took in 1 command .*\nThe server could not write some of it to its disk: see its log\n$/,
  );
});
