// What is read behind a request's back is what the request itself would have said, over real
// connections. Requests that Deno.serve did not make are what bodies_test.ts reads.

import { assertEquals } from "@std/assert";
import { RequestAccess } from "../../../server/http/request_access.ts";

const access = new RequestAccess();

Deno.test("RequestAccess.header() agrees with Headers for requests of Deno.serve", async () => {
  const names = ["host", "origin", "content-length", "authorization", "x-twice", "x-none"];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const inner = names.map((name) => access.header(request, name));
      const outer = names.map((name) => request.headers.get(name));
      return Response.json({ inner, outer });
    },
  );
  const headers: [string, string][] = [
    ["authorization", "Bearer t\u00e9"],
    ["x-twice", "a"],
    ["x-twice", "b"],
  ];
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const { inner, outer } = await (await fetch(url, { method: "POST", headers, body: "abc" }))
    .json();
  assertEquals(inner, outer);
  assertEquals(inner.slice(2), ["3", "Bearer t\u00e9", "a, b", null]);
});

Deno.test("RequestAccess.arrivedBody() gives the whole body or null, never a part", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => new Response((access.arrivedBody(request) ?? await request.bytes()).slice()),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  for (const length of [0, 1, 1000, 100_000, 1_000_000]) {
    const body = new Uint8Array(length).map((_, i) => i % 251);
    const answer = await (await fetch(url, { method: "POST", body })).bytes();
    assertEquals(answer.length, length);
    assertEquals(answer.every((byte, i) => byte === body[i]), true);
  }
  const chunks = ReadableStream.from(["a", "bc", "d"]).pipeThrough(new TextEncoderStream());
  assertEquals(await (await fetch(url, { method: "POST", body: chunks })).text(), "abcd");
});

Deno.test("RequestAccess.traceOf() shows keys, and nothing else that clients put into paths", () => {
  const fresh = new RequestAccess();
  const table: readonly [string, string][] = [
    ["/put", "/put"],
    ["/", "/"],
    ["/get?key=secret", "/get"],
    ["/store/a%20b?ttl=5", "/store/a%20b"],
    ["/get/key", "/get/key"],
    ["/stats/hot?count=3", "/stats/hot"],
    ["/set/key/value", "/set/..."],
    ["/auth/token", "/auth/..."],
    [`/store/${"k".repeat(100)}`, `/store/${"k".repeat(57)}...`],
  ];
  for (const [path, shown] of table) {
    const request = new Request(`http://localhost${path}`, { headers: { traceparent: "none" } });
    assertEquals(fresh.traceOf(request), { method: "GET", path: shown, traceparent: null });
  }
});
