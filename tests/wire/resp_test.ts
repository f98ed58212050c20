// The Redis protocol over real connections: conversations byte for byte over one worker and two, and
// what happens to clients that do not behave.

import { assertEquals, assertMatch } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import type { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const conversation: readonly [send: string, expect: string][] = [
  [command("SET", "k", "v"), "+OK\r\n"],
  [command("get", "k") + command("GET", "none"), "$1\r\nv\r\n$-1\r\n"],
  ["\r\nPING\r\nGET k\n", "+PONG\r\n$1\r\nv\r\n"],
  ['SET q "a b\\x01"\r\nGET q\r\n', "+OK\r\n$4\r\na b\u0001\r\n"],
  [command("INCRBY", "n", "41") + command("INCR", "n"), ":41\r\n:42\r\n"],
  [command("DEL", "n", "q", "none"), ":2\r\n"],
  [command("MULTI") + command("GET", "k") + command("EXEC"), "+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n"],
  ["*0\r\n" + command("PING"), "+PONG\r\n"],
  ["SET k x NX\r\n", "$-1\r\n"],
];

for (const workers of ["1", "2"]) {
  Deno.test(`RESP conversation, whole and byte by byte (workers: ${workers})`, async () => {
    await using server = await TestServer.start(["--workers", workers, "--resp-port", "0"]);
    using client = await connectRaw(server, "redis");
    for (const [send, expect] of conversation) await exchange(client, send, expect);
    for (const [send, expect] of conversation) {
      using other = await connectRaw(server, "redis");
      const bytes = new TextEncoder().encode(send);
      for (let i = 0; i < bytes.length; i++) await other.send(bytes.subarray(i, i + 1));
      assertEquals(await other.receiveText(expect.length), expect);
    }
    const text = "x".repeat(1_000_000);
    await exchange(client, command("SET", "big", text), "+OK\r\n");
    await exchange(client, command("GET", "big"), `$1000000\r\n${text}\r\n`);
    await exchange(client, command("PING").repeat(20_000), "+PONG\r\n".repeat(20_000));
    await exchange(client, command("QUIT"), "+OK\r\n");
    assertEquals(await client.receiveRest(), "");
  });
}

Deno.test("RESP errors of the stream are answered, then the connection ends", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  const table: [string, string][] = [
    ["*x\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["PING\r\n*1\r\n:1\r\n", "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n"],
    ["*1\r\n$999999999\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["a".repeat(1_000_000), "-ERR Protocol error: too big inline request\r\n"],
    ["PING\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n", "+PONG\r\n"],
  ];
  using client = await connectRaw(server, "redis");
  // The slow log is held memory, too.
  await exchange(client, command("CONFIG", "SET", "slowlog-log-slower-than", "-1"), "+OK\r\n");
  for (const [send, expect] of table) {
    using client = await connectRaw(server, "redis");
    await client.send(send);
    // With a browser's request unread, its connection may end in a reset.
    assertEquals(await client.receiveRest(), expect, send.slice(0, 40));
  }
  await exchange(client, command("EXISTS", "k"), ":0\r\n");
  assertEquals((await server.stats()).workers[0]!.bodyBytes, 0);
});

Deno.test("a RESP command that is too large is refused, and the pipeline goes on behind it", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using client = await connectRaw(server, "redis");
  const tooLong = "-ERR argument is too long, send at most 1048576 bytes\r\n";
  const tooMany = "-ERR too many words in a command, send at most 30001\r\n";
  const value = "x".repeat(16 * 2 ** 20);
  // The slow log is held memory, too.
  await exchange(client, command("CONFIG", "SET", "slowlog-log-slower-than", "-1"), "+OK\r\n");
  // The refusal does not wait for the value.
  await exchange(client, `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n`, tooLong);
  await exchange(client, `${value}\r\n` + command("EXISTS", "k"), ":0\r\n");
  const ping = command("PING");
  const many = command("DEL", ...Array.from({ length: 30_001 }, (_, i) => `${i}`));
  await exchange(
    client,
    ping + command("SET", "k", value) + ping + many + ping + command("SET", value, "v") + ping,
    `+PONG\r\n${tooLong}+PONG\r\n${tooMany}+PONG\r\n${tooLong}+PONG\r\n`,
  );
  await exchange(
    client,
    command("MULTI") + command("SET", "k", value) + command("EXEC") + command("GET", "k"),
    `+OK\r\n${tooLong}-EXECABORT Transaction discarded because of previous errors.\r\n$-1\r\n`,
  );
  // The end of such a value, with what follows, comes in one read.
  await client.send(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n`);
  await client.send(value.slice(0, -40_000));
  await server.stats(); // By then all of that has been read.
  await exchange(client, `${value.slice(-40_000)}\r\n` + ping, `${tooLong}+PONG\r\n`);
  await until("nothing is held", async () => (await server.stats()).workers[0]!.bodyBytes === 0);
});

Deno.test("RESP clients without the token have small limits until AUTH", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--token", "s3cret"]);
  const refused: [string, string][] = [
    ["*11\r\n", "-ERR Protocol error: unauthenticated multibulk length\r\n"],
    ["*1\r\n$16385\r\n", "-ERR Protocol error: unauthenticated bulk length\r\n"],
  ];
  for (const [send, expect] of refused) {
    using client = await connectRaw(server, "redis");
    await client.send(send);
    assertEquals(await client.receiveRest(), expect);
  }
  using client = await connectRaw(server, "redis");
  await exchange(client, command("GET", "k"), "-NOAUTH Authentication required.\r\n");
  await exchange(client, command("AUTH", "s3cret"), "+OK\r\n");
  const value = "x".repeat(20_000);
  await exchange(client, command("SET", "k", value), "+OK\r\n");
});

Deno.test("RESP connections beyond the cap are refused, and make way when they end", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--max-connections", "2"]);
  const [a, b] = [await connectRaw(server, "redis"), await connectRaw(server, "redis")];
  await exchange(a, "PING\r\n", "+PONG\r\n");
  await exchange(b, "PING\r\n", "+PONG\r\n");
  using c = await connectRaw(server, "redis");
  assertEquals(await c.receiveRest(), "-ERR max number of clients reached\r\n");
  assertEquals((await server.stats()).total.clientsRefused, 1);
  a.close();
  await until("there is a place again", async () => {
    using client = await connectRaw(server, "redis");
    await client.send("PING\r\nQUIT\r\n");
    return (await client.receiveRest()).startsWith("+PONG");
  });
  b.close();
});

Deno.test("RESP clients that send nothing are closed after --idle-timeout", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--idle-timeout", "500ms"]);
  using client = await connectRaw(server, "redis");
  await exchange(client, "PING\r\n", "+PONG\r\n");
  assertEquals(await client.receiveRest(), "");
});

/** Sends until nothing is taken any more, or the connection ends; resolves when it has ended. */
async function flood(client: RawClient, request: string): Promise<void> {
  try {
    for (;;) await client.send(request);
  } catch {
    // Closed, which is what the caller waits for.
  }
}

Deno.test("RESP clients that read nothing are closed and counted", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using client = await connectRaw(server, "redis");
  await exchange(client, command("SET", "k", "x".repeat(100_000)), "+OK\r\n");
  const flooding = flood(client, command("GET", "k").repeat(100));
  await until("it is closed", async () => (await server.stats()).total.clientsSlow === 1);
  client.close();
  await flooding;
});

Deno.test("RESP clients that close their half still get their answers", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using client = await connectRaw(server, "redis");
  await client.send("PING\r\nPING\r\nPIN");
  await client.closeWrite();
  assertEquals(await client.receiveRest(), "+PONG\r\n+PONG\r\n");
});

Deno.test("RESP clients are counted, listed and killed over two workers", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  const clients = await Promise.all(Array.from({ length: 8 }, () => connectRaw(server, "redis")));
  for (const client of clients) await exchange(client, "PING\r\n", "+PONG\r\n");
  const { connections } = await server.stats() as unknown as { connections: { resp: number } };
  assertEquals(connections.resp, 8);
  const [first, ...others] = clients as [RawClient, ...RawClient[]];
  await exchange(first, command("CLIENT", "KILL", "TYPE", "normal"), ":7\r\n");
  for (const other of others) assertEquals(await other.receiveRest(), "");
  await exchange(first, "PING\r\n", "+PONG\r\n");
  clients.forEach((client) => client.close());
});

Deno.test("RESP connections end when the server drains", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--text-port", "0"]);
  using client = await connectRaw(server, "redis");
  using other = await connectRaw(server, "tcp");
  await exchange(client, "PING\r\n", "+PONG\r\n");
  await exchange(other, "PING\r\n", "PONG\n");
  server.kill("SIGTERM");
  assertEquals(await client.receiveRest(), "");
  assertEquals(await other.receiveRest(), "");
  assertEquals((await server.ended()).code, 0);
  assertMatch(JSON.stringify(server.event("stop")), /"complete":true/);
});

Deno.test("text for people is verbatim in RESP3, and a value in RESP2", async () => {
  await using server = await TestServer.start(["--workers", "1", "--resp-port", "0"]);
  using client = await connectRaw(server, "redis");
  const commands = ["INFO", "INFO none", "CLIENT LIST", "CLIENT INFO", "LOLWUT", "MEMORY DOCTOR"];
  const answers = async () => {
    const found: string[] = [];
    for (const line of [...commands, "LATENCY DOCTOR"]) {
      await client.send(`${line}\r\n`);
      let head = "";
      while (!head.endsWith("\r\n")) head += await client.receiveText(1);
      const text = await client.receiveText(Number(head.slice(1)) + 2);
      found.push(head[0] + text.slice(0, head.startsWith("=") ? 4 : 0));
    }
    return new Set(found);
  };
  assertEquals(await answers(), new Set(["$"]));
  await client.send("HELLO 3\r\n");
  for (let hello = ""; !hello.endsWith("modules\r\n*0\r\n");) hello += await client.receiveText(1);
  assertEquals(await answers(), new Set(["=txt:"]));
});
