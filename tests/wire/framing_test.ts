// How requests arrive: pipelined, in chunks, byte by byte, announced with Expect, one after the
// other over one connection; and clients that go away in the middle.

import { assertEquals } from "@std/assert";
import { converse, PUT_OK } from "./conversation.ts";
import { joined, requestBytes } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const PUT_BODY = '{"key":"k","value":"caf\u00e9"}';
const HIT = '{"status":"OK","key":"k","value":"caf\u00e9"}';

Deno.test("pipelined requests are answered in their order", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const requests = Array.from({ length: 200 }, (_, i) => [
    requestBytes(`POST /put {"key":"k${i}","value":"${i}"}`),
    requestBytes(`GET /get?key=k${i}`),
  ]).flat();
  await client.send(joined(...requests));
  for (let i = 0; i < 200; i++) {
    const put = await client.receive();
    assertEquals(`${put.status} ${put.text}`, PUT_OK);
    assertEquals((await client.receive()).text, `{"status":"OK","key":"k${i}","value":"${i}"}`);
  }
});

Deno.test("a connection serves many requests, and ends when it is asked to", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  for (let i = 0; i < 50; i++) assertEquals((await client.ask("GET /health")).status, 200);
  const last = await client.ask("GET /health\nconnection: close");
  assertEquals([last.status, last.headers.get("connection")], [200, "close"]);
  assertEquals(await client.receiveRest(), "");
});

Deno.test("chunked bodies are read whole, in one chunk, in many, and byte by byte", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const body = new TextEncoder().encode(PUT_BODY);
  const head = requestBytes("POST /put\ntransfer-encoding: chunked");
  for (const size of [body.length, 7, 1]) {
    const parts: Uint8Array[] = [head];
    for (let at = 0; at < body.length; at += size) {
      const chunk = body.subarray(at, at + size);
      parts.push(new TextEncoder().encode(`${chunk.length.toString(16)}\r\n`), chunk);
      parts.push(new TextEncoder().encode("\r\n"));
    }
    await client.send(joined(...parts, new TextEncoder().encode("0\r\n\r\n")));
    assertEquals((await client.receive()).status, 200, `chunks of ${size}`);
    assertEquals((await client.ask("GET /get?key=k")).text, HIT);
    assertEquals((await client.ask("DELETE /delete?key=k")).status, 200);
  }
});

Deno.test("a request that arrives byte by byte is answered like any other", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  for (
    const byte of joined(requestBytes(`POST /put ${PUT_BODY}`), requestBytes("GET /get?key=k"))
  ) {
    await client.send(Uint8Array.of(byte));
  }
  assertEquals((await client.receive()).status, 200);
  assertEquals((await client.receive()).text, HIT);
});

Deno.test("Expect: 100-continue is answered before the body is sent", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const length = new TextEncoder().encode(PUT_BODY).length;
  await client.send(requestBytes(`POST /put\nexpect: 100-continue\ncontent-length: ${length}`));
  assertEquals((await client.receive()).status, 100);
  await client.send(PUT_BODY);
  assertEquals((await client.receive()).status, 200);
  assertEquals((await client.ask("GET /get?key=k")).text, HIT);
});

Deno.test("Expect: 100-continue with a length that is too large is refused unread", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  await client.send(requestBytes("POST /put\nexpect: 100-continue\ncontent-length: 70000"));
  const statuses = [(await client.receive()).status];
  // Deno.serve may have said "continue" before the handler was asked.
  if (statuses[0] === 100) statuses.push((await client.receive()).status);
  assertEquals(statuses.at(-1), 413);
});

Deno.test("clients that go away in the middle of a body leave nothing behind", async () => {
  await using server = await TestServer.start();
  const kinds = ["content-length: 30", "transfer-encoding: chunked"];
  const clients = await Promise.all(Array.from({ length: 10 }, () => server.connect()));
  for (const [i, client] of clients.entries()) {
    await client.send(requestBytes(`POST /put\n${kinds[i % 2]}`));
    await client.send(i % 2 === 0 ? '{"key"' : '6\r\n{"key"\r\n');
  }
  await until("all bodies count", async () => (await server.stats()).workers[0]!.inFlight === 10);
  assertEquals((await server.stats()).workers[0]!.bodyBytes > 0, true);
  for (const [i, client] of clients.entries()) {
    if (i < 8) client.close();
    else await client.closeWrite();
  }
  await until("no body counts", async () => {
    const { inFlight, bodyBytes } = (await server.stats()).workers[0]!;
    return inFlight === 0 && bodyBytes === 0;
  });
  clients.forEach((client) => client.close());
  await converse(() => server.connect(), [[`POST /put ${PUT_BODY}`, PUT_OK]]);
});
