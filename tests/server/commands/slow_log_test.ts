// What the slow log shows: which commands, for how long, and what of their words. Where there is a
// redis-server it is asked the same.

import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../fixture.ts";
import { hasRedis, RedisServer } from "./redis_server.ts";
import { Speaker } from "./speaker.ts";

Deno.test("SLOWLOG keeps commands that took long, cut short", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("CONFIG SET slowlog-log-slower-than 0");
  await speaker.say(`MGET ${"k".repeat(100)} b`);
  const entry = await speaker.say("SLOWLOG GET 1");
  assertMatch(
    entry,
    new RegExp(
      `^\\[\\[:1, :\\d+, :\\d+, \\["MGET", "k{64}\\.\\.\\. \\(36 more bytes\\)", "b"\\], "a:1", ""\\]\\]$`,
    ),
  );
  await speaker.say("CONFIG SET slowlog-log-slower-than -1");
  await speaker.say("SLOWLOG RESET");
  await speaker.say("MGET a");
  assertEquals(await speaker.say("SLOWLOG LEN"), ":0");
});

Deno.test("SLOWLOG never holds what AUTH and HELLO were given", async () => {
  const server = new LocalServer(configOf("--token", "secret"), NOW_MS);
  const speaker = new Speaker(newCache(), server, false);
  await speaker.say("AUTH secret");
  await speaker.say("CONFIG SET slowlog-log-slower-than 0");
  for (const line of ["AUTH secret", "AUTH default secret", "HELLO 3 AUTH default secret"]) {
    await speaker.say(line);
    await speaker.say(line.replace("secret", "nearly-secret"));
  }
  await speaker.say("DBSIZE");
  const log = await speaker.say("SLOWLOG GET -1");
  assert(log.includes('"DBSIZE"'));
  assert(!log.includes("secret"), log);
});

Deno.test("SLOWLOG says how many words of a command it leaves out", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("CONFIG SET slowlog-log-slower-than 0");
  await speaker.say("DEL 1 2 3 4 5 6 7 8");
  await speaker.say("DEL 1 2 3 4 5 6 7 8 9");
  const log = await speaker.say("SLOWLOG GET 2");
  assert(log.includes('"DEL", "1", "2", "3", "4", "5", "6", "7", "8"]'), log);
  assert(log.includes('"DEL", "1", "2", "3", "4", "5", "6", "7", "... (2 more arguments)"]'), log);
});

/** Lines of which some are no calls; none of them is timed by itself. */
const LINES = [
  "CONFIG SET slowlog-log-slower-than 0",
  "SET k v",
  "GET k",
  "NOSUCH",
  "GET",
  "INCR k",
  "MULTI",
  "SET k 1",
  "MGET k k",
  "EXEC",
  "KEYS *",
  "SLOWLOG LEN",
];
const SHOWN = [
  "SLOWLOG LEN",
  "KEYS *",
  "MGET k k",
  "SET k 1",
  "MULTI",
  "INCR k",
  "GET k",
  "SET k v",
  "CONFIG SET slowlog-log-slower-than 0",
];

interface Talker {
  say(line: string): Promise<string>;
}

/** The commands that the slow log shows after all lines, newest first, but for EXEC. */
async function shownAfter(talker: Talker): Promise<string[]> {
  for (const line of LINES) await talker.say(line);
  const log = await talker.say("SLOWLOG GET -1");
  const commands = [...log.matchAll(/\[("[^\]]+")\]/g)].map(([, words]) =>
    words!.replaceAll('"', "").replaceAll(",", "")
  );
  return commands.filter((line) => line !== "EXEC");
}

Deno.test("with threshold 0 SLOWLOG shows every command that was run, also those of EXEC", async () => {
  assertEquals(await shownAfter(new Speaker(newCache())), SHOWN);
});

Deno.test({
  name: "redis-server shows the same commands",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    assertEquals(await shownAfter(redis), SHOWN);
  },
});

Deno.test("SLOWLOG misses no command that waits for its lock, and shows no other", async () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2, () => NOW_MS);
  const speaker = new Speaker(cache);
  const hash = cache.hash(new TextEncoder().encode("k"), 0, 1);
  for (let i = 0; i < 30; i++) await speaker.say("GET k");
  let done: void | Promise<void> = undefined;
  other.withShard(hash, { runLocked: () => done = speaker.run("GET k") });
  await done;
  assertMatch(speaker.answer(), /^-BUSY/);
  for (let i = 0; i < 30; i++) await speaker.say("GET k");
  assertEquals(await speaker.say("SLOWLOG LEN"), ":1");
  const log = await speaker.say("SLOWLOG GET");
  const [, tookUs] = /^\[\[:0, :\d+, :(\d+), \["GET", "k"\]/.exec(log)!;
  assertGreaterOrEqual(Number(tookUs), 50_000);
});

Deno.test("Region.beginLong() is called for values of more than 64 KiB, and for no others", async () => {
  const cache = newCache(newRegion(64 * 2 ** 20));
  const { region } = cache;
  const speaker = new Speaker(cache, new LocalServer(configOf(), NOW_MS));
  const beginLong = region.beginLong.bind(region);
  let isNoted = false;
  region.beginLong = () => {
    isNoted = true;
    beginLong();
  };
  for (const [bytes, isLong] of [[65_536, false], [65_537, true]] as const) {
    for (const line of [`SET k ${"x".repeat(bytes)}`, "GET k"]) {
      isNoted = false;
      await speaker.say(line);
      assertEquals(isNoted, isLong, `${line.slice(0, 5)} ${bytes}`);
      assertEquals(region.longSinceMs, 0);
    }
  }
});
