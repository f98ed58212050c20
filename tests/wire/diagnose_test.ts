// GET /diagnose of whole servers: one that is well says so, in JSON and as text, whichever worker is asked; one whose
// clients do what they should not says what they do.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import type { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

interface Diagnosis {
  readonly summary: string;
  readonly findings: readonly { rule: string; level: string; problem: string; advice: string }[];
  readonly passed: readonly string[];
}

const AUTHORIZED = "authorization: Bearer s3cret";

async function diagnosis(client: RawClient, headers = ""): Promise<Diagnosis> {
  const { status, text } = await client.ask(`GET /diagnose${headers === "" ? "" : `\n${headers}`}`);
  assertEquals(status, 200);
  return JSON.parse(text);
}

Deno.test("GET /diagnose says that nothing is wrong with a server under ordinary load", async () => {
  // What else the machine has to do may keep an event loop waiting.
  const options = ["--resp-port", "0", "--workers", "2", "--max-lag", "0"];
  await using server = await TestServer.start(options);
  using http = await server.connect();
  using resp = await connectRaw(server, "redis");
  for (let round = 0; round < 10; round++) {
    const keys = Array.from({ length: 100 }, (_, i) => `k${100 * round + i}`);
    const batch = keys.map((key) => command("SET", key, "v") + command("GET", key)).join("");
    await exchange(resp, batch, "+OK\r\n$1\r\nv\r\n".repeat(100));
    assertEquals((await http.ask(`GET /get?key=${keys[0]}`)).status, 200);
  }
  const { summary, findings, passed } = await diagnosis(http);
  assertEquals([summary, findings], ["Nothing is wrong", []]);
  assert(passed.length > 20);
  const text = await http.ask("GET /diagnose\naccept: text/plain");
  assertEquals(text.headers.get("content-type"), "text/plain; charset=utf-8");
  assertMatch(text.text, /^Nothing is wrong \(looked at the last \d+ s and \d+ rules\)\.\n$/);
  assertEquals(text.headers.get("cache-control"), "no-store");
  assertEquals(text.headers.get("vary"), "accept");
  assertEquals((await http.ask("GET /diagnose\naccept: */*")).text.slice(0, 11), '{"seconds":');
  assertEquals((await http.ask("GET /diagnose?x=1")).status, 400);
  assertEquals((await http.ask("POST /diagnose\n\n{}")).status, 405);
});

Deno.test("GET /diagnose says what clients do wrong, to those who bear the token", async () => {
  const bounds = ["--max-connections", "8", "--max-in-flight", "1"];
  await using server = await TestServer.start(["--token", "s3cret", "--resp-port", "0", ...bounds]);
  using http = await server.connect();
  assertEquals((await http.ask("GET /diagnose")).status, 401);
  const clients: RawClient[] = [];
  try {
    clients.push(await connectRaw(server, "redis"));
    const [resp] = clients as [RawClient];
    const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    await exchange(resp, command("AUTH", "guess").repeat(20), wrong.repeat(20));
    const refused = "-NOAUTH Authentication required.\r\n";
    await exchange(resp, command("GET", "k").repeat(400), refused.repeat(400));
    // Eight may come; the ninth is told so and closed.
    for (let i = 1; i < 8; i++) clients.push(await connectRaw(server, "redis"));
    using ninth = await connectRaw(server, "redis");
    assertStringIncludes(await ninth.receiveRest(), "max number of clients reached");
    using slow = await server.connect();
    const head = `PUT /store/k HTTP/1.1\r\nhost: localhost\r\n${AUTHORIZED}\r\n`;
    await slow.send(`${head}content-length: 2\r\n\r\nv`);
    await until("its body is waited for", async () => {
      const { text } = await http.ask(`GET /stats\n${AUTHORIZED}`);
      return JSON.parse(text).workers[0].inFlight === 1;
    });
    using second = await server.connect();
    await second.send(`${head}content-length: 2\r\n\r\nv`);
    assertEquals((await second.receive()).status, 503);
    const { findings, summary } = await diagnosis(http, AUTHORIZED);
    assertEquals(findings.map(({ rule, level }) => [rule, level]), [
      ["connections-full", "critical"],
      ["body-memory", "warning"],
      ["wrong-tokens", "warning"],
      ["refusals", "warning"],
    ]);
    assertMatch(summary, /^1 connections were refused: 8 are open, and there may be 8\.$/);
    assertStringIncludes(findings[3]!.problem, "an error that begins with NOAUTH");
    const { text } = await http.ask(`GET /diagnose\n${AUTHORIZED}\naccept: text/plain`);
    assertStringIncludes(text, "critical: 1 connections were refused");
    assertEquals(text.split("\n\n").length, 5);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});
