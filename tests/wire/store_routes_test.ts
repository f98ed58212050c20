// The raw routes with values of any bytes, HEAD, and what the server says about itself.

import { assertEquals } from "@std/assert";
import { conversation, errorBody, MISS, PUT_OK } from "./conversation.ts";
import { joined, requestBytes } from "./raw_client.ts";
import { TestServer } from "./server.ts";
import project from "../../deno.json" with { type: "json" };

const BYTES_TYPE = { "content-type": "application/octet-stream" };
const NOT_FOUND = "404 No value found for key";

conversation("/store/{key} and /get/{key} answer the documented bytes", [
  ["GET /get/k", NOT_FOUND],
  ["PUT /store/k any text", "200", { "content-length": "0" }],
  ["GET /get/k", "200 any text", BYTES_TYPE],
  ["POST /store/k other", "200"],
  ["GET /get/k", "200 other"],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"other"}'],
  ["PUT /store/k ", "200"],
  ["GET /get/k", "200", { "content-length": "0" }],
  ["DELETE /store/k", "200", { "content-length": "0" }],
  ["DELETE /store/k", NOT_FOUND],
  ["PUT /store/a%2Fb+c 1", "200"],
  ["GET /get/a%2Fb%2Bc", "200 1"],
  ["GET /get?key=a/b%2Bc", '200 {"status":"OK","key":"a/b+c","value":"1"}'],
  ["PUT /store/k?ttl=30 v", "200"],
  ["GET /get?key=k&meta=1", /^200 .*"ttl":(30|29\.\d+)\}$/],
  [
    "GET /get/%zz",
    "400 " + errorBody(
      "Key in the path is not valid. Write % as %25, and each other byte as it is or as %XX.",
    ),
  ],
  ["GET /get/", /^400 .*"Key in the path is empty\. Send it after the last slash\."\}$/],
  ["GET /get/a/b", /^400 .*"Key in the path contains a slash\. Write it as %2F\."\}$/],
  [
    "PUT /store/k?ttl=0 v",
    "400 " + errorBody(
      'Query parameter "ttl" is not valid. Send seconds, such as 30 or 0.5, above 0 and at most ' +
        "3153600000.",
    ),
  ],
  ["PUT /store/k?tll=5 v", /^400 .*Unknown query parameter \\"tll\\"\. This route takes ttl\./],
  ["GET /get/k?meta=1", /^400 .*This route takes none\./],
]);

conversation("HEAD answers as GET does, without the body", [
  ['POST /put {"key":"k","value":"v"}', PUT_OK],
  ["HEAD /get?key=k", "200", { "content-length": "37", "content-type": "application/json" }],
  ["HEAD /get?key=x", "200", { "content-length": String(MISS.length - 4) }],
  ["HEAD /get/k", "200", { "content-length": "1", ...BYTES_TYPE }],
  ["HEAD /get/x", "404", { "content-length": "22" }],
  ["HEAD /health", "200", { "content-length": "20" }],
  ["HEAD /", "200", { "content-type": "application/json" }],
  ["HEAD /put", "405", { allow: "POST" }],
]);

conversation("/health, /ready and / say what they should", [
  ["GET /health", '200 {"status":"healthy"}', { "content-type": "application/json" }],
  ["GET /ready", '200 {"status":"ready"}'],
  [
    "GET /",
    new RegExp(
      String
        .raw`^200 \{"name":"slabkv","version":"${project.version}","routes":\["POST /put","GET /get",` +
        String
          .raw`"DELETE /delete","POST /delete","POST /incr","POST /mput","POST /mget","GET /health",` +
        String
          .raw`"GET /ready","GET /stats","GET /stats/live",("GET /(stats/[a-z]+|metrics|diagnose)",)*` +
        String
          .raw`"POST /snapshot","POST /pipeline","POST /multi-exec","GET /export","POST /import",` +
        String.raw`"GET /","POST /",` +
        String
          .raw`"PUT /store/\{key\}","POST /store/\{key\}","DELETE /store/\{key\}","GET /get/\{key\}"\]\}$`,
    ),
  ],
]);

Deno.test("/store keeps every byte, up to a MiB, and a value that is no text is no JSON", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const value = new Uint8Array(2 ** 20);
  for (let i = 0; i < value.length; i++) value[i] = Math.imul(i, 2654435761) >>> 24;
  await client.send(joined(requestBytes("PUT /store/%00%FF\ncontent-length: 1048576"), value));
  assertEquals((await client.receive()).status, 200);
  const { status, body } = await client.ask("GET /get/%00%ff");
  assertEquals([status, body.length], [200, value.length]);
  assertEquals(body.every((byte, i) => byte === value[i]), true);

  await client.send(joined(requestBytes("PUT /store/k\ncontent-length: 1"), new Uint8Array([255])));
  assertEquals((await client.receive()).status, 200);
  assertEquals((await client.ask("GET /get/k")).body, new Uint8Array([255]));
  const answer = await client.ask("GET /get?key=k");
  const wanted = errorBody("Value is not UTF-8 text. Read it with GET /get/{key}.");
  assertEquals([answer.status, answer.text], [409, wanted]);
  assertEquals((await client.ask('POST /mget {"keys":["k"]}')).status, 409);
});

Deno.test("what is no string is refused by routes that read strings, missing to /mget, and replaced and deleted", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const ask = async (line: string) => {
    const { status, text } = await client.ask(line);
    return `${status} ${text}`;
  };
  assertEquals(await ask('POST / ["RPUSH","l","a"]'), '200 {"result":1}');
  const wanted = errorBody(
    "Value is no string. Send a command for its type, such as LRANGE, to POST /.",
  );
  for (const line of ["GET /get?key=l", "GET /get?key=l&meta=1", 'POST /incr {"key":"l"}']) {
    assertEquals(await ask(line), `409 ${wanted}`, line);
  }
  assertEquals((await client.ask("GET /get/l")).status, 409);
  assertEquals(
    await ask('POST /mget {"keys":["l"]}'),
    '200 {"status":"OK","items":[],"missing":["l"]}',
  );
  assertEquals(await ask('POST / ["LRANGE","l","0","-1"]'), '200 {"result":["a"]}');
  assertEquals(await ask("GET /get/l"), `409 ${wanted}`);
  assertEquals((await client.ask('POST /put {"key":"l","value":"v"}')).status, 200);
  assertEquals(await ask("GET /get/l"), "200 v");
  await client.ask('POST / ["SADD","s","a"]');
  assertEquals((await client.ask("DELETE /delete?key=s")).status, 200);
  assertEquals(await ask('POST / ["EXISTS","s"]'), '200 {"result":0}');
});

Deno.test("/mget of more than an answer can hold is refused and says so", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  await client.ask(`PUT /store/big ${"x".repeat(1_000_000)}`);
  const keys = (count: number) => Array<string>(count).fill('"big"').join(",");
  assertEquals((await client.ask(`POST /mget {"keys":[${keys(2)}]}`)).status, 200);
  const { status, text } = await client.ask(`POST /mget {"keys":[${keys(5000)}]}`);
  const wanted = errorBody("Answer would be too large. Ask for fewer keys at a time.");
  assertEquals(`${status} ${text}`, `413 ${wanted}`);
  assertEquals((await client.ask("GET /get/big")).body.length, 1_000_000);
});

Deno.test("a large value is read whole by every route, and counts as one hit each time", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  const value = "x".repeat(100_000);
  await client.ask(`PUT /store/big ${value}`);
  const body = `{"status":"OK","key":"big","value":"${value}"`;
  assertEquals((await client.ask("GET /get/big")).text, value);
  assertEquals((await client.ask("GET /get?key=big")).text, `${body}}`);
  const withMeta = (await client.ask("GET /get?key=big&meta=1")).text;
  assertEquals(withMeta, `${body},"version":1,"ttl":null}`);
  assertEquals((await client.ask("HEAD /get/big")).headers.get("content-length"), "100000");
  const { hits, misses } = JSON.parse((await client.ask("GET /stats")).text).total;
  assertEquals([hits, misses], [4, 0]);
});

Deno.test("/stats counts what was done, by worker and in total", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  for (let i = 0; i < 3; i++) await client.ask(`POST /put {"key":"k${i}","value":"v"}`);
  for (let i = 0; i < 4; i++) await client.ask(`GET /get?key=k${i}`);
  await client.ask("DELETE /store/k0");
  const { text, headers } = await client.ask("GET /stats");
  assertEquals(headers.get("content-type"), "application/json");
  const stats = JSON.parse(text);
  assertEquals(Object.keys(stats), [
    "version",
    "state",
    "uptimeSeconds",
    "items",
    "itemCapacity",
    "slots",
    "bytes",
    "shards",
    "hitRatio",
    "evictions",
    "windowEvictions",
    "expirations",
    "total",
    "refusals",
    "breaker",
    "persistence",
    "connections",
    "memoryCurve",
    "workers",
  ]);
  const { version, state, items, hitRatio, evictions, expirations, total } = stats;
  assertEquals(
    { version, state, items, hitRatio, evictions, expirations },
    {
      version: project.version,
      state: "ready",
      items: 2,
      hitRatio: 0.75,
      evictions: 0,
      expirations: 0,
    },
  );
  const { requests, hits, misses, puts, deletes, errors } = total;
  assertEquals({ requests, hits, misses, puts, deletes, errors }, {
    requests: 9,
    hits: 3,
    misses: 1,
    puts: 3,
    deletes: 1,
    errors: 0,
  });
  assertEquals(stats.workers.map(({ worker, hits }: typeof total) => [worker, hits]), [[1, 3]]);
  assertEquals(stats.bytes.memory, 64 * 2 ** 20);
  assertEquals(stats.slots.used > 0 && stats.slots.used < stats.slots.total, true);
});
