// What /diagnose says of a worker that has no more to give: that another one would help. It needs a machine on which a
// core is idle, and little else runs.

import { assertEquals } from "@std/assert";
import { command, connectRaw, exchange } from "../wire/raw_fixture.ts";
import type { RawClient } from "../wire/raw_client.ts";
import { idleMeter } from "./idle_meter.ts";
import { respPort, type Stats, TestServer, until } from "../wire/server.ts";

const BOUND_MS = 6000;
/** A script that works for some tenths of a millisecond, so that one client keeps a worker busy and is idle itself. */
const COUNT = 16;
const SCRIPT = "local n = 0 for i = 1, 20000 do n = n + i end return 1";

async function rulesOf(client: RawClient): Promise<string[]> {
  const { text } = await client.ask("GET /diagnose");
  const { findings } = JSON.parse(text) as { findings: { rule: string }[] };
  return findings.map(({ rule }) => rule);
}

/** Sends the same over and over until `isOver`. */
async function load(client: RawClient, isOver: () => boolean): Promise<void> {
  const bytes = command("EVAL", SCRIPT, "0").repeat(COUNT);
  while (!isOver()) await exchange(client, bytes, ":1\r\n".repeat(COUNT));
}

const canScale = Deno.build.os === "linux" && navigator.hardwareConcurrency > 1;

Deno.test({
  name: "GET /diagnose says that a worker is missing while one is busy and a core is idle",
  ignore: !canScale,
}, async () => {
  await using server = await TestServer.start(["--workers", "1", "--resp-port", "0"]);
  using http = await server.connect();
  using busy = await connectRaw(server, "redis");
  let isOver = false;
  const done = load(busy, () => isOver);
  const readIdle = idleMeter();
  let rules: string[] = [];
  try {
    await until("it is found", async () => (rules = await rulesOf(http)).length > 0, BOUND_MS);
  } catch (error) {
    const idle = readIdle();
    if (idle >= 0.5) throw error;
    console.warn(`Skipped: other programs left only ${idle.toFixed(2)} cores idle.`);
    return;
  } finally {
    isOver = true;
    await done;
  }
  assertEquals(rules, ["worker-missing"]);
});

const hasBenchmark = await new Deno.Command("redis-benchmark", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);
if (!hasBenchmark) console.warn("Skipped: no redis-benchmark.");

Deno.test({
  name:
    "GET /diagnose says that clients send one command at a time, and not of those that send many",
  ignore: !canScale || !hasBenchmark,
}, async () => {
  for (const [inARow, expected] of [["1", 1], ["32", 0]] as const) {
    await using server = await TestServer.start(["--workers", "1", "--resp-port", "0"]);
    using http = await server.connect();
    const options = [
      "-p",
      String(respPort(server)),
      "-t",
      "get",
      "-n",
      "100000000",
      "-r",
      "100000",
    ];
    const child = new Deno.Command("redis-benchmark", {
      args: [...options, "-c", "50", "-P", inARow, "-q"],
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await until("it is under load", async () => {
        const { total } = await server.stats();
        return total.requests! > 150_000;
      });
      const rules = (await rulesOf(http)).filter((rule) => rule === "no-pipelines");
      const { total, uptimeSeconds } = await server.stats() as Stats & { uptimeSeconds: number };
      const rate = total.requests! / (uptimeSeconds + 1);
      if (rate > 25_000) assertEquals(rules.length, expected);
      else console.warn(`Skipped: only ${Math.round(rate)} requests a second.`);
    } finally {
      child.kill();
      await child.status;
    }
  }
});
