/**
 * Keys that several connections write at once: a counter, and a group of keys that is only ever written as a whole,
 * each time with a value of its own. After a crash the group must be of one piece, and neither may be older than
 * what had been answered long enough before.
 */

import type { Random } from "../workload.ts";
import { Refusal, RespClient } from "./resp_client.ts";
import type { Target } from "./writers.ts";

const GROUP = Array.from({ length: 8 }, (_, i) => `group:${i}`);
const COUNTER = "counter";

/** A write to all keys of the group. */
interface GroupWrite {
  readonly value: string;
  readonly sentMs: number;
  answeredMs: number;
}

/** The shared keys over all rounds. */
export class SharedKeys {
  #writes: GroupWrite[] = [];
  #stamps = 0;
  /** The least and the most that the counter may be. */
  #counted = 0;
  #countsSent = 0;
  #countAnswersMs: number[] = [];

  /** Writes the group and counts, until the connection ends. */
  async run({ respPort }: Target, random: Random): Promise<void> {
    let client: RespClient | undefined;
    try {
      client = await RespClient.connect(respPort);
      for (;;) await this.#step(client, random);
    } catch {
      // The server is gone.
    } finally {
      client?.[Symbol.dispose]();
    }
  }

  async #step(client: RespClient, random: Random): Promise<void> {
    const write = {
      value: `all.${++this.#stamps}`,
      sentMs: performance.now(),
      answeredMs: Infinity,
    };
    const counts = 1 + random.below(4);
    this.#writes.push(write);
    this.#countsSent += counts;
    const words = ["MSET", ...GROUP.flatMap((key) => [key, write.value])];
    const commands = [words, ...new Array<string[]>(counts).fill(["INCR", COUNTER])];
    await client.pipeline(commands, (answer, i) => {
      if (answer instanceof Refusal) throw new Error(answer.text);
      if (i === 0) write.answeredMs = performance.now();
      else this.#countAnswersMs.push(performance.now());
    });
  }

  /** Reads what a server has after a crash, and compares it with what was owed. Throws Error if it is not. */
  async settle(client: RespClient, crashMs: number, graceMs: number): Promise<void> {
    const [values, count] = await client.ask(["MGET", ...GROUP], ["GET", COUNTER]);
    const distinct = new Set(values as (string | null)[]);
    if (distinct.size !== 1) throw new Error(`Torn: the keys of a group have ${[...distinct]}`);
    this.#settleGroup([...distinct][0]!, crashMs - graceMs);
    const least = this.#counted +
      this.#countAnswersMs.filter((at) => at < crashMs - graceMs).length;
    const most = this.#counted + this.#countsSent;
    const found = Number(count ?? 0);
    if (found < least || found > most) {
      throw new Error(`Counted to ${found}, which should be ${least} to ${most}`);
    }
    this.#counted = found;
    this.#countsSent = 0;
    this.#countAnswersMs = [];
  }

  #settleGroup(value: string | null, owedBeforeMs: number): void {
    const kept = this.#writes.find((write) => write.value === value);
    if (value !== null && kept === undefined) {
      throw new Error(`The group has ${value}, which was never written or is too old`);
    }
    // Another write that began after the kept one was answered has taken its place, if it is owed.
    const isLater = ({ sentMs, answeredMs }: GroupWrite) =>
      answeredMs < owedBeforeMs && sentMs > (kept?.answeredMs ?? -Infinity);
    const later = this.#writes.find(isLater);
    if (later !== undefined) {
      throw new Error(`The group has ${value}, but ${later.value} was answered long before`);
    }
    this.#writes = kept === undefined ? [] : [{ ...kept, sentMs: 0, answeredMs: 0 }];
  }
}
