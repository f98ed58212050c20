/**
 * How long others wait while a full cache is emptied: by FLUSHALL, by an EXEC with many of them, and by FLUSHDB where
 * other databases hold keys. `deno run -A bench/resp/flush.ts`.
 */

import { Connection, noTraffic } from "../attacks/connection.ts";
import { ownCommand } from "../child_servers.ts";
import { answerHelp } from "../command_line.ts";
import { atMost, plain, type Row, rowTable } from "../report.ts";
import { Servers } from "./servers.ts";

/** How large the cache is, and what is put into it each time before it is emptied. */
export interface FlushBench {
  readonly memory: string;
  readonly keys: number;
  readonly valueBytes: number;
}

const WORKERS = 2;
/** Clients that ask for a key each millisecond; they spread over the workers. */
const POLLERS = 4;
const PACE_MS = 1;
/** FLUSHALLs of an EXEC, and keys that are stored in between: some in nearly every shard. */
const FLUSHES = 20;
const KEYS_BETWEEN = 160;
/** Keys of the other database. */
const OTHER_KEYS = 1000;
const BATCH = 500;
/** Others are watched for so long before and after. */
const AROUND_MS = 250;
/** Rounds on few keys, until the server's code is compiled. */
const WARM_UPS = 20;
/** At most so long may an EXEC hold all locks, and may anybody wait. */
const MAX_HELD_MS = 10;
const MAX_P99_MS = 20;

/** Asks for a key again and again, and notes how long each answer takes. */
class Poller {
  readonly #connection: Connection;
  readonly tookMs: number[] = [];
  isStopped = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async run(): Promise<void> {
    for (let i = 0; !this.isStopped; i++) {
      const fromMs = performance.now();
      await this.#connection.send(`EXISTS key:${i}\r\n`);
      await this.#connection.receiveTo("\r\n");
      this.tookMs.push(performance.now() - fromMs);
      await passed(PACE_MS);
    }
  }
}

/** Stores new values under keys 0 to `keys` - 1 of the connection's database. */
async function fill(connection: Connection, keys: number, valueBytes: number): Promise<void> {
  const value = "v".repeat(valueBytes);
  for (let from = 0; from < keys; from += BATCH) {
    const count = Math.min(BATCH, keys - from);
    let commands = "";
    for (let i = from; i < from + count; i++) commands += `SET key:${i} ${value}\r\n`;
    await connection.send(commands);
    await connection.receive("+OK\r\n".length * count);
  }
}

/** A transaction of many FLUSHALLs, each followed by new keys in all shards. */
function manyFlushes(): string {
  const pairs = Array.from({ length: KEYS_BETWEEN }, (_, i) => `key:${i} v`).join(" ");
  return `MULTI\r\n${`FLUSHALL\r\nMSET ${pairs}\r\n`.repeat(FLUSHES)}EXEC\r\n`;
}

/** A way of emptying the cache. */
interface Way {
  readonly what: string;
  readonly commands: string;
  readonly answer: string;
  /** Keys of another database that lie beside. */
  readonly others: number;
}

function ways(): Way[] {
  const queued = "+QUEUED\r\n".repeat(2 * FLUSHES);
  const held = `+OK\r\n${queued}*${2 * FLUSHES}\r\n${"+OK\r\n".repeat(2 * FLUSHES)}`;
  return [
    { what: "FLUSHALL", commands: "FLUSHALL\r\n", answer: "+OK\r\n", others: 0 },
    { what: `EXEC, ${FLUSHES} FLUSHALL`, commands: manyFlushes(), answer: held, others: 0 },
    { what: "FLUSHDB, alone", commands: "FLUSHDB\r\n", answer: "+OK\r\n", others: 0 },
    { what: "FLUSHDB, of two", commands: "FLUSHDB\r\n", answer: "+OK\r\n", others: OTHER_KEYS },
  ];
}

/** Empties the cache. Returns how long the answer took. */
async function empty(client: Connection, { what, commands, answer }: Way): Promise<number> {
  const fromMs = performance.now();
  await client.send(commands);
  const came = new TextDecoder().decode(await client.receive(answer.length));
  const tookMs = performance.now() - fromMs;
  if (came !== answer) throw new Error(`Wrong answer to ${what}: ${came.slice(-200)}`);
  return tookMs;
}

function rowsOf({ what, others }: Way, tookMs: number, waitsMs: readonly number[]): Row[] {
  const answered = `${what}: answered after`;
  const p99Ms = waitsMs[Math.floor(waitsMs.length * 0.99)]!;
  return [
    // What has to pick its keys from among others holds no lock for long.
    others === 0 ? atMost(answered, tookMs, MAX_HELD_MS, "ms") : plain(answered, tookMs, "ms"),
    atMost(`${what}: p99 of others`, p99Ms, MAX_P99_MS, "ms"),
    plain(`${what}: longest wait of others`, waitsMs.at(-1)!, "ms"),
  ];
}

/** Starts a server, fills it before each way of emptying it, and measures. */
export async function flushRows({ memory, keys, valueBytes }: FlushBench): Promise<Row[]> {
  await using servers = new Servers();
  const { port } = await servers.startSlabkv(ownCommand(), WORKERS, memory);
  const traffic = noTraffic();
  using client = await Connection.open(port, traffic);
  using other = await Connection.open(port, traffic);
  await other.send("SELECT 1\r\n");
  await other.receiveTo("\r\n");
  const rows: Row[] = [];
  for (const way of ways()) {
    for (let i = 0; i < WARM_UPS; i++) {
      await fill(client, BATCH, 1);
      await empty(client, way);
    }
    await fill(client, keys, valueBytes);
    await fill(other, way.others, 1);
    using connections = new DisposableStack();
    const pollers: Poller[] = [];
    for (let i = 0; i < POLLERS; i++) {
      pollers.push(new Poller(connections.use(await Connection.open(port, traffic))));
    }
    const polling = Promise.all(pollers.map((poller) => poller.run()));
    await passed(AROUND_MS);
    const tookMs = await empty(client, way);
    await passed(AROUND_MS);
    for (const poller of pollers) poller.isStopped = true;
    await polling;
    const waitsMs = pollers.flatMap((poller) => poller.tookMs).sort((a, b) => a - b);
    rows.push(...rowsOf(way, tookMs, waitsMs));
  }
  return rows;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const HELP =
  `How long others wait while a cache of 1.4 GiB is emptied: deno run -A bench/resp/flush.ts
Takes no options.

  --help    this`;

if (import.meta.main) {
  answerHelp(HELP);
  const rows = await flushRows({ memory: "1433MiB", keys: 1_200_000, valueBytes: 1000 });
  console.log(rowTable(rows));
  Deno.exit(rows.every(({ pass }) => pass) ? 0 : 1);
}
