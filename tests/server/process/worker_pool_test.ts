// The pool: starts workers, starts those again that throw, on the same region and with the shards
// repaired that they held, and gives up on what cannot work. The workers are faulty_worker.ts.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { Log } from "../../../server/process/log/log.ts";
import { NoAnswer } from "../../../server/process/control.ts";
import { WorkerPool } from "../../../server/process/worker_pool.ts";
import { holdShard } from "../../cache/fixture.ts";
import { configOf, newRegion } from "../fixture.ts";
import { until } from "../../wire/server.ts";

const listens = [{ hostname: "127.0.0.1", port: 1 }, { hostname: "", port: 0, unixPath: "/x" }];

/** A worker that throws as soon as it has answered that it has started. */
class ShortLived extends EventTarget {
  postMessage({ id }: { id: number }): void {
    const answer = { kind: "answer", id, body: null };
    this.dispatchEvent(new MessageEvent("message", { data: answer }));
    this.dispatchEvent(new ErrorEvent("error", { message: "failed at once", cancelable: true }));
  }

  terminate(): void {}
}

class Bench implements Disposable {
  readonly region = newRegion();
  readonly cache = new Cache(this.region, 0);
  readonly lines: string[] = [];
  readonly fatal: string[] = [];
  readonly workers: Worker[] = [];
  /** Takes the place of the next worker. */
  next: Worker | null = null;
  readonly pool: WorkerPool;

  constructor(args: readonly string[] = [], startTimeoutMs?: number) {
    const write = (line: string) => void this.lines.push(line);
    this.pool = new WorkerPool({
      cache: this.cache,
      config: configOf(...args),
      listens,
      startedMs: 0,
      log: new Log({ format: "text", now: () => 0, out: write, err: write }),
      spawn: (name) => {
        const url = new URL("./programs/faulty_worker.ts", import.meta.url);
        const worker = this.next ?? new Worker(url, { type: "module", name });
        this.next = null;
        this.workers.push(worker);
        return worker;
      },
      startTimeoutMs,
      onFatal: (message) => this.fatal.push(message),
    });
  }

  /** Makes a worker throw outside a request, or go on that hangs. */
  wake(actor: number): void {
    const word = this.region.gaugeWord(actor, "bodyBytes");
    Atomics.store(this.region.words, word, 1);
    Atomics.notify(this.region.words, word);
  }

  count(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  [Symbol.dispose](): void {
    this.workers.forEach((worker) => worker.terminate());
  }
}

Deno.test("WorkerPool.add() starts workers, of which the first has the Unix socket", async () => {
  using bench = new Bench();
  await bench.pool.add();
  await bench.pool.add();
  assertEquals([bench.pool.size, bench.pool.actors], [2, [1, 2]]);
  await until("both have said so", () => bench.lines.length === 2);
  assertEquals(bench.lines, [
    "1970-01-01T00:00:00.000Z warn  worker 1: started with 2 listeners",
    "1970-01-01T00:00:00.000Z warn  worker 2: started with 1 listeners",
  ]);
  assertEquals(await bench.pool.drain(1000), true);
});

Deno.test("WorkerPool starts a worker again that throws outside a request", async () => {
  using bench = new Bench();
  await bench.pool.add();
  await bench.pool.add();
  const { region, cache, pool } = bench;
  const key = new TextEncoder().encode("k");
  cache.put(key, key);
  holdShard(new Cache(region, 2), 0);
  bench.wake(2);
  await until("it is back", () => bench.count("worker 2: started") === 2);
  assertEquals(bench.count("worker 2 failed and is started again: "), 1);
  assertEquals(pool.actors.toSorted(), [1, 2]);
  assertEquals([region.gauge(2, "inFlight"), region.gauge(2, "bodyBytes")], [5, 0]);
  assert(cache.withShard(0, { runLocked() {} }), "the shard that it held is free again");
  assertEquals(bench.fatal, []);
});

Deno.test("WorkerPool starts a worker again that throws before main has heard that it serves", async () => {
  using bench = new Bench();
  bench.next = new ShortLived() as unknown as Worker;
  await bench.pool.add();
  await until("another serves", () => bench.count("worker 1: started") === 1);
  assertEquals(bench.count("worker 1 failed and is started again: failed at once"), 1);
  assertEquals([bench.pool.actors, bench.fatal], [[1], []]);
});

Deno.test("WorkerPool gives up on a worker that keeps failing", async () => {
  using bench = new Bench();
  await bench.pool.add();
  for (let failure = 1; failure <= 3; failure++) {
    await until("it serves", () => bench.count("started with") === failure);
    bench.wake(1);
  }
  await until("it is given up", () => bench.fatal.length === 1);
  assert(bench.fatal[0]!.startsWith("worker 1 keeps failing: "), bench.fatal[0]);
  assertEquals(bench.count("started with"), 3);
});

Deno.test("WorkerPool.add() rejects when a worker cannot start, and keeps none of it", async () => {
  using bench = new Bench(["--max-key", "1"]);
  await assertRejects(() => bench.pool.add(), Error, "Cannot start on purpose");
  assertEquals([bench.pool.size, bench.workers.length], [0, 1]);
});

Deno.test("WorkerPool.add() rejects when a worker throws while it starts", async () => {
  using bench = new Bench(["--max-key", "2"]);
  await assertRejects(() => bench.pool.add(), Error, "failed while starting");
  assertEquals([bench.pool.size, bench.workers.length, bench.fatal], [0, 1, []]);
});

Deno.test("WorkerPool gives up the process, and frees no lock, when a worker hangs at its start", async () => {
  using bench = new Bench(["--max-key", "3"], 500);
  const { cache, region, fatal } = bench;
  const isFree = () => cache.withShard(0, { runLocked() {} });
  await assertRejects(() => bench.pool.add(), NoAnswer);
  assertEquals(fatal, ["worker 1: Cannot start: no answer within 500 ms"]);
  assertEquals([isFree(), cache.repair()], [false, 0]);
  // It was alive all the time.
  bench.wake(1);
  await until("it lets go of its lock", isFree);
  assertEquals(region.gauge(1, "bodyBytes"), 1);
});

/** A worker that does all it is asked, and notes what that was. */
class ObedientWorker extends EventTarget {
  readonly asked: { readonly name: string; readonly body: unknown }[] = [];
  /** Whether what it has asked itself was answered. */
  isAnswered = false;

  postMessage({ kind, id, name, body }: Record<string, unknown>): void {
    this.isAnswered ||= kind === "answer";
    if (kind !== "request") return;
    this.asked.push({ name: String(name), body });
    this.say({ kind: "answer", id, body: null });
  }

  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  terminate(): void {}
}

Deno.test("WorkerPool tells workers that start later what CONFIG SET has changed", async () => {
  const region = newRegion();
  const workers: ObedientWorker[] = [];
  const pool = new WorkerPool({
    cache: new Cache(region, 0),
    config: configOf(),
    listens,
    startedMs: 0,
    log: new Log({ format: "text", now: () => 0, out: () => {}, err: () => {} }),
    spawn: () => {
      const worker = new ObedientWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    onFatal: () => {},
  });
  await pool.add();
  const values = [["slowlog-max-len", "5"], ["slowlog-log-slower-than", "0"]];
  const body = { what: "setOptions", values };
  workers[0]!.say({ kind: "request", id: 1, name: "askAll", body });
  await until("all have been told", () => workers[0]!.isAnswered);
  await pool.add();
  const options = workers.map(({ asked }) => (asked[0]!.body as { options: unknown }).options);
  assertEquals(options, [[], values]);
});
