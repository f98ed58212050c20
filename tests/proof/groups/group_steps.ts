// Commands on a stream with a consumer group as steps of a history: what each makes of a plain model of the key, as text,
// where its answer is the one that came. And the clients that send them.

import { assert } from "@std/assert";
import { type Answer, Refusal, RespClient } from "../../../bench/proof/resp_client.ts";
import { Random } from "../../../bench/workload.ts";
import type { TestServer } from "../../wire/server.ts";
import type { StepOrder } from "../collection_steps.ts";
import type { Operation } from "../linearizability.ts";

const CLIENTS = 6;
const KEYS = 3;
const STEPS = 100;

/** Entries are 1-0, 1-1 and so on; of these `count` were added and `last` delivered. */
interface Model {
  count: number;
  last: number;
  /** Whose the pending ones are. */
  readonly pending: Map<number, string>;
}

function read(text: string | null): Model {
  if (text === null) return { count: 0, last: 0, pending: new Map() };
  const [count, last, pending] = JSON.parse(text);
  return { count, last, pending: new Map(pending) };
}

function write({ count, last, pending }: Model): string {
  return JSON.stringify([count, last, [...pending].sort(([a], [b]) => a - b)]);
}

function order(words: readonly string[], change: (model: Model) => Answer): StepOrder {
  return {
    words,
    actionOf: (answer) => {
      const found = JSON.stringify(answer);
      return {
        kind: "step",
        text: `${words.join(" ")} -> ${found}`,
        step(text) {
          const model = read(text);
          return JSON.stringify(change(model)) === found ? write(model) : undefined;
        },
      };
    },
  };
}

function deliver(model: Model, key: string, consumer: string, most: number): Answer {
  const entries: Answer[] = [];
  for (; entries.length < most && model.last < model.count; model.last++) {
    entries.push([`1-${model.last}`, ["f", "v"]]);
    model.pending.set(model.last, consumer);
  }
  return entries.length === 0 ? null : [[key, entries]];
}

function claim({ pending, count }: Model, number: number, consumer: string): Answer {
  if (!pending.has(number) || number >= count) return [];
  pending.set(number, consumer);
  return [`1-${number}`];
}

function summary({ pending }: Model): Answer {
  const numbers = [...pending.keys()].sort((a, b) => a - b);
  if (numbers.length === 0) return [0, null, null, null];
  const owners = new Map<string, number>();
  for (const owner of pending.values()) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  const counts = [...owners].sort().map(([owner, count]) => [owner, String(count)]);
  return [numbers.length, `1-${numbers[0]}`, `1-${numbers.at(-1)}`, counts];
}

/** The next order for a key, whose group is g; some wait a little for an entry. */
export function groupOrder(random: { below(bound: number): number }, key: string): StepOrder {
  const consumer = `c${random.below(3)}`;
  const roll = random.below(12);
  const most = 1 + random.below(3);
  const number = random.below(60);
  if (roll < 4) return order(["XADD", key, "1-*", "f", "v"], (model) => `1-${model.count++}`);
  const from = ["XREADGROUP", "GROUP", "g", consumer, "COUNT", String(most)];
  if (roll < 6) {
    return order([...from, "STREAMS", key, ">"], (model) => deliver(model, key, consumer, most));
  }
  if (roll < 8) {
    const words = [...from, "BLOCK", "20", "STREAMS", key, ">"];
    const waiting = order(words, (model) => deliver(model, key, consumer, most));
    // Whose time is over says nothing: others who waited longer may have had the right to what was there.
    return { words, actionOf: (answer) => answer === null ? null : waiting.actionOf(answer) };
  }
  if (roll < 10) {
    return order(
      ["XACK", key, "g", `1-${number}`],
      ({ pending }) => pending.delete(number) ? 1 : 0,
    );
  }
  if (roll < 11) {
    const words = ["XCLAIM", key, "g", consumer, "0", `1-${number}`, "JUSTID"];
    return order(words, (model) => claim(model, number, consumer));
  }
  return order(["XPENDING", key, "g"], summary);
}

/** The port for clients of the Redis protocol. */
export function respPort(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/\d+$/.exec(addresses.find((one) => one.startsWith("redis:"))!)![0]);
}

/** Lets clients send orders in short pipelines. Returns what they have seen of each key. */
export async function observe(port: number, seed: number): Promise<Operation[][]> {
  const histories = Array.from({ length: KEYS }, (): Operation[] => []);
  let clock = 0;
  {
    using client = await RespClient.connect(port);
    for (const key of histories.keys()) {
      await client.ask(["XGROUP", "CREATE", `k${key}`, "g", "0", "MKSTREAM"]);
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, async (_, i) => {
    using client = await RespClient.connect(port);
    const random = new Random(100 * seed + i);
    for (let step = 0; step < STEPS; step++) {
      const keys = Array.from({ length: 1 + random.below(3) }, () => random.below(KEYS));
      const orders = keys.map((key) => groupOrder(random, `k${key}`));
      const called = ++clock;
      await client.pipeline(orders.map(({ words }) => words), (answer, n) => {
        // Its shard was locked for too long, by a worker that was kept from running: nothing was done.
        if (answer instanceof Refusal && answer.text.startsWith("BUSY ")) return;
        assert(!(answer instanceof Refusal), `${orders[n]!.words}: ${JSON.stringify(answer)}`);
        const action = orders[n]!.actionOf(answer);
        if (action !== null) histories[keys[n]!]!.push({ called, answered: ++clock, action });
      });
    }
  }));
  return histories;
}
