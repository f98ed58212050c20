// The npm packages @upstash/redis and @upstash/ratelimit against the running server, unchanged.

import { assertEquals, assertRejects } from "@std/assert";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { TestServer } from "../wire/server.ts";
import { TOKEN, withUpstash } from "./fixture.ts";

for (const encoding of ["base64", false] as const) {
  Deno.test(`@upstash/redis works, encoding ${encoding}`, async () => {
    await withUpstash(async (redis) => {
      assertEquals(await redis.set("k", "v", { ex: 60 }), "OK");
      assertEquals(await redis.get("k"), "v");
      assertEquals(await redis.get("none"), null);
      assertEquals(await redis.set("k", "w", { nx: true }), null);
      assertEquals(await redis.set("json", { a: [1, "é"] }), "OK");
      assertEquals(await redis.get("json"), { a: [1, "é"] });
      assertEquals(await redis.set("ok", "OK"), "OK");
      assertEquals(await redis.get("ok"), "OK");
      assertEquals(await redis.mget("ok", "none", "k"), ["OK", null, "v"]);
      assertEquals(await redis.incrby("n", 5), 5);
      assertEquals(await redis.incrbyfloat("n", 0.5), 5.5);
      assertEquals(await redis.del("k", "none"), 1);
      assertEquals(await redis.exists("ok"), 1);
      assertEquals(await redis.ttl("ok"), -1);
      assertEquals(await redis.ping(), "PONG");
      const [cursor, keys] = await redis.scan(0, { match: "js*", count: 1000 });
      assertEquals([cursor, keys], ["0", ["json"]]);
      await assertRejects(() => redis.incr("ok"), Error, "ERR value is not an integer");
    }, encoding);
  });
}

Deno.test("@upstash/redis runs pipelines and transactions", async () => {
  await withUpstash(async (redis) => {
    const piped = await redis.pipeline().set("a", 1).incr("a").get("a").mget("a", "b").exec();
    assertEquals(piped, ["OK", 2, 2, [2, null]]);
    const multi = redis.multi();
    multi.set("b", "x").get("b").mget("a", "b");
    assertEquals(await multi.exec(), ["OK", "x", [2, "x"]]);
    await assertRejects(
      () => redis.multi().set("b", "y").incr("b").exec(),
      Error,
      "ERR value is not an integer",
    );
    assertEquals(await redis.get("b"), "y");
  });
});

Deno.test("@upstash/redis is told that its token is wrong", async () => {
  await using server = await TestServer.start(["--token", TOKEN]);
  const url = `http://127.0.0.1:${server.port}`;
  const redis = new Redis({ url, token: "other", enableTelemetry: false, retry: false });
  await assertRejects(() => redis.get("k"), Error, "ERR Token is missing or wrong");
});

const LIMITERS = {
  fixedWindow: Ratelimit.fixedWindow(3, "1 h"),
  slidingWindow: Ratelimit.slidingWindow(3, "1 h"),
  cachedFixedWindow: Ratelimit.cachedFixedWindow(3, "1 h"),
};

for (const [name, limiter] of Object.entries(LIMITERS)) {
  Deno.test(`@upstash/ratelimit counts with ${name}`, async () => {
    await withUpstash(async (redis) => {
      const ephemeralCache = name === "cachedFixedWindow" ? new Map() : false;
      const options = { redis, limiter, ephemeralCache, enableTelemetry: false } as const;
      const limit = new Ratelimit(options);
      const seen: boolean[] = [];
      for (let i = 0; i < 5; i++) {
        const { success, pending } = await limit.limit("client");
        await pending;
        seen.push(success);
      }
      assertEquals(seen, [true, true, true, false, false]);
      assertEquals((await limit.getRemaining("client")).remaining, 0);
      assertEquals((await limit.getRemaining("other")).remaining, 3);
    });
  });
}

Deno.test("@upstash/ratelimit changes its limit while it runs", async () => {
  await withUpstash(async (redis) => {
    const limit = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(1, "1 h"),
      dynamicLimits: true,
      ephemeralCache: false,
      enableTelemetry: false,
    });
    await limit.setDynamicLimit({ limit: 2 });
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push((await limit.limit("client")).success);
    assertEquals(seen, [true, true, false]);
  });
});
