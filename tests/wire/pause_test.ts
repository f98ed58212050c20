// CLIENT PAUSE over all workers and protocols, and CLIENT REPLY, byte for byte.

import { assertEquals } from "@std/assert";
import { connectRaw, exchange } from "./raw_fixture.ts";
import type { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const PORTS = ["--resp-port", "0", "--text-port", "0"];
const PAUSED = "Clients are paused. Nothing has changed; try again in a moment.";

function start(...args: string[]): Promise<TestServer> {
  return TestServer.start(["--workers", "2", ...PORTS, ...args]);
}

/** Waits until so many clients are held. */
async function untilHeld(admin: RawClient, count: number): Promise<void> {
  await until(`${count} clients are held`, async () => {
    await admin.send("CLIENT LIST\r\n");
    const length = Number((await lineOf(admin)).slice(1));
    const list = await admin.receiveText(length + 2);
    return list.split(" flags=b ").length - 1 === count;
  });
}

async function lineOf(client: RawClient): Promise<string> {
  let line = "";
  while (!line.endsWith("\r\n")) line += await client.receiveText(1);
  return line.trimEnd();
}

Deno.test("CLIENT PAUSE WRITE lets those wait that write, in every worker and protocol", async () => {
  await using server = await start();
  using admin = await connectRaw(server, "redis");
  using text = await connectRaw(server, "tcp");
  const writers = await Promise.all(Array.from({ length: 4 }, () => connectRaw(server, "redis")));
  await exchange(
    admin,
    "SET k v\r\nCLIENT PAUSE 600000 WRITE\r\nGET k\r\n",
    "+OK\r\n+OK\r\n$1\r\nv\r\n",
  );
  for (const [i, writer] of writers.entries()) {
    await writer.send(`GET k\r\nSET k${i} "a b"\r\nGET k${i}\r\n`);
    await exchange(writer, "", "$1\r\nv\r\n");
  }
  await text.send("GET k\nPUT t 1\nGET t\n");
  await exchange(text, "", "v\n");
  await untilHeld(admin, 5);
  using http = await server.connect();
  const put = await http.ask('POST /put {"key":"h","value":"v"}');
  assertEquals([put.status, JSON.parse(put.text).message], [503, PAUSED]);
  assertEquals((await http.ask("GET /get?key=k")).status, 200);
  const rest = await http.ask('POST / ["SET","r","1"]');
  assertEquals([rest.status, JSON.parse(rest.text).error.slice(0, 4)], [503, "BUSY"]);
  await exchange(admin, "MULTI\r\nGET k\r\nEXEC\r\n", "+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n");
  await exchange(admin, "MGET k0 k1 t h r\r\n", "*5\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n");
  await exchange(admin, "CLIENT UNPAUSE\r\n", "+OK\r\n");
  for (const writer of writers) {
    await exchange(writer, "", "+OK\r\n$3\r\na b\r\n");
    writer.close();
  }
  await exchange(text, "", "OK\n1\n");
});

Deno.test("CLIENT PAUSE lets everything wait but UNPAUSE; who leaves or is killed is gone", async () => {
  await using server = await start();
  using admin = await connectRaw(server, "redis");
  using killed = await connectRaw(server, "redis");
  using other = await connectRaw(server, "redis");
  await killed.send("CLIENT ID\r\n");
  const id = (await lineOf(killed)).slice(1);
  const left = await connectRaw(server, "redis");
  await exchange(left, "PING\r\n", "+PONG\r\n");
  await exchange(admin, "CLIENT PAUSE 600000 WRITE\r\n", "+OK\r\n");
  for (const client of [left, killed]) await client.send("SET a 1\r\n");
  await untilHeld(admin, 2);
  left.close();
  await untilHeld(admin, 1);
  await exchange(admin, `CLIENT KILL ID ${id}\r\n`, ":1\r\n");
  assertEquals(await killed.receiveRest(), "");
  await exchange(admin, "CLIENT PAUSE 1\r\nPING\r\n", "+OK\r\n");
  using http = await server.connect();
  assertEquals((await http.ask("GET /get?key=a")).status, 503);
  assertEquals((await http.ask("GET /health")).status, 200);
  await exchange(other, "CLIENT UNPAUSE\r\n", "+OK\r\n");
  await exchange(admin, "GET a\r\n", "+PONG\r\n$-1\r\n");
  await exchange(admin, "CLIENT PAUSE 30\r\nPING\r\n", "+OK\r\n+PONG\r\n");
});

Deno.test("CLIENT REPLY keeps back what it says, and no more", async () => {
  await using server = await start();
  using client = await connectRaw(server, "redis");
  await exchange(client, "CLIENT REPLY SKIP\r\nPING\r\nECHO 1\r\n", "$1\r\n1\r\n");
  await exchange(
    client,
    "CLIENT REPLY SKIP\r\nMULTI\r\nPING\r\nEXEC\r\n",
    "+QUEUED\r\n*1\r\n+PONG\r\n",
  );
  // Commands that take their time are kept back, too.
  await exchange(client, "CLIENT REPLY OFF\r\nCLIENT LIST\r\nFOO\r\nSET k v\r\n", "");
  await exchange(
    client,
    "CLIENT REPLY SKIP\r\nPING\r\nCLIENT REPLY ON\r\nGET k\r\n",
    "+OK\r\n$1\r\nv\r\n",
  );
  await exchange(client, "CLIENT REPLY OFF\r\nRESET\r\nPING\r\n", "+RESET\r\n+PONG\r\n");
  await exchange(
    client,
    "CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\nECHO 2\r\n",
    "$1\r\n2\r\n",
  );
  await exchange(
    client,
    "MULTI\r\nCLIENT REPLY OFF\r\nEXEC\r\n",
    "+OK\r\n+QUEUED\r\n*1\r\n-ERR Command not allowed inside a transaction\r\n",
  );
});

Deno.test("CLIENT PAUSE lets nobody wait whose command is refused in any case", async () => {
  await using server = await start("--token", "secret");
  using admin = await connectRaw(server, "redis");
  using stranger = await connectRaw(server, "redis");
  using client = await connectRaw(server, "redis");
  await exchange(client, "AUTH secret\r\n", "+OK\r\n");
  await exchange(admin, "AUTH secret\r\nCLIENT PAUSE 600000\r\n", "+OK\r\n+OK\r\n");
  const arity = (name: string) => `-ERR wrong number of arguments for '${name}' command\r\n`;
  await exchange(stranger, "GET k\r\n", "-NOAUTH Authentication required.\r\n");
  await exchange(client, "SET k\r\n", arity("set"));
  await exchange(client, "GET\r\n", arity("get"));
  await exchange(client, "CONFIG GET\r\n", arity("config|get"));
  await exchange(admin, "CLIENT UNPAUSE\r\n", "+OK\r\n");
});
