/**
 * What clients notice of 500 others that send their headers slowly, behind HAProxy with deploy/haproxy.cfg: the latencies of
 * a client with attackers and without, in turns.
 */

import { answerHelp } from "../command_line.ts";
import { median } from "../figures.ts";
import { ChildServers, ownCommand, readLines, untilReady } from "../child_servers.ts";
import { Connection, noTraffic } from "../attacks/connection.ts";
import { head } from "../attacks/messages.ts";
import { portsOf } from "../attacks/victims.ts";
import { markdownTable } from "../report.ts";
import type { AttackOrders, AttackState } from "./attackers.ts";
import { Haproxy, hasHaproxy } from "./haproxy.ts";

const HELP =
  `Measures what 500 clients with slow headers cost others, behind HAProxy with deploy/haproxy.cfg

Usage: deno run -A bench/proxy/run.ts

Takes a minute. The attackers come from ten addresses, 127.0.0.2 and up: one may have 256 connections.`;

const ATTACKERS = 500;
const ROUNDS = 5;
const ROUND_MS = 5000;
const INTERVAL_MS = 4;

class Server extends ChildServers {
  async start() {
    const options = ["--port", "0", "--resp-port", "0", "--workers", "1", "--memory", "64MiB"];
    const child = this.spawn([...ownCommand(), ...options, "--log-format", "json"], "piped");
    let ports = { http: 0, resp: 0, text: 0 };
    readLines(child.stdout, (line) => {
      if (line.includes('"event":"start"')) ports = portsOf(JSON.parse(line).addresses);
    });
    await untilReady(child, "slabkv", () => Promise.resolve(ports.http !== 0));
    return ports;
  }
}

/** The attackers: a thread of their own, so that their work does not delay who measures. */
class Attackers implements Disposable {
  readonly #worker = new Worker(new URL("./attackers.ts", import.meta.url), { type: "module" });

  constructor(orders: AttackOrders) {
    this.#worker.postMessage(orders);
  }

  /** How they stand. */
  state(): Promise<AttackState> {
    return new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.postMessage("state");
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Asks every few milliseconds for a round; returns how long each answer took, in order of size. */
async function ask(port: number): Promise<number[]> {
  using connection = await Connection.open(port, noTraffic());
  const request = head("GET /get?key=k");
  const times: number[] = [];
  for (const endMs = performance.now() + ROUND_MS; performance.now() < endMs;) {
    const fromMs = performance.now();
    await connection.send(request);
    const answer = await connection.receiveTo("\r\n\r\n");
    await connection.receive(Number(/content-length: (\d+)/i.exec(answer)![1]));
    if (!answer.startsWith("HTTP/1.1 200")) throw new Error(answer.slice(0, 60));
    times.push(performance.now() - fromMs);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return times.toSorted((a, b) => a - b);
}

function quantile(times: readonly number[], share: number): number {
  return times[Math.floor(share * (times.length - 1))]!;
}

/** Measures and prints. */
async function report(print: (text: string) => void): Promise<void> {
  await using servers = new Server();
  const ports = await servers.start();
  await using proxy = await Haproxy.start(ports);
  await ask(proxy.ports.http);
  const without: number[][] = [];
  const beside: number[][] = [];
  let cuts = 0;
  let open = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await ask(proxy.ports.http));
    using attackers = new Attackers({ port: proxy.ports.http, attackers: ATTACKERS });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    beside.push(await ask(proxy.ports.http));
    const state = await attackers.state();
    open = Math.min(open, state.open);
    cuts += state.cuts;
  }
  const row = (name: string, rounds: number[][]) => [
    name,
    ...[0.5, 0.99].map((share) => median(rounds.map((times) => quantile(times, share))).toFixed(2)),
  ];
  print(markdownTable(["GET /get through HAProxy", "p50, ms:", "p99, ms:"], [
    row("alone", without),
    row(`beside ${ATTACKERS} with slow headers`, beside),
  ]));
  const ratios = beside.map((times, i) => quantile(times, 0.99) / quantile(without[i]!, 0.99));
  print(`p99 beside / alone: ${median(ratios).toFixed(2)} (median of ${ROUNDS} rounds)`);
  print(`slow clients open at the end of a round: at least ${open}; cut off in all: ${cuts}`);
}

if (import.meta.main) {
  answerHelp(HELP);
  if (await hasHaproxy()) await report(console.log);
  else console.log("skipped: no haproxy");
  Deno.exit(0);
}
