// --slow: requests of every protocol that took long are lines of the log, with key, client and trace, ten of them
// in a second at most; and without it there are none.

import { assert, assertEquals } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { type LogEvent, TestServer, until } from "./server.ts";

/** Runs for some milliseconds. */
const SCRIPT = "local n = 0 for i = 1, 300000 do n = n + i end return 1";
const HOSTILE = '\x1b[2J<script>"\r\nSET';
const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** The events on stderr so far. */
function warnings(server: TestServer, name: string): LogEvent[] {
  const lines = server.stderr.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogEvent).filter(({ event }) => event === name);
}

function slow(server: TestServer, holds: (event: LogEvent) => boolean): Promise<LogEvent> {
  return until("it is told of", () => warnings(server, "slow").find(holds) ?? false);
}

Deno.test("--slow tells of slow commands with their key, client and trace", async () => {
  await using server = await TestServer.start(["--slow", "1ms", "--resp-port", "0"]);
  using resp = await connectRaw(server, "redis");
  await exchange(resp, command("CLIENT", "SETNAME", "night"), "+OK\r\n");
  await exchange(resp, command("EVAL", SCRIPT, "1", HOSTILE), ":1\r\n");
  // On a busy machine the command before may have been slow, too.
  const found = await slow(
    server,
    ({ protocol, command }) => protocol === "resp" && command === "EVAL",
  );
  assert(Number(found.ms) >= 1 && /^127\.0\.0\.1:\d+$/.test(String(found.address)));
  assertEquals(
    [found.level, found.waitedFor, found.command, found.key, found.keys, found.clientName],
    ["warn", "command", "EVAL", '\\x1b[2J<script>"\\r\\nSET', 1, "night"],
  );
  assert(!("traceparent" in found) && found.worker === 1);
  using http = await server.connect();
  const body = JSON.stringify(["EVAL", SCRIPT, "1", "k"]);
  for (const trace of [TRACE, `${TRACE}x`]) {
    assertEquals((await http.ask(`POST /\ntraceparent: ${trace}\n\n${body}`)).status, 200);
  }
  const rest = () => warnings(server, "slow").filter(({ protocol }) => protocol === "rest");
  await until("both are told of", () => rest().length >= 2);
  const [first, second] = rest();
  assertEquals(
    [first!.method, first!.path, first!.key, first!.traceparent],
    ["POST", "/", "k", TRACE],
  );
  assert(!("traceparent" in second!));
});

Deno.test("--slow tells of bodies that come slowly, by path and without the query", async () => {
  await using server = await TestServer.start(["--slow", "1ms"]);
  using client = await server.connect();
  await client.send(
    "PUT /store/a%0Ab?x=secret HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\nv",
  );
  await until("it is waited for", async () => (await server.stats()).workers[0]!.inFlight === 1);
  await client.send("w");
  const found = await slow(server, ({ waitedFor }) => waitedFor === "body");
  assertEquals([found.protocol, found.method, found.path], ["http", "PUT", "/store/a%0Ab"]);
});

Deno.test("--slow tells of ten in a second, and of how many more; --slow off of none", async () => {
  await using server = await TestServer.start(["--slow", "1ms", "--resp-port", "0"]);
  using resp = await connectRaw(server, "redis");
  const many = command("EVAL", SCRIPT, "0").repeat(40);
  await exchange(resp, many, ":1\r\n".repeat(40));
  await until("the rest is told of", () => warnings(server, "slow-more").length > 0);
  const more = warnings(server, "slow-more").map(({ count }) => Number(count));
  const told = warnings(server, "slow").length;
  assert(told >= 10 && told < 40 && more.every((count) => count > 0), `${told}, ${more}`);
  await using silent = await TestServer.start(["--slow", "off", "--resp-port", "0"]);
  using other = await connectRaw(silent, "redis");
  await exchange(other, command("EVAL", SCRIPT, "0"), ":1\r\n");
  await exchange(other, command("PING"), "+PONG\r\n");
  assertEquals(silent.stderr, "");
});
