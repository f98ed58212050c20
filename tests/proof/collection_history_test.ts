// Two workers and clients of both: what they see of a list, a sorted set and a counter in a hash is linearizable, and a
// list used as a queue gives each element to one client, in order.

import { assert, assertEquals } from "@std/assert";
import { type Answer, Refusal, RespClient } from "../../bench/proof/resp_client.ts";
import { Random } from "../../bench/workload.ts";
import { TestServer } from "../wire/server.ts";
import { counterOrder, listOrder, type OrderMaker, sortedSetOrder } from "./collection_steps.ts";
import { lossesOf } from "./history.ts";
import { judge, type Operation } from "./linearizability.ts";

const CLIENTS = 6;
const KEYS = 3;
const STEPS = 120;

function respPort(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/\d+$/.exec(addresses.find((one) => one.startsWith("redis:"))!)![0]);
}

/** Lets clients send orders in short pipelines. Returns what they have seen of each key. */
async function observe(
  port: number,
  seed: number,
  make: OrderMaker,
  steps = STEPS,
): Promise<Operation[][]> {
  const histories = Array.from({ length: KEYS }, (): Operation[] => []);
  let clock = 0;
  let values = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async (_, i) => {
    using client = await RespClient.connect(port);
    const random = new Random(100 * seed + i);
    for (let step = 0; step < steps; step++) {
      const keys = Array.from({ length: 1 + random.below(3) }, () => random.below(KEYS));
      const orders = keys.map((key) => make(random, `k${key}`, `v${++values}`));
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

const KINDS: readonly (readonly [name: string, make: OrderMaker])[] = [
  ["a list, from which some wait for an element,", listOrder],
  ["a sorted set", sortedSetOrder],
  ["a counter in a hash", counterOrder],
];

for (const [name, make] of KINDS) {
  for (const seed of [1, 2]) {
    Deno.test(`two workers: what clients see of ${name} is linearizable, seed ${seed}`, async () => {
      await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
      const histories = await observe(respPort(server), seed, make);
      for (const [key, history] of histories.entries()) {
        assert(history.length > STEPS, `${history.length}`);
        assertEquals(lossesOf(key, history), 0);
      }
    });
  }
}

Deno.test("two workers under eviction pressure: collections go as a whole, and no more often than is counted", async () => {
  await using server = await TestServer.start([
    "--workers",
    "2",
    "--resp-port",
    "0",
    "--memory",
    "8MiB",
  ]);
  const port = respPort(server);
  let isDone = false;
  const flood = [1, 2].map(async (i) => {
    using client = await RespClient.connect(port);
    const random = new Random(i);
    while (!isDone) {
      const commands = Array.from({ length: 20 }, () => {
        const length = 1 + random.below(20_000);
        return ["SET", `flood${random.below(5000)}`, "x".repeat(length)];
      });
      for (const answer of await client.ask(...commands)) assertEquals(answer, "OK");
    }
  });
  let losses = 0;
  for (const [i, [, make]] of KINDS.entries()) {
    const histories = await observe(port, 10 + i, make, 60);
    for (const [key, history] of histories.entries()) losses += lossesOf(key, history);
    using client = await RespClient.connect(port);
    await client.ask(["DEL", "k0", "k1", "k2"]);
  }
  isDone = true;
  await Promise.all(flood);
  const { evictions } = await server.stats() as unknown as { evictions: number };
  assert(evictions > 1000 && losses <= evictions, `${losses} losses, ${evictions} evictions`);
});

Deno.test("the judge of lists finds an element that was popped twice, or out of order", () => {
  const random = new Random(1);
  const orders = new Map<string, ReturnType<OrderMaker>>();
  for (let i = 0; i < 1000; i++) {
    const order = listOrder(random, "k", "x");
    orders.set(order.words[0]!, order);
  }
  const history = (...steps: readonly (readonly [name: string, answer: Answer])[]) =>
    steps.map(([name, answer], i): Operation => {
      const action = orders.get(name)!.actionOf(answer)!;
      return { called: 2 * i, answered: 2 * i + 1, action };
    });
  assertEquals(judge(history(["RPUSH", 1], ["LPOP", "x"], ["LPOP", null])).losses, 0);
  assertEquals(judge(history(["RPUSH", 1], ["BLPOP", ["k", "x"]], ["LLEN", 0])).losses, 0);
  assertEquals(judge(history(["RPUSH", 1], ["LPOP", "x"], ["BLPOP", ["k", "x"]])).losses, Infinity);
  assertEquals(judge(history(["RPUSH", 1], ["RPUSH", 1])).losses, 1);
  assertEquals(judge(history(["LPOP", "x"])).losses, Infinity);
});

/** What a consumer asks for, and the elements in an answer to it. */
const CONSUMERS:
  readonly (readonly [words: readonly string[], elementsOf: (a: Answer) => Answer])[] = [
    [["BLPOP", "q", "0"], (answer) => [(answer as Answer[])[1]!]],
    [["BLPOP", "other", "q", "0"], (answer) => [(answer as Answer[])[1]!]],
    [["BLMPOP", "0", "1", "q", "LEFT", "COUNT", "3"], (answer) => (answer as Answer[])[1]!],
    [["BLMOVE", "q", "done", "LEFT", "RIGHT", "0"], (answer) => [answer]],
  ];

Deno.test("a queue of two workers: nothing is taken twice or lost, and each producer's order is kept", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  const port = respPort(server);
  const producers = 4;
  const each = 1500;
  const taken: string[][] = [];
  const consumers = Array.from({ length: 12 }, async (_, i) => {
    using client = await RespClient.connect(port);
    const [words, elementsOf] = CONSUMERS[i % CONSUMERS.length]!;
    const own: string[] = [];
    taken.push(own);
    while (own.at(-1) !== "end") {
      const [answer] = await client.ask(words);
      assert(!(answer instanceof Refusal), JSON.stringify(answer));
      const elements = elementsOf(answer!) as string[];
      own.push(...elements.filter((element) => element !== "end"));
      const ends = elements.filter((element) => element === "end");
      // One is its own, the others are for others.
      if (ends.length > 1) await client.ask(["RPUSH", "q", ...ends.slice(1)]);
      if (ends.length > 0) own.push("end");
    }
    own.pop();
  });
  await Promise.all(Array.from({ length: producers }, async (_, p) => {
    using client = await RespClient.connect(port);
    const random = new Random(p);
    for (let n = 0; n < each;) {
      const count = Math.min(each - n, 1 + random.below(8));
      const values = Array.from({ length: count }, (_, i) => `${p}:${n + i}`);
      const commands = random.below(2) === 0
        ? [["RPUSH", "q", ...values]]
        : values.map((value) => ["RPUSH", "q", value]);
      await client.ask(...commands);
      n += count;
    }
  }));
  using control = await RespClient.connect(port);
  await control.ask(["RPUSH", "q", ...consumers.map(() => "end")]);
  await Promise.all(consumers);
  const all = taken.flat();
  assertEquals([all.length, new Set(all).size], [producers * each, producers * each]);
  for (const own of taken) {
    for (let p = 0; p < producers; p++) {
      const numbers = own.filter((one) => one.startsWith(`${p}:`)).map((one) =>
        Number(one.slice(2))
      );
      assertEquals(numbers, numbers.toSorted((a, b) => a - b));
    }
  }
  const moved = await control.ask(["LRANGE", "done", "0", "-1"], ["EXISTS", "q"]);
  assertEquals(moved[1], 0);
  const byMoves = taken.filter((_, i) => i % CONSUMERS.length === 3).flat();
  const found = (moved[0] as string[]).filter((element) => element !== "end");
  assertEquals(found.toSorted(), byMoves.toSorted());
});
