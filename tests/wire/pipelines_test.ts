// Pipelines: what is sent in one write, and so decoded ahead of its run, is answered as if each command had
// come by itself, whatever the commands before it change for those behind.

import { assertEquals } from "@std/assert";
import { Random } from "../../bench/workload.ts";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

/** Bytes that make a pipeline worth being decoded ahead. */
const PADDING = command("PING", "x".repeat(300));
const PADDED = `$300\r\n${"x".repeat(300)}\r\n`;

const TOO_MANY = "-ERR Protocol error: unauthenticated multibulk length\r\n";
const words = Array.from({ length: 12 }, (_, i) => `w${i}`);

/** Commands in one write after AUTH, and their answers. */
const conversations: readonly [send: string, expect: string][] = [
  [
    command("SET", "k", "in 0") + command("SELECT", "1") + command("GET", "k") +
    command("SET", "k", "in 1") + command("SELECT", "0") + command("GET", "k"),
    "+OK\r\n+OK\r\n$-1\r\n+OK\r\n+OK\r\n$4\r\nin 0\r\n",
  ],
  [
    command("SWAPDB", "0", "1") + command("GET", "k") + command("SWAPDB", "0", "1") +
    command("GET", "k"),
    "+OK\r\n$4\r\nin 1\r\n+OK\r\n$4\r\nin 0\r\n",
  ],
  [
    command("MULTI") + command("SET", "a", "1") + command("INCR", "a") + command("GET") +
    command("EXEC") + command("GET", "a"),
    "+OK\r\n+QUEUED\r\n+QUEUED\r\n-ERR wrong number of arguments for 'get' command\r\n" +
    "-EXECABORT Transaction discarded because of previous errors.\r\n$-1\r\n",
  ],
  [
    command("MULTI") + command("SET", "a", "1") + command("SELECT", "1") + command("GET", "k") +
    command("EXEC") + command("GET", "k") + command("SELECT", "0") + command("GET", "a"),
    "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+OK\r\n+OK\r\n$4\r\nin 1\r\n" +
    "$4\r\nin 1\r\n+OK\r\n$1\r\n1\r\n",
  ],
  [
    command("GET", "a") + 'SET a "\\x32 3"\r\n' + command("get", "a") + "*0\r\n\r\nGET a\r\n" +
    command("NONE", "a") + command("GeT", "a", "b") + command("DEL", "a", "k", "none") +
    command("GET", "a"),
    "$1\r\n1\r\n+OK\r\n$3\r\n2 3\r\n$3\r\n2 3\r\n" +
    "-ERR unknown command 'NONE', with args beginning with: 'a' \r\n" +
    "-ERR wrong number of arguments for 'get' command\r\n:2\r\n$-1\r\n",
  ],
  [
    command("CLIENT", "REPLY", "SKIP") + command("SET", "s", "1") + command("GET", "s") +
    command("CLIENT", "REPLY", "OFF") + command("SET", "s", "2") +
    command("CLIENT", "REPLY", "ON") +
    command("GET", "s"),
    "$1\r\n1\r\n+OK\r\n$1\r\n2\r\n",
  ],
  [
    command("SET", "s", "v") + command("SET", "s", "x".repeat(2 ** 21)) + command("GET", "s") +
    command("MGET", "s", "s") + command("STRLEN", "s"),
    "+OK\r\n-ERR argument is too long, send at most 1048576 bytes\r\n$1\r\nv\r\n*2\r\n$1\r\nv\r\n$1\r\nv\r\n:1\r\n",
  ],
  // Who has shown no token may send little, again after RESET.
  [
    command("MGET", ...words) + command("RESET") + command("GET", "s") + command("MGET", ...words),
    `*12\r\n${"$-1\r\n".repeat(12)}+RESET\r\n-NOAUTH Authentication required.\r\n${TOO_MANY}`,
  ],
];

Deno.test("a pipeline is answered as its commands would be one by one", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--token", "t0ken"]);
  using client = await connectRaw(server, "redis");
  const [auth, in16] = [command("AUTH", "t0ken"), command("GET", "none").repeat(16)];
  await exchange(
    client,
    command("GET", "k").repeat(20) + auth + in16,
    `${"-NOAUTH Authentication required.\r\n".repeat(20)}+OK\r\n${"$-1\r\n".repeat(16)}`,
  );
  for (const [send, expect] of conversations) {
    await exchange(client, PADDING + send, PADDED + expect);
  }
});

Deno.test("random pipelines are answered the same in one write, in two, and command by command", async () => {
  await using server = await TestServer.start(["--resp-port", "0"]);
  const random = new Random();
  const pick = <Item>(items: readonly Item[]) => items[random.below(items.length)]!;
  const key = () => pick(["a", "b", "c", "{long key of some bytes}"]);
  const makers: readonly (() => string)[] = [
    () => command("SET", key(), pick(["1", "22", "x".repeat(100)])),
    () => command(pick(["GET", "get", "GETDEL", "STRLEN", "INCR", "TYPE", "PERSIST"]), key()),
    () => command("SET", key(), "5", pick(["NX", "XX", "GET", "BAD"])),
    () => command("MGET", key(), key(), key()) + command("DEL", key(), key()),
    () => command("SELECT", pick(["0", "1"])) + command("GET", key()),
    () => command("SWAPDB", "0", "1"),
    () => command("MULTI") + command("GET", key()) + command("INCR", key()) + command("EXEC"),
    () => command("APPEND", key(), "!") + command("GET", key(), key()) + command("WHAT", key()),
    () => `SET ${key().replaceAll(" ", "_")} "in \\"quotes\\""\r\n` + command("PING", key()),
    () => command("COPY", key(), key(), "DB", pick(["0", "1"])) + command("EXISTS", key()),
  ];
  for (let round = 0; round < 20; round++) {
    const sent = Array.from({ length: 100 }, () => pick(makers)());
    const whole = sent.join("");
    const answers: string[] = [];
    for (const parts of [[whole], [whole.slice(0, 777), whole.slice(777)], sent]) {
      using client = await connectRaw(server, "redis");
      await exchange(client, command("FLUSHALL"), "+OK\r\n");
      for (const part of parts) await client.send(part);
      await client.send(command("QUIT"));
      answers.push(await client.receiveRest());
    }
    assertEquals(answers[1], answers[0]);
    assertEquals(answers[2], answers[0]);
  }
});
