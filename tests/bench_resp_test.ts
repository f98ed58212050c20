// The benchmark of the Redis protocol in its tiny form, so that it cannot rot, and its parts that
// no speed of the machine decides: answers that are wrong, figures and verdicts.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { runLoad } from "../bench/resp/load.ts";
import type { Measurement } from "../bench/resp/measure.ts";
import { parseOptions } from "../bench/resp/options.ts";
import { readCsv } from "../bench/resp/redis_benchmark.ts";
import { type Cell, table, targetLines } from "../bench/resp/report.ts";
import { benchmark } from "../bench/resp/run.ts";
import { Servers } from "../bench/resp/servers.ts";
import { trafficOf } from "../bench/resp/traffic.ts";
import { flushRows } from "../bench/resp/flush.ts";
import { watchRows } from "../bench/resp/watch.ts";

/** Measurements of one round each, all equal: requests per second and CPU time for each. */
function roundsOf(perSecond: number, cpuUs: number | undefined): Cell["rounds"] {
  const one: Measurement = { perSecond, cpuUs, serverCores: 1, clientCores: 0.5 };
  return { set: [one], get: [one] };
}

Deno.test("benchmark() in its tiny form loads every server and judges nothing", async () => {
  const printed: string[] = [];
  await benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
  assertEquals(printed.length, 2);
  const rows = printed[1]!.split("\n").slice(2).map((row) => row.split(" | ").slice(0, 3).join());
  const slabkv = rows.filter((row) => row.includes("slabkv"));
  assertEquals(slabkv, [64, 16, 1].flatMap((n) => [`| ${n},slabkv,1`, `| ${n},slabkv,2`]));
});

Deno.test("watchRows() in a small form lets nothing through whose key was created meanwhile", async () => {
  const rows = await watchRows({ transactions: 20, writesPerSecond: 500 });
  assertEquals(rows.filter(({ pass }) => !pass), []);
  const created = rows.filter(({ what }) => what.startsWith("watched key created"));
  assertEquals(created.map(({ figure }) => figure), ["0", "0", "0"]);
});

Deno.test("flushRows() in a small form empties the cache in each way", async () => {
  const rows = await flushRows({ memory: "64MiB", keys: 1000, valueBytes: 100 });
  assertEquals(rows.filter(({ what }) => what.endsWith("answered after")).length, 4);
});

Deno.test("runLoad() rejects a server whose answers are wrong, missing or too many", async () => {
  const table = [
    ["+OK\r\n".repeat(4), undefined],
    ["+OK\r\n".repeat(3) + "-OK\r\n", "byte 15"],
    ["+OK\r\n".repeat(3), "connection ended"],
    ["+OK\r\n".repeat(4) + "+OK\r\n", "Wrong answer"],
  ] as const;
  const traffic = trafficOf("set", [1, 2, 3, 4], 7);
  for (const [answer, message] of table) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = answerOnce(listener, traffic.requests.length, answer);
    const { port } = listener.addr;
    const loaded = runLoad({ port, traffic, pipeline: 4, connections: 1, requests: 4 });
    if (message === undefined) assert(await loaded > 0);
    else await assertRejects(() => loaded, Error, message);
    await served;
  }
});

/** Reads so many bytes from one client, sends an answer, answers PING if that comes, and ends. */
async function answerOnce(listener: Deno.Listener, bytes: number, answer: string): Promise<void> {
  using conn = await listener.accept();
  const buffer = new Uint8Array(1024);
  for (let used = 0; used < bytes;) used += await conn.read(buffer) ?? bytes;
  await conn.write(new TextEncoder().encode(answer));
  const isWhole = answer.split("\r\n").length > 4;
  if (isWhole && await conn.read(buffer)) await conn.write(new TextEncoder().encode("+PONG\r\n"));
}

Deno.test("the bare loop answers each command with as many bytes as are right, however they are cut", async () => {
  await using servers = new Servers();
  const { port } = await servers.startBare();
  for (const kind of ["set", "get"] as const) {
    const { requests, replyBytes, count } = trafficOf(kind, [1, 2, 3, 4, 5], 0);
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const [half, buffer] = [requests.length >> 1, new Uint8Array(1024)];
    let answered = 0;
    for (const part of [requests.subarray(0, half), requests.subarray(half)]) {
      await conn.write(part);
      answered += await conn.read(buffer) ?? 0;
    }
    assertEquals(answered, count * replyBytes);
  }
});

Deno.test("trafficOf() makes requests and answers of one length", () => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const value = "key-000000000012.00000003.";
  const set = trafficOf("set", [12, 499_999], 3);
  assert(
    text(set.requests).startsWith(
      `*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000012\r\n$32\r\n${value}`,
    ),
  );
  assertEquals(text(set.replies), "+OK\r\n+OK\r\n");
  const get = trafficOf("get", [12, 499_999], 3);
  assertEquals(
    text(get.requests).slice(0, get.requestBytes).endsWith("key:000000000012\r\n"),
    true,
  );
  assertEquals(
    text(get.replies).slice(get.replyBytes, get.replyBytes + 21),
    "$32\r\nkey-000000499999",
  );
});

Deno.test("readCsv() finds the rate of a command", () => {
  const text =
    '"test","rps","avg_latency_ms"\n"SET","877193.00","3.456"\n"GET","1142857.12","2.681"\n';
  assertEquals(readCsv(text, "set"), 877193);
  assertEquals(readCsv(text, "get"), 1142857.12);
  assertEquals(readCsv("ERROR", "get"), undefined);
});

Deno.test("targetLines() says PASS, MISS, or OPEN without Redis or CPU time", () => {
  const cell = (pipeline: number, workers: number, perSecond: number, cpuUs?: number): Cell => ({
    pipeline,
    name: "slabkv",
    workers,
    rounds: roundsOf(perSecond, cpuUs),
    redis: roundsOf(100, 0.5),
  });
  const verdicts = (cells: Cell[]) => targetLines(cells).map((line) => line.slice(0, 4)).join(" ");
  assertEquals(verdicts([cell(64, 2, 230), cell(64, 1, 150)]), "PASS PASS PASS PASS");
  assertEquals(verdicts([cell(64, 2, 229), cell(64, 1, 149)]), "MISS MISS MISS MISS");
  assertEquals(verdicts([cell(16, 2, 170), cell(16, 1, 125)]), "PASS PASS PASS PASS");
  assertEquals(verdicts([cell(16, 2, 169), cell(16, 1, 124)]), "MISS MISS MISS MISS");
  assertEquals(verdicts([cell(1, 1, 100, 0.6)]), "PASS PASS PASS PASS");
  assertEquals(verdicts([cell(1, 1, 99, 0.61)]), "MISS MISS MISS MISS");
  assertEquals(verdicts([cell(1, 1, 100)]), "PASS PASS OPEN OPEN");
  assertEquals(verdicts([cell(1, 2, 100)]), "");
  assertEquals(verdicts([{ ...cell(64, 1, 120), redis: undefined }]), "OPEN OPEN");
  assert(table([cell(64, 2, 200, 0.7)]).includes("| 2.00 | 2.00 | 0.70 | 0.70 | 1.40, 1.40 |"));
});

Deno.test("parseOptions() refuses numbers out of bounds", () => {
  for (const text of ["0", "-1", "x", "1e9"]) {
    assertThrows(() => parseOptions([`--requests=${text}`]), RangeError, `--requests ${text}`);
  }
});
