/**
 * One attack from its beginning to what is left of it: a server, a polite client, the attackers, and what is read of
 * memory and gauges meanwhile. Measures and does not judge.
 */

import { pause } from "./assault.ts";
import { type Attack, DEFAULT_SECONDS } from "./attack.ts";
import { Connection, noTraffic } from "./connection.ts";
import type { Ports } from "./orders.ts";
import { AttackerProcess } from "./attacker_process.ts";
import { type Latencies, latenciesOf } from "./latencies.ts";
import { MemoryGauge } from "./memory_gauge.ts";
import { PoliteClient, type PoliteRecord, sendOrdinaryBody } from "./polite_client.ts";

/** A server that is attacked. */
export interface Victim {
  readonly pid: number;
  readonly ports: Ports;
  readonly regionBytes: number;
  readonly status: Promise<Deno.CommandStatus>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** The last lines that it printed. */
  lastWords(): string;
}

/** The long or the small form of a measurement. */
export interface Form {
  readonly isSmall: boolean;
  /** How long the server and its polite client run before its memory counts as idle. */
  readonly settleMs: number;
  /** How long the attack runs; undefined for what the attack says. */
  readonly attackMs: number | undefined;
  /** How long after it to measure again, and how much longer to wait for gauges to come back. */
  readonly calmMs: number;
  readonly maxGaugeWaitMs: number;
}

/** The form of the report. */
export const LONG: Form = {
  isSmall: false,
  settleMs: 1500,
  attackMs: undefined,
  calmMs: 5000,
  maxGaugeWaitMs: 0,
};

/** The form of the tests. */
export const SMALL: Form = {
  isSmall: true,
  settleMs: 100,
  attackMs: 400,
  calmMs: 0,
  maxGaugeWaitMs: 10_000,
};

/** The gauges of /stats, all workers together. */
export interface Gauges {
  readonly bodyBytes: number;
  readonly inFlight: number;
}

/** What an attack came to. Memory is undefined where the system does not tell. */
export interface Measurement {
  readonly peakGrowthMib: number | undefined;
  readonly leftGrowthMib: number | undefined;
  readonly peakOpen: number;
  readonly latencies: Latencies;
  /** The p99 of exchanges with a server that nobody attacks: what the machine takes. 0 without one. */
  readonly machineP99Ms: number;
  readonly polite: PoliteRecord;
  /** How the process ended, with its last words; undefined if it lives. */
  readonly end: string | undefined;
  /** Milliseconds from SIGTERM to the end; undefined without, or if it did not end. */
  readonly drainMs: number | undefined;
  /** Undefined if /stats did not answer. */
  readonly gauges: Gauges | undefined;
  /** What was wrong with an ordinary body and with /health afterwards; "" if nothing. */
  readonly afterwards: string;
  readonly complaints: readonly string[];
  /** Connections that the attackers opened, and what they moved. */
  readonly opened: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly firstAnswer: string;
}

const SAMPLE_MS = 100;
/** Longest wait for the first connection of an attack. */
const MAX_BEGIN_MS = 5000;
/** Longest wait for the end of a server after SIGTERM. */
const MAX_DRAIN_MS = 15_000;
const ASK_MS = 10_000;

/**
 * Runs an attack on a server.
 *
 * @param echoPort where a server listens that is not attacked, to compare with; 0 for none
 */
export async function measure(
  attack: Attack,
  victim: Victim,
  form: Form,
  echoPort = 0,
): Promise<Measurement> {
  let end: string | undefined;
  victim.status.then(({ code, signal }) => end = signal ?? `exit code ${code}`);
  const { name } = attack;
  await using attacker = await AttackerProcess.start({ ...victim, name, isSmall: form.isSmall });
  const client = new PoliteClient(victim.ports, echoPort);
  await pause(form.settleMs);
  const memory = new MemorySampler(new MemoryGauge(victim.pid, victim.regionBytes));
  await memory.start();
  const fromMs = performance.now();
  await attacker.attack();
  const attackMs = form.attackMs ?? (attack.seconds ?? DEFAULT_SECONDS) * 1000;
  await Promise.race([attacker.begun, pause(MAX_BEGIN_MS), victim.status]);
  await Promise.race([pause(attackMs), victim.status]);
  const toMs = performance.now();
  const drainMs = attack.endsServer ? await drain(victim) : undefined;
  await attacker[Symbol.asyncDispose]();
  if (end === undefined) await pause(form.calmMs);
  const leftGrowthMib = end === undefined ? await memory.growthMib() : undefined;
  const peakGrowthMib = await memory.stop();
  const polite = await client.stop();
  const gauges = end === undefined ? await settledGauges(victim.ports, form) : undefined;
  const afterwards = end === undefined ? await ordinaryService(victim.ports) : "";
  const { complaints, opened, sentBytes, receivedBytes, firstAnswer } = attacker.latest;
  return {
    peakGrowthMib,
    leftGrowthMib,
    peakOpen: attacker.peakOpen,
    latencies: latenciesOf(polite.requests.samples, fromMs, toMs),
    machineP99Ms: latenciesOf(polite.echoes.samples, fromMs, toMs).p99Ms,
    polite,
    end: end === undefined ? undefined : `${end}, ${victim.lastWords()}`,
    drainMs,
    gauges,
    afterwards,
    complaints,
    opened,
    sentBytes,
    receivedBytes,
    firstAnswer,
  };
}

/** Sends SIGTERM; returns how long the process took to end, or undefined if it does not. */
async function drain(victim: Victim): Promise<number | undefined> {
  const fromMs = performance.now();
  victim.kill("SIGTERM");
  const ended = await Promise.race([victim.status, pause(MAX_DRAIN_MS)]);
  return ended === undefined ? undefined : performance.now() - fromMs;
}

/** Reads the gauges, again and again until they are 0 or the form's patience is over. */
async function settledGauges(ports: Ports, form: Form): Promise<Gauges | undefined> {
  const endMs = performance.now() + form.maxGaugeWaitMs;
  for (;;) {
    await emptySlowLog(ports).catch(() => {});
    const gauges = await readGauges(ports).catch(() => undefined);
    const isSettled = gauges?.bodyBytes === 0 && gauges.inFlight === 0;
    if (isSettled || performance.now() >= endMs) return gauges;
    await pause(SAMPLE_MS);
  }
}

/** The slow log of a worker is memory that it holds, and stays when the clients are gone. */
async function emptySlowLog({ resp }: Ports): Promise<void> {
  using connection = await Connection.open(resp, noTraffic());
  await connection.send("SLOWLOG RESET\r\n");
  await connection.receive(1);
}

async function readGauges(ports: Ports): Promise<Gauges> {
  const { workers } = JSON.parse((await ask(ports, "/stats")).text) as { workers: Gauges[] };
  return {
    bodyBytes: workers.reduce((sum, worker) => sum + worker.bodyBytes, 0),
    inFlight: workers.reduce((sum, worker) => sum + worker.inFlight, 0),
  };
}

/** Says what is wrong with the service to ordinary clients; "" if nothing is. */
async function ordinaryService(ports: Ports): Promise<string> {
  const found: string[] = [];
  try {
    const { status, text } = await ask(ports, "/health");
    if (status !== 200) found.push(`/health says ${status} ${text}`);
  } catch (error) {
    found.push(`/health: ${error}`);
  }
  await sendOrdinaryBody(ports).catch((error) => found.push(`a body of 100 KB: ${error.message}`));
  return found.join("; ");
}

async function ask(ports: Ports, path: string): Promise<{ status: number; text: string }> {
  const url = `http://127.0.0.1:${ports.http}${path}`;
  const headers = { connection: "close" };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS) });
  return { status: answer.status, text: await answer.text() };
}

/** Reads the memory of a process again and again, and keeps the most. */
class MemorySampler {
  readonly #gauge: MemoryGauge;
  #idleMib: number | undefined;
  #peakMib: number | undefined;
  #isStopped = false;
  #sampling: Promise<void> | undefined;

  constructor(gauge: MemoryGauge) {
    this.#gauge = gauge;
  }

  /** Takes what the process has now as idle, and begins. */
  async start(): Promise<void> {
    this.#idleMib = await this.#gauge.outsideMib();
    this.#sampling = this.#sample();
  }

  /** By how much it has grown since. */
  async growthMib(): Promise<number | undefined> {
    const mib = await this.#gauge.outsideMib();
    return mib === undefined || this.#idleMib === undefined ? undefined : mib - this.#idleMib;
  }

  /** Ends, and returns the most that it has grown. */
  async stop(): Promise<number | undefined> {
    this.#isStopped = true;
    await this.#sampling;
    return this.#peakMib;
  }

  async #sample(): Promise<void> {
    while (!this.#isStopped) {
      const mib = await this.growthMib();
      if (mib !== undefined) this.#peakMib = Math.max(this.#peakMib ?? 0, mib);
      await pause(SAMPLE_MS);
    }
  }
}
