// The npm package bullmq against the running server, unchanged: queues of jobs, whose scripts change lists, sorted
// sets, hashes and a stream of events, and build the names of their keys themselves.

import { assertEquals, assertRejects } from "@std/assert";
import { FlowProducer, type Job, Queue, QueueEvents, Worker } from "bullmq";
import { startResp } from "./fixture.ts";

interface Hall extends AsyncDisposable {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly flows: FlowProducer;
  /** Starts a worker of the queue. */
  work(process: (job: Job) => Promise<unknown>, concurrency?: number): Worker;
}

/** A queue, its events, and what else works on it; all closed in the end. */
async function openQueue(port: number, name: string): Promise<Hall> {
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  const flows = new FlowProducer({ connection });
  const workers: Worker[] = [];
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return {
    queue,
    events,
    flows,
    work(process, concurrency = 1) {
      const worker = new Worker(name, process, { connection, concurrency });
      worker.on("error", () => {});
      workers.push(worker);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await Promise.all([queue.close(), events.close(), flows.close()]);
    },
  };
}

Deno.test("bullmq carries out jobs: results, failures, retries, priorities, delays, progress", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  await using hall = await openQueue(port, "sums");
  const { queue, events } = hall;
  const order: string[] = [];
  await queue.pause();
  const plain = await queue.addBulk([1, 2, 3].map((n) => ({ name: "plain", data: { n } })));
  const late = await queue.add("late", { n: 4 }, { delay: 20 });
  const urgent = await queue.add("urgent", { n: 5 }, { priority: 1 });
  const broken = await queue.add("broken", { n: 6 }, { attempts: 1 });
  const again = await queue.add("again", { n: 7 }, { attempts: 3, backoff: 1 });
  assertEquals(await queue.getJobCounts("wait", "prioritized", "delayed"), {
    wait: 5,
    prioritized: 1,
    delayed: 1,
  });
  hall.work(async (job) => {
    order.push(job.name);
    await job.updateProgress(50);
    if (job.name === "broken") throw new Error("out of order");
    if (job.name === "again" && job.attemptsMade < 2) throw new Error("not yet");
    return { twice: 2 * job.data.n };
  });
  await queue.resume();
  const finished = [...plain, late, urgent, again].map((job) => job.waitUntilFinished(events));
  assertEquals(await Promise.all(finished), [2, 4, 6, 8, 10, 14].map((twice) => ({ twice })));
  await assertRejects(() => broken.waitUntilFinished(events), Error, "out of order");
  assertEquals(order.filter((name) => name === "again").length, 3);
  assertEquals(await queue.getJobCounts("completed", "failed", "wait", "active", "delayed"), {
    completed: 6,
    failed: 1,
    wait: 0,
    active: 0,
    delayed: 0,
  });
  assertEquals((await queue.getJob(urgent.id!))?.progress, 50);
  assertEquals((await queue.getFailed())[0]?.failedReason, "out of order");
  await queue.clean(0, 100, "completed");
  assertEquals(await queue.getCompletedCount(), 0);
  await queue.obliterate({ force: true });
  assertEquals(await queue.getJobCountByTypes("failed"), 0);
});

Deno.test("bullmq's workers share many jobs, each of which is done once", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  await using hall = await openQueue(port, "many");
  const done: number[] = [];
  const all = Promise.withResolvers<void>();
  const process = (job: Job) => {
    if (done.push(job.data.n) === 200) all.resolve();
    return Promise.resolve();
  };
  for (let i = 0; i < 3; i++) hall.work(process, 5);
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  await hall.queue.addBulk(numbers.map((n) => ({ name: "job", data: { n } })));
  await all.promise;
  assertEquals(done.sort((a, b) => a - b), numbers);
});

Deno.test("bullmq's flows run a parent after its children, and schedulers repeat jobs", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  await using hall = await openQueue(port, "flows");
  const { queue, events, flows } = hall;
  const seen: string[] = [];
  hall.work(async (job) => {
    seen.push(job.name);
    if (job.name !== "parent") return job.name;
    return Object.values(await job.getChildrenValues()).sort();
  });
  const queueName = "flows";
  const { job } = await flows.add({
    name: "parent",
    queueName,
    children: ["one", "two"].map((name) => ({ name, queueName })),
  });
  assertEquals(await job.waitUntilFinished(events), ["one", "two"]);
  assertEquals(seen.at(-1), "parent");
  const ticks = Promise.withResolvers<void>();
  let count = 0;
  events.on("completed", ({ returnvalue }) => {
    if (String(returnvalue) === "tick" && ++count === 2) ticks.resolve();
  });
  await queue.upsertJobScheduler("clock", { every: 50 }, { name: "tick" });
  await ticks.promise;
  assertEquals((await queue.getJobSchedulers()).map(({ name }) => name), ["tick"]);
  assertEquals(await queue.removeJobScheduler("clock"), true);
});
