// What clients of every protocol are told while a worker's breaker is open or half open, and what is let in. The
// workers are real ones; the test opens their breakers.

import { assertEquals, assertMatch } from "@std/assert";
import { RegionState } from "../../../../cache/mod.ts";
import { ADMITS_NONE, setBreaker } from "../../../../server/contract/breaker/gate.ts";
import { command, exchange } from "../../../wire/raw_fixture.ts";
import { PoolBench } from "../pool_bench.ts";

const TEXT = "Server is overloaded. Nothing has changed; try again in a moment.";
const SHED = `503 {"status":"ERROR","message":"${TEXT}"}`;
const BUSY =
  "-BUSY slabkv is overloaded and refuses commands (--max-lag), nothing has changed, try again\r\n";
const PUT_OK = '200 {"status":"OK","message":"Key inserted/updated successfully."}';
const HIT = '200 {"status":"OK","key":"k","value":"v"}';

const options = { ignore: Deno.build.os !== "linux" };

async function start(...args: string[]): Promise<PoolBench> {
  const bench = new PoolBench(false, ...args);
  await bench.pool.add();
  bench.region.state = RegionState.ready;
  return bench;
}

Deno.test("an open breaker refuses all HTTP requests but probes and /stats", options, async () => {
  using bench = await start();
  assertEquals(await bench.ask('POST /put {"key":"k","value":"v"}'), PUT_OK);
  setBreaker(bench.region, 1, ADMITS_NONE);
  for (
    const request of [
      "GET /get?key=k",
      'POST /put {"key":"k","value":"w"}',
      'POST /mget {"keys":["k"]}',
      "DELETE /delete?key=k",
      "GET /get/k",
      "PUT /store/k w",
      "GET /ws",
      "GET /",
      "GET /unknown",
    ]
  ) assertEquals(await bench.ask(request), SHED, request);
  for (const request of ['POST / ["GET","k"]', 'POST /pipeline [["GET","k"]]', "GET /incr/k"]) {
    assertEquals(await bench.ask(request), `503 {"error":"BUSY ${TEXT}"}`, request);
  }
  using client = await bench.client(0);
  const { headers } = await client.ask("GET /get?key=k");
  assertEquals(headers.get("retry-after"), "1");
  // The connection stays: a new one would cost more.
  assertEquals((await client.ask("HEAD /get?key=k")).status, 503);

  const [, health] = /^200 (.*)$/.exec(await bench.ask("GET /health"))!;
  const { status, shedding, breaker } = JSON.parse(health!);
  assertEquals([status, shedding, breaker.state, breaker.shed], ["healthy", true, "open", 14]);
  assertMatch(await bench.ask("GET /metrics"), /^slabkv_refusals_total\{why="shed"\} 14$/m);
  const ready = await client.ask("GET /ready");
  assertEquals([ready.status, ready.text], [503, '{"status":"shedding"}']);
  assertEquals(ready.headers.get("retry-after"), "1");
  const stats = JSON.parse((await client.ask("GET /stats")).text);
  assertEquals([stats.breaker.state, stats.workers[0].breaker], ["open", "open"]);
  assertEquals([stats.refusals.shed, stats.refusals.status503], [14, 15]);

  setBreaker(bench.region, 1, 0);
  assertEquals(await bench.ask("GET /get?key=k"), HIT);
  assertEquals(await bench.ask("GET /health"), '200 {"status":"healthy"}');
  assertEquals(await bench.ask("GET /ready"), '200 {"status":"ready"}');
});

Deno.test(
  "an open breaker tells pages of allowed origins, and needs no token to do so",
  options,
  async () => {
    using bench = await start("--token", "secret", "--allow-origin", "https://app.example");
    setBreaker(bench.region, 1, ADMITS_NONE);
    using client = await bench.client(0);
    const { status, headers } = await client.ask("GET /get?key=k\norigin: https://app.example");
    assertEquals([status, headers.get("vary")], [503, "Origin"]);
    assertEquals(headers.get("access-control-allow-origin"), "https://app.example");
    const other = await client.ask("GET /get?key=k\norigin: https://evil.example");
    assertEquals([other.status, other.headers.get("access-control-allow-origin")], [503, null]);
    const asked = await client.ask("OPTIONS /put\norigin: https://app.example");
    assertEquals(asked.status, 204);
  },
);

Deno.test(
  "an open breaker refuses commands with BUSY, but those that somebody needs to end it",
  options,
  async () => {
    using bench = await start();
    using resp = await bench.client(1);
    await exchange(resp, "SET k v\r\n", "+OK\r\n");
    setBreaker(bench.region, 1, ADMITS_NONE);
    await exchange(resp, "GET k\r\nSET k w\r\nDBSIZE\r\nEVAL x 0\r\n", BUSY.repeat(4));
    await exchange(resp, command("MGET", "k", "l") + command("COMMAND"), BUSY.repeat(2));
    const unknown = "-ERR unknown command 'NOSUCH', with args beginning with: \r\n";
    const arity = "-ERR wrong number of arguments for 'get' command\r\n";
    await exchange(resp, "PING\r\nNOSUCH\r\nGET\r\n", `+PONG\r\n${unknown}${arity}`);
    await exchange(resp, "CONFIG GET maxclients\r\n", "*2\r\n$10\r\nmaxclients\r\n$5\r\n20000\r\n");
    await exchange(resp, "SELECT 1\r\nSELECT 0\r\n", "+OK\r\n+OK\r\n");
    // EXEC ends the transaction, of which nothing runs.
    const aborted = "-EXECABORT Transaction discarded because of: " + BUSY.slice(1);
    await exchange(
      resp,
      "WATCH k\r\nMULTI\r\nSET k w\r\nEXEC\r\n",
      `+OK\r\n+OK\r\n${BUSY}${aborted}`,
    );
    await exchange(resp, "EXEC\r\n", aborted);
    setBreaker(bench.region, 1, 0);
    await exchange(resp, "GET k\r\nEXEC\r\n", "$1\r\nv\r\n-ERR EXEC without MULTI\r\n");
    const stats = JSON.parse((await bench.ask("GET /stats")).slice(4));
    assertEquals([stats.refusals.shed, stats.refusals.codeBUSY], [7, 7]);
  },
);

Deno.test(
  "a transaction that was queued before the breaker opened runs nothing",
  options,
  async () => {
    using bench = await start();
    using resp = await bench.client(1);
    await exchange(resp, "MULTI\r\nSET k v\r\n", "+OK\r\n+QUEUED\r\n");
    setBreaker(bench.region, 1, ADMITS_NONE);
    const aborted = "-EXECABORT Transaction discarded because of: " + BUSY.slice(1);
    await exchange(resp, "EXEC\r\n", aborted);
    setBreaker(bench.region, 1, 0);
    await exchange(resp, "GET k\r\n", "$-1\r\n");
  },
);

Deno.test("an open breaker answers ERROR on the text protocol, but to PING", options, async () => {
  using bench = await start();
  using text = await bench.client(2);
  setBreaker(bench.region, 1, ADMITS_NONE);
  await exchange(text, "PUT k v\nGET k\nDEL k\nPING\n", "ERROR\nERROR\nERROR\nPONG\n");
  setBreaker(bench.region, 1, 0);
  await exchange(text, "GET k\n", "NOTFOUND\n");
});

Deno.test(
  "an open breaker refuses messages of open WebSockets, with their ids",
  options,
  async () => {
    using bench = await start();
    const socket = new WebSocket(`ws://127.0.0.1:${bench.ports[0]}/ws`);
    const answers: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      if (answers.push(data) === 1) setBreaker(bench.region, 1, ADMITS_NONE);
      if (answers.length === 3) resolve();
      else socket.send(answers.length === 1 ? '{"id":7,"op":"get","key":"k"}' : '{"op":"watch"}');
    };
    socket.onopen = () => socket.send('{"op":"put","key":"k","value":"v"}');
    await promise;
    const closed = new Promise((done) => socket.onclose = done);
    socket.close();
    await closed;
    assertMatch(answers[0]!, /OK/);
    assertEquals(answers[1], `{"id":7,"status":"ERROR","message":"${TEXT}"}`);
    assertEquals(answers[2], `{"status":"ERROR","message":"${TEXT}"}`);
  },
);

Deno.test(
  "a half-open breaker lets in one request in so many, and whole batches of commands",
  options,
  async () => {
    using bench = await start();
    setBreaker(bench.region, 1, 4);
    using client = await bench.client(0);
    let served = 0;
    for (let i = 0; i < 40; i++) {
      if ((await client.ask("GET /get?key=k")).status === 200) served++;
    }
    assertEquals(served, 10);
    assertMatch(await bench.ask("GET /health"), /^200 .*"state":"half-open"/);
    assertEquals((await client.ask("GET /ready")).status, 200);
    using resp = await bench.client(1);
    const pipeline = "PING\r\n" + "GET k\r\n".repeat(3);
    const answers = ["$-1\r\n", BUSY].map((each) => "+PONG\r\n" + each.repeat(3));
    const found = [];
    for (let i = 0; i < 8; i++) {
      await resp.send(pipeline);
      const isServed = (await resp.receiveText(8)).at(-1) === "$";
      const [admitted, refused] = answers as [string, string];
      const rest = (isServed ? admitted : refused).slice(8);
      assertEquals(await resp.receiveText(rest.length), rest);
      if (isServed) found.push(i);
    }
    assertEquals(found.length, 2);
  },
);
