/**
 * How far sketches are from the truth: the rate of false positives of Bloom filters, counts of Count-Min sketches above the
 * exact ones, and the error of HyperLogLogs. All over a connection, with items of fixed seeds. Prints nothing.
 */

import { type Answer, Refusal, type RespClient } from "../proof/resp_client.ts";
import { atMost, type Row } from "../report.ts";
import { Random, Zipf } from "../workload.ts";

/** Items of one command. */
const CHUNK = 200;
/** Commands that are sent before answers are awaited. */
const PIPELINE = 100;
/** The most that a measured rate may be above the asked one. */
const MAX_RATIO = 1.1;
/** The most that HyperLogLogs may err on average. */
const MAX_ERROR = 0.01;

/** How much is measured. */
export interface Amounts {
  /** Items of each Bloom filter, and as many times that are asked for without being in it. */
  readonly items: number;
  readonly absentTimes: number;
  /** Numbers of members of HyperLogLogs, and how many there are of each number. */
  readonly members: readonly number[];
  readonly logs: number;
  /** Items of the stream that Count-Min sketches count. */
  readonly stream: number;
}

/** What takes about a minute. */
export const USUAL: Amounts = {
  items: 100_000,
  absentTimes: 20,
  members: [1_000, 10_000, 100_000],
  logs: 50,
  stream: 400_000,
};
/** What takes moments. */
export const TINY: Amounts = {
  items: 2_000,
  absentTimes: 5,
  members: [1_000],
  logs: 3,
  stream: 2_000,
};

/** Sends a command with `count` items, some at a time. Hands on each answer. */
async function sendItems(
  client: RespClient,
  words: readonly string[],
  count: number,
  itemOf: (index: number) => readonly string[],
  take: (answer: Answer) => void,
): Promise<void> {
  for (let from = 0; from < count; from += CHUNK * PIPELINE) {
    const commands: string[][] = [];
    for (let at = from; at < Math.min(count, from + CHUNK * PIPELINE); at += CHUNK) {
      const items = Array.from({ length: Math.min(CHUNK, count - at) }, (_, i) => itemOf(at + i));
      commands.push([...words, ...items.flat()]);
    }
    for (const answer of await client.ask(...commands)) {
      if (answer instanceof Refusal) throw new Error(`Cannot measure: ${answer.text}`);
      take(answer);
    }
  }
}

async function say(client: RespClient, line: string): Promise<Answer> {
  const [answer] = await client.ask(line.split(" "));
  if (answer instanceof Refusal) throw new Error(`Cannot measure: ${line}: ${answer.text}`);
  return answer!;
}

function onesIn(answer: Answer): number {
  return (answer as readonly Answer[]).filter((one) => one === 1).length;
}

/** A row for each rate and each way to get to a full filter. */
export async function bloomRows(client: RespClient, amounts: Amounts): Promise<Row[]> {
  const { items } = amounts;
  const shapes: readonly (readonly [name: string, capacity: number, options: string])[] = [
    ["with the items it is for", items, " NONSCALING"],
    ["the same, but it may grow", items, ""],
    ["grown to 32 times its size", Math.ceil(items / 32), ""],
  ];
  const rows: Row[] = [];
  for (const rate of [0.1, 0.01, 0.001]) {
    for (const [name, capacity, options] of shapes) {
      const key = `bloom:${rate}:${name.length}`;
      await say(client, `BF.RESERVE ${key} ${rate} ${capacity}${options}`);
      await sendItems(client, ["BF.MADD", key], items, (i) => [`item:${i}`], () => {});
      const absent = items * amounts.absentTimes;
      let wrong = 0;
      await sendItems(client, ["BF.MEXISTS", key], absent, (i) => [`absent:${i}`], (answer) => {
        wrong += onesIn(answer);
      });
      const what = `Bloom filter for ${rate}, ${name}: false positives beside that`;
      rows.push(atMost(what, wrong / absent / rate, MAX_RATIO, "times", 3));
      await say(client, `DEL ${key}`);
    }
  }
  return rows;
}

/** A row for each number of members: how far off the estimates are on average. */
export async function logRows(client: RespClient, amounts: Amounts): Promise<Row[]> {
  const rows: Row[] = [];
  for (const members of amounts.members) {
    let off = 0;
    for (let log = 0; log < amounts.logs; log++) {
      const key = `log:${log}`;
      await sendItems(client, ["PFADD", key], members, (i) => [`${log}:${members}:${i}`], () => {});
      off += Math.abs(Number(await say(client, `PFCOUNT ${key}`)) / members - 1);
      await say(client, `DEL ${key}`);
    }
    const what = `HyperLogLogs of ${members} members: average error`;
    rows.push(atMost(what, 100 * off / amounts.logs, 100 * MAX_ERROR, "%"));
  }
  return rows;
}

/** A row for each shape: how many items are counted higher than the bound allows. */
export async function countMinRows(client: RespClient, amounts: Amounts): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [rate, probability] of [[0.01, 0.01], [0.001, 0.01], [0.0001, 0.1]] as const) {
    const key = `cms:${rate}`;
    await say(client, `CMS.INITBYPROB ${key} ${rate} ${probability}`);
    const counts = new Map<string, number>();
    const zipf = new Zipf(new Random(), amounts.stream, 0.9);
    const item = () => {
      const name = `item:${zipf.next()}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return [name, "1"];
    };
    await sendItems(client, ["CMS.INCRBY", key], amounts.stream, item, () => {});
    const names = [...counts.keys()];
    const found: number[] = [];
    await sendItems(client, ["CMS.QUERY", key], names.length, (i) => [names[i]!], (answer) => {
      found.push(...(answer as readonly number[]));
    });
    if (names.some((name, i) => found[i]! < counts.get(name)!)) {
      throw new Error("Cannot be: an item was counted too low");
    }
    const bound = rate * amounts.stream;
    const above = names.filter((name, i) => found[i]! > counts.get(name)! + bound).length;
    const what = `Count-Min for ${rate}: items that are counted higher than by that share of all`;
    rows.push(atMost(what, 100 * above / names.length, 100 * probability, "%"));
    await say(client, `DEL ${key}`);
  }
  return rows;
}
