// The commands against a real server: bytes, exit codes, and what they say when it cannot be done.

import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { runToEnd, TestServer } from "../wire/server.ts";
import { FakeServer, type Outcome, run, type Surroundings, text } from "./fixture.ts";

const CERT = new URL("../wire/fixtures/for_tests_only_cert.pem", import.meta.url).pathname;
const KEY = new URL("../wire/fixtures/for_tests_only_key.pem", import.meta.url).pathname;

/** Runs commands against one server. */
function at(url: string, env: Record<string, string> = {}) {
  return (args: readonly string[], around: Surroundings = {}): Promise<Outcome> =>
    run(args, { ...around, env: { SLABKV_URL: url, ...env } });
}

Deno.test("get, put, del and incr exit with 0 for a hit and 1 for a miss", async () => {
  await using server = await TestServer.start();
  const client = at(`http://127.0.0.1:${server.port}`);
  const miss = 'slabkv: No value found for key "k"\n';
  const table: [string[], number, string, string][] = [
    [["get", "k"], 1, "", miss],
    [["get", "k", "--json"], 1, '{"key":"k","found":false}\n', miss],
    [["put", "k", "värde"], 0, "", ""],
    [["get", "k"], 0, "värde", ""],
    [["get", "k", "--json"], 0, '{"key":"k","found":true,"value":"värde"}\n', ""],
    [["put", "k", "", "--json"], 0, '{"key":"k","stored":true,"bytes":0}\n', ""],
    [["get", "k"], 0, "", ""],
    [["incr", "n"], 0, "1\n", ""],
    [["incr", "n", "-9223372036854775808"], 0, "-9223372036854775807\n", ""],
    [["incr", "n", "+7", "--json"], 0, '{"key":"n","value":"-9223372036854775800"}\n', ""],
    [["del", "k"], 0, "", ""],
    [["del", "k"], 1, "", miss],
    [["del", "k", "--json"], 1, '{"key":"k","deleted":false}\n', miss],
    [["del", "n", "--json"], 0, '{"key":"n","deleted":true}\n', ""],
  ];
  for (const [args, code, stdout, stderr] of table) {
    const found = await client(args);
    assertEquals([found.code, found.stdout, found.stderr], [code, stdout, stderr], args.join(" "));
  }
});

Deno.test("put and get carry any bytes up to 1 MiB, and any key", async () => {
  await using server = await TestServer.start();
  const client = at(`http://127.0.0.1:${server.port}`);
  const bytes = new Uint8Array(1024 * 1024).map((_, i) => i * 7 ^ i >> 8);
  assertEquals((await client(["put", "b", "-"], { stdin: bytes })).code, 0);
  assertEquals((await client(["get", "b"])).bytes, bytes);
  assertEquals((await client(["put", "b", "-"], { stdin: bytes.subarray(0, 2) })).code, 0);
  assertEquals((await client(["get", "b"])).bytes, bytes.subarray(0, 2));
  await client(["put", "b", "-"], { stdin: new Uint8Array([255, 0]) });
  const json = (await client(["get", "b", "--json"])).stdout;
  assertEquals(json, '{"key":"b","found":true,"base64":"/wA="}\n');

  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(key, async (key) => {
      assertEquals((await client(["put", "--", key, key])).stderr, "");
      assertEquals((await client(["get", "--", key])).stdout, key);
    }),
    { numRuns: 30, examples: [["."], [".."], ["../get"], ["a/b?c#d%"], ["--json"], ["\0\r\n"]] },
  );
});

Deno.test("get ends with a newline on a terminal only", async () => {
  await using server = await TestServer.start();
  const client = at(`http://127.0.0.1:${server.port}`);
  await client(["put", "k", "v"]);
  assertEquals((await client(["get", "k"], { isTerminal: true })).stdout, "v\n");
  assertEquals((await client(["get", "k"])).stdout, "v");
});

Deno.test("put --ttl makes the item expire", async () => {
  await using server = await TestServer.start();
  const client = at(`http://127.0.0.1:${server.port}`);
  await client(["put", "k", "v", "--ttl", "90s"]);
  assertMatch(await server.ask("GET /get?key=k&meta=1"), /"ttl":(89|90)/);
});

Deno.test("stats, ping and health tell of the server", async () => {
  await using server = await TestServer.start();
  const url = `http://127.0.0.1:${server.port}`;
  const client = at(url);
  assertMatch((await client(["stats"])).stdout, /^version +\d[^]*\nworkers\.0\.requests +\d+\n/);
  assertEquals(typeof JSON.parse((await client(["stats", "--json"])).stdout).items, "number");
  assertMatch(
    (await client(["ping"])).stdout,
    /^slabkv \d\S+ at http:\S+ answered in [\d.]+ ms\n$/,
  );
  assertEquals(JSON.parse((await client(["ping", "--json"])).stdout).url, url);
  const health = await client(["health"]);
  assertEquals([health.code, health.stdout, health.stderr], [0, "healthy\n", ""]);
  assertEquals((await client(["health", "--json"])).stdout, '{"status":"healthy"}\n');
});

Deno.test("commands send the token, and say so when it is missing", async () => {
  await using server = await TestServer.start(["--token", "secret"]);
  const url = `http://127.0.0.1:${server.port}`;
  const refused = await at(url)(["get", "k"]);
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /answered 401: .* Give it with --token or SLABKV_TOKEN\n$/);
  assertEquals((await at(url)(["get", "k", "--token", "secret"])).code, 1);
  assertEquals((await at(url, { SLABKV_TOKEN: "secret" })(["put", "k", "v"])).code, 0);
  assertEquals((await at(url)(["health"])).code, 0);
});

Deno.test("commands reach servers over TLS and Unix sockets", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const socket = `${folder}/s.sock`;
    await using server = await TestServer.start(["--tls-cert", CERT, "--tls-key", KEY]);
    await using other = await TestServer.start(["--unix", socket]);
    const url = `https://localhost:${server.port}`;
    const distrusted = await at(url)(["health"]);
    assertEquals(distrusted.code, 2);
    assertMatch(distrusted.stderr, /certificate.*Give the authority to trust with --ca FILE\n$/);
    for (const client of [at(url, { SLABKV_CA: CERT }), at(`unix:${socket}`)]) {
      const { code, stderr } = await client(["put", "k", "v"]);
      assertEquals([code, stderr], [0, ""]);
      assertEquals((await client(["get", "k"])).stdout, "v");
    }
    assertMatch((await at(url)(["ping", "--ca", "/nowhere.pem"])).stderr, /Cannot read the cert/);
    assertEquals(other.stderr, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("commands exit with 2 and the server's own reason", async () => {
  await using server = await TestServer.start(["--max-value-bytes", "1000"]);
  const client = at(`http://127.0.0.1:${server.port}`);
  await client(["put", "k", "v"]);
  const table: [string[], RegExp][] = [
    [["put", "k", "x".repeat(1001)], /answered 413: Request body is too large/],
    [["get", "x".repeat(1025)], /answered 400: /],
    [["incr", "k"], /answered 409: Value is not a 64-bit integer/],
    [["incr", "k", "one"], /Cannot add "one": expected an integer of 64 bits/],
    [["incr", "k", "9223372036854775808"], /Cannot add/],
    [["get", ""], /Key is empty/],
  ];
  for (const [args, expected] of table) {
    const { code, stdout, stderr } = await client(args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, expected);
  }
  const large = new Uint8Array(4 * 1024 * 1024);
  assertMatch((await client(["put", "k", "-"], { stdin: large })).stderr, /answered 413: /);
});

Deno.test("commands say why a server cannot be reached", async () => {
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = closed.addr;
  closed.close();
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const table: [string, RegExp][] = [
    [
      `http://127.0.0.1:${port}`,
      /^slabkv: Cannot reach http:\/\/127\.0\.0\.1:\d+: connection refused\. Is slabkv running there\?/,
    ],
    ["unix:/nowhere/s.sock", /: no such socket\. Is slabkv running there\?/],
    [`http://127.0.0.1:${silent.addr.port}`, /: no answer within 100ms\n$/],
    [`https://127.0.0.1:${silent.addr.port}`, /: no answer within 100ms\n$/],
  ];
  for (const [url, expected] of table) {
    const { code, stdout, stderr } = await at(url)(["get", "k", "--timeout", "100ms"]);
    assertEquals([code, stdout], [2, ""], url);
    assertMatch(stderr, expected);
  }
});

Deno.test("commands take another server's answers for no hit, no miss and no health", async () => {
  await using other = new FakeServer((_, path) => {
    if (path === "/health") return text('{"status":"sick"}');
    return path === "/stats" ? text("<html>") : text("Not here", 404);
  });
  for (const args of [["get", "k"], ["del", "k"], ["ping"], ["health"], ["stats"]]) {
    assertEquals((await at(other.url)(args)).code, 2, args.join(" "));
  }
});

Deno.test("the program itself runs commands, and the server for serve and help serve", async () => {
  await using server = await TestServer.start();
  const url = `http://127.0.0.1:${server.port}`;
  const options = ["--url", url];
  assertEquals(await runToEnd(["put", "k", "v", ...options]), { code: 0, stdout: "", stderr: "" });
  assertEquals((await runToEnd(["get", "k", ...options])).stdout, "v");
  assertEquals((await runToEnd(["del", "nothing", ...options])).code, 1);
  assertEquals((await runToEnd(["health"], { SLABKV_PORT: String(server.port) })).code, 0);
  assertEquals((await runToEnd(["gett", "k"])).code, 2);
  assertMatch((await runToEnd(["help", "serve"])).stdout, /--max-value-bytes/);
  assertMatch((await runToEnd(["serve", "--version"])).stdout, /^slabkv \d/);
  assertMatch((await runToEnd(["completions", "bash"])).stdout, /--max-value-bytes/);
});
