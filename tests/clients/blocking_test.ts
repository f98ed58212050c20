// The npm packages ioredis and redis (node-redis) wait for elements, unchanged: over connections of their own, in both
// versions of the protocol, and a queue that both use.

import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

Deno.test("ioredis waits: BLPOP, BLMOVE, BZPOPMIN, timeouts, CLIENT UNBLOCK", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const [waiter, pusher] = [0, 1].map(() => new Redis({ host: "127.0.0.1", port })) as [
    Redis,
    Redis,
  ];
  const waits = () =>
    until("it waits", async () => /blocked_clients:1\r/.test(await pusher.info("clients")));
  try {
    const popped = waiter.blpop("none", "q", 0);
    await waits();
    await pusher.rpush("q", "job", "next");
    assertEquals(await popped, ["q", "job"]);
    assertEquals(await waiter.blmove("q", "done", "LEFT", "RIGHT", 1), "next");
    const scored = waiter.bzpopmin("z", 0);
    await waits();
    await pusher.zadd("z", 1.5, "m");
    assertEquals(await scored, ["z", "m", "1.5"]);
    assertEquals(await waiter.brpop("q", 0.01), null);
    const id = await waiter.client("ID");
    const ended = assertRejects(() => waiter.blpop("q", 0), Error, "UNBLOCKED client unblocked");
    await waits();
    assertEquals(await pusher.client("UNBLOCK", id, "ERROR"), 1);
    await ended;
  } finally {
    await Promise.all([waiter.quit(), pusher.quit()]);
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis waits with RESP${RESP}`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const [waiter, pusher] = [0, 1].map(() =>
      createClient({ RESP, socket: { host: "127.0.0.1", port } })
    );
    await Promise.all([waiter!.connect(), pusher!.connect()]);
    try {
      const popped = waiter!.blPop(["none", "q"], 0);
      await until(
        "it waits",
        async () => /blocked_clients:1\r/.test(await pusher!.info("clients")),
      );
      await pusher!.rPush("q", ["job", "next"]);
      assertEquals({ ...await popped }, { key: "q", element: "job" });
      assertEquals(await waiter!.blMove("q", "done", "LEFT", "RIGHT", 1), "next");
      await pusher!.zAdd("z", [{ score: 2.5, value: "m" }, { score: 3, value: "n" }]);
      const scored = await waiter!.bzPopMax("z", 0);
      assertEquals({ ...scored }, { key: "z", value: "n", score: 3 });
      assertEquals(await waiter!.brPop("q", 0.01), null);
    } finally {
      await Promise.all([waiter!.close(), pusher!.close()]);
    }
  });
}
