// What subscribers can make the server hold, and how they end: slow ones, many, and those that a stop finds.

import { assert, assertEquals } from "@std/assert";
import { respPort, TestServer, until } from "../server.ts";
import { Talker } from "./talker.ts";

const RESP = ["--workers", "2", "--resp-port", "0"];

async function slowCount(server: TestServer): Promise<number> {
  return (await server.stats()).total.clientsSlow!;
}

Deno.test("a subscriber that reads nothing is closed and counted, in whichever worker; others get their messages", async () => {
  await using server = await TestServer.start(RESP);
  const port = respPort(server);
  const [publisher, reader] = [await Talker.open(port), await Talker.open(port)];
  using _publisher = publisher;
  using _reader = reader;
  const lazy: Deno.TcpConn[] = [];
  try {
    for (let i = 0; i < 4; i++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      lazy.push(conn);
      await conn.write(new TextEncoder().encode("SUBSCRIBE large\r\n"));
      await conn.read(new Uint8Array(100));
    }
    await reader.ask("SUBSCRIBE", "small");
    const large = "x".repeat(200_000);
    for (let sent = 0; await slowCount(server) < lazy.length; sent++) {
      assert(sent < 1000, "slow subscribers are closed");
      await publisher.ask("PUBLISH", "large", large);
    }
    assertEquals(await publisher.ask("PUBLISH", "small", "m"), ":1");
    assertEquals(await reader.next(), ["*", "$message", "$small", "$m"]);
    await until("nobody is subscribed to it", async () => {
      const counts = await publisher.ask("PUBSUB", "NUMSUB", "large");
      return counts[2] === ":0";
    });
    assertEquals(await slowCount(server), lazy.length);
  } finally {
    for (const conn of lazy) conn.close();
  }
});

Deno.test("a client is subscribed to ten thousand channels, in a pipeline and at once, and leaves them", async () => {
  await using server = await TestServer.start(RESP);
  const port = respPort(server);
  using client = await Talker.open(port, 3);
  using other = await Talker.open(port);
  const names = Array.from({ length: 10_000 }, (_, i) => `channel:${i}`);
  await client.send(
    ["SUBSCRIBE", ...names.slice(0, 5000)],
    ...names.slice(5000).map((name) => ["SUBSCRIBE", name]),
  );
  assertEquals((await client.take(names.length)).at(-1), [
    ">",
    "$subscribe",
    "$channel:9999",
    ":10000",
  ]);
  await other.send(...names.map((name) => ["PUBLISH", name, name]));
  assertEquals(new Set(await other.take(names.length)), new Set([":1"]));
  const heard = (await client.take(names.length)).map((value) => value[3]);
  assertEquals(heard, names.map((name) => `$${name}`));
  await client.send(["UNSUBSCRIBE"]);
  assertEquals((await client.take(names.length)).at(-1)![3], ":0");
  assertEquals(((await other.ask("PUBSUB", "CHANNELS")) as string[]).length, 1);
});

Deno.test("patterns have a bound over all clients, which is told to whoever comes upon it", async () => {
  await using server = await TestServer.start(RESP);
  const port = respPort(server);
  using client = await Talker.open(port, 3);
  await client.send(["PSUBSCRIBE", ...Array.from({ length: 10_001 }, (_, i) => `user:${i}:*`)]);
  const answers = await client.take(10_001);
  assertEquals(answers.at(-2)![3], ":10000");
  assert(String(answers.at(-1)).startsWith("-ERR too many subscriptions"));
  using other = await Talker.open(port);
  assertEquals(await other.ask("PUBLISH", "user:9999:x", "m"), ":1");
  assertEquals(await client.next(), [">", "$pmessage", "$user:9999:*", "$user:9999:x", "$m"]);
  const long = await other.ask("PUBLISH", "x".repeat(3000), "m");
  assert(String(long).startsWith("-ERR name of channel is too long"));
});

Deno.test("a stop ends subscribers at once, and streams of events behind what they are still to get", async () => {
  await using server = await TestServer.start(RESP);
  const port = respPort(server);
  using client = await Talker.open(port);
  await client.ask("SUBSCRIBE", "c");
  using publisher = await Talker.open(port);
  const response = await fetch(`http://127.0.0.1:${server.port}/subscribe/c`);
  const body = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await body.read()).value, "data: subscribe,c,1\n\n");
  assertEquals(
    (await server.stats()).workers.reduce((sum, worker) => sum + worker.eventClients, 0),
    1,
  );
  assertEquals(await publisher.ask("PUBLISH", "c", "m"), ":2");
  assertEquals((await body.read()).value, "data: message,c,m\n\n");
  server.kill("SIGTERM");
  assertEquals((await body.read()).done, true);
  assertEquals(await client.next(), ["*", "$message", "$c", "$m"]);
  assertEquals(await client.nextOrEnd(), null);
  assertEquals((await server.status).code, 0);
});

Deno.test("--idle-timeout is not for subscribers, which have nothing to say", async () => {
  await using server = await TestServer.start([...RESP, "--idle-timeout", "500ms"]);
  const port = respPort(server);
  using subscriber = await Talker.open(port);
  await subscriber.ask("SUBSCRIBE", "c");
  using idle = await Talker.open(port);
  await until("an idle client is closed", () => idle.isOver);
  using publisher = await Talker.open(port);
  assertEquals(await publisher.ask("PUBLISH", "c", "m"), ":1");
  assertEquals(await subscriber.next(), ["*", "$message", "$c", "$m"]);
});
