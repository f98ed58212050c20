// MONITOR: the lines that it shows are those of redis-server, whichever worker has run the command.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasRedis, RedisServer } from "../../server/commands/redis_server.ts";
import { Talker } from "../blocking/conversation.ts";
import { TestServer } from "../server.ts";

/** What a client sends, and the words that a monitor sees of it; nothing where it sees nothing. */
const CONVERSATION: readonly (readonly [line: string, ...shown: readonly string[]])[] = [
  ["SET a 1", '[0 A] "SET" "a" "1"'],
  [
    "ECHO \\x22\\x5c\\x0a\\x0d\\x09\\x07\\x08\\x00\\xff",
    '[0 A] "ECHO" "\\"\\\\\\n\\r\\t\\a\\b\\x00\\xff"',
  ],
  ["AUTH secret", '[0 A] "AUTH" "(redacted)"'],
  ["AUTH default secret", '[0 A] "AUTH" "(redacted)" "(redacted)"'],
  [
    "HELLO 2 AUTH default secret SETNAME me",
    '[0 A] "HELLO" "2" "AUTH" "(redacted)" "(redacted)" "SETNAME" "me"',
  ],
  ["CLIENT SETNAME me", '[0 A] "CLIENT" "SETNAME" "me"'],
  ["CLIENT LIST"],
  ["CONFIG GET port"],
  ["SLOWLOG LEN"],
  ["ACL WHOAMI", '[0 A] "ACL" "WHOAMI"'],
  ["ACL USERS"],
  ["SELECT 3", '[3 A] "SELECT" "3"'],
  ["SELECT 0", '[0 A] "SELECT" "0"'],
  ["NOSUCH a"],
  ["SET"],
  ["LPUSH a 1", '[0 A] "LPUSH" "a" "1"'],
  ["MULTI", '[0 A] "MULTI"'],
  ["SET x 1"],
  ["GET x"],
  ["EXEC", '[0 A] "SET" "x" "1"', '[0 A] "GET" "x"', '[0 A] "EXEC"'],
  ["EXEC", '[0 A] "EXEC"'],
  [
    "EVAL redis.call('SET',KEYS[1],'v')redis.call('GET',KEYS[1]) 1 k",
    `[0 A] "EVAL" "redis.call('SET',KEYS[1],'v')redis.call('GET',KEYS[1])" "1" "k"`,
    '[0 lua] "SET" "k" "v"',
    '[0 lua] "GET" "k"',
  ],
  ["EVALSHA abc 0", '[0 A] "EVALSHA" "abc" "0"'],
  ["SCRIPT EXISTS abc", '[0 A] "SCRIPT" "EXISTS" "abc"'],
  ["RPUSH list 1", '[0 A] "RPUSH" "list" "1"'],
  ["BLPOP list 0", '[0 A] "BLPOP" "list" "0"'],
  ["PUBLISH c m", '[0 A] "PUBLISH" "c" "m"'],
  ["INFO server", '[0 A] "INFO" "server"'],
  ["KEYS nothing", '[0 A] "KEYS" "nothing"'],
  ["DBSIZE", '[0 A] "DBSIZE"'],
  ["MONITOR"],
  ["RESET", '[0 A] "RESET"'],
  ["PING", '[0 A] "PING"'],
];

/** Holds the conversation with the server at `port`, seen by `monitors` clients. */
async function converse(port: number, monitors: number): Promise<void> {
  const seeing = await Promise.all(Array.from({ length: monitors }, () => Talker.open(port)));
  for (const monitor of seeing) assertEquals(await monitor.say("MONITOR"), "+OK");
  using talker = await Talker.open(port);
  try {
    for (const [line, ...shown] of CONVERSATION) {
      await talker.say(line);
      for (const monitor of seeing) {
        for (const expected of shown) {
          const [, time, who, rest] = /^\+(\S+) \[(\d+ [^\]]+)\] (.*)$/s.exec(
            await monitor.receive(),
          )!;
          assertMatch(time!, /^\d{10}\.\d{6}$/);
          const seen = `[${who!.replace(/127\.0\.0\.1:\d+/, "A")}] ${rest}`;
          assertEquals(seen, expected, line);
        }
      }
    }
  } finally {
    for (const monitor of seeing) monitor.close();
  }
}

Deno.test("MONITOR shows the commands of all workers, without secrets", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--workers", "2"]);
  const addresses = server.event("start")!.addresses as string[];
  const port = Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
  // Enough that both workers have some of them, and run some conversation.
  for (let i = 0; i < 3; i++) await converse(port, 4);
  using talker = await Talker.open(port);
  assertEquals(await talker.say("MONITOR"), "+OK");
  assert((await talker.say("CLIENT LIST TYPE normal")).includes("flags=O "));
});

Deno.test({
  name: "redis-server shows the same to MONITOR",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    await converse(redis.port, 1);
  },
});
