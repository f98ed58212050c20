// Long commands sent all at once over a raw connection: the rest of the worker has its turns.

import { assertEquals } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

const KEYS = 200_000;
const CALLS = 100;

Deno.test("RESP pipelines of long commands hold up no other connection", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  using client = await connectRaw(server, "redis");
  for (let from = 0; from < KEYS; from += 10_000) {
    const words = Array.from({ length: 10_000 }, (_, i) => [`key${from + i}`, "v"]).flat();
    await exchange(client, command("MSET", ...words), "+OK\r\n");
  }
  await client.send(command("KEYS", "nomatch*").repeat(CALLS));
  using other = await connectRaw(server, "redis");
  const fromMs = performance.now();
  await exchange(other, "PING\r\n", "+PONG\r\n");
  const waitedMs = performance.now() - fromMs;
  const answers = "*0\r\n".repeat(CALLS);
  assertEquals(await client.receiveText(answers.length), answers);
  const tookMs = performance.now() - fromMs;
  assertEquals(waitedMs < tookMs / 4, true, `${waitedMs} of ${tookMs} ms`);
});
