/// <reference lib="deno.worker" />
// One of the threads of transactions_test.ts: moves amounts between accounts in transactions, and
// looks in others whether the sum of all accounts is what it must be.

import { Cache, Region } from "../../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../../../server/contract/counters.ts";
import { Random } from "../../../../bench/workload.ts";
import { Speaker } from "../speaker.ts";

/** What to do. */
export interface AtomicOptions {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly accounts: number;
  readonly rounds: number;
}

/** What came of it. */
export interface AtomicResult {
  /** Transfers that EXEC carried out. */
  readonly done: number;
  /** Sums that were not zero. */
  readonly wrong: number;
  /** Counts of WATCH, GET, MULTI, SET, EXEC that were carried out. */
  readonly watched: number;
}

/** Says a line again where the other thread held a lock and had no processor for 50 ms. */
async function sayUntilDone(speaker: Speaker, line: string): Promise<string> {
  for (;;) {
    const answer = await speaker.say(line);
    if (!answer.startsWith("-BUSY ")) return answer;
  }
}

async function work({ buffer, actor, accounts, rounds }: AtomicOptions): Promise<AtomicResult> {
  const speaker = new Speaker(new Cache(Region.attach(buffer, ACTOR_NAMES), actor));
  const random = new Random(actor);
  const all = Array.from({ length: accounts }, (_, i) => `account:${i}`).join(" ");
  let [done, wrong, watched] = [0, 0, 0];
  for (let i = 0; i < rounds; i++) {
    const amount = 1 + random.below(100);
    await speaker.say("MULTI");
    await speaker.say(`DECRBY account:${random.below(accounts)} ${amount}`);
    await speaker.say(`INCRBY account:${random.below(accounts)} ${amount}`);
    if ((await speaker.say("EXEC")).startsWith("[")) done++;
    const values = JSON.parse((await sayUntilDone(speaker, `MGET ${all}`)).replaceAll("nil", "0"));
    const sum = values.reduce((total: number, value: string) => total + Number(value), 0);
    if (sum !== 0) wrong++;
    await sayUntilDone(speaker, "WATCH counter");
    const text = await sayUntilDone(speaker, "GET counter");
    const count = Number(JSON.parse(text.replace("nil", "0")));
    await speaker.say("MULTI");
    await speaker.say(`SET counter ${count + 1}`);
    if ((await speaker.say("EXEC")).startsWith("[")) watched++;
  }
  return { done, wrong, watched };
}

self.onmessage = async ({ data }: MessageEvent<AtomicOptions>) =>
  self.postMessage(await work(data));
