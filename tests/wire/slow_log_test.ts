// What a whole server tells of its work: the slow log, one list over all workers and protocols, and the
// connections and bytes of INFO.

import { assert, assertEquals } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import type { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

/** An entry as the REST interface shows it. */
type Entry = [
  id: number,
  seconds: number,
  us: number,
  words: string[],
  address: string,
  name: string,
];

async function rest(server: TestServer, ...words: string[]): Promise<unknown> {
  const answer = await server.ask(`POST /\n\n${JSON.stringify(words)}`);
  return JSON.parse(answer.slice(4)).result;
}

/** All entries but those of commands of administration, newest first. */
async function entries(server: TestServer): Promise<Entry[]> {
  const all = await rest(server, "SLOWLOG", "GET", "-1") as Entry[];
  const ids = all.map(([id]) => id);
  assertEquals(ids, ids.toSorted((a, b) => b - a));
  assertEquals(new Set(ids).size, ids.length);
  return all.filter(([, , , [name]]) => !["CONFIG", "SLOWLOG", "INFO"].includes(name!));
}

/** Raw connections of a server with two workers, at least one at each of them. */
async function spread(server: TestServer, clients: RawClient[]): Promise<void> {
  await until("each worker has a client", async () => {
    clients.push(await connectRaw(server, "redis"));
    const { workers } = await server.stats();
    return workers.every((worker) => (worker as Record<string, number>).respClients! > 0);
  });
}

Deno.test("SLOWLOG is one list over all workers, which one CONFIG SET and RESET are for", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0", "--admin"]);
  const clients: RawClient[] = [];
  try {
    await spread(server, clients);
    assertEquals(await rest(server, "CONFIG", "SET", "slowlog-log-slower-than", "0"), "OK");
    for (const [i, client] of clients.entries()) {
      await exchange(client, command("SET", `k${i}`, "v"), "+OK\r\n");
    }
    const keys = (await entries(server)).map(([, , , [, key]]) => key);
    assertEquals(keys, clients.map((_, i) => `k${i}`).reverse());
    assertEquals(await rest(server, "CONFIG", "SET", "slowlog-log-slower-than", "-1"), "OK");
    assertEquals(await rest(server, "CONFIG", "SET", "slowlog-max-len", "2"), "OK");
    assertEquals(await rest(server, "SLOWLOG", "LEN"), 2);
    assertEquals(await rest(server, "SLOWLOG", "RESET"), "OK");
    for (const client of clients) {
      await exchange(client, command("SLOWLOG", "LEN"), ":0\r\n");
    }
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

Deno.test("SLOWLOG shows the commands of every protocol, with their clients", async () => {
  const args = ["--resp-port", "0", "--text-port", "0", "--admin", "--websocket"];
  await using server = await TestServer.start(args);
  await rest(server, "CONFIG", "SET", "slowlog-log-slower-than", "0");
  using resp = await connectRaw(server, "redis");
  await exchange(resp, command("SET", "resp", "v"), "+OK\r\n");
  await exchange(resp, command("GET", "resp").repeat(2), "$1\r\nv\r\n".repeat(2));
  using text = await connectRaw(server, "tcp");
  await exchange(text, "PUT text v\n", "OK\n");
  await server.ask('POST /put\ncontent-type: application/json\n\n{"key":"json","value":"v"}');
  await server.ask("GET /get?key=json");
  await server.ask("PUT /store/store\n\nv");
  await rest(server, "APPEND", "rest", "v");
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`);
  await new Promise((resolve) => socket.onopen = resolve);
  const answered = new Promise((resolve) => socket.onmessage = resolve);
  socket.send('{"op":"incr","key":"ws"}');
  await answered;
  const found = await entries(server);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  assertEquals(found.map(([, , , words]) => words.join(" ")).reverse(), [
    "SET resp v",
    "GET resp",
    "GET resp",
    "SET text v",
    "SET json v",
    "GET json",
    "SET store v",
    "APPEND rest v",
    "INCRBY ws 1",
  ]);
  for (const [, , us, words, address] of found) {
    assert(/^127\.0\.0\.1:\d+$/.test(address), `${words} ${address}`);
    assert(us >= 0 && us < 1_000_000, `${words} ${us}`);
  }
});

Deno.test("INFO counts raw connections and their bytes, and the CPU time of each thread", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  using first = await connectRaw(server, "redis");
  await exchange(first, command("PING"), "+PONG\r\n");
  using second = await connectRaw(server, "redis");
  const ask = command("INFO", "stats", "cpu");
  await second.send(ask);
  let text = "";
  const isWhole = () => text.includes("used_cpu_user_worker_2:") && text.endsWith("\r\n\r\n");
  while (!isWhole()) text += await second.receiveText(1);
  const fields = new Map(text.split("\r\n").map((line) => line.split(":") as [string, string]));
  assertEquals(fields.get("total_connections_received"), "2");
  const inputBytes = command("PING").length + ask.length;
  assertEquals(fields.get("total_net_input_bytes"), String(inputBytes));
  assertEquals(fields.get("total_net_output_bytes"), "7");
  for (const thread of ["main_thread", "worker_1", "worker_2"]) {
    assert(fields.has(`used_cpu_sys_${thread}`), thread);
  }
  assert(Number(fields.get("used_cpu_user")) > 0);
});
