// Answers that raw clients do not read: what they hold is bounded, and given back.

import { assertEquals, assertMatch } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

const KEYS = ["a", "b", "c", "d", "e", "f"];

Deno.test("RESP answers that nobody reads leave no memory to others until they are closed", async () => {
  await using server = await TestServer.start([
    ...["--resp-port", "0", "--body-memory", "9MiB"],
    ...["--max-value-bytes", "1MiB", "--max-body", "1MiB"],
  ]);
  using reader = await connectRaw(server, "redis");
  // The slow log is held memory, too.
  await exchange(reader, command("CONFIG", "SET", "slowlog-log-slower-than", "-1"), "+OK\r\n");
  const value = "x".repeat(1_000_000);
  for (const key of KEYS) await exchange(reader, command("SET", key, value), "+OK\r\n");
  const mget = command("MGET", ...KEYS);
  const length = 4 + KEYS.length * (value.length + 12);
  using idler = await connectRaw(server, "redis");
  await idler.send(mget.repeat(20));
  await until("memory is held", async () => (await server.stats()).workers[0]!.bodyBytes > 5e6);
  await reader.send(mget);
  assertMatch(await reader.receiveText(60), /^-ERR answer would take more memory/);
  await until("it is closed", async () => (await server.stats()).total.clientsSlow === 1);
  using other = await connectRaw(server, "redis");
  await exchange(other, "PING\r\n", "+PONG\r\n");
  await other.send(mget);
  assertMatch(await other.receiveText(length), /^\*6\r\n\$1000000\r\n/);
  await until("all is given back", async () => (await server.stats()).workers[0]!.bodyBytes === 0);
  assertEquals(server.stderr, "");
});
