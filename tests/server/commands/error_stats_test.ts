// What is counted of errors: by their code and by command, held against a real redis-server where
// there is one.

import { assertEquals } from "@std/assert";
import { newCache } from "../fixture.ts";
import { hasRedis, RedisServer } from "./redis_server.ts";
import { Speaker } from "./speaker.ts";

/** Lines that fail in ways which Redis has too, and what is counted of them. */
const LINES = [
  "SET k v",
  "GET",
  "NOSUCH a b",
  "NOSUCH2",
  "INCR k",
  "SET k v BAD",
  "EXPIRE k x",
  "EVALSHA aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0",
  "HELLO 9",
  "CLIENT NOSUCH",
  "EXEC",
  "MULTI",
  "INCR k",
  "GET k",
  "EXEC",
  "MULTI",
  "GET",
  "EXEC",
  "MGET a b",
];
const ERRORS = [
  "errorstat_ERR:count=10",
  "errorstat_EXECABORT:count=1",
  "errorstat_NOPROTO:count=1",
  "errorstat_NOSCRIPT:count=1",
];
const COMMANDS = [
  "cmdstat_evalsha: calls=1 rejected_calls=0 failed_calls=1",
  "cmdstat_expire: calls=1 rejected_calls=0 failed_calls=1",
  "cmdstat_get: calls=1 rejected_calls=2 failed_calls=0",
  "cmdstat_hello: calls=1 rejected_calls=0 failed_calls=1",
  "cmdstat_incr: calls=2 rejected_calls=0 failed_calls=2",
  "cmdstat_mget: calls=1 rejected_calls=0 failed_calls=0",
  "cmdstat_set: calls=2 rejected_calls=0 failed_calls=1",
];

interface Talker {
  say(line: string): Promise<string>;
}

/** What INFO shows after the lines: the lines of errors, and those of some commands without times. */
async function statsAfter(talker: Talker): Promise<{ errors: string[]; commands: string[] }> {
  for (const line of LINES) await talker.say(line);
  const linesOf = async (section: string) => {
    const text: string = JSON.parse(await talker.say(`INFO ${section}`));
    return text.trim().split("\r\n").slice(1).toSorted();
  };
  const errors = await linesOf("errorstats");
  const found = (await linesOf("commandstats")).map((line) => {
    const [name, fields] = line.split(":") as [string, string];
    return `${name}: ${fields.split(",").filter((field) => !field.startsWith("usec")).join(" ")}`;
  });
  const names = COMMANDS.map((line) => line.split(":")[0]!);
  return { errors, commands: found.filter((line) => names.includes(line.split(":")[0]!)) };
}

Deno.test("INFO errorstats and commandstats count what was refused, and what has failed", async () => {
  const cache = newCache();
  const found = await statsAfter(new Speaker(cache));
  assertEquals(found, { errors: ERRORS, commands: COMMANDS });
  const { region } = cache;
  assertEquals(region.total("unknownCommands"), 2);
  assertEquals(region.total("wrongArity"), 2);
  assertEquals(region.total("syntaxErrors"), 1);
  assertEquals(region.total("notIntegers"), 3);
});

Deno.test({
  name: "redis-server counts the same errors",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    assertEquals(await statsAfter(redis), { errors: ERRORS, commands: COMMANDS });
  },
});
