// Fills a server twice over with items of 256 + 256 bytes and then opens many idle connections:
// how many items it holds, that memory stays bounded, that nothing fails and no lock is waited for
// too long. Run as `deno task bench:fill`; loads only a server of its own on loopback.

import { parseArgs } from "node:util";
import { itemJson } from "../../client/bench/key_set.ts";
import { mputAnswer, mputRequest } from "../../client/bench/messages.ts";
import { DIGITS, StampedValues } from "../../client/bench/stamped_value.ts";
import { bodyIs, type LoadAnswer, type Traffic, Verdict } from "../../client/bench/traffic.ts";
import type { Access } from "../../client/connection.ts";
import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { ownCommand } from "../child_servers.ts";
import { rssMib } from "../process.ts";
import { atLeast, atMost, plain, type Row, rowTable } from "../report.ts";
import { accessTo } from "./items.ts";
import { driveTraffic } from "./load.ts";
import { Servers } from "./servers.ts";

const KEY_BYTES = 256;
const VALUE_BYTES = 256;
const BATCH_ITEMS = 100;
const LOADERS = 8;
const MAX_FILL_SECONDS = 3600;

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
  // An item of 532 bytes takes two slots and an eighth, with the links between them.
  const batches = Math.ceil(options.times * before.slots.total / 2.125 / BATCH_ITEMS);
  showProgress(`writing ${batches * BATCH_ITEMS} items`);
  const { slowestRequestMs, seconds } = await write(server.port, batches);
  const full = await readStats(server.port);
  const fullRssMib = rssMib(server.pid) ?? NaN;
  showProgress(`opening ${options.connections} connections`);
  const idle = await openIdle(server.port, options.connections);
  const connectedRssMib = rssMib(server.pid) ?? NaN;
  for (const connection of idle) connection.close();
  showProgress("");
  return {
    firstAnswerMs,
    written: batches * BATCH_ITEMS,
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

/** Writes all batches over a few connections. */
async function write(
  port: number,
  batches: number,
): Promise<{ slowestRequestMs: number; seconds: number }> {
  const bounds = { seconds: MAX_FILL_SECONDS, maxRequests: batches };
  const load = await driveTraffic(port, LOADERS, new FillTraffic(port), bounds);
  const { counts, firstProblem, elapsedMs, latencies } = load;
  if (counts.stored !== batches) throw new Error(`Wrong answer: ${firstProblem}`);
  const slowestRequestMs = latencies.measuredHistogram().max / 1e6;
  return { slowestRequestMs, seconds: elapsedMs / 1000 };
}

/** Writes batches of keys that are new each. */
class FillTraffic implements Traffic {
  readonly #access: Access;
  readonly #expected = mputAnswer(BATCH_ITEMS);
  readonly #items = {
    keyPrefix: "k".repeat(KEY_BYTES - DIGITS),
    values: new StampedValues(VALUE_BYTES),
  };
  #nextId = 0;

  constructor(port: number) {
    this.#access = accessTo(port);
  }

  next(): Uint8Array {
    const items = Array.from({ length: BATCH_ITEMS }, () => {
      return itemJson(this.#items, this.#nextId++, 1);
    });
    return mputRequest(this.#access, items);
  }

  check(_slot: number, answer: LoadAnswer): Verdict {
    const isRight = answer.status === 200 && bodyIs(answer, this.#expected);
    return isRight ? Verdict.stored : Verdict.wrong;
  }
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
  const { itemsHeld, lockTimeouts, slowestRequestMs, firstAnswerMs } = result;
  const idle = `RSS with ${options.connections} idle connections too`;
  const rows: Row[] = [
    atMost("start to first answer", firstAnswerMs, 250, "ms", 0),
    atLeast("items held", itemsHeld, 2_450_000, "", 0),
    atMost("RSS when full", result.fullRssMib, 1843, "MiB", 0),
    atMost(idle, result.connectedRssMib, 1843, "MiB", 0),
    atMost("lock waits over 50 ms", lockTimeouts, 0, "", 0),
    plain(`slowest /mput of ${BATCH_ITEMS}`, slowestRequestMs, "ms", 1),
  ];
  const head =
    `--memory ${options.memory}, ${result.written} items of 256 + 256 bytes written in ` +
    `${result.seconds.toFixed(0)} s, ${result.evictions} evicted`;
  return `${head}\n\n${rowTable(rows)}`;
}

const HELP =
  `Fills a server twice over, then opens many idle connections: deno task bench:fill [options]

  --memory SIZE      the server's memory (1.4GiB)
  --connections N    idle connections (10000)
  --times N          how often to write as much as fits (2)
  --help             this`;

/** Reads the command line; undefined for --help. Throws an error that says what is wrong with it. */
function parseOptions(args: string[]): FillOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      memory: { type: "string", default: "1.4GiB" },
      connections: { type: "string" },
      times: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  return {
    memory: values.memory,
    connections: positive("connections", values.connections, 10_000, 1_000_000),
    times: positive("times", values.times, 2, 1000),
  };
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, async (options) => {
    console.log(report(options, await fill(options)));
  });
}
