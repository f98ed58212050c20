// Fills a server twice over with items of 256 + 256 bytes and then opens many idle connections:
// how many items it holds, that memory stays bounded, that nothing fails and no lock is waited for
// too long. Run as `deno task bench:fill`; loads only a server of its own on loopback.

import { parseArgs } from "node:util";
import { HttpConnection } from "./connection.ts";
import { mputBody, mputRequestBody, postRequest } from "./messages.ts";
import { ownCommand } from "./options.ts";
import { rssMib } from "./process.ts";
import { Servers } from "./servers.ts";

const KEY_BYTES = 256;
const VALUE_BYTES = 256;
const BATCH = 100;
const LOADERS = 8;

/** What to fill. */
export interface FillOptions {
  /** The value of --memory. */
  readonly memory: string;
  /** Idle connections to open once the server is full. */
  readonly connections: number;
  /** How often to write as much as fits. */
  readonly times: number;
}

/** What came of it. */
export interface FillResult {
  readonly firstAnswerMs: number;
  readonly written: number;
  readonly itemsHeld: number;
  readonly evictions: number;
  readonly lockTimeouts: number;
  readonly slowestRequestMs: number;
  readonly seconds: number;
  readonly fullRssMib: number;
  readonly connectedRssMib: number;
}

interface Stats {
  readonly items: number;
  readonly evictions: number;
  readonly slots: { readonly total: number };
  readonly total: { readonly lockTimeouts: number };
}

/** Runs the whole measurement. Throws Error on any wrong answer. */
export async function fill(options: FillOptions): Promise<FillResult> {
  await using servers = new Servers();
  const startMs = performance.now();
  const server = await servers.startSlabkv(ownCommand(), "2", options.memory);
  const firstAnswerMs = performance.now() - startMs;
  const before = await readStats(server.port);
  // An item of 544 bytes takes two slots and a quarter.
  const batches = Math.ceil(options.times * before.slots.total / 2.25 / BATCH);
  const loadMs = performance.now();
  const slowestRequestMs = await write(server.port, batches);
  const seconds = (performance.now() - loadMs) / 1000;
  const full = await readStats(server.port);
  const fullRssMib = rssMib(server.pid) ?? NaN;
  const idle = await openIdle(server.port, options.connections);
  const connectedRssMib = rssMib(server.pid) ?? NaN;
  for (const connection of idle) connection.close();
  return {
    firstAnswerMs,
    written: batches * BATCH,
    itemsHeld: full.items,
    evictions: full.evictions,
    lockTimeouts: full.total.lockTimeouts,
    slowestRequestMs,
    seconds,
    fullRssMib,
    connectedRssMib,
  };
}

async function readStats(port: number): Promise<Stats> {
  return await (await fetch(`http://127.0.0.1:${port}/stats`)).json();
}

/** Writes all batches over a few connections. Returns the slowest answer in milliseconds. */
async function write(port: number, batches: number): Promise<number> {
  let next = 0;
  let slowestMs = 0;
  const expected = mputBody(BATCH);
  const loader = async () => {
    const connection = await HttpConnection.open(port);
    for (let batch = next++; batch < batches; batch = next++) {
      const request = postRequest(port, "/mput", mputRequestBody(itemsOf(batch)));
      const sentMs = performance.now();
      await connection.exchange(request);
      slowestMs = Math.max(slowestMs, performance.now() - sentMs);
      if (connection.body() !== expected) throw new Error(`Wrong answer: ${connection.body()}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: LOADERS }, loader));
  return slowestMs;
}

const VALUE_PADDING = "v".repeat(VALUE_BYTES);
const KEY_PADDING = "k".repeat(KEY_BYTES);

function itemsOf(batch: number): [string, string][] {
  return Array.from({ length: BATCH }, (_, i) => {
    const id = `${batch * BATCH + i}:`;
    return [(id + KEY_PADDING).slice(0, KEY_BYTES), (id + VALUE_PADDING).slice(0, VALUE_BYTES)];
  });
}

/** Opens connections that have asked once and then stay silent. */
async function openIdle(port: number, count: number): Promise<Deno.Conn[]> {
  const request = new TextEncoder().encode(
    `GET /health HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
  );
  const buffer = new Uint8Array(1024);
  const connections: Deno.Conn[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(request);
    if (await connection.read(buffer) === null) throw new Error("A connection was closed");
    connections.push(connection);
  }
  return connections;
}

function report(options: FillOptions, result: FillResult): string {
  const row = (what: string, value: string, target: string, holds: boolean) =>
    `| ${what} | ${value} | ${target} | ${holds ? "PASS" : "MISS"} |`;
  const { itemsHeld, lockTimeouts, slowestRequestMs, firstAnswerMs } = result;
  return [
    `--memory ${options.memory}, ${result.written} items of 256 + 256 bytes written in ` +
    `${result.seconds.toFixed(0)} s, ${result.evictions} evicted`,
    "",
    "| what | measured | target | |",
    "| --- | --- | --- | --- |",
    row("start to first answer", `${firstAnswerMs.toFixed(0)} ms`, "< 250 ms", firstAnswerMs < 250),
    row("items held", String(itemsHeld), "≥ 2300000", itemsHeld >= 2_300_000),
    row(
      "RSS when full",
      `${result.fullRssMib.toFixed(0)} MiB`,
      "≤ 1843 MiB",
      result.fullRssMib <= 1843,
    ),
    row(
      `RSS with ${options.connections} idle connections too`,
      `${result.connectedRssMib.toFixed(0)} MiB`,
      "≤ 1843 MiB",
      result.connectedRssMib <= 1843,
    ),
    row("lock waits over 50 ms", String(lockTimeouts), "0", lockTimeouts === 0),
    row("slowest /mput of 100", `${slowestRequestMs.toFixed(1)} ms`, "reported", true),
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      memory: { type: "string", default: "1.4GiB" },
      connections: { type: "string", default: "10000" },
      times: { type: "string", default: "2" },
    },
  });
  const options: FillOptions = {
    memory: values.memory,
    connections: Number(values.connections),
    times: Number(values.times),
  };
  console.log(report(options, await fill(options)));
}
