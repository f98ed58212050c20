// What a server of two workers tells of single keys, by whatever way they were asked for.

import { assert, assertEquals } from "@std/assert";
import type { BigFacts, HotFacts, ItemFacts } from "../../server/observe/facts/key_facts.ts";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

/** What clients of the other raw protocols ask: two uses of a key each. */
const RAW_REQUESTS = [
  [
    "memcached",
    "set cached 0 0 1\r\nv\r\nget cached\r\n",
    "STORED\r\nVALUE cached 0 1\r\nv\r\nEND\r\n",
  ],
  ["tcp", "PUT written value\nGET written\n", "OK\nvalue\n"],
] as const;

/** The body of an answer with status 200. */
async function told<T>(server: TestServer, request: string): Promise<T> {
  const answer = await server.ask(request);
  assertEquals(answer.slice(0, 4), "200 ", answer);
  return JSON.parse(answer.slice(4)) as T;
}

Deno.test("GET /stats/hot names the keys that are asked for most, over all workers and protocols", async () => {
  const ports = ["--resp-port", "0", "--memcache-port", "0", "--text-port", "0"];
  await using server = await TestServer.start(["--workers", "2", ...ports]);
  for (let i = 0; i < 6; i++) {
    const client = await connectRaw(server, "redis");
    try {
      await exchange(client, command("SET", "hot", "v"), "+OK\r\n");
      await exchange(client, command("MGET", "hot", "other"), "*2\r\n$1\r\nv\r\n$-1\r\n");
      await exchange(client, command("MULTI"), "+OK\r\n");
      await exchange(client, command("GET", "\u{1f525}"), "+QUEUED\r\n");
      await exchange(client, command("EXEC"), "*1\r\n$-1\r\n");
    } finally {
      client.close();
    }
  }
  for (let i = 0; i < 3; i++) {
    await server.ask("GET /get?key=hot");
    await server.ask("GET /get/%FF");
  }
  for (const [protocol, request, answer] of RAW_REQUESTS) {
    const client = await connectRaw(server, protocol);
    try {
      await exchange(client, request, answer);
    } finally {
      client.close();
    }
  }
  const { requests, keys } = await told<HotFacts>(server, "GET /stats/hot?count=3");
  // Some of it may have faded a little.
  assert(requests >= 24 && requests <= 34, `${requests}`);
  assertEquals(keys.map(({ key }) => key).toSorted(), ["hot", "other", "\u{1f525}"]);
  assertEquals(keys[0]!.key, "hot");
  assert(Math.abs(keys[0]!.share - 15 / 34) < 0.01, `${keys[0]!.share}`);
  assertEquals(keys[0]!.writeShare, 0.4);
  const all = await told<HotFacts>(server, "GET /stats/hot");
  assertEquals(all.keys.map((key) => key.key ?? key.base64).slice(3).toSorted(), [
    "/w==",
    "cached",
    "written",
  ]);
  for (const query of ["?count=0", "?count=101", "?count=1x", "?count", "?most=1", "?count=%FF"]) {
    assertEquals((await server.ask(`GET /stats/hot${query}`)).slice(0, 4), "400 ", query);
  }
});

Deno.test("GET /stats/big and /stats/item tell of items, with the token alone, and of nothing else", async () => {
  await using server = await TestServer.start(["--token", "secret"]);
  const withToken = "\nauthorization: Bearer secret";
  const put = (key: string, value: string) =>
    server.ask(`PUT /store/${key}${withToken}\n\n${value}`);
  await put("large", "x".repeat(50_000));
  await put("%FF%00", "\u{1f525}<b>");
  const { keys, types, looked } = await told<BigFacts>(
    server,
    `GET /stats/big?count=1${withToken}`,
  );
  assertEquals(keys.map(({ key, valueBytes }) => [key, valueBytes]), [["large", 50_000]]);
  assertEquals([looked, types["string"]!.items], [2, 2]);
  const item = await told<ItemFacts>(server, `GET /stats/item?key=%2Fw%3D%3D&base64=1${withToken}`)
    .catch(() => null);
  assertEquals(item, null, "another key");
  const found = await told<ItemFacts>(server, `GET /stats/item?key=/wA=&base64=1${withToken}`);
  const { ring, window, probe, count, ...rest } = found;
  assertEquals([ring === "main" || ring === "probation", window < 6, probe < 16, count < 4], [
    true,
    true,
    true,
    true,
  ]);
  assertEquals({ ...rest, version: 0, shard: 0 }, {
    base64: "/wA=",
    database: 0,
    type: "string",
    encoding: "embstr",
    version: 0,
    ttlSeconds: null,
    slabBytes: 32,
    slots: 1,
    valueBytes: 7,
    members: null,
    shard: 0,
    value: btoa("\xf0\x9f\x94\xa5<b>"),
    isCut: false,
  });
  const table: readonly (readonly [query: string, answer: string])[] = [
    ["item?key=none", '404 {"status":"ERROR","message":"Key not found."}'],
    ["item?key=large&database=1", '404 {"status":"ERROR","message":"Key not found."}'],
    ["item", "400 "],
    ["item?key=", "400 "],
    ["item?key=a&database=16", "400 "],
    ["item?key=a&base64=2", "400 "],
    ["item?key=a&base64=1", "400 "],
    ["item?key=a&meta=1", "400 "],
    [`item?key=${"k".repeat(5000)}`, "400 "],
    ["big?count=0", "400 "],
    ["big?key=a", "400 "],
  ];
  for (const [query, answer] of table) {
    const got = await server.ask(`GET /stats/${query}${withToken}`);
    assertEquals(got.slice(0, answer.length), answer, query);
  }
  for (const path of ["hot", "big", "item?key=large"]) {
    assertEquals((await server.ask(`GET /stats/${path}`)).slice(0, 4), "401 ", path);
    assertEquals((await server.ask(`POST /stats/${path}${withToken}`)).slice(0, 4), "405 ", path);
  }
});
