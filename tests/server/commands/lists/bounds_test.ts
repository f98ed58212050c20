// What commands on long lists and large sets refuse, since their shards are locked meanwhile, and that they
// have changed nothing then.

import { assertEquals } from "@std/assert";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MEMORY_BYTES = 128 * 2 ** 20;
const PER_COMMAND = 25_000;

function numbers(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => from + i).join(" ");
}

/** A client of a cache in which `command` has been given the numbers below `count`, and `more`. */
async function filled(command: string, key: string, count: number, client?: Speaker) {
  const speaker = client ?? new Speaker(newCache(newRegion(MEMORY_BYTES)));
  for (let i = 0; i < count; i += PER_COMMAND) {
    const answer = await speaker.say(
      `${command} ${key} ${numbers(i, Math.min(PER_COMMAND, count - i))}`,
    );
    assertEquals(answer[0], ":");
  }
  return speaker;
}

async function converse(speaker: Speaker, lines: readonly (readonly [string, string])[]) {
  for (const [line, answer] of lines) {
    const found = await speaker.say(line);
    assertEquals(found.length > 200 ? `${found.length} letters` : found, answer, line);
  }
}

const TOO_MANY_AT_ONCE = "-ERR too many members at once: at most 100000, " +
  "ask for a part or use HSCAN, SSCAN or ZSCAN";

Deno.test("commands on a long list are refused beyond their bounds, and it is as it was", async () => {
  const speaker = await filled("RPUSH", "l", 100_002);
  await converse(speaker, [
    ["LPOS l 99999", ":99999"],
    ["LPOS l x", "-ERR too many elements to look at: at most 100000 at once, give a MAXLEN"],
    ["LPOS l 100001 RANK -1", ":100001"],
    ["LPOS l x MAXLEN 100000", "nil"],
    [
      "LPOS l x MAXLEN 100001",
      "-ERR too many elements to look at: at most 100000 at once, give a MAXLEN",
    ],
    [
      "LPOS l 7 COUNT 0",
      "-ERR too many elements to look at: at most 100000 at once, give a MAXLEN",
    ],
    ["LPOS l 7 COUNT 1", "[:7]"],
    ["LINSERT l BEFORE x y", "-ERR too many elements to look at: at most 100000 of a list at once"],
    ["LREM l 0 7", "-ERR too many elements to look at: at most 100000 of a list at once"],
    ["LREM l 1 x", "-ERR too many elements to look at: at most 100000 of a list at once"],
    ["LRANGE l 0 -1", TOO_MANY_AT_ONCE],
    ["LPOP l 100001", TOO_MANY_AT_ONCE],
    ["LMPOP 1 l LEFT COUNT 1000000", TOO_MANY_AT_ONCE],
    ["LTRIM l 0 0", "-ERR too many elements to remove: at most 100000 at once, unless all go"],
    ["LLEN l", ":100002"],
    ["LINDEX l -1", '"100001"'],
    ["LREM l -1 100001", ":1"],
    ["LREM l -1 100000", ":1"],
    ["LREM l 1 7", ":1"],
    ["LPOS l x", "nil"],
    ["LINSERT l BEFORE x y", ":-1"],
    ["LLEN l", ":99999"],
    ["LTRIM l 99998 -1", "+OK"],
    ["LRANGE l 0 -1", '["99999"]'],
    ["LTRIM l 1 0", "+OK"],
    ["EXISTS l", ":0"],
  ]);
});

Deno.test("LREM is refused where it would remove from too many places, and nothing is removed", async () => {
  const speaker = new Speaker(newCache(newRegion(MEMORY_BYTES)));
  await speaker.say(`RPUSH l ${"a b ".repeat(5001).trim()}`);
  await converse(speaker, [
    [
      "LREM l 0 a",
      "-ERR too many places to remove from: at most 5000 at once, give a smaller count",
    ],
    ["LLEN l", ":10002"],
    ["LREM l -5000 a", ":5000"],
    ["LRANGE l 0 2", '["a", "b", "b"]'],
    ["LREM l 0 a", ":1"],
    ["LREM l 0 b", ":5001"],
    ["EXISTS l", ":0"],
  ]);
});

const TOO_LARGE_TOGETHER =
  "-ERR sets are too large together: at most 200000 members may be looked " +
  "at, and a member to be found in another set counts as 10, so name fewer or smaller ones";

Deno.test("commands on large sets are refused beyond their bounds, and nothing has changed", async () => {
  const speaker = await filled("SADD", "a", 50_000);
  await filled("SADD", "b", 50_001, speaker);
  await filled("SADD", "c", 200_001, speaker);
  await speaker.say("SADD d 1 2 x");
  await converse(speaker, [
    ["SUNION a b", TOO_LARGE_TOGETHER],
    ["SINTER a b", TOO_LARGE_TOGETHER],
    ["SINTER b c d", '["1", "2"]'],
    ["SINTERCARD 2 a b", TOO_LARGE_TOGETHER],
    ["SINTERCARD 2 a b LIMIT 10", ":10"],
    ["SINTERCARD 2 d c", ":2"],
    ["SDIFF c d", TOO_LARGE_TOGETHER],
    ["SDIFF d c", '["x"]'],
    [
      "SDIFFSTORE d a",
      "-ERR result is too large to be stored: at most 30000 members and 8388608 bytes",
    ],
    ["SUNIONSTORE d c", TOO_LARGE_TOGETHER],
    ["SCARD d", ":3"],
    ["SMEMBERS c", TOO_MANY_AT_ONCE],
    ["SPOP c 200001", TOO_MANY_AT_ONCE],
    ["SPOP c 3001", "-ERR too many members to remove: at most 3000 at once, unless all are"],
    ["SCARD c", ":200001"],
    ["SINTERSTORE d d c", ":2"],
    ["SUNIONSTORE d d none", ":2"],
  ]);
});

Deno.test("a transaction may not look at members for longer than it may copy bytes", async () => {
  const speaker = await filled("RPUSH", "l", 100_000);
  await speaker.say("MULTI");
  for (let i = 0; i < 20; i++) assertEquals(await speaker.say("LPOS l x"), "+QUEUED");
  const answers = await speaker.say("EXEC");
  assertEquals(answers.startsWith("[nil, nil, "), true);
  assertEquals(answers.includes("-ERR transaction takes too long"), true);
});
