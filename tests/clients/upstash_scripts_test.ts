// The npm packages @upstash/lock and @upstash/ratelimit as far as they need scripts of all kinds, and the scripts and
// messages of @upstash/redis, against the running server, unchanged.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Lock } from "@upstash/lock";
import { MultiRegionRatelimit, Ratelimit } from "@upstash/ratelimit";
import { withUpstash } from "./fixture.ts";

/** Packages of both kinds of modules have types of their own for the same client. */
// deno-lint-ignore no-explicit-any
const asTyped = (redis: unknown) => redis as any;

Deno.test("@upstash/redis runs scripts by their text, their hash, and as objects", async () => {
  await withUpstash(async (redis) => {
    const text = "return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}";
    assertEquals(await redis.eval(text, ["n"], ["a"]), ["n", "a", 1]);
    const sha = await redis.scriptLoad(text);
    assertEquals(await redis.evalsha(sha, ["n"], ["b"]), ["n", "b", 2]);
    assertEquals(await redis.scriptExists(sha, "0".repeat(40)), [1, 0]);
    await redis.scriptFlush();
    await assertRejects(() => redis.evalsha(sha, ["n"], ["b"]), Error, "NOSCRIPT");
    const script = redis.createScript<number>("return redis.call('INCR', KEYS[1])");
    assertEquals([await script.exec(["n"], []), await script.exec(["n"], [])], [3, 4]);
    const readOnly = redis.createScript<number, true>("return redis.call('GET', KEYS[1])", {
      readonly: true,
    });
    assertEquals(await readOnly.exec(["n"], []), 4);
    const piped = await redis.multi().set("a", 1).eval(
      "return redis.call('GET', KEYS[1])",
      ["a"],
      [],
    )
      .exec();
    assertEquals(piped, ["OK", 1]);
  });
});

Deno.test("@upstash/lock is taken, extended and freed by its owner alone", async () => {
  await withUpstash(async (redis) => {
    const retry = { attempts: 1, delay: 1 };
    const [one, other] = [1, 2].map(() =>
      new Lock({ id: "lock", redis: asTyped(redis), lease: 60_000, retry })
    );
    assertEquals([await one!.acquire(), await other!.acquire()], [true, false]);
    assertEquals([await one!.getStatus(), await other!.getStatus()], ["ACQUIRED", "FREE"]);
    assertEquals([await one!.extend(60_000), await other!.extend(60_000)], [true, false]);
    assert(await redis.pttl("lock") > 60_000);
    assertEquals([await other!.release(), await one!.release()], [false, true]);
    assertEquals([await other!.acquire(), await redis.exists("lock")], [true, 1]);
  });
});

Deno.test("@upstash/ratelimit fills buckets with tokens, takes several, and gives them back", async () => {
  await withUpstash(async (redis) => {
    const limiter = Ratelimit.tokenBucket(1, "1 h", 4);
    const limit = new Ratelimit({ redis, limiter, ephemeralCache: false, enableTelemetry: false });
    assertEquals((await limit.limit("client", { rate: 3 })).remaining, 1);
    assertEquals((await limit.limit("client", { rate: 2 })).success, false);
    assertEquals((await limit.limit("client")).success, true);
    assertEquals((await limit.getRemaining("client")).remaining, 0);
    await limit.resetUsedTokens("client");
    assertEquals((await limit.getRemaining("client")).remaining, 4);
  });
});

Deno.test("@upstash/ratelimit refuses who is in a deny list, and counts for its analytics", async () => {
  await withUpstash(async (redis) => {
    // Else it would fetch a list of addresses from the network.
    await redis.set("limits:ipDenyListStatus", "disabled");
    await redis.sadd("limits:denyList:all", "10.0.0.1");
    const limit = new Ratelimit({
      redis,
      limiter: Ratelimit.fixedWindow(10, "1 h"),
      prefix: "limits",
      enableProtection: true,
      analytics: true,
      ephemeralCache: false,
      enableTelemetry: false,
    });
    const denied = await limit.limit("client", { ip: "10.0.0.1" });
    assertEquals([denied.success, denied.reason, denied.deniedValue], [
      false,
      "denyList",
      "10.0.0.1",
    ]);
    const passed = await limit.limit("client", { ip: "10.0.0.2" });
    assertEquals(passed.success, true);
    await Promise.all([denied.pending, passed.pending]);
    const [events] = await redis.keys("limits:events:*");
    assertEquals((await redis.zrange(events!, 0, -1)).length, 2);
  });
});

Deno.test("@upstash/ratelimit counts in several regions", async () => {
  await withUpstash(async (redis) => {
    for (
      const limiter of [
        MultiRegionRatelimit.fixedWindow(3, "1 h"),
        MultiRegionRatelimit.slidingWindow(3, "1 h"),
      ]
    ) {
      const limit = new MultiRegionRatelimit({
        redis: [asTyped(redis), asTyped(redis)],
        limiter,
        prefix: crypto.randomUUID(),
        ephemeralCache: false,
        enableTelemetry: false,
      });
      const seen: boolean[] = [];
      for (let i = 0; i < 5; i++) {
        const { success, pending } = await limit.limit("client");
        await pending;
        seen.push(success);
      }
      assertEquals(seen.slice(-1), [false]);
    }
  });
});
