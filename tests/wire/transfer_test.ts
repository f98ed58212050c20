// GET /export and POST /import between real servers: what slabkv writes, redis-cli --pipe restores into
// Redis, byte for byte, with deadlines and databases; and who may ask for it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasRedis, RedisConnection, RedisServer } from "../server/commands/redis_server.ts";
import { errorBody } from "./conversation.ts";
import { joined, RawClient } from "./raw_client.ts";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { runToEnd, TestServer } from "./server.ts";

const NO_ADMIN = errorBody(
  "Administration over HTTP needs --admin or --token, and never comes from a browser but the dashboard. " +
    "Start slabkv with one of them.",
);
const encoder = new TextEncoder();

/** A command of any bytes. */
function binary(...words: readonly Uint8Array[]): Uint8Array {
  const parts = words.flatMap((word) => [
    encoder.encode(`$${word.length}\r\n`),
    word,
    encoder.encode("\r\n"),
  ]);
  return joined(encoder.encode(`*${words.length}\r\n`), ...parts);
}

/** What a server of the Redis protocol answers to one command, as bytes of so many. */
async function asked(client: RawClient, sent: Uint8Array, length: number): Promise<Uint8Array> {
  await client.send(sent);
  return await client.receiveBytes(length);
}

async function post(server: TestServer, path: string, body: string): Promise<string> {
  using client = await server.connect();
  const answer = await client.ask(`POST ${path} ${body}`);
  return `${answer.status} ${answer.text}`;
}

Deno.test({
  name: "GET /export is what redis-cli --pipe restores into Redis (skipped: no redis-server)",
  ignore: !await hasRedis(),
  async fn() {
    await using server = await TestServer.start(["--resp-port", "0", "--admin"]);
    await using redis = await RedisServer.start();
    using own = await connectRaw(server, "redis");
    using other = await RawClient.connect({ hostname: "127.0.0.1", port: redis.port });
    const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
    const deadline = String(Date.now() + 3_600_000);
    const items: [database: string, key: Uint8Array, value: Uint8Array, deadline?: string][] = [];
    for (let i = 0; i < 600; i++) {
      const key = joined(encoder.encode(`k${i}`), everyByte.subarray(0, i % 256));
      const value = new Uint8Array(i * 37 % 3000).map((_, at) => (at * i) & 255);
      const database = String(i % 5 === 0 ? 15 : i % 3);
      items.push(i % 4 === 0 ? [database, key, value, deadline] : [database, key, value]);
    }
    items.push(["0", everyByte, new Uint8Array(600_000).map((_, at) => (at * 7) & 255)]);
    for (const [database, key, value, deadline] of items) {
      const terms = deadline === undefined
        ? []
        : ["PXAT", deadline].map((text) => encoder.encode(text));
      const set = binary(encoder.encode("SET"), key, value, ...terms);
      await own.send(command("SELECT", database));
      assertEquals(await asked(own, set, 10), encoder.encode("+OK\r\n+OK\r\n"));
    }
    using asking = await server.connect();
    const answer = await asking.ask("GET /export");
    assertEquals(answer.headers.get("slabkv-items"), String(items.length));
    await pipe(redis.port, answer.body);
    for (const [database, key, value, deadline] of items) {
      await other.send(command("SELECT", database));
      const get = joined(
        binary(encoder.encode("GET"), key),
        binary(encoder.encode("PEXPIRETIME"), key),
      );
      const end = `\r\n:${deadline ?? -1}\r\n`;
      const expected = joined(
        encoder.encode(`+OK\r\n$${value.length}\r\n`),
        value,
        encoder.encode(end),
      );
      assertEquals(await asked(other, get, expected.length), expected);
    }
    const counts = await Promise.all(["0", "1", "2", "15"].map((database) => {
      return items.filter(([each]) => each === database).length;
    }));
    for (const [i, database] of ["0", "1", "2", "15"].entries()) {
      await exchange(
        other,
        command("SELECT", database) + command("DBSIZE"),
        `+OK\r\n:${counts[i]}\r\n`,
      );
    }
  },
});

/** Lines that store collections of all types, and questions about them. */
const COLLECTIONS = [
  ...["RPUSH l a \\x00\\xff -5", `RPUSH l2 ${"word ".repeat(3000).trim()}`, "SADD s 1 2 3"],
  ...[
    `SADD s2 ${Array.from({ length: 2000 }, (_, i) => `m${i}`).join(" ")}`,
    "HSET h a 1 b \\x0d\\x0a",
  ],
  ...[`HSET h2 ${Array.from({ length: 2000 }, (_, i) => `f${i} ${i}`).join(" ")}`],
  ...[
    "ZADD z -inf a 0.1 b 1e300 c",
    `ZADD z2 ${Array.from({ length: 2000 }, (_, i) => `${i / 7} m${i}`).join(" ")}`,
  ],
  ...["PEXPIREAT z 4102444800000", "SETBIT bits 100000 1", "PFADD hll a b c"],
];
const QUESTIONS = [
  ...["DBSIZE", "LRANGE l 0 -1", "LRANGE l2 0 -1", "SORT s", "SORT s2 ALPHA", "HGETALL h"],
  ...["HLEN h2", `HMGET h2 ${Array.from({ length: 2000 }, (_, i) => `f${i}`).join(" ")}`],
  ...[
    "ZRANGE z 0 -1 WITHSCORES",
    "ZRANGE z2 0 -1 WITHSCORES",
    "PEXPIRETIME z",
    "GET bits",
    "PFCOUNT hll",
  ],
  ...["l", "s", "h", "z", "z2", "s2"].map((key) => `OBJECT ENCODING ${key}`),
];

Deno.test({
  name:
    "GET /export of collections is what redis-cli --pipe restores into Redis (skipped: no redis-server)",
  ignore: !await hasRedis(),
  async fn() {
    await using server = await TestServer.start(["--resp-port", "0", "--admin"]);
    await using redis = await RedisServer.start();
    const addresses = server.event("start")!.addresses as string[];
    const address = addresses.find((each) => each.startsWith("redis://"))!;
    const own = await RedisConnection.open(Number(/\d+$/.exec(address)![0]));
    for (const line of COLLECTIONS) {
      const answer = await own.say(line);
      assert(!answer.startsWith("-"), `${line.slice(0, 40)} ${answer}`);
    }
    using asking = await server.connect();
    const answer = await asking.ask("GET /export");
    for (const _twice of [1, 2]) {
      await pipe(redis.port, answer.body);
      for (const line of QUESTIONS) {
        assertEquals(await own.say(line), await redis.say(line), line.slice(0, 40));
      }
    }
    own.close();
  },
});

async function pipe(port: number, commands: Uint8Array): Promise<void> {
  const child = new Deno.Command("redis-cli", {
    args: ["-p", String(port), "--pipe"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(commands);
  await writer.close();
  const { stdout, code } = await child.output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stdout), /errors: 0, /);
}

Deno.test("POST /import takes what GET /export gives, and says what became of the rest", async () => {
  await using from = await TestServer.start(["--resp-port", "0", "--admin"]);
  await using to = await TestServer.start(["--admin"]);
  using client = await connectRaw(from, "redis");
  await exchange(client, command("SET", "a", "1") + command("SELECT", "9"), "+OK\r\n+OK\r\n");
  await exchange(client, command("SET", "b", "2", "EX", "1000"), "+OK\r\n");
  const body = (await from.ask("GET /export")).slice(4);
  const counts = '"failed":0,"skipped":{},"errors":[]}';
  assertEquals(await post(to, "/import", body), `200 {"done":3,"stored":2,${counts}`);
  assertEquals(await to.ask("GET /export"), `200 ${body}`);
  const rest = command("XFOO", "l", "1") + command("SELECT", "0") + command("INCR", "a");
  assertEquals(
    await post(to, "/import?database=16", rest),
    `200 {"done":3,"stored":1,"failed":0,"skipped":{"XFOO":1},"errors":[]}`,
  );
  assertEquals(await to.ask("GET /get/a"), "200 2");
  assertMatch(await post(to, "/import", "*1\r\n$x"), /^400 \{"done":0,.*"Body cannot be read: /);
  assertMatch(
    await post(to, "/import?x=1", ""),
    /^400 .*Send \\"database=\\" and a number, or none\./,
  );
  assertEquals((await to.ask("POST /import " + "x".repeat(1_100_000))).slice(0, 3), "413");
});

Deno.test("/export and /import are for administrators, and not for browsers", async () => {
  await using open = await TestServer.start();
  await using secret = await TestServer.start(["--token", "s3cret"]);
  const bearer = "\nauthorization: Bearer s3cret";
  for (const request of ["GET /export", "POST /import"]) {
    assertEquals(await open.ask(request), `403 ${NO_ADMIN}`);
    assertMatch(await secret.ask(request), /^401 /);
    assertMatch(await secret.ask(`${request}${bearer}`), /^200 /);
    assertEquals(
      await secret.ask(`${request}${bearer}\nuser-agent: Mozilla/5.0`),
      `403 ${NO_ADMIN}`,
    );
    assertEquals(await secret.ask(`${request}${bearer}\nsec-fetch-site: none`), `403 ${NO_ADMIN}`);
  }
  using client = await secret.connect();
  const head = await client.ask(`HEAD /export${bearer}`);
  assert(head.status === 200 && head.headers.get("slabkv-items") === "0");
});

Deno.test("export --data-dir gives what a server had that is stopped, and refuses one that is in use", async () => {
  const folder = await Deno.makeTempDir();
  const dir = `${folder}/data`;
  const [before, after, again] = ["before", "after", "again"].map((name) =>
    `${folder}/${name}.resp`
  );
  try {
    await using server = await TestServer.start(["--admin", "--resp-port", "0", "--data-dir", dir]);
    const url = `http://127.0.0.1:${server.port}`;
    using client = await connectRaw(server, "redis");
    const long = "x".repeat(700_000);
    await exchange(client, command("SET", "long", long), "+OK\r\n");
    for (let i = 0; i < 500; i++) {
      const terms = i % 3 === 0 ? ["EX", "1000"] : [];
      await exchange(client, command("SELECT", String(i % 4)), "+OK\r\n");
      await exchange(client, command("SET", `k${i}`, `value ${i}`, ...terms), "+OK\r\n");
    }
    await exchange(client, command("DEL", "k499"), ":1\r\n");
    assertEquals((await runToEnd(["export", before!, "--url", url])).code, 0);
    const refused = await runToEnd(["export", after!, "--data-dir", dir]);
    assertEquals(refused.code, 2);
    assertMatch(
      refused.stderr,
      /^slabkv: Cannot export .*\/data: process \d+ on host .* has used it since/,
    );
    server.kill("SIGTERM");
    await server.ended();
    const { code, stdout } = await runToEnd(["export", after!, "--data-dir", dir]);
    assertEquals(code, 0);
    assertMatch(stdout, /^Wrote 500 items, /);
    assertEquals(await sortedItems(after!), await sortedItems(before!));
    // It has changed nothing, so another one finds the same.
    assertEquals((await runToEnd(["export", again!, "--data-dir", dir])).code, 0);
    assertEquals(await Deno.readTextFile(again!), await Deno.readTextFile(after!));
    const empty = await runToEnd(["export", again!, "--data-dir", folder]);
    assertMatch(empty.stderr, /^slabkv: Cannot export .*: it is no data dir, or an empty one\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The items of an export, each behind its database. */
async function sortedItems(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  let database = "0";
  const items: string[] = [];
  for (const each of text.split(/(?=\*[235]\r\n)/)) {
    const select = /^\*2\r\n\$6\r\nSELECT\r\n\$\d+\r\n(\d+)\r\n$/.exec(each);
    if (select === null) items.push(`${database} ${each}`);
    else database = select[1]!;
  }
  return items.sort();
}
