// Data types through the npm packages ioredis, redis (node-redis) and @upstash/redis, unchanged: each has its own
// shapes for hashes, scores, maps and scans.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redis as UpstashRedis } from "@upstash/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { TestServer } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

const NAMES = ["ann", "bob", "eve", "joe"];
/** More than lie in one piece. */
const MANY = Array.from({ length: 1000 }, (_, i) => `member-${i}`);

Deno.test("ioredis works with hashes, lists, sets and sorted sets", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const redis = new Redis({ host: "127.0.0.1", port });
  try {
    assertEquals(await redis.hset("user", { name: "ann", age: 7 }), 2);
    assertEquals(await redis.hgetall("user"), { name: "ann", age: "7" });
    assertEquals(await redis.hgetall("none"), {});
    assertEquals(await redis.hmget("user", "name", "none"), ["ann", null]);
    assertEquals(await redis.hincrby("user", "age", 1), 8);
    assertEquals(await redis.hincrbyfloat("user", "age", 0.5), "8.5");
    assertEquals(await redis.call("HEXPIRE", "user", 100, "FIELDS", 1, "age"), [1]);
    assertEquals(await redis.call("HTTL", "user", "FIELDS", 2, "age", "name"), [100, -1]);
    assertEquals(await redis.rpush("list", ...NAMES), 4);
    assertEquals(await redis.lrange("list", 1, -2), ["bob", "eve"]);
    assertEquals(await redis.lmove("list", "other", "LEFT", "RIGHT"), "ann");
    assertEquals(await redis.lpop("list", 2), ["bob", "eve"]);
    assertEquals(await redis.sadd("set", ...NAMES), 4);
    assertEquals(await redis.sadd("fewer", "ann", "zoe"), 2);
    assertEquals((await redis.sunion("set", "fewer")).sort(), [...NAMES, "zoe"]);
    assertEquals(await redis.sinter("set", "fewer"), ["ann"]);
    assertEquals(await redis.smismember("set", "ann", "zoe"), [1, 0]);
    assertEquals(await redis.zadd("board", 1.5, "ann", 3, "bob", "-inf", "eve"), 3);
    assertEquals(await redis.zrange("board", 0, -1, "WITHSCORES"), [
      ...["eve", "-inf", "ann", "1.5", "bob", "3"],
    ]);
    assertEquals(await redis.zincrby("board", 2, "ann"), "3.5");
    assertEquals(await redis.zrevrank("board", "ann"), 0);
    assertEquals(await redis.zpopmin("board"), ["eve", "-inf"]);
    assertEquals(await redis.type("board"), "zset");
    await assertRejects(() => redis.lpush("board", "x"), Error, "WRONGTYPE");
    const results = await redis.multi().hset("user", "a", 1).zcard("board").llen("list").exec();
    assertEquals(results, [[null, 1], [null, 2], [null, 1]]);
  } finally {
    await redis.quit();
  }
});

Deno.test("ioredis scans large hashes, sets and sorted sets to the end", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const redis = new Redis({ host: "127.0.0.1", port });
  const all = async (stream: AsyncIterable<unknown>) => {
    const found: string[] = [];
    for await (const part of stream) found.push(...part as string[]);
    return found;
  };
  try {
    await redis.sadd("set", ...MANY);
    await redis.hset("hash", ...MANY.flatMap((member) => [member, "v"]));
    await redis.zadd("zset", ...MANY.flatMap((member, i) => [i, member]));
    const sorted = [...MANY].sort();
    assertEquals((await all(redis.sscanStream("set", { count: 50 }))).sort(), sorted);
    const pairs = await all(redis.hscanStream("hash", { count: 50 }));
    assertEquals(pairs.filter((_, i) => i % 2 === 0).sort(), sorted);
    const scores = await all(redis.zscanStream("zset", { match: "member-99*" }));
    assertEquals(new Set(scores).size, 22);
    assertEquals(await redis.hlen("hash"), 1000);
    assertEquals(await redis.zrank("zset", "member-500"), 500);
  } finally {
    await redis.quit();
  }
});

Deno.test("ioredis waits for elements of lists and sorted sets", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const [waiting, redis] = [new Redis(port), new Redis(port)];
  try {
    assertEquals(await waiting.blpop("queue", 0.01), null);
    const popped = waiting.blpop("other", "queue", 0);
    await redis.rpush("queue", "job");
    assertEquals(await popped, ["queue", "job"]);
    const moved = waiting.blmove("queue", "done", "LEFT", "RIGHT", 0);
    await redis.rpush("queue", "next");
    assertEquals(await moved, "next");
    const least = waiting.bzpopmin("board", 0);
    await redis.zadd("board", 2, "bob");
    assertEquals(await least, ["board", "bob", "2"]);
  } finally {
    await Promise.all([waiting.quit(), redis.quit()]);
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis works with data types over RESP${RESP}`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const client = createClient({ RESP, socket: { host: "127.0.0.1", port } });
    await client.connect();
    try {
      assertEquals(await client.hSet("user", { name: "ann", age: "7" }), 2);
      assertEquals({ ...await client.hGetAll("user") }, { name: "ann", age: "7" });
      assertEquals(await client.hmGet("user", ["name", "none"]), ["ann", null]);
      assertEquals(await client.hExpire("user", ["age", "none"], 100), [1, -2]);
      assertEquals(await client.hTTL("user", ["age", "name"]), [100, -1]);
      assertEquals(await client.hPersist("user", ["age"]), [1]);
      assertEquals(await client.hGetDel("user", ["age"]), ["7"]);
      const entries = await client.hRandFieldCountWithValues("user", 2);
      assertEquals(entries.map((entry) => ({ ...entry })), [{ field: "name", value: "ann" }]);
      assertEquals(await client.rPush("list", NAMES), 4);
      assertEquals(await client.lRange("list", 0, -1), NAMES);
      assertEquals(await client.lPos("list", "eve"), 2);
      assertEquals(await client.sAdd("set", NAMES), 4);
      assertEquals((await client.sMembers("set")).sort(), NAMES);
      assertEquals(await client.sIsMember("set", "ann"), 1);
      const scored = NAMES.map((value, score) => ({ value, score: score + 0.5 }));
      assertEquals(await client.zAdd("board", scored), 4);
      const best = await client.zRangeWithScores("board", 0, 1, { REV: true });
      assertEquals(best.map((entry) => ({ ...entry })), scored.slice(2).reverse());
      assertEquals(await client.zScore("board", "ann"), 0.5);
      assertEquals(await client.zmScore("board", ["ann", "zoe"]), [0.5, null]);
      const found: string[] = [];
      for await (const { field } of flattened(client.hScanIterator("user"))) found.push(field);
      assertEquals(found, ["name"]);
      await assertRejects(() => client.get("user"), Error, "WRONGTYPE");
    } finally {
      await client.close();
    }
  });
}

async function* flattened<T>(parts: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const part of parts) yield* part;
}

Deno.test("@upstash/redis works with hashes, lists, sets and sorted sets", async () => {
  await using server = await TestServer.start(["--token", "sesame", "--workers", "2"]);
  const url = `http://127.0.0.1:${server.port}`;
  const redis = new UpstashRedis({ url, token: "sesame", enableTelemetry: false, retry: false });
  assertEquals(await redis.hset("user", { name: "ann", tags: ["a"] }), 2);
  assertEquals(await redis.hgetall("user"), { name: "ann", tags: ["a"] });
  assertEquals(await redis.hgetall("none"), null);
  assertEquals(await redis.hmget("user", "name", "none"), { name: "ann", none: null });
  assertEquals(await redis.hexpire("user", "tags", 100), [1]);
  assertEquals(await redis.httl("user", "tags"), [100]);
  assertEquals(await redis.hrandfield("user", 2, true), { name: "ann", tags: ["a"] });
  assertEquals(await redis.rpush("list", ...NAMES), 4);
  assertEquals(await redis.lrange("list", 0, 1), ["ann", "bob"]);
  assertEquals(await redis.lpop("list"), "ann");
  assertEquals(await redis.sadd("set", "ann", "bob"), 2);
  assertEquals((await redis.smembers("set")).sort(), ["ann", "bob"]);
  const scores = NAMES.map((member, score) => ({ member, score }));
  const [first, ...rest] = scores;
  assertEquals(await redis.zadd("board", first!, ...rest), 4);
  const best = await redis.zrange("board", 0, 1, { rev: true, withScores: true });
  assertEquals(best, ["joe", 3, "eve", 2]);
  assertEquals(await redis.zincrby("board", 0.5, "ann"), 0.5);
  assertEquals(await redis.zscore("board", "none"), null);
  const [cursor, fields] = await redis.hscan("user", 0, { count: 100 });
  assertEquals([cursor, fields.length], ["0", 4]);
  const piped = await redis.pipeline().hlen("user").llen("list").zcard("board").exec();
  assertEquals(piped, [2, 3, 4]);
  await assertRejects(() => redis.get("user"), Error, "WRONGTYPE");
  assert(await redis.hexists("user", "name") === 1);
});
