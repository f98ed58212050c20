// The npm package rate-limiter-flexible against the running server, unchanged, over either client.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Redis } from "ioredis";
import {
  BurstyRateLimiter,
  RateLimiterQueue,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";
import { createClient } from "redis";
import { startResp } from "./fixture.ts";

/** What a limiter answers: points left where it lets pass, or "refused" with what is consumed. */
async function consume(limiter: RateLimiterRedis, key: string, points = 1): Promise<string> {
  try {
    return `${(await limiter.consume(key, points)).remainingPoints} left`;
  } catch (error) {
    assertInstanceOf(error, RateLimiterRes);
    assert(error.msBeforeNext > 0);
    return `refused, ${error.consumedPoints}`;
  }
}

async function checkLimits(limiter: RateLimiterRedis): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 4; i++) seen.push(await consume(limiter, "a"));
  assertEquals(seen, ["2 left", "1 left", "0 left", "refused, 4"]);
  assertEquals((await limiter.get("a"))?.consumedPoints, 4);
  assertEquals(await limiter.get("none"), null);
  assertEquals((await limiter.reward("a", 3)).consumedPoints, 1);
  assertEquals((await limiter.penalty("a", 2)).consumedPoints, 3);
  assertEquals(await limiter.delete("a"), true);
  assertEquals(await consume(limiter, "a", 2), "1 left");
  await limiter.block("a", 60);
  assertEquals(await consume(limiter, "a"), "refused, 5");
  await limiter.set("b", 3, 60);
  assertEquals(await consume(limiter, "b"), "refused, 4");
  assertEquals((await limiter.get("b"))?.remainingPoints, 0);
}

Deno.test("rate-limiter-flexible limits over ioredis, also all that come at once", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const client = new Redis({ host: "127.0.0.1", port });
  try {
    await checkLimits(new RateLimiterRedis({ storeClient: client, points: 3, duration: 60 }));
    const options = { storeClient: client, points: 10, duration: 60, keyPrefix: "crowd" };
    const crowd = new RateLimiterRedis(options);
    const found = await Promise.allSettled(Array.from({ length: 50 }, () => crowd.consume("k")));
    assertEquals(found.filter(({ status }) => status === "fulfilled").length, 10);
    const burst = new RateLimiterRedis({ ...options, points: 2, keyPrefix: "burst" });
    const bursty = new BurstyRateLimiter(
      new RateLimiterRedis({ ...options, points: 1, keyPrefix: "steady" }),
      burst,
    );
    for (let i = 0; i < 3; i++) await bursty.consume("k");
    assertEquals((await burst.get("k"))?.consumedPoints, 2);
    const forEver = new RateLimiterRedis({ ...options, duration: 0, keyPrefix: "ever" });
    assertEquals(await consume(forEver, "k", 4), "6 left");
    assertEquals(await client.ttl("ever:k"), -1);
    const queue = new RateLimiterQueue(new RateLimiterRedis({ ...options, keyPrefix: "queue" }));
    assertEquals(await queue.removeTokens(4), 6);
  } finally {
    await client.quit();
  }
});

Deno.test("rate-limiter-flexible limits over node-redis", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  try {
    const options = { storeClient: client, useRedisPackage: true, points: 3, duration: 60 };
    await checkLimits(new RateLimiterRedis({ ...options, keyPrefix: "node" }));
  } finally {
    await client.quit();
  }
});
