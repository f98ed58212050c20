/**
 * What it costs a worker to refuse a request while its breaker is open, beside what it costs to answer it: CPU time of the
 * worker's thread, all of Deno's own included. The breaker is opened by hand, and stays so.
 */

import { Cache, Region } from "../../cache/mod.ts";
import { parseConfig } from "../../server/config/parse.ts";
import { ADMITS_NONE, setBreaker } from "../../server/contract/breaker/gate.ts";
import { ACTOR_NAMES, type ServerRegion } from "../../server/contract/counters.ts";
import { Log } from "../../server/process/log/log.ts";
import { WorkerPool } from "../../server/process/worker_pool.ts";
import { freePort } from "../child_servers.ts";
import { type LoadOrders, OPENING_MS } from "./load_worker.ts";

const MEMORY_BYTES = 64 * 1024 * 1024;
/** The unit of the gauges of CPU time. */
const HUNDREDTH_US = 10_000;
/** How long a worker may take to show what it has used. */
const TICK_MS = 300;
const VALUE = "v".repeat(64);

/** A kind of request. */
export interface Kind {
  readonly name: string;
  readonly way: "http" | "resp" | "text";
  readonly request: string;
  readonly pipeline?: number;
  readonly connections?: number;
  readonly isWebSocket?: boolean;
}

const PUT_BODY = JSON.stringify({ key: "k", value: VALUE });
const GET_HEAD = "GET /get?key=k HTTP/1.1\r\nhost: localhost\r\n\r\n";
const PUT = "POST /put HTTP/1.1\r\nhost: localhost\r\n" +
  `content-length: ${PUT_BODY.length}\r\n\r\n${PUT_BODY}`;
const RESP_GET = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";

/** All kinds of requests that are measured. */
export const KINDS: readonly Kind[] = [
  { name: "HTTP GET /get", way: "http", request: GET_HEAD },
  { name: "HTTP POST /put", way: "http", request: PUT },
  { name: "HTTP GET /get, 16 in a row", way: "http", request: GET_HEAD, pipeline: 16 },
  { name: "RESP GET", way: "resp", request: RESP_GET },
  { name: "RESP GET, 64 in a row", way: "resp", request: RESP_GET, pipeline: 64 },
  { name: "text GET", way: "text", request: "GET k\n" },
  {
    name: "WebSocket get",
    way: "http",
    request: '{"op":"get","key":"k"}',
    connections: 16,
    isWebSocket: true,
  },
];

/** What a kind of request takes of a worker's CPU time. */
export interface Cost {
  readonly name: string;
  readonly servedUs: number;
  readonly shedUs: number;
}

/** One worker in this process, whose breaker is opened by hand. */
class Bench implements Disposable {
  readonly ports = { http: freePort(), resp: freePort(), text: freePort() };
  readonly region: ServerRegion = Region.create({ memoryBytes: MEMORY_BYTES, names: ACTOR_NAMES });
  readonly #workers: Worker[] = [];

  async start(): Promise<void> {
    const [hostname, { http, resp, text }] = ["127.0.0.1", this.ports];
    const parsed = parseConfig(["--websocket"], {}, { totalMemoryBytes: 2 ** 33, cpus: 1 });
    if (parsed.kind !== "run") throw new Error("Cannot measure: the options are wrong");
    const pool = new WorkerPool({
      cache: new Cache(this.region, 0),
      config: parsed.config,
      listens: [
        { hostname, port: http },
        { protocol: "resp", hostname, port: resp },
        { protocol: "text", hostname, port: text },
      ],
      startedMs: 0,
      log: new Log({ format: "text", now: Date.now, out: () => {}, err: console.error }),
      spawn: (name) => {
        const worker = new Worker(new URL("../../main.ts", import.meta.url), {
          type: "module",
          name,
        });
        this.#workers.push(worker);
        return worker;
      },
      onFatal: (message) => {
        throw new Error(message);
      },
    });
    await pool.add();
  }

  /** CPU time of the worker's thread until now. */
  async cpuUs(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const sum = this.region.gauge(1, "cpuUser") + this.region.gauge(1, "cpuSystem");
    return sum * HUNDREDTH_US;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

/** Sends requests from another thread; resolves with how many were answered. */
function load(orders: LoadOrders): Promise<number> {
  const worker = new Worker(new URL("./load_worker.ts", import.meta.url), { type: "module" });
  return new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(orders);
  }).finally(() => worker.terminate());
}

/** Measures each kind of request for so many seconds with the breaker closed, then open. */
export async function measureCosts(seconds: number, kinds = KINDS): Promise<Cost[]> {
  using bench = new Bench();
  await bench.start();
  const url = `http://127.0.0.1:${bench.ports.http}`;
  await (await fetch(`${url}/put`, { method: "POST", body: PUT_BODY })).text();
  const costs: Cost[] = [];
  for (const kind of kinds) {
    const servedUs = await roundUs(bench, kind, seconds, 0);
    const shedUs = await roundUs(bench, kind, seconds, ADMITS_NONE);
    setBreaker(bench.region, 1, 0);
    costs.push({ name: kind.name, servedUs, shedUs });
  }
  return costs;
}

/** CPU time for each request of a kind, while the breaker lets in so much. */
async function roundUs(bench: Bench, kind: Kind, seconds: number, admits: number): Promise<number> {
  const { name, way, request, pipeline = 1, connections = 32, isWebSocket = false } = kind;
  const { region, ports } = bench;
  const shedBefore = region.total("shed");
  const fromUs = await bench.cpuUs();
  if (isWebSocket) setTimeout(() => setBreaker(region, 1, admits), OPENING_MS / 2);
  else setBreaker(region, 1, admits);
  const orders = { port: ports[way], connections, request, pipeline, isWebSocket, seconds };
  const answers = await load(orders);
  const shed = region.total("shed") - shedBefore;
  if (shed !== (admits === 0 ? 0 : answers)) {
    throw new Error(`Cannot measure ${name}: ${shed} of ${answers} requests were refused`);
  }
  return (await bench.cpuUs() - fromUs) / answers;
}
