// Input that nobody means well: garbage, oversized headers, odd targets and methods, ambiguous
// lengths, sockets closed by half. Each gets a sensible answer, and the server goes on as before.

import { assertEquals, assertMatch } from "@std/assert";
import { joined, RawClient, requestBytes } from "./raw_client.ts";
import { TestServer } from "./server.ts";

const BAD = /^HTTP\/1\.[01] 400 [^]*\r\n\r\n$/;
const FORBIDDEN = /^HTTP\/1\.1 403 [^]*"Host is not allowed\./;
const MISS = /^HTTP\/1\.[01] 200 [^]*\{"status":"ERROR","message":"Key not found\."\}$/;

/** What is sent, after which the client says no more, and all that may come back. */
const TABLE: readonly (readonly [name: string, send: string, expect: RegExp])[] = [
  ["text that is no request", "hello\r\n\r\n", BAD],
  ["bytes that are no text", "\0\x01\x02\x03\r\n\r\n", BAD],
  ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01", /^$|^HTTP\/1\.1 400 /],
  [
    "70 KB of one header",
    `GET /get?key=k HTTP/1.1\r\nHost: localhost\r\nx: ${"y".repeat(70_000)}\r\n\r\n`,
    /^HTTP\/1\.1 4(00|31) /,
  ],
  [
    "a target of 100 KB",
    `GET /get?key=${"k".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    /^HTTP\/1\.1 4(00|14) /,
  ],
  [
    "an absolute target",
    "GET http://localhost/get?key=k HTTP/1.1\r\nHost: localhost\r\n\r\n",
    MISS,
  ],
  [
    "an absolute target of another host",
    "GET http://evil.example/get?key=k HTTP/1.1\r\nHost: localhost\r\n\r\n",
    FORBIDDEN,
  ],
  ["no Host", "GET /get?key=k HTTP/1.1\r\n\r\n", MISS],
  ["HTTP/1.0", "GET /get?key=k HTTP/1.0\r\n\r\n", MISS],
  [
    "two Hosts",
    "GET /get?key=k HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n",
    /^HTTP\/1\.1 40[03] /,
  ],
  [
    "a Host with a user",
    "GET /get?key=k HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
    /40[03]/,
  ],
  ["a Host with a query", "GET /get?key=k HTTP/1.1\r\nHost: localhost?x=\r\n\r\n", FORBIDDEN],
  ["an empty Host", "GET /get?key=k HTTP/1.1\r\nHost: \r\n\r\n", /^HTTP\/1\.1 (200|40[03]) /],
  ["TRACE", "TRACE /get?key=k HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 405 /],
  ["CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 40[0-5] /],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 40[0-5] /],
  ["a made-up method", "FROB /put HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 405 /],
  ["a space in the target", "GET /get?key=a b HTTP/1.1\r\nHost: localhost\r\n\r\n", BAD],
  ["a broken escape", "GET /get?key=%G HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 400 /],
  [
    "length and chunks at once",
    "POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n" +
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    BAD,
  ],
  [
    "two lengths",
    "POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    BAD,
  ],
  [
    "a length below 0",
    "POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: -2\r\n\r\n{}",
    BAD,
  ],
  ["a length with a plus", "POST /put HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}", BAD],
  [
    "chunked that is not last",
    "POST /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    BAD,
  ],
  [
    "a coding that is not known",
    "POST /put HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    BAD,
  ],
  [
    "a chunk size that is none",
    "POST /put HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    /^$|^HTTP\/1\.1 400 /,
  ],
  [
    "a body that ends early",
    'POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n{"key"',
    /400 [^]*"Request body could not be read\. Send it whole\."\}$/,
  ],
  [
    "a header folded over lines",
    "GET / HTTP/1.1\r\nHost: localhost\r\n x: y\r\n\r\n",
    /HTTP\/1\.1 40/,
  ],
  ["a header name with a space", "GET / HTTP/1.1\r\nHost: localhost\r\nx : y\r\n\r\n", BAD],
  ["half a request", "GET /get?key=k HTTP/1.1\r\nHost: loc", /^$|^HTTP\/1\.1 400 /],
  ["nothing at all", "", /^$/],
];

Deno.test("hostile input gets a sensible answer and the server goes on", async (t) => {
  await using server = await TestServer.start();
  for (const [name, send, expect] of TABLE) {
    await t.step(name, async () => {
      using client = await server.connect();
      await client.send(send);
      await client.closeWrite();
      assertMatch(await client.receiveRest(), expect);
      assertEquals(await server.ask("GET /health"), '200 {"status":"healthy"}');
    });
  }
  const { total, workers } = await server.stats();
  assertEquals([total.errors, workers[0]!.inFlight, workers[0]!.bodyBytes], [0, 0, 0]);
  assertEquals(server.stderr, "");
});

Deno.test("requests with random bytes in them never bring the server down", async () => {
  await using server = await TestServer.start();
  const sample = requestBytes('POST /put?key=k\nx-y: z\n\n{"key":"k","value":"v"}');
  let seed = 7171;
  const random = (below: number) => (seed = Math.imul(seed, 48271) % 0x7fffffff >>> 0) % below;
  for (let round = 0; round < 300; round++) {
    const bytes = sample.slice();
    for (let i = 0; i <= random(4); i++) bytes[random(bytes.length)] = random(256);
    using client = await server.connect();
    await client.send(bytes);
    await client.closeWrite();
    assertMatch(await client.receiveRest(), /^$|^HTTP\/1\.[01] (200|40[0-9]|413|505) /);
  }
  assertEquals((await server.stats()).total.errors, 0);
});

Deno.test("a client that reads nothing holds up nobody else", async () => {
  await using server = await TestServer.start();
  await server.ask(`PUT /store/big ${"x".repeat(60_000)}`);
  using lazy = await server.connect();
  await lazy.send(joined(...Array<Uint8Array>(50).fill(requestBytes("GET /get/big"))));
  const others: RawClient[] = [];
  for (let i = 0; i < 5; i++) others.push(await server.connect());
  for (const other of others) {
    assertEquals((await other.ask("GET /health")).status, 200);
    other.close();
  }
  for (let i = 0; i < 50; i++) assertEquals((await lazy.receive()).body.length, 60_000);
});
