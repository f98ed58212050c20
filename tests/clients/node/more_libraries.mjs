// Tries more libraries of npm against the server on a port of 127.0.0.1: npm install && node more_libraries.mjs 6379

import fastifyLimit from "@fastify/rate-limit";
import BeeQueue from "bee-queue";
import Bull from "bull";
import express from "express";
import { rateLimit } from "express-rate-limit";
import Fastify from "fastify";
import { Redis } from "ioredis";
import { deepEqual, rejects } from "node:assert/strict";
import { RedisStore } from "rate-limit-redis";
import { createClient } from "redis";
import Redlock from "redlock";

const port = Number(process.argv[2]);
const PATIENCE_MS = 15_000;

const PARTS = {
  async "rate-limit-redis"() {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    const store = new RedisStore({ sendCommand: (...words) => client.sendCommand(words) });
    const app = express();
    app.use(rateLimit({ limit: 2, windowMs: 60_000, store, validate: false }));
    app.get("/", (_, response) => response.send("hello"));
    const server = app.listen(0);
    const seen = [];
    for (let i = 0; i < 3; i++) {
      seen.push((await fetch(`http://127.0.0.1:${server.address().port}/`)).status);
    }
    deepEqual(seen, [200, 200, 429]);
    server.closeAllConnections();
    await client.close();
  },
  async "@fastify/rate-limit"() {
    const redis = new Redis({ port });
    const app = Fastify();
    await app.register(fastifyLimit, { max: 2, timeWindow: "1 minute", redis });
    app.get("/", () => "hello");
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push((await app.inject("/")).statusCode);
    deepEqual(seen, [200, 200, 429]);
    await app.close();
    await redis.quit();
  },
  async "redlock 5"() {
    const redis = new Redis({ port });
    const redlock = new (Redlock.default ?? Redlock)([redis], { retryCount: 0 });
    const lock = await redlock.acquire(["redlock5"], 60_000);
    await rejects(() => redlock.acquire(["redlock5"], 60_000));
    await (await lock.extend(90_000)).release();
    deepEqual(await redlock.using(["redlock5"], 60_000, () => Promise.resolve(7)), 7);
    await redis.quit();
  },
  async bull() {
    const queue = new Bull(`bull${Date.now()}`, { redis: { port } });
    queue.process(2, ({ data: { n } }) => {
      return n === undefined ? Promise.reject(new Error("out of order")) : Promise.resolve(2 * n);
    });
    const jobs = [await queue.add({ n: 4 }), await queue.add({ n: 5 }, { delay: 50, priority: 1 })];
    const broken = await queue.add({}, { attempts: 2 });
    deepEqual(await Promise.all(jobs.map((job) => job.finished())), [8, 10]);
    await rejects(() => broken.finished(), /out of order/);
    const { completed, failed } = await queue.getJobCounts();
    deepEqual([completed, failed], [2, 1]);
    await queue.obliterate({ force: true });
    await queue.close();
  },
  async "bee-queue"() {
    const redis = { port };
    const queue = new BeeQueue(`bees${Date.now()}`, { redis, activateDelayedJobs: true });
    queue.process(({ data }) => Promise.resolve(data.n * 2));
    const sum = new Promise((resolve) => {
      let total = 0;
      queue.on("succeeded", (_, result) => (total += result) === 18 && resolve(total));
    });
    await queue.createJob({ n: 4 }).save();
    await queue.createJob({ n: 5 }).delayUntil(Date.now() + 50).save();
    deepEqual(await sum, 18);
    await queue.close();
  },
};

for (const [name, run] of Object.entries(PARTS)) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
  await Promise.race([run(), late]);
  console.log(`${name} ok`);
}
process.exit();
