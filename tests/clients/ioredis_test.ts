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

Deno.test("ioredis works in the database that its URL names", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const [one, zero] = ["/1", ""].map((path) => new Redis(`redis://127.0.0.1:${port}${path}`));
  try {
    await one!.set("k", "one");
    assertEquals(await zero!.get("k"), null);
    const replies = await zero!.multi().set("k", "zero").select(1).get("k").exec();
    assertEquals(replies, [[null, "OK"], [null, "OK"], [null, "one"]]);
    assertEquals(await one!.get("k"), "one");
    await one!.flushdb();
    assertEquals(await zero!.select(0), "OK");
    assertEquals(await zero!.get("k"), "zero");
  } finally {
    await Promise.all([one!.quit(), zero!.quit()]);
  }
});

Deno.test("ioredis works: tracking with OPTIN, pauses, silence, LCS, COMMAND", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const redis = new Redis({ host: "127.0.0.1", port });
  try {
    assertEquals(await redis.client("TRACKING", "ON", "OPTIN"), "OK");
    assertEquals(await redis.client("CACHING", "YES"), "OK");
    const info: unknown = await redis.client("TRACKINGINFO");
    assertEquals((info as unknown[])[1], ["on", "optin", "caching-yes"]);
    assertEquals(await redis.client("TRACKING", "OFF"), "OK");
    assertEquals(await redis.client("PAUSE", 1), "OK");
    assertEquals(await redis.client("UNPAUSE"), "OK");
    await redis.mset("a", "ohmytext", "b", "mynewtext");
    assertEquals(await redis.lcs("a", "b", "LEN"), 6);
    assertEquals(await redis.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"), ["a", "b"]);
    await assertRejects(() => redis.acl("DELUSER", "default"), Error, "cannot be removed");
  } finally {
    await redis.quit();
  }
});
