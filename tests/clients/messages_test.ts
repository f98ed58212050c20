// Publishing and subscribing with published clients, unchanged: ioredis, node-redis in both versions of the protocol,
// and @upstash/redis, over a server of two workers.

import { assertEquals } from "@std/assert";
import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { Redis as UpstashRedis } from "@upstash/redis";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

Deno.test("ioredis subscribes to channels, patterns and shard channels, and publishes", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const subscriber = new IoRedis({ host: "127.0.0.1", port });
  const publisher = new IoRedis({ host: "127.0.0.1", port });
  try {
    const heard: string[] = [];
    subscriber.on("message", (channel, message) => heard.push(`${channel} ${message}`));
    subscriber.on("pmessage", (pattern, channel, message) => {
      heard.push(`${pattern} ${channel} ${message}`);
    });
    subscriber.on("smessage", (channel, message) => heard.push(`s ${channel} ${message}`));
    assertEquals(await subscriber.subscribe("a", "b"), 2);
    assertEquals(await subscriber.psubscribe("a*"), 3);
    assertEquals(await subscriber.ssubscribe("s"), 1);
    const pong: unknown = await subscriber.ping();
    assertEquals(pong, ["pong", ""]);
    assertEquals(await publisher.publish("a", "1"), 2);
    assertEquals(await publisher.spublish("s", "2"), 1);
    assertEquals(await publisher.multi().publish("b", "3").incr("n").exec(), [[null, 1], [
      null,
      1,
    ]]);
    await until("all are heard", () => heard.length === 4);
    assertEquals(heard, ["a 1", "a* a 1", "s s 2", "b 3"]);
    assertEquals(await publisher.pubsub("NUMSUB", "a", "c"), ["a", 1, "c", 0]);
    assertEquals(await subscriber.unsubscribe("a", "b"), 1);
    assertEquals(await subscriber.punsubscribe("a*"), 0);
    assertEquals(await subscriber.sunsubscribe("s"), 0);
    assertEquals(await subscriber.get("n"), "1");
  } finally {
    await Promise.all([subscriber.quit(), publisher.quit()]);
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis subscribes and publishes, RESP${RESP}`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const publisher = createClient({ url: `redis://127.0.0.1:${port}`, RESP });
    const subscriber = publisher.duplicate();
    await Promise.all([publisher.connect(), subscriber.connect()]);
    try {
      const heard: string[] = [];
      const hear = (message: string, channel: string) => void heard.push(`${channel} ${message}`);
      await subscriber.subscribe(["a", "b"], hear);
      await subscriber.pSubscribe("a?", hear);
      await subscriber.sSubscribe("s", hear);
      const sent = [["a", "1"], ["ab", "2"], ["b", "3"]] as const;
      for (const [channel, message] of sent) {
        assertEquals(await publisher.publish(channel, message), 1);
      }
      assertEquals(await publisher.sPublish("s", "4"), 1);
      await until("all are heard", () => heard.length === 4);
      assertEquals(heard.sort(), ["a 1", "ab 2", "b 3", "s 4"]);
      assertEquals((await publisher.pubSubChannels()).sort(), ["a", "b"]);
      assertEquals(await publisher.pubSubNumPat(), 1);
      await subscriber.unsubscribe(["a", "b"]);
      await subscriber.pUnsubscribe("a?");
      await subscriber.sUnsubscribe("s");
      assertEquals(String(await subscriber.ping()), "PONG");
    } finally {
      publisher.destroy();
      subscriber.destroy();
    }
  });
}

Deno.test("@upstash/redis subscribes to channels and patterns, and publishes", async () => {
  const [server] = await startResp("--token", "sesame");
  await using _server = server;
  const options = { url: `http://127.0.0.1:${server.port}`, token: "sesame" };
  const redis = new UpstashRedis({ ...options, enableTelemetry: false, retry: false });
  const heard: unknown[] = [];
  const some = redis.subscribe<unknown>(["a", "b"]);
  const matching = redis.psubscribe<unknown>("a*");
  try {
    let subscribed = 0;
    for (const each of [some, matching]) {
      each.on("subscribe", () => subscribed++);
      each.on("psubscribe", () => subscribed++);
      each.on("error", (error) => heard.push(error));
    }
    some.on("message", ({ channel, message }) => heard.push([channel, message]));
    matching.on("pmessage", ({ pattern, channel, message }) => {
      heard.push([pattern, channel, message]);
    });
    await until("all are subscribed", () => subscribed === 3);
    assertEquals(await redis.publish("a", { n: 1 }), 2);
    assertEquals(await redis.publish("b", "text"), 1);
    await until("all are heard", () => heard.length === 3);
    const wanted = [["a", { n: 1 }], ["a*", "a", { n: 1 }], ["b", "text"]];
    const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
    assertEquals(sorted(heard), sorted(wanted));
    // A line in a message is not taken for another message.
    assertEquals(await redis.publish("b", "x\ndata: message,a,forged"), 1);
    assertEquals(await redis.publish("b", "end"), 1);
    await until("the last is heard", () => heard.length === 5);
    assertEquals(heard.slice(3), [["b", "x"], ["b", "end"]]);
  } finally {
    await some.unsubscribe();
    await matching.unsubscribe();
  }
  const counts = () => redis.exec<unknown[]>(["PUBSUB", "NUMSUB", "a", "b"]);
  await until(
    "nobody is subscribed",
    async () => (await counts()).filter((n) => n === 0).length === 2,
  );
});
