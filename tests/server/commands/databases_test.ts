// Databases as commands see them: random walks beside redis-server, each command of the table in a
// database of its own, and exchanges of databases between the look at a key's hash and its lock.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { type Cache, checkShardLocked, swapDatabasesLocked } from "../../../cache/mod.ts";
import type { Command } from "../../../server/contract/command.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../fixture.ts";
import { DatabaseLines } from "./databases_walk.ts";
import { hasRedis, type RedisConnection, RedisServer } from "./redis_server.ts";
import { Speaker } from "./speaker.ts";

const CLIENTS = 5;

/** An answer without what is estimated, and with lists of keys in order. */
function comparable(answer: string): string {
  return answer.replace(/avg_ttl=\d+/g, "avg_ttl").replace(
    /\[("k\d"(?:, "k\d")*)\]/g,
    (_, keys: string) => `[${keys.split(", ").sort().join(", ")}]`,
  );
}

/** One walk. Returns how often EXEC did nothing here and would have in Redis. */
async function walk(seed: number, steps: number, clients: RedisConnection[]): Promise<number> {
  const random = new Random(seed);
  const lines = new DatabaseLines(random);
  const cache = newCache();
  const server = new LocalServer(configOf(), NOW_MS);
  const speakers = clients.map(() => new Speaker(cache, server));
  const startAnew = async () => {
    for (const client of [...clients, ...speakers]) await client.say("RESET");
    for (const client of [clients[0]!, speakers[0]!]) await client.say("FLUSHALL");
  };
  await startAnew();
  const said: string[] = [];
  let skipped = 0;
  for (let step = 0; step < steps; step++) {
    const who = random.below(clients.length);
    const line = lines.next();
    const isOpen = speakers[who]!.session.transaction?.isOpen === true;
    // It waits for other workers.
    if (isOpen && line.startsWith("INFO")) continue;
    const wanted = comparable(await clients[who]!.say(line));
    const found = comparable(await speakers[who]!.say(line));
    said.push(`${who}: ${line}`);
    // Whether a key was there meanwhile is not always known, and then EXEC does nothing.
    if (line === "EXEC" && found === "nil list" && wanted !== found) {
      skipped++;
      await startAnew();
    } else assertEquals(found, wanted, `seed ${seed}, after ${said.slice(-20).join("; ")}`);
  }
  for (const { memory } of cache.shards) checkShardLocked(memory);
  return skipped;
}

Deno.test({
  name: "several clients in several databases are answered as by redis-server, in random walks",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    const clients = [];
    for (let i = 0; i < CLIENTS; i++) clients.push(await redis.another());
    let skipped = 0;
    for (const seed of [1, 2, 3]) skipped += await walk(seed, 4000, clients);
    assert(skipped < 10, `EXEC did nothing ${skipped} times`);
  },
});

/** An answer without the version that GETMETA tells, which counts all changes of a shard. */
function withoutVersion(line: string, answer: string): string {
  return line.startsWith("GETMETA") ? answer.replace(/:\d+/, ":") : answer;
}

/** Arguments with which a command finds keys: each key is `k`, all else a 1. */
function lineOf({ name, keys, arity: [min] }: Command): string {
  const count = name.startsWith("EVAL") ? 0 : Math.max(min, keys === null ? 0 : keys.first + 1);
  const words = Array.from({ length: count }, (_, i) => {
    const isKey = keys !== null && i >= keys.first && (i - keys.first) % keys.step === 0 &&
      (keys.many ? i - keys.first < keys.step * (keys.most ?? Infinity) : i === keys.first);
    return isKey ? "k" : "1";
  });
  return [name, ...words].join(" ");
}

const SCRIPT = "EVAL return\\x20redis.call('incr',KEYS[1]) 1 k x";
const LINES = [
  ...COMMANDS.filter(({ keys }) => keys !== null).map(lineOf),
  "OBJECT ENCODING k",
  "OBJECT FREQ k",
  "MEMORY USAGE k",
  "COPY k l",
  "RENAME k l",
  "SET k 5 XX GET",
  "DBSIZE",
  "KEYS *",
  "SCAN 0 COUNT 100000",
  "RANDOMKEY",
  "FLUSHDB",
  SCRIPT,
];

for (const line of LINES) {
  Deno.test(`${line} knows nothing of keys in other databases, and does nothing to them`, async () => {
    const [alone, beside] = [newCache(), newCache()].map((cache) => new Speaker(cache));
    for (const database of [0, 4, 6]) {
      await beside!.say(`SELECT ${database}`);
      await beside!.say(`SET k ${database}`);
      await beside!.say("SET l other EX 100");
    }
    for (const speaker of [alone!, beside!]) await speaker.say("SELECT 5");
    for (const before of ["", "SET k 5 PX 100000", "DEL k", "SET l 5"]) {
      if (before !== "") {
        for (const speaker of [alone!, beside!]) await speaker.say(before);
      }
      const [found, wanted] = [await beside!.say(line), await alone!.say(line)];
      assertEquals(withoutVersion(line, found), withoutVersion(line, wanted), before);
    }
    for (const database of [0, 4, 6]) {
      await beside!.say(`SELECT ${database}`);
      assertEquals(await beside!.say("MGET k l"), `["${database}", "other"]`);
      assertEquals(await beside!.say("TTL k"), ":-1");
      assertEquals(await beside!.say("TTL l"), ":100");
      assertEquals(await beside!.say("DBSIZE"), ":2");
    }
  });
}

/** Exchanges databases 0 and 1 just before the next lock is taken. Counts how often locks are. */
function swapBeforeNextLock(cache: Cache): { locks: number } {
  const [one, many] = [cache.withShard.bind(cache), cache.withNoted.bind(cache)];
  const counted = { locks: 0 };
  const count = () => {
    if (counted.locks++ === 0) swapDatabasesLocked(cache, 0, 1);
  };
  cache.withShard = (hash, work) => {
    count();
    return one(hash, work);
  };
  cache.withNoted = (work) => {
    count();
    return many(work);
  };
  return counted;
}

Deno.test("a command that meets an exchange of databases before its lock runs in the new one", async () => {
  const table: [line: string, answer: string][] = [
    ["GET k", '"one"'],
    ["MGET k k", '["one", "one"]'],
    ["SET k new XX", "+OK"],
    ["DEL k l", ":1"],
    ["MOVE k 1", ":0"],
    ["COPY k l DB 1", ":1"],
    [SCRIPT.replace(" k ", " n "), ":11"],
    ["WATCH k", "+OK"],
  ];
  for (const [line, answer] of table) {
    const cache = newCache();
    const speaker = new Speaker(cache);
    for (
      const text of [
        "SET k zero",
        "SET n 1",
        "SELECT 1",
        "SET k one",
        "SET n 10",
        "SELECT 0",
        "GET n",
      ]
    ) {
      await speaker.say(text);
    }
    const counted = swapBeforeNextLock(cache);
    assertEquals(await speaker.say(line), answer, line);
    assertEquals(counted.locks, 2, line);
    await speaker.say("MULTI");
    await speaker.say("SELECT 1");
    await speaker.say("GET k");
    assertEquals(await speaker.say("EXEC"), '[+OK, "zero"]', line);
  }
});

Deno.test("EXEC that meets an exchange of databases before its locks runs in the new ones", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  for (const line of ["SET k zero", "SELECT 1", "SET k one", "SELECT 0"]) await speaker.say(line);
  for (const line of ["MULTI", "GET k", "SELECT 1", "GETSET k new"]) await speaker.say(line);
  const counted = swapBeforeNextLock(cache);
  assertEquals(await speaker.say("EXEC"), '["one", +OK, "zero"]');
  // The first locks were those of other shards.
  assertEquals(counted.locks, 2);
  assertEquals(await speaker.say("GET k"), '"new"');
});

Deno.test("FLUSHDB beside other databases takes turns, and answers when all its keys are gone", async () => {
  const cache = newCache(newRegion(16 * 2 ** 20));
  const server = new LocalServer(configOf(), NOW_MS);
  const [flushing, other] = [new Speaker(cache, server), new Speaker(cache, server)];
  for (let i = 0; i < 2000; i++) await other.say(`SET k${i} v`);
  await other.say("SELECT 1");
  for (let i = 0; i < 2000; i++) await other.say(`SET k${i} v`);
  server.slices.spend(1000);
  const running = flushing.run("FLUSHDB");
  assert(running !== undefined, "it did not wait for its turn");
  assertEquals(await other.say("GET k1"), '"v"');
  await running;
  assertEquals(flushing.answer(), "+OK");
  assertEquals(await flushing.say("DBSIZE"), ":0");
  assertEquals(await other.say("DBSIZE"), ":2000");
  for (const { memory } of cache.shards) checkShardLocked(memory);
});

Deno.test("INFO tells the average time to live of each database", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("SET a v PX 1000");
  await speaker.say("SET b v PX 2001");
  await speaker.say("SET c v");
  await speaker.say("SELECT 11");
  await speaker.say("SET a v EXAT 281474976710");
  assertEquals(
    await speaker.say("INFO keyspace"),
    String.raw`"# Keyspace\r\ndb0:keys=3,expires=2,avg_ttl=1501\r\n` +
      String.raw`db11:keys=1,expires=1,avg_ttl=${281474976710_000 - NOW_MS}\r\n"`,
  );
});

Deno.test("RANDOMKEY finds each key of its database, in turns where others lie between", async () => {
  const cache = newCache(newRegion(16 * 2 ** 20));
  const server = new LocalServer(configOf(), NOW_MS);
  const speaker = new Speaker(cache, server);
  for (let i = 0; i < 2000; i++) await speaker.say(`SET k${i} v`);
  await speaker.say("SELECT 9");
  assertEquals(await speaker.say("RANDOMKEY"), "nil");
  const keys = new Set(["a", "b", "c", "d", "e"]);
  for (const key of keys) await speaker.say(`SET ${key} v`);
  const found = new Set<string>();
  for (let i = 0; i < 1000 && found.size < keys.size; i++) {
    found.add(JSON.parse(await speaker.say("RANDOMKEY")));
  }
  assertEquals(found, keys);
  server.slices.spend(1000);
  const running = speaker.run("RANDOMKEY");
  assert(running !== undefined, "it did not wait for its turn");
  await running;
  assert(keys.has(JSON.parse(speaker.answer())));
});
