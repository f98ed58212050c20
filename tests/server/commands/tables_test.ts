// Conversations with the command layer as tables: what is sent and what comes back. The same tables
// are held against a real redis-server where there is one, so that they say what Redis 7 does;
// lines that begin with "!" are about what only this server has, or has otherwise.

import { assertEquals } from "@std/assert";
import { newCache } from "../fixture.ts";
import { hasRedis, RedisServer } from "./redis_server.ts";
import { Speaker } from "./speaker.ts";
import { TABLES } from "./tables.ts";

for (const [name, lines] of Object.entries(TABLES)) {
  Deno.test(`commands answer as written: ${name}`, async () => {
    const speaker = new Speaker(newCache());
    const found: string[] = [];
    for (const [line] of lines) found.push(await speaker.say(line.replace(/^!/, "")));
    assertEquals(show(lines, found), show(lines, lines.map(([, answer]) => answer)));
  });
}

function show(lines: readonly (readonly [string, string])[], answers: readonly string[]): string {
  return lines.map(([line], i) => `${line} -> ${answers[i]}`).join("\n");
}

Deno.test({
  name: "the tables say what redis-server answers",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    for (const lines of Object.values(TABLES)) {
      await redis.say("RESET");
      await redis.say("FLUSHALL");
      const found: string[] = [];
      for (const [line, answer] of lines) {
        const said = await redis.say(line.replace(/^!/, ""));
        found.push(line.startsWith("!") ? answer : said);
      }
      assertEquals(show(lines, found), show(lines, lines.map(([, answer]) => answer)));
    }
  },
});
