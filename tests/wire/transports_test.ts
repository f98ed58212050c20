// The ways to the server other than HTTP/1.1 over TCP: h2 with and without TLS, a Unix socket, IPv6;
// compression; and what in the environment must not lead elsewhere.

import { assertEquals, assertNotEquals } from "@std/assert";
import http2 from "node:http2";
import { conversation, converse, errorBody, type Exchange, MISS, PUT_OK } from "./conversation.ts";
import { RawClient } from "./raw_client.ts";
import { spawn, TestServer, until } from "./server.ts";

const CERT = new URL("./fixtures/for_tests_only_cert.pem", import.meta.url).pathname;
const KEY = new URL("./fixtures/for_tests_only_key.pem", import.meta.url).pathname;
const TLS = ["--tls-cert", CERT, "--tls-key", KEY];

const TABLE: readonly Exchange[] = [
  ["GET /get?key=k", MISS],
  ['POST /put {"key":"k","value":"v"}', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"v"}'],
  ["POST /put {", /^400 /],
  ["HEAD /get?key=k", "200"],
  ["DELETE /delete", /^400 /],
  [`POST /put ${" ".repeat(65_537)}`, /^413 .*at most 65536 bytes/],
];

/** Sends one request over an h2 session; returns status and body. */
function askH2(session: http2.ClientHttp2Session, short: string): Promise<string> {
  const [, method, path, body = ""] = /^(\S+) (\S+)(?: ([^]*))?$/.exec(short)!;
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": method, ":path": path });
    let status = 0;
    let text = "";
    stream.on("response", (headers) => status = Number(headers[":status"]));
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => text += chunk);
    stream.on("end", () => resolve(`${status} ${text}`.trimEnd()));
    stream.on("error", reject);
    if (!stream.writableEnded) stream.end(body);
  });
}

async function converseH2(session: http2.ClientHttp2Session): Promise<void> {
  try {
    for (const [send, expect] of TABLE) {
      const found = await askH2(session, send);
      if (typeof expect === "string") assertEquals(found, expect, send);
      else assertEquals(expect.test(found), true, `${send.slice(0, 50)}: ${found}`);
    }
    const requests = Array.from({ length: 100 }, () => askH2(session, "GET /get?key=k"));
    assertEquals(new Set(await Promise.all(requests)).size, 1);
  } finally {
    await new Promise<void>((resolve) => session.close(resolve));
  }
}

Deno.test("h2 by prior knowledge answers the same bytes", async () => {
  await using server = await TestServer.start();
  await converseH2(http2.connect(`http://localhost:${server.port}`));
});

Deno.test("h2 over TLS answers the same bytes", async () => {
  await using server = await TestServer.start(TLS);
  const ca = await Deno.readTextFile(CERT);
  const session = http2.connect(`https://localhost:${server.port}`, { ca });
  await converseH2(session);
});

Deno.test("HTTP/1.1 over TLS answers the same bytes", async () => {
  await using server = await TestServer.start(TLS);
  const caCerts = [await Deno.readTextFile(CERT)];
  const connect = async () =>
    new RawClient(await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts }));
  await converse(connect, TABLE);
});

Deno.test("plain text to a TLS port gets no answer and ends nothing", async () => {
  await using server = await TestServer.start(TLS);
  using client = await server.connect();
  await client.send("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
  assertEquals((await client.receiveRest()).includes("healthy"), false);
  const caCerts = [await Deno.readTextFile(CERT)];
  const connect = async () =>
    new RawClient(await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts }));
  await converse(connect, [["GET /health", '200 {"status":"healthy"}']]);
});

Deno.test({
  name: "--unix serves the same cache on a socket, and removes it at the end",
  ignore: Deno.build.os === "windows",
}, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/slabkv.sock`;
  try {
    await using server = await TestServer.start(["--unix", path, "--workers", "2"]);
    const connect = async () => new RawClient(await Deno.connect({ transport: "unix", path }));
    await converse(connect, TABLE);
    await converse(connect, [["GET /get?key=k\nhost: whatever.example", /^200 .*"value":"v"/]]);
    assertEquals(await server.ask("GET /get?key=k"), '200 {"status":"OK","key":"k","value":"v"}');
    server.kill("SIGTERM");
    assertEquals((await server.ended()).code, 0);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "--unix takes over the socket of a dead server",
  ignore: Deno.build.os === "windows",
}, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/slabkv.sock`;
  try {
    {
      await using dead = await TestServer.start(["--unix", path]);
      dead.kill("SIGKILL");
      await dead.status;
    }
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    await using _server = await TestServer.start(["--unix", path]);
    using client = new RawClient(await Deno.connect({ transport: "unix", path }));
    assertEquals((await client.ask("GET /health")).status, 200);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Whether this machine has an IPv6 loopback at all. */
function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({ name: "--host ::1 serves IPv6", ignore: !hasIpv6() }, async () => {
  await using server = await TestServer.start(["--host", "::1"]);
  const connect = () => RawClient.connect({ hostname: "::1", port: server.port });
  await converse(connect, [
    [`GET /get?key=k\nhost: [::1]:${server.port}`, MISS],
    ["GET /get?key=k\nhost: [::2]", /^403 /],
  ]);
});

const TEXT = "x".repeat(250);
const PUT_TEXT: Exchange = [`POST /put {"key":"k","value":"${TEXT}"}`, PUT_OK];
const GET_GZIP = "GET /get?key=k\naccept-encoding: gzip";
conversation("answers are not compressed unless --compress", [
  PUT_TEXT,
  [GET_GZIP, `200 {"status":"OK","key":"k","value":"${TEXT}"}`, { "content-encoding": null }],
]);

Deno.test("--compress compresses for clients that accept it", async () => {
  await using server = await TestServer.start(["--compress"]);
  using client = await server.connect();
  await client.ask(PUT_TEXT[0]);
  const plain = await client.ask("GET /get?key=k");
  assertEquals([plain.headers.get("content-encoding"), plain.text.length], [null, 286]);
  const packed = await client.ask(GET_GZIP);
  assertEquals(packed.headers.get("content-encoding"), "gzip");
  const stream = new Blob([packed.body.slice()]).stream();
  const text = await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
  assertEquals(text, plain.text);
});

Deno.test("--compress leaves answers of more than 64 KiB as they are", async () => {
  await using server = await TestServer.start(["--compress"]);
  using client = await server.connect();
  await client.ask(`PUT /store/k ${"x".repeat(65_537)}`);
  const accept = "accept-encoding: br, gzip";
  const requests = [
    `GET /get?key=k\n${accept}`,
    `POST /\n${accept}\n\n["GET","k"]`,
    `POST /mget\n${accept}\n\n{"keys":["k"]}`,
  ];
  for (const request of requests) {
    const { headers, body } = await client.ask(request);
    assertEquals([headers.get("content-encoding"), body.length > 65_537], [null, true], request);
  }
});

Deno.test("DENO_SERVE_ADDRESS does not redirect the server", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  other.close();
  const env = { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` };
  await using server = await TestServer.start([], env);
  assertNotEquals(server.port, port);
  assertEquals(await server.ask("GET /get?key=k"), `200 ${errorBody("Key not found.")}`);
  await assertRefused(port);
});

async function assertRefused(port: number): Promise<void> {
  const connected = await Deno.connect({ port }).then((conn) => conn, () => null);
  connected?.close();
  assertEquals(connected, null);
}

Deno.test("on a terminal the server says in words where it is", async () => {
  const child = await spawn(["--port", "0", "--memory", "16MiB", "--workers", "1"]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    await until("the banner is there", async () => {
      text += (await reader.read()).value ?? "";
      return text.includes("/put\n");
    });
  } finally {
    child.kill("SIGKILL");
    await Promise.all([child.status, child.stderr.cancel(), reader.cancel()]);
  }
  const shape = new RegExp(
    "^slabkv \\d+\\.\\d+\\.\\d+\\n  listening  http://127\\.0\\.0\\.1:\\d+\\n" +
      "  memory     16MiB in 8 shards\\n  capacity   [\\d,]+ items of 160 bytes\\n" +
      "  workers    1\\n  dashboard  http://127\\.0\\.0\\.1:\\d+/\\n" +
      "  try        curl -d '.*' http://127\\.0\\.0\\.1:\\d+/put\\n$",
  );
  assertEquals(shape.test(text), true, text);
});
