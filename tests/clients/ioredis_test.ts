// The npm package ioredis against the running server, unchanged.

import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { startResp } from "./fixture.ts";

Deno.test("ioredis works: values, pipelines, transactions, scans, errors", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const redis = new Redis({ host: "127.0.0.1", port });
  try {
    assertEquals(await redis.set("k", "v", "EX", 60), "OK");
    assertEquals(await redis.get("k"), "v");
    assertEquals(await redis.ttl("k"), 60);
    const bytes = await redis.getBuffer("k");
    assertEquals([...bytes!], [118]);
    assertEquals(await redis.mget("k", "none"), ["v", null]);
    assertEquals(await redis.pipeline().incr("n").incrby("n", 4).get("n").exec(), [
      [null, 1],
      [null, 5],
      [null, "5"],
    ]);
    assertEquals(await redis.multi().set("a", "1").get("a").exec(), [[null, "OK"], [null, "1"]]);
    const keys: string[] = [];
    for await (const found of redis.scanStream({ count: 100 })) keys.push(...found as string[]);
    assertEquals(keys.sort(), ["a", "k", "n"]);
    await assertRejects(() => redis.incr("k"), Error, "ERR value is not an integer");
  } finally {
    await redis.quit();
  }
});
