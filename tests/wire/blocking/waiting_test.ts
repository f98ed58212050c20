// What a connection that waits gets and does not get, next to its answer: what was answered before, the end of the
// server, RESP3, several workers, HTTP, and what of it outlives a crash.

import { assertEquals } from "@std/assert";
import { connectRaw, exchange } from "../raw_fixture.ts";
import { TestServer, until } from "../server.ts";
import { portOf, spread } from "../spread.ts";
import { blockedCount, Talker } from "./conversation.ts";

/** Waits until so many clients wait. */
async function untilBlocked(control: Talker, count: number): Promise<void> {
  await until(`${count} wait`, async () => await blockedCount(control) === count);
}

Deno.test("with one worker the command behind a push finds clients served that waited", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using waiter = await Talker.open(portOf(server));
  using pusher = await Talker.open(portOf(server));
  for (let i = 0; i < 20; i++) {
    await waiter.send("BLPOP k 0");
    await untilBlocked(pusher, 1);
    await pusher.send(`RPUSH k ${i} x`, "LRANGE k 0 -1", "LPOP k");
    assertEquals(await pusher.receive(), ":2");
    assertEquals(await pusher.receive(), '["x"]');
    assertEquals(await pusher.receive(), '"x"');
    assertEquals(await waiter.receive(), `["k", "${i}"]`);
  }
});

Deno.test("what was answered before a command that waits is sent at once, what follows it later", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using waiter = await Talker.open(portOf(server));
  using pusher = await Talker.open(portOf(server));
  await waiter.send("PING", "SET a 1", "BLPOP k 0", "GET a", "BLPOP k 0", "PING");
  assertEquals([await waiter.receive(), await waiter.receive()], ["+PONG", "+OK"]);
  await untilBlocked(pusher, 1);
  assertEquals(await pusher.say("RPUSH k first"), ":1");
  assertEquals([await waiter.receive(), await waiter.receive()], ['["k", "first"]', '"1"']);
  await untilBlocked(pusher, 1);
  const large = "v".repeat(300_000);
  assertEquals(await pusher.say(`RPUSH k ${large}`), ":1");
  assertEquals([await waiter.receive(), await waiter.receive()], [`["k", "${large}"]`, "+PONG"]);
});

Deno.test("a client of RESP3 is answered with its nulls and doubles, and has messages while it waits", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using waiter = await connectRaw(server, "redis");
  using other = await Talker.open(portOf(server));
  await waiter.send("HELLO 3\r\n");
  await until("it is greeted", async () => (await waiter.receiveText(1)) === "%");
  await waiter.send("CLIENT TRACKING ON\r\nGET a\r\nBZPOPMIN z 0\r\n");
  await untilBlocked(other, 1);
  await other.say("SET a 1");
  let text = "";
  const invalid = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n";
  while (!text.endsWith(invalid)) text += await waiter.receiveText(1);
  await other.say("ZADD z 1.5 m");
  const popped = "*3\r\n$1\r\nz\r\n$1\r\nm\r\n,1.5\r\n";
  assertEquals(await waiter.receiveText(popped.length), popped);
  await exchange(waiter, "BLPOP k 0.01\r\n", "_\r\n");
  await exchange(waiter, "BLMOVE k l LEFT LEFT 0.01\r\n", "_\r\n");
});

Deno.test("clients of two workers are served in the order in which they came, one by one or all at once", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--workers", "2"]);
  const waiters = await spread(server, 2, 6);
  using pusher = await Talker.open(portOf(server));
  try {
    for (let round = 0; round < 10; round++) {
      for (const [i, waiter] of waiters.entries()) {
        await waiter.send("BLPOP k 0");
        await untilBlocked(pusher, i + 1);
      }
      const values = waiters.map((_, i) => `${round}:${i}`);
      if (round % 2 === 0) await pusher.say(`RPUSH k ${values.join(" ")}`);
      else for (const value of values) await pusher.say(`RPUSH k ${value}`);
      const answers = await Promise.all(waiters.map((waiter) => waiter.receive()));
      assertEquals(answers, values.map((value) => `["k", "${value}"]`));
    }
    assertEquals(await pusher.say("EXISTS k"), ":0");
  } finally {
    for (const waiter of waiters) waiter.close();
  }
});

Deno.test("a server that ends closes the connections of those who wait", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--workers", "2"]);
  using waiter = await Talker.open(portOf(server));
  using control = await Talker.open(portOf(server));
  await waiter.send("BLPOP k 0");
  await untilBlocked(control, 1);
  server.kill("SIGTERM");
  assertEquals(await waiter.receive(), "closed");
  assertEquals((await server.ended()).code, 0);
});

Deno.test("over HTTP commands that wait are refused, and in a transaction they do not wait", async () => {
  await using server = await TestServer.start();
  const refused =
    "BLPOP is not possible here, send LPOP, or this over the Redis protocol, which can wait";
  assertEquals(await server.ask('POST / ["BLPOP","k",0]'), `400 {"error":"ERR ${refused}"}`);
  assertEquals(
    await server.ask('POST /multi-exec [["RPUSH","k","x"],["BLPOP","k",0],["BLPOP","k",0]]'),
    '200 [{"result":1},{"result":["k","x"]},{"result":null}]',
  );
});

for (const sync of ["always", "everysec"]) {
  Deno.test(`a push and the pop of who waited are in the log, with --fsync ${sync}`, async () => {
    const dir = await Deno.makeTempDir({ prefix: "slabkv-blocking-" });
    const args = ["--resp-port", "0", "--workers", "2", "--data-dir", dir, "--fsync", sync];
    try {
      await using server = await TestServer.start(args);
      const waiters = await spread(server, 2, 2);
      using pusher = await Talker.open(portOf(server));
      const lines = [
        "BLPOP q 0",
        "BRPOP q 0",
        "BLMOVE q done LEFT RIGHT 0",
        "BLMPOP 0 1 q LEFT COUNT 2",
      ];
      for (const [i, waiter] of waiters.entries()) {
        await waiter.send(lines[i]!);
        await untilBlocked(pusher, i + 1);
      }
      assertEquals(await pusher.say("RPUSH q a b c d e f"), ":6");
      const answers = await Promise.all(waiters.map((waiter) => waiter.receive()));
      assertEquals(answers, ['["q", "a"]', '["q", "f"]', '"b"', '["q", ["c", "d"]]']);
      for (const waiter of waiters) waiter.close();
      if (sync === "always") server.kill("SIGKILL");
      else server.kill("SIGTERM");
      await server.ended();
      await using again = await TestServer.start(args);
      using reader = await Talker.open(portOf(again));
      assertEquals(await reader.say("LRANGE q 0 -1"), '["e"]');
      assertEquals(await reader.say("LRANGE done 0 -1"), '["b"]');
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}
