// A server with two workers: what clients of HTTP and of the Redis protocol see of the same keys, those in
// pipelines included, is linearizable key by key.

import { assert, assertEquals } from "@std/assert";
import { type Answer, Refusal, RespClient } from "../../bench/proof/resp_client.ts";
import { Random } from "../../bench/workload.ts";
import { TestServer } from "../wire/server.ts";
import { byKey, lossesOf } from "./history.ts";
import type { KeyOperation } from "./history_worker.ts";
import type { Action } from "./linearizability.ts";

const KEYS = 12;
const STEPS = 250;

/** All clients are in one thread, so a number that counts up is their clock. */
class Recorder {
  readonly operations: KeyOperation[] = [];
  #clock = 0;
  #values = 0;

  now(): number {
    return ++this.#clock;
  }

  newValue(): string {
    return `${++this.#values * 100_000}`;
  }

  note(key: number, called: number, action: Action | null): void {
    if (action === null) return;
    this.operations.push({ key, called, answered: this.now(), action });
  }
}

/** A command on a key, and what its answer says. */
interface Order {
  readonly key: number;
  readonly words: readonly string[];
  readonly actionOf: (answer: Answer) => Action;
}

function respOrder(random: Random, recorder: Recorder): Order {
  const key = random.below(KEYS);
  const name = `k${key}`;
  const roll = random.below(10);
  const value = recorder.newValue();
  if (roll < 3) {
    return { key, words: ["SET", name, value], actionOf: () => ({ kind: "put", value }) };
  }
  if (roll === 3) {
    const actionOf = (answer: Answer): Action => ({ kind: "delete", result: answer === 1 });
    return { key, words: ["DEL", name], actionOf };
  }
  if (roll < 6) {
    const actionOf = (answer: Answer): Action => ({ kind: "incr", by: 1, result: Number(answer) });
    return { key, words: ["INCR", name], actionOf };
  }
  if (roll === 6) {
    const actionOf = (answer: Answer): Action => {
      return { kind: "cas", expected: null, value, result: answer === "OK" };
    };
    return { key, words: ["SET", name, value, "NX"], actionOf };
  }
  const actionOf = (answer: Answer): Action => ({ kind: "get", result: answer as string | null });
  return { key, words: ["GET", name], actionOf };
}

/** Whether a worker that has the shard was kept from running for too long: then nothing was done. */
function isBusy(answer: Answer): boolean {
  return answer instanceof Refusal && answer.text.startsWith("BUSY ");
}

async function runResp(port: number, seed: number, recorder: Recorder): Promise<void> {
  using client = await RespClient.connect(port);
  const random = new Random(seed);
  for (let step = 0; step < STEPS; step++) {
    const orders = Array.from({ length: 1 + random.below(8) }, () => respOrder(random, recorder));
    const called = recorder.now();
    await client.pipeline(orders.map(({ words }) => words), (answer, i) => {
      const { key, actionOf } = orders[i]!;
      if (isBusy(answer)) return;
      assert(!(answer instanceof Refusal), JSON.stringify(answer));
      recorder.note(key, called, actionOf(answer));
    });
  }
}

async function runHttp(base: string, seed: number, recorder: Recorder): Promise<void> {
  const random = new Random(seed);
  const ask = async (path: string, method: string, body?: unknown) => {
    for (;;) {
      const response = await fetch(`${base}${path}`, {
        method,
        ...body === undefined ? {} : { body: JSON.stringify(body) },
      });
      const answer = { status: response.status, body: await response.json() };
      // As BUSY: nothing was done.
      if (answer.status !== 503) return answer;
    }
  };
  for (let step = 0; step < STEPS; step++) {
    const number = random.below(KEYS);
    const key = `k${number}`;
    const value = recorder.newValue();
    const roll = random.below(10);
    const called = recorder.now();
    let action: Action;
    if (roll < 3) {
      assertEquals((await ask("/put", "POST", { key, value })).status, 200);
      action = { kind: "put", value };
    } else if (roll === 3) {
      const { body } = await ask(`/delete?key=${key}`, "DELETE");
      action = { kind: "delete", result: body.status === "OK" };
    } else if (roll < 6) {
      const { body } = await ask("/incr", "POST", { key });
      action = { kind: "incr", by: 1, result: Number(body.value) };
    } else if (roll < 8) {
      const { body } = await ask(`/get?key=${key}&meta=1`, "GET");
      const [expected, ifVersion] = body.status === "OK" ? [body.value, body.version] : [null, 0];
      recorder.note(number, called, { kind: "get", result: expected });
      const again = recorder.now();
      const { status } = await ask("/put", "POST", { key, value, ifVersion });
      // Counting may come to a value that was there before, under another version.
      const isCounted = expected !== null && Number(expected) % 100_000 !== 0;
      if (status === 409 && isCounted) continue;
      recorder.note(number, again, { kind: "cas", expected, value, result: status === 200 });
      continue;
    } else {
      const { body } = await ask(`/get?key=${key}`, "GET");
      action = { kind: "get", result: body.status === "OK" ? body.value : null };
    }
    recorder.note(number, called, action);
  }
}

for (const seed of [1, 2]) {
  Deno.test(`two workers: what clients of both protocols see is linearizable, seed ${seed}`, async () => {
    await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
    const addresses = server.event("start")!.addresses as string[];
    const respPort = Number(/\d+$/.exec(addresses.find((one) => one.startsWith("redis:"))!)![0]);
    const recorder = new Recorder();
    const base = `http://127.0.0.1:${server.port}`;
    await Promise.all([
      ...[1, 2, 3, 4].map((i) => runResp(respPort, 100 * seed + i, recorder)),
      ...[5, 6, 7, 8].map((i) => runHttp(base, 100 * seed + i, recorder)),
    ]);
    for (const [key, history] of byKey(recorder.operations)) {
      assertEquals(lossesOf(key, history), 0);
    }
    assert((await server.stats()).workers.every(({ requests }) => requests > 0));
  });
}
