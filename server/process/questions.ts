// What one worker asks all of them, through main: one question of a kind at a time. Who asks the same
// meanwhile shares the next answer, or waits in a short line; who comes after that is told so. Keeps
// main, and the memory that answers take on their way, from what many clients ask at once.

import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import {
  type ClientFilter,
  type OptionValue,
  ServerRefusal,
  type ServerTotals,
  type SlowEntry,
} from "../contract/server.ts";
import { NoAnswer, RequestFailed } from "./control.ts";
import type { SweptEvent } from "./news/key_event_news.ts";
import type { LatencyQuestion } from "./news/latency_news.ts";
import type { ScriptQuestion } from "./news/script_news.ts";

/** What a worker asks all workers, itself included. */
export type Question =
  | { readonly what: "clients" }
  | { readonly what: "totals" }
  | { readonly what: "resetStats" }
  | { readonly what: "hotKeys" }
  | { readonly what: "slowLog"; readonly most: number }
  | { readonly what: "slowLogLength" }
  | { readonly what: "clearSlowLog" }
  | { readonly what: "sweptKeys"; readonly events: readonly SweptEvent[] }
  | { readonly what: "kill"; readonly filter: ClientFilter }
  | { readonly what: "unblock"; readonly id: number; readonly isError: boolean }
  | { readonly what: "setOptions"; readonly values: readonly OptionValue[] }
  | LatencyQuestion
  | ScriptQuestion;

/** Most clients of a worker that wait for answers to questions of one kind. */
export const MAX_WAITING = 16;
/** Questions of which all that ask at the same time can have the same answer. */
const SHARED: ReadonlySet<Question["what"]> = new Set([
  "clients",
  "totals",
  "resetStats",
  "hotKeys",
  "slowLogLength",
  "clearSlowLog",
  "latencyEvents",
]);

/** The answers of all workers. */
export type Answers = readonly unknown[];

/** What is asked for the clients of one kind of question. */
interface Line {
  waitingCount: number;
  /** Settles when the latest question of the line has been answered, or has failed. */
  last: Promise<unknown>;
  /** The shared question that has not been asked yet. */
  next: Promise<Answers> | null;
}

/** The questions of one worker. */
export class Questions {
  readonly #send: (question: Question) => Promise<Answers>;
  readonly #lines = new Map<Question["what"], Line>();

  /** `send` asks all workers. */
  constructor(send: (question: Question) => Promise<Answers>) {
    this.#send = send;
  }

  /**
   * Asks when it is its turn. Rejects with a ServerRefusal where too many wait already, or where threads are too busy
   * to answer in time: that is over in a moment, and no bug.
   */
  async ask(question: Question): Promise<Answers> {
    const { what } = question;
    const line = this.#lines.get(what) ??
      { waitingCount: 0, last: Promise.resolve(), next: null };
    if (line.waitingCount >= MAX_WAITING) {
      throw new ServerRefusal("BUSY", "too many clients ask for the same, try again");
    }
    this.#lines.set(what, line);
    line.waitingCount++;
    try {
      return await (line.next ?? this.#enter(line, question));
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof RequestFailed)) throw error;
      throw new ServerRefusal("BUSY", "threads are too busy to answer, try again");
    } finally {
      line.waitingCount--;
    }
  }

  /** Asks for the totals of all workers, and adds them up. */
  async totals(): Promise<ServerTotals> {
    return joinedTotals(await this.ask({ what: "totals" }));
  }

  /** Puts a question at the end of its line. */
  #enter(line: Line, question: Question): Promise<Answers> {
    const answers = line.last.then(() => {
      // Whoever comes from here on wants to know of what has happened since.
      line.next = null;
      return this.#send(question);
    });
    line.last = answers.catch(() => {});
    if (SHARED.has(question.what)) line.next = answers;
    return answers;
  }
}

/**
 * The latest `most` entries of the slow logs of all workers, which are lists as JSON, newest first;
 * null where they are more than an answer may hold.
 */
export function joinedEntries(texts: Answers, most: number): SlowEntry[] | null {
  if (!texts.every((text) => typeof text === "string")) return null;
  const entries = texts.flatMap((text) => JSON.parse(text) as SlowEntry[]);
  return entries.sort((a, b) => b.id - a.id).slice(0, most);
}

/** The texts of all workers as bytes; null where one of them, or all together, would be too large. */
export function joinedTexts(texts: Answers): Uint8Array | null {
  if (!texts.every((text) => typeof text === "string")) return null;
  const bytes = new TextEncoder().encode(texts.join(""));
  return bytes.length > MAX_ANSWER_BYTES ? null : bytes;
}

/** The sums over all workers. */
function joinedTotals(answers: Answers): ServerTotals {
  const all = answers as readonly ServerTotals[];
  const sum = (of: (totals: ServerTotals) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  const sums = (of: (totals: ServerTotals) => readonly number[]) =>
    Array.from(all.length === 0 ? [] : of(all[0]!), (_, id) => sum((one) => of(one)[id]!));
  return {
    clients: sum(({ clients }) => clients),
    trackingClients: sum(({ trackingClients }) => trackingClients),
    calls: sums(({ calls }) => calls),
    tookUs: sums(({ tookUs }) => tookUs),
    refused: sums(({ refused }) => refused),
    failed: sums(({ failed }) => failed),
    latency: joinedLatency(all),
  };
}

/** The sums of what was counted by bucket. */
function joinedLatency(all: readonly ServerTotals[]): Map<number, Float64Array> {
  const sums = new Map<number, Float64Array>();
  for (const { latency } of all) {
    for (const [id, counts] of latency) {
      const before = sums.get(id);
      sums.set(id, before === undefined ? counts : before.map((sum, i) => sum + counts[i]!));
    }
  }
  return sums;
}
