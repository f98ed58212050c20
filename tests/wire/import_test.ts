// slabkv import with what a real redis-server has written: dump.rdb, an append-only file in parts, one in a
// single file, and commands; compared key by key with that server.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasRedis, RedisConnection, RedisServer } from "../server/commands/redis_server.ts";
import { runToEnd, TestServer, until } from "./server.ts";

const HOUR_MS = 3_600_000;

/** The lines that choose a key's database and store it, for strings in all encodings of RDB files. */
function stringLines(): [select: string, key: string, value: string][] {
  const until = Date.now() + HOUR_MS;
  return Array.from({ length: 300 }, (_, i) => {
    const bytes = Array.from({ length: i % 70 }, (_, at) => {
      return `\\x${(at * i & 255).toString(16).padStart(2, "0")}`;
    }).join("");
    const values = [i - 150, i * 1000 - 40_000, i * 7_000_000, "ab".repeat(i), bytes];
    const value = String(values[i % 5]) || '""';
    const terms = i % 4 === 0 ? ` PXAT ${until + i}` : "";
    return [`SELECT ${i % 3}`, `key${i}\\x00\\xff${bytes.slice(0, 12)}`, value + terms];
  });
}

/** Lines that fill database 9 with values of all types, and change some of them in every way. */
function otherLines(): string[] {
  const many = Array.from({ length: 150 }, (_, i) => [
    `ZADD many ${i} m${i}`,
    `XADD stream ${i + 1}-1 f ${"v".repeat(i + 1)}`,
  ]);
  return [
    ...[
      "SELECT 9",
      "INCR counter",
      "APPEND counter 5",
      "SETRANGE counter 1 x",
      "EXPIRE counter 3000",
    ],
    ...[`RPUSH list ${"word ".repeat(500).trim()}`, "SADD numbers 1 2 3"],
    ...[`SADD words a b ${"c".repeat(100)}`, "ZADD few 1 a 2.5 b", "HSET small f v"],
    ...[`HSET large f ${"v".repeat(5000)}`, ...many.flat(), "PEXPIREAT few 4102444800000"],
    ...[
      "XGROUP CREATE stream g 0",
      "XREADGROUP GROUP g c COUNT 5 STREAMS stream >",
      "XDEL stream 7-1",
    ],
    ...["SET gone 1", "DEL gone", "MSET x 1 y 2", "RENAME x z", "PEXPIRE y 100000000", "PERSIST y"],
    ...["MULTI", "SET in-transaction 1", "INCR in-transaction", "EXEC", "SET last 1"],
  ];
}

const STRINGS = stringLines();
const OTHER_KEYS = ["counter", "gone", "x", "y", "z", "in-transaction", "last"];
/** Questions about the collections in database 9, and how many those are. */
const COLLECTION_LINES = [
  ...["LRANGE list 0 -1", "SORT numbers", "SORT words ALPHA", "ZRANGE many 0 -1 WITHSCORES"],
  ...["ZRANGE few 0 -1 WITHSCORES", "HGETALL small", "HGETALL large"],
  ...["XRANGE stream - +", "XPENDING stream g", "XLEN stream"],
  ...["list", "numbers", "words", "many", "few", "small", "large", "stream"].flatMap((key) =>
    ["TYPE", "OBJECT ENCODING", "PEXPIRETIME"].map((name) => `${name} ${key}`)
  ),
];
const COLLECTION_COUNT = 8;
/** Strings in the end, those in database 9 among them. */
const STRING_COUNT = STRINGS.length + OTHER_KEYS.length - 2;
/** Commands for the stream: its entries, last id, group with its consumer, and what is pending. */
const STREAM_COMMANDS = 149 + 1 + 2 + 1;
/** Commands for the collections: two for each but the stream, one more for the list and one for a deadline. */
const COLLECTION_COMMANDS = 2 * (COLLECTION_COUNT - 1) + 2 + 1 + STREAM_COMMANDS;

async function fill(redis: RedisConnection): Promise<void> {
  for (const [select, key, value] of STRINGS) {
    for (const line of [select, `SET ${key} ${value}`]) assertEquals(await redis.say(line), "+OK");
  }
  for (const line of otherLines()) {
    const answer = await redis.say(line);
    assert(!answer.startsWith("-"), `${line}: ${answer}`);
  }
}

async function importInto(server: TestServer, path: string) {
  const { code, stdout, stderr } = await runToEnd([
    ...["import", path, "--json", "--timeout", "20s"],
    ...["--url", `http://127.0.0.1:${server.port}`],
  ]);
  return { code, stderr, counts: stdout === "" ? {} : JSON.parse(stdout) };
}

/** Asks both servers about each key, and how many there are. */
async function assertSame(server: TestServer, redis: RedisConnection): Promise<void> {
  const addresses = server.event("start")!.addresses as string[];
  const address = addresses.find((each) => each.startsWith("redis://"))!;
  const own = await RedisConnection.open(Number(/\d+$/.exec(address)![0]));
  try {
    const keys = [
      ...STRINGS.map(([select, key]) => [select, key] as const),
      ...OTHER_KEYS.map((key) => ["SELECT 9", key] as const),
    ];
    for (const [select, key] of keys) {
      for (const line of [select, `GET ${key}`, `STRLEN ${key}`, `PEXPIRETIME ${key}`]) {
        assertEquals(await own.say(line), await redis.say(line), `${select} ${line}`);
      }
    }
    for (const line of ["SELECT 9", ...COLLECTION_LINES]) {
      assertEquals(await own.say(line), await redis.say(line), line);
    }
  } finally {
    own.close();
  }
  assertEquals((await server.stats()).items, STRING_COUNT + COLLECTION_COUNT);
}

async function withServers(
  options: readonly string[],
  work: (server: TestServer, redis: RedisServer, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using redis = await RedisServer.start("--dir", folder, ...options);
    await using server = await TestServer.start(["--admin", "--resp-port", "0"]);
    await work(server, redis, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = !await hasRedis();

Deno.test({
  name: "import takes a dump.rdb with values of all types (skipped: no redis-server)",
  ignore,
  fn: () =>
    withServers([], async (server, redis, folder) => {
      await fill(redis);
      await redis.say("SELECT 0");
      assertEquals(await redis.say("SAVE"), "+OK");
      const { code, counts } = await importInto(server, `${folder}/dump.rdb`);
      const taken = STRING_COUNT + COLLECTION_COMMANDS;
      assertEquals([code, counts.taken, counts.leftOut], [0, taken, {}]);
      await assertSame(server, redis);
      const bytes = await Deno.readFile(`${folder}/dump.rdb`);
      await Deno.writeFile(`${folder}/cut.rdb`, bytes.subarray(0, bytes.length - 20));
      const cut = await importInto(server, `${folder}/cut.rdb`);
      assertEquals(cut.code, 2);
      assertMatch(
        cut.stderr,
        /^slabkv: Cannot import .*cut\.rdb from byte \d+ on: it ends too early\n$/,
      );
    }),
});

for (const preamble of ["yes", "no"]) {
  Deno.test({
    name:
      `import takes an appendonlydir, aof-use-rdb-preamble ${preamble} (skipped: no redis-server)`,
    ignore,
    fn: () =>
      withServers(
        [
          "--appendonly",
          "yes",
          "--aof-use-rdb-preamble",
          preamble,
          "--aof-timestamp-enabled",
          "yes",
        ],
        async (server, redis, folder) => {
          await fill(redis);
          await rewritten(redis);
          // The base has all that is there by now; these go to the increment.
          for (
            const line of [
              "SELECT 9",
              "SET gone 2",
              "DEL gone",
              "INCR y",
              "SET y 2",
              "LPUSH list z",
              "XDEL stream 8-1",
            ]
          ) {
            await redis.say(line);
          }
          await redis.say("CONFIG SET appendfsync always");
          await redis.say("SET last 1");
          const path = `${folder}/appendonlydir`;
          const { code, counts } = await importInto(server, path);
          assertEquals(code, 0, JSON.stringify(counts));
          await assertSame(server, redis);
          await cutTail(path);
          const cut = await importInto(server, path);
          assertEquals(cut.code, 1);
          assertMatch(
            cut.counts.notes[0],
            /ends inside a command \(byte \d+\), which was left out$/,
          );
        },
      ),
  });
}

Deno.test({
  name:
    "import takes a single append-only file, and what redis-cli would pipe (skipped: no redis-server)",
  ignore,
  fn: () =>
    withServers(
      ["--appendonly", "yes", "--appendfsync", "always"],
      async (server, redis, folder) => {
        await fill(redis);
        const increment = `${folder}/appendonlydir/appendonly.aof.1.incr.aof`;
        const base = `${folder}/appendonlydir/appendonly.aof.1.base.rdb`;
        const single = `${folder}/appendonly.aof`;
        await Deno.copyFile(base, single);
        await Deno.writeFile(single, await Deno.readFile(increment), { append: true });
        const { code, counts } = await importInto(server, single);
        assertEquals([code, counts.refused], [0, 0]);
        await assertSame(server, redis);
      },
    ),
});

Deno.test("import runs each command once, also where the server holds it up now and then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start(["--admin", "--workers", "2"]);
    const keys = 50;
    const times = 4000;
    const line = (i: number) => `INCR k${i % keys}\n`;
    const path = `${folder}/counters`;
    await Deno.writeTextFile(
      path,
      Array.from({ length: keys * times }, (_, i) => line(i)).join(""),
    );
    let isDone = false;
    const importing = importInto(server, path).finally(() => isDone = true);
    const counted = () => server.ask("GET /get/k0");
    while (!isDone) {
      await server.ask('POST / ["CLIENT","PAUSE","20","WRITE"]');
      const before = await counted();
      await until("the import goes on", async () => isDone || await counted() !== before);
    }
    const { code, counts } = await importing;
    assertEquals([code, counts.taken, counts.refused], [0, keys * times, 0]);
    const names = Array.from({ length: keys }, (_, i) => `"k${i}"`).join(",");
    const values = Array(keys).fill(`"${times}"`).join(",");
    assertEquals(await server.ask(`POST / ["MGET",${names}]`), `200 {"result":[${values}]}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Has the server write a new base, and waits for it. */
async function rewritten(redis: RedisConnection): Promise<void> {
  await redis.say("BGREWRITEAOF");
  for (;;) {
    const info = await redis.say("INFO persistence");
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) return;
  }
}

/** Cuts the last increment off inside its last command. */
async function cutTail(folder: string): Promise<void> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".incr.aof")) names.push(name);
  }
  const path = `${folder}/${names.sort().at(-1)}`;
  const { size } = await Deno.stat(path);
  await Deno.truncate(path, size - 3);
}
