// What COMMAND says of commands is held to redis-server, and to the command table: a command without a
// line, or a line without a command, is found here.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Command } from "../../../../server/contract/command.ts";
import { factsOf } from "../../../../server/commands/server/command_facts.ts";
import { COLLECTION_LINES } from "../../../../server/commands/server/collection_lines.ts";
import { COMMAND_LINES } from "../../../../server/commands/server/command_lines.ts";
import { SUBCOMMAND_LINES } from "../../../../server/commands/subcommand_lines.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { newCache } from "../../fixture.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

Deno.test("each command has a line, and each line a command", () => {
  const names = COMMANDS.map(({ name }) => name);
  const lines = { ...COMMAND_LINES, ...COLLECTION_LINES };
  assertEquals(names.filter((name) => lines[name] === undefined), []);
  const named = Object.keys(lines);
  const containers = SUBCOMMAND_LINES.map((line) => line.split(" ")[0]!);
  assertEquals([...named, ...containers].filter((name) => !names.includes(name)), []);
});

Deno.test("each subcommand of which COMMAND tells is there", async () => {
  for (const facts of COMMANDS.map(factsOf).flatMap(({ subcommands }) => subcommands)) {
    const answer = await new Speaker(newCache()).say(facts.name.replace("|", " ").toUpperCase());
    assert(!answer.includes("unknown subcommand"), `${facts.name}: ${answer}`);
  }
});

Deno.test({
  name: "COMMAND INFO says of each command what redis-server says",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    const speaker = new Speaker(newCache());
    for (const command of COMMANDS) {
      const { name, subcommands } = factsOf(command);
      const names = subcommands.length === 0 ? [name] : subcommands.map((each) => each.name);
      for (const each of names) {
        const said = await redis.say(`COMMAND INFO ${each}`);
        // WITHSCORE came with Redis 7.2.
        const expected = /^Z(REV)?RANK$/.test(each.toUpperCase())
          ? said.replace(":3", ":-3")
          : said;
        const found = await speaker.say(`COMMAND INFO ${each}`);
        // "[nil]": only this server has it.
        if (expected !== "[nil]") assertEquals(withoutOurs(command, found), expected);
      }
    }
  },
});

/** Without the flags that a command has here only, as its row says. */
function withoutOurs({ name, flags }: Command, info: string): string {
  const isElsewhere = ["SAVE", "SHUTDOWN", "EXEC"].includes(name);
  if (isElsewhere) return info;
  let text = info;
  if (flags.includes("nomulti")) text = text.replace(", +no_multi", "");
  if (flags.includes("noslowlog")) text = text.replace(", +skip_slowlog", "");
  return text;
}

Deno.test("COMMAND DOCS and LIST tell of subcommands, and take them as names", async () => {
  const speaker = new Speaker(newCache());
  assertStringIncludes(await speaker.say("COMMAND DOCS memory"), '"subcommands", ["memory|help"');
  assertEquals(
    await speaker.say("COMMAND DOCS GET nonesuch client|ID"),
    '["get", ["summary", "Returns the value of a key", "since", "1.0.0", "group", "string"], ' +
      '"client|id", ["summary", "The number of this connection", "since", "5.0.0", "group", "connection"]]',
  );
  const connection = await speaker.say("COMMAND LIST FILTERBY ACLCAT connection");
  for (const name of ["ping", "client|kill", "hello"]) {
    assertStringIncludes(connection, `"${name}"`);
  }
  assert(!connection.includes('"get"'));
});
