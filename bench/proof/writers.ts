/**
 * Connections that write as fast as they are answered, each to keys of its own, and keep a journal. Values say who
 * wrote them and at which step. Knows nothing of crashes: a writer ends when its connection does.
 */

import type { Random } from "../workload.ts";
import { type Change, Journal, type KeyState, type Step } from "./journal.ts";
import { type Answer, Refusal, RespClient } from "./resp_client.ts";

const MAX_DEPTH = 32;
const MAX_VALUE_CHARS = 1500;
/** Deadlines that do not come while a harness runs. */
const DEADLINE_AHEAD_MS = 10_000_000;

/** Where a server listens. */
export interface Target {
  readonly respPort: number;
  /** Undefined where the server speaks the Redis protocol alone. */
  readonly httpPort: number | undefined;
}

/** Somebody who writes until the server is gone. */
export interface Writer {
  readonly journal: Journal;
  /** The first error that a server answered, if any. */
  readonly refusals: string[];
  /** Writes until the connection ends. */
  run(target: Target): Promise<void>;
}

/** What both kinds of writers have in common: keys, values, and what is noted. */
abstract class StampedWriter implements Writer {
  readonly journal: Journal;
  readonly refusals: string[] = [];
  protected readonly random: Random;
  readonly #keys: number;
  #stamps = 0;

  constructor(name: string, random: Random, keys: number) {
    this.journal = new Journal(name);
    this.random = random;
    this.#keys = keys;
  }

  abstract run(target: Target): Promise<void>;

  protected key(): string {
    return `${this.journal.name}:${this.random.below(this.#keys)}`;
  }

  /** Some keys, no two of them the same. */
  protected severalKeys(): string[] {
    return [...new Set(Array.from({ length: 2 + this.random.below(6) }, () => this.key()))];
  }

  /** A value that was never written before. */
  protected newValue(maxChars: number): string {
    const stamp = `${this.journal.name}.${++this.#stamps}.`;
    const length = this.random.below(4) === 0 ? this.random.below(maxChars) : 0;
    return stamp.padEnd(length, "v");
  }

  /** Notes an answer, or the error in its place: after some of those nobody knows whether it will last. */
  protected noteAnswer(step: Step, refusal: string | null): void {
    if (refusal !== null) this.refusals.push(refusal);
    if (refusal !== null && /\bcarried out\b/.test(refusal)) return;
    step.answeredMs = performance.now();
    step.isRefused = refusal !== null;
  }
}

/** A command and what it does. */
export interface Order {
  readonly words: readonly string[];
  readonly changes: readonly Change[];
}

/** Writes in pipelines over the Redis protocol; what, those who extend it know. */
export abstract class PipelineWriter extends StampedWriter {
  /** The next command. */
  protected abstract command(): Order;

  async run({ respPort }: Target): Promise<void> {
    let client: RespClient | undefined;
    try {
      client = await RespClient.connect(respPort);
      for (;;) await this.#batch(client);
    } catch {
      // The server is gone.
    } finally {
      client?.[Symbol.dispose]();
    }
  }

  async #batch(client: RespClient): Promise<void> {
    const orders = Array.from({ length: 1 + this.random.below(MAX_DEPTH) }, () => this.#order());
    // A transaction is one step, answered with its EXEC.
    const commands: (readonly string[])[] = [];
    const steps: (Step | null)[] = [];
    for (const order of orders) {
      const step = this.journal.send(order.flatMap(({ changes }) => changes));
      const isOne = order.length === 1;
      const words = order.map((part) => part.words);
      commands.push(...isOne ? words : [["MULTI"], ...words, ["EXEC"]]);
      steps.push(...isOne ? [] : new Array<null>(order.length + 1).fill(null), step);
    }
    await client.pipeline(commands, (answer, i) => {
      const step = steps[i];
      if (step) this.noteAnswer(step, refusalOf(answer));
    });
  }

  /** The next step: one command, or those of a transaction. */
  #order(): readonly Order[] {
    if (this.random.below(12) > 0) return [this.command()];
    return Array.from({ length: 2 + this.random.below(4) }, () => this.command());
  }

  /** A change of a key's deadline. */
  protected moveDeadline(key: string): Order {
    const deadlineMs = this.random.below(3) === 0
      ? 0
      : Date.now() + DEADLINE_AHEAD_MS + this.random.below(1e6);
    const words = deadlineMs === 0 ? ["PERSIST", key] : ["PEXPIREAT", key, `${deadlineMs}`];
    return { words, changes: [{ kind: "deadline", key, deadlineMs }] };
  }
}

/** Writes strings. */
export class RespWriter extends PipelineWriter {
  protected command(): Order {
    const roll = this.random.below(100);
    if (roll < 50) return this.#set(this.key(), 0);
    if (roll < 60) {
      return this.#set(this.key(), Date.now() + DEADLINE_AHEAD_MS + this.random.below(1e6));
    }
    if (roll < 75) return deleteOf(roll < 70 ? [this.key()] : this.severalKeys());
    if (roll < 85) return this.moveDeadline(this.key());
    const states = this.severalKeys().map((key) =>
      [key, { value: this.newValue(MAX_VALUE_CHARS), deadlineMs: 0 }] as const
    );
    return {
      words: ["MSET", ...states.flatMap(([key, { value }]) => [key, value])],
      changes: states.map(([key, state]) => ({ kind: "set", key, state })),
    };
  }

  #set(key: string, deadlineMs: number): Order {
    const state: KeyState = { value: this.newValue(MAX_VALUE_CHARS), deadlineMs };
    const term = deadlineMs === 0 ? [] : ["PXAT", `${deadlineMs}`];
    return { words: ["SET", key, state.value, ...term], changes: [{ kind: "set", key, state }] };
  }
}

/** A DEL. */
export function deleteOf(keys: readonly string[]): Order {
  return {
    words: ["DEL", ...keys],
    changes: keys.map((key) => ({ kind: "set", key, state: null })),
  };
}

function refusalOf(answer: Answer): string | null {
  if (answer instanceof Refusal) return answer.text;
  const inside = Array.isArray(answer) ? answer.find((one) => one instanceof Refusal) : undefined;
  return inside === undefined ? null : (inside as Refusal).text;
}

/** Writes over HTTP, one request at a time. */
export class HttpWriter extends StampedWriter {
  async run({ httpPort }: Target): Promise<void> {
    try {
      for (;;) await this.#step(`http://127.0.0.1:${httpPort}`);
    } catch {
      // The server is gone.
    }
  }

  async #step(base: string): Promise<void> {
    const roll = this.random.below(100);
    if (roll < 20) {
      const key = this.key();
      const step = this.journal.send([{ kind: "set", key, state: null }]);
      return await this.#ask(step, `${base}/delete?key=${key}`, { method: "DELETE" });
    }
    const keys = roll < 80 ? [this.key()] : this.severalKeys();
    const items = keys.map((key) => ({ key, value: this.newValue(250) }));
    const step = this.journal.send(items.map(({ key, value }) => {
      return { kind: "set", key, state: { value, deadlineMs: 0 } };
    }));
    const isOne = items.length === 1;
    const body = JSON.stringify(isOne ? items[0] : { items });
    await this.#ask(step, `${base}/${isOne ? "put" : "mput"}`, { method: "POST", body });
  }

  async #ask(step: Step, url: string, request: RequestInit): Promise<void> {
    const response = await fetch(url, request);
    const text = await response.text();
    const isDone = response.ok || response.status === 404;
    this.noteAnswer(step, isDone ? null : `${response.status} ${text}`);
  }
}
