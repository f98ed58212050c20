// What is refused is counted, whatever the protocol, and wrong tokens are told of in the log.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

/** What a client has to be told of a wrong password. */
const WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

/** Those of the counters that are not 0. */
function counted(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0));
}

Deno.test("refusals over HTTP are counted by status, misses and hits are not", async () => {
  await using server = await TestServer.start(["--websocket"]);
  const json = "content-type: application/json";
  const requests: readonly [string, number][] = [
    ["GET /get?key=k", 200],
    [`POST /put\n${json}\n\n{"key":"k","value":"v"}`, 200],
    [`POST /put\n${json}\n\n{"key":"k"}`, 400],
    ["GET /get?key=", 400],
    ["GET /nothing", 404],
    ["GET /put", 405],
    ["HEAD /put", 405],
    ["GET /get?key=k\nhost: evil.example", 403],
    ["POST /put\norigin: http://evil.example\n\n{}", 403],
    [`POST /put\n${json}\n\n${"x".repeat(70_000)}`, 413],
    [`POST /incr\n${json}\n\n{"key":"k"}`, 409],
    ["GET /ws", 426],
    [`POST /\n\n["NOSUCH"]`, 400],
    [`POST /pipeline\n\n[["GET"],["NOSUCH"],["AUTH","x"],["SET","k","v"]]`, 200],
  ];
  for (const [request, status] of requests) {
    assertEquals(Number((await server.ask(request)).slice(0, 3)), status, request.slice(0, 40));
  }
  assertEquals(counted((await server.stats()).refusals), {
    status400: 3,
    status403: 2,
    status404: 1,
    status405: 2,
    status409: 1,
    status413: 1,
    statusOther: 1,
    unknownCommands: 2,
    wrongArity: 1,
    notIntegers: 1,
    otherRefusals: 1,
    codeERR: 5,
  });
});

Deno.test("what is no command of a raw protocol is counted", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--text-port", "0"]);
  using resp = await connectRaw(server, "redis");
  await exchange(resp, "*x\r\n", "-ERR Protocol error: invalid multibulk length\r\n");
  using text = await connectRaw(server, "tcp");
  await exchange(text, "WHAT\nPUT k\nGET k\n", "ERROR\nERROR\nNOTFOUND\n");
  assertEquals(counted((await server.stats()).refusals), { unreadable: 3, codeERR: 1 });
});

Deno.test("wrong tokens are counted and told of without what they were", async () => {
  const args = ["--token", "right-token", "--resp-port", "0", "--text-port", "0", "--websocket"];
  await using server = await TestServer.start(args);
  using resp = await connectRaw(server, "redis");
  await exchange(resp, command("AUTH", "wrong-token"), WRONG);
  await exchange(resp, command("HELLO", "3", "AUTH", "default", "wrong-token"), WRONG);
  await exchange(resp, command("GET", "k"), "-NOAUTH Authentication required.\r\n");
  using text = await connectRaw(server, "tcp");
  await exchange(text, "AUTH wrong-token\n", "ERROR\n");
  const bearer = "authorization: Bearer";
  const protocol = `sec-websocket-protocol: slabkv.token.${btoa("wrong-token")}`;
  for (
    const request of [
      `GET /get?key=k\n${bearer} wrong-token`,
      `POST /\n${bearer} wrong-token\n\n["GET","k"]`,
      `GET /ws\n${protocol}`,
      "GET /get?key=k",
    ]
  ) assertMatch(await server.ask(request), /^401 /);
  await exchange(resp, command("AUTH", "right-token"), "+OK\r\n");
  assertMatch(await server.ask(`GET /get?key=k\n${bearer} right-token`), /^200 /);
  using asking = await server.connect();
  const { text: body } = await asking.ask(`GET /stats\n${bearer} right-token`);
  const { total, refusals } = JSON.parse(body);
  assertEquals(total.failedTokens, 6);
  assertEquals(counted(refusals), {
    status401: 4,
    otherRefusals: 4,
    codeNOAUTH: 1,
    codeWRONGPASS: 3,
  });
  const told = () => server.stderr.split("\n").filter((line) => line.includes('"token"'));
  await until("all have been told of", () => {
    const counts = told().map((line) => JSON.parse(line).count as number);
    return counts.reduce((sum, count) => sum + count, 0) === 6;
  });
  assert(told().length < 6, server.stderr);
  assertMatch(JSON.parse(told()[0]!).message, /given by 127\.0\.0\.1:\d+$/);
  assert(!server.stderr.includes("wrong-token"));
});
