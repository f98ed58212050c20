// What raw clients can make the server keep: all of it counts, has an end, and is taken back first from
// those that are silent. Each test is the small form of an attack that took gigabytes.

import { assert, assertEquals, assertLess } from "@std/assert";
import type { RawClient } from "./raw_client.ts";
import { command, connectRaw } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

const MIB = 2 ** 20;
const START = ["--resp-port", "0", "--body-memory", "9MiB"];
const SMALL = [...START, "--max-value-bytes", "1MiB", "--max-body", "1MiB"];

async function heldBytes(server: TestServer): Promise<number> {
  return (await server.stats()).workers[0]!.bodyBytes;
}

async function connectMany(server: TestServer, count: number): Promise<RawClient[]> {
  return await Promise.all(Array.from({ length: count }, () => connectRaw(server, "redis")));
}

/** The slow log counts as memory too, and on a busy machine any command may get there. */
async function stopSlowLog(client: RawClient): Promise<void> {
  await client.send(command("CONFIG", "SET", "slowlog-log-slower-than", "-1"));
  assertEquals(await readLines(client, 1), ["+OK"]);
}

/** The next answers of one line each. */
async function readLines(client: RawClient, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    let line = "";
    while (!line.endsWith("\r\n")) line += await client.receiveText(1);
    lines.push(line.slice(0, -2));
  }
  return lines;
}

Deno.test("queued transactions count as memory, and silent ones are closed where it is short", async () => {
  await using server = await TestServer.start(SMALL);
  const multi = command("MULTI") + command("SET", "k", "x".repeat(100_000)).repeat(9);
  const clients = await connectMany(server, 11);
  await stopSlowLog(clients[0]!);
  for (const client of clients) {
    await client.send(multi);
    const [first, ...queued] = await readLines(client, 10);
    assertEquals(first, "+OK");
    assert(queued.every((line) => /^(\+QUEUED$|-OOM too much memory)/.test(line)), queued[0]);
  }
  const held = await heldBytes(server);
  assert(held > 7 * MIB && held <= 9 * MIB, `${held} bytes are counted`);
  using late = await connectRaw(server, "redis");
  await until("the silent ones have given way to who comes late", async () => {
    await late.send(multi + command("DISCARD"));
    return (await readLines(late, 11)).every((line) => !line.startsWith("-OOM"));
  });
  assert((await server.stats()).total.clientsSlow! > 0);
  for (const client of clients) client.close();
  await until("all is given back", async () => await heldBytes(server) === 0);
  assertEquals(server.stderr, "");
});

Deno.test("watched and tracked keys count as memory, and go with their client", async () => {
  await using server = await TestServer.start(SMALL);
  const [watcher, tracker] = await connectMany(server, 2);
  await stopSlowLog(watcher!);
  await watcher!.send(command("WATCH", ...Array.from({ length: 999 }, (_, i) => `watched:${i}`)));
  assertEquals(await readLines(watcher!, 1), ["+OK"]);
  const watched = await heldBytes(server);
  assert(watched > 30_000 && watched < 200_000, `${watched} bytes`);
  await tracker!.send(command("HELLO", "3"));
  await readLines(tracker!, 26);
  const gets = Array.from({ length: 5000 }, (_, i) => command("GET", `tracked:${i}`));
  await tracker!.send(command("CLIENT", "TRACKING", "ON") + gets.join(""));
  assertEquals(new Set(await readLines(tracker!, 5001)), new Set(["+OK", "_"]));
  const tracked = await heldBytes(server) - watched;
  assert(tracked > 500_000 && tracked < 1_500_000, `${tracked} bytes`);
  watcher!.close();
  tracker!.close();
  await until("all is given back", async () => await heldBytes(server) === 0);
});

Deno.test("an answer of many texts is refused before it is made", async () => {
  await using server = await TestServer.start(START);
  using client = await connectRaw(server, "redis");
  const tooLarge = /^-ERR answer would (be too large|take more memory)/;
  for (const words of [["DOCS"], ["INFO"]]) {
    await client.send(command("COMMAND", ...words, ...Array<string>(29_000).fill("get")).repeat(3));
    for (const line of await readLines(client, 3)) assert(tooLarge.test(line), line);
  }
});

Deno.test("many that ask for the list of clients share answers or are told so, and hold up no drain", async () => {
  const options = ["--resp-port", "0", "--workers", "2", "--drain-timeout", "500ms"];
  await using server = await TestServer.start(options);
  const idle = await connectMany(server, 500);
  const name = command("CLIENT", "SETNAME", "n".repeat(256));
  await Promise.all(idle.map((client) => client.send(name)));
  const askers = await connectMany(server, 100);
  await Promise.all(askers.map((client) => client.send(command("CLIENT", "LIST").repeat(50))));
  using polite = await connectRaw(server, "redis");
  await polite.send(command("PING"));
  assertEquals(await readLines(polite, 1), ["+PONG"]);
  const starts = await Promise.all(askers.map(async (client) => (await readLines(client, 1))[0]!));
  assert(starts.every((line) => /^(\$\d+$|-BUSY too many clients ask|-OOM)/.test(line)), starts[0]);
  assert(starts.some((line) => line.startsWith("-BUSY")), "some are told so");
  assert(starts.some((line) => line.startsWith("$")), "some are answered");
  const startMs = performance.now();
  server.kill("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  assertLess(performance.now() - startMs, 2500);
  for (const client of [...idle, ...askers]) client.close();
});
