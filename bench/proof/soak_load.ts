/**
 * A steady mixed load: reads, writes, deletes, deadlines and transactions over the Redis protocol and HTTP, on more keys
 * than there is memory for, so that items are evicted all along. Every value says whose it is, and each hit is checked.
 */

import type { Random } from "../workload.ts";
import { type Answer, Refusal, RespClient } from "./resp_client.ts";
import type { Target } from "./writers.ts";

const KEYS = 2_000_000;
const BATCH = 50;
const MAX_VALUE_CHARS = 1000;

/** What the load has come to. */
export interface LoadCounts {
  commands: number;
  hits: number;
  misses: number;
  /** Values of another key, or cut off. */
  wrong: number;
  refused: number;
  /** The first of them. */
  refusal: string;
}

/** No commands yet. */
export function noCounts(): LoadCounts {
  return { commands: 0, hits: 0, misses: 0, wrong: 0, refused: 0, refusal: "" };
}

/** The load of one server; ends when it is told to, or the server has gone. */
export class SoakLoad {
  readonly #counts: LoadCounts;
  readonly #random: Random;
  #isEnding = false;

  /** Counts in `counts`. */
  constructor(counts: LoadCounts, random: Random) {
    this.#counts = counts;
    this.#random = random;
  }

  /** From now on nothing new is sent. */
  end(): void {
    this.#isEnding = true;
  }

  /**
   * Sends batches over one connection of the Redis protocol.
   *
   * @param perSecond how many commands; Infinity for as many as are answered
   */
  async runResp({ respPort }: Target, perSecond: number): Promise<void> {
    using client = await RespClient.connect(respPort);
    const beganMs = performance.now();
    for (let sent = 0; !this.#isEnding; sent += BATCH) {
      const commands = Array.from({ length: BATCH }, () => this.#command());
      await client.pipeline(commands, (answer, i) => this.#note(commands[i]!, answer));
      await pace(beganMs, sent, perSecond);
    }
  }

  #key(): string {
    // Squared, so that low numbers come more often.
    const share = this.#random.nextFloat() ** 2;
    return `soak:${Math.floor(share * KEYS)}`;
  }

  #value(key: string): string {
    const end = `|${key}`;
    return `${key}|`.padEnd(this.#random.below(MAX_VALUE_CHARS) + key.length + 1, "v") + end;
  }

  #command(): string[] {
    const key = this.#key();
    const roll = this.#random.below(100);
    if (roll < 55) return ["GET", key];
    if (roll < 80) return ["SET", key, this.#value(key)];
    if (roll < 88) {
      return ["SET", key, this.#value(key), "PX", `${1 + this.#random.below(600_000)}`];
    }
    if (roll < 92) return ["DEL", key];
    if (roll < 95) return ["PEXPIRE", key, `${1 + this.#random.below(600_000)}`];
    if (roll < 97) return ["INCR", `count:${this.#random.below(1000)}`];
    const keys = [key, this.#key(), this.#key()];
    return ["MSET", ...keys.flatMap((each) => [each, this.#value(each)])];
  }

  #note([name, key]: readonly string[], answer: Answer): void {
    const counts = this.#counts;
    counts.commands++;
    if (answer instanceof Refusal) {
      counts.refused++;
      counts.refusal ||= answer.text;
    } else if (name === "GET") this.#noteValue(key!, answer as string | null);
  }

  #noteValue(key: string, value: string | null): void {
    if (value === null) this.#counts.misses++;
    else {
      this.#counts.hits++;
      if (!value.startsWith(`${key}|`) || !value.endsWith(`|${key}`)) this.#counts.wrong++;
    }
  }

  /** Sends requests over HTTP, one at a time. */
  async runHttp({ httpPort }: Target, perSecond: number): Promise<void> {
    const base = `http://127.0.0.1:${httpPort}`;
    const beganMs = performance.now();
    for (let sent = 0; !this.#isEnding; sent++) {
      const key = this.#key();
      const isGet = this.#random.below(2) === 0;
      const response = isGet
        ? await fetch(`${base}/get/${key}`)
        : await fetch(`${base}/store/${key}`, { method: "POST", body: this.#value(key) });
      const text = await response.text();
      this.#counts.commands++;
      if (response.status >= 400 && response.status !== 404) {
        this.#counts.refused++;
        this.#counts.refusal ||= `${response.status} ${text}`;
      } else if (isGet) this.#noteValue(key, response.status === 404 ? null : text);
      await pace(beganMs, sent, perSecond);
    }
  }
}

/** Waits until it is time for the next one. */
async function pace(beganMs: number, sent: number, perSecond: number): Promise<void> {
  if (perSecond === Infinity) return;
  const aheadMs = beganMs + 1000 * sent / perSecond - performance.now();
  if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
}
