// The npm packages keyv, with @keyv/redis, and cache-manager on top of them against the running server, unchanged.

import { assertEquals } from "@std/assert";
import KeyvRedis from "@keyv/redis";
import { createCache } from "cache-manager";
import { Keyv } from "keyv";
import { startResp } from "./fixture.ts";

Deno.test("keyv keeps values by @keyv/redis, each namespace its own", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const url = `redis://127.0.0.1:${port}`;
  const [one, other] = ["one", "other"].map((namespace) =>
    new Keyv({ store: new KeyvRedis<unknown>(url, { namespace }), namespace })
  ) as [Keyv, Keyv];
  try {
    assertEquals(await one.set("k", { a: [1, "é"] }), true);
    assertEquals(await one.get("k"), { a: [1, "é"] });
    assertEquals(await other.get("k"), undefined);
    await other.set("k", "theirs", 60_000);
    assertEquals(await one.set("many", 1), true);
    assertEquals(await one.get(["k", "none", "many"]), [{ a: [1, "é"] }, undefined, 1]);
    assertEquals([await one.has("many"), await one.has("none")], [true, false]);
    const found: string[] = [];
    for await (const [key] of one.iterator!(undefined)) found.push(key);
    assertEquals(found.sort(), ["k", "many"]);
    assertEquals([await one.delete("many"), await one.delete("many")], [true, false]);
    for (let i = 0; i < 2500; i++) one.set(`n${i}`, i);
    await one.get("n2499");
    await one.clear();
    assertEquals(await one.get("n7"), undefined);
    assertEquals(await other.get("k"), "theirs");
  } finally {
    await Promise.all([one.disconnect(), other.disconnect()]);
  }
});

Deno.test("cache-manager computes what is missing once, and forgets what is deleted", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const store = new Keyv({ store: new KeyvRedis<unknown>(`redis://127.0.0.1:${port}`) });
  const cache = createCache({ stores: [store], ttl: 60_000 });
  try {
    let computed = 0;
    const compute = () => Promise.resolve(++computed);
    const seen = [await cache.wrap("w", compute), await cache.wrap("w", compute)];
    assertEquals([seen, computed], [[1, 1], 1]);
    await cache.mset([{ key: "a", value: 1 }, { key: "b", value: 2, ttl: 60_000 }]);
    assertEquals(await cache.mget(["a", "b", "c"]), [1, 2, undefined]);
    await cache.mdel(["a", "w"]);
    assertEquals([await cache.get("a"), await cache.wrap("w", compute)], [undefined, 2]);
    await cache.clear();
    assertEquals(await cache.get("b"), undefined);
  } finally {
    await cache.disconnect();
  }
});
