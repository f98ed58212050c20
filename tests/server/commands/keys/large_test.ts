// Collections that own slots: copied, renamed and moved between shards and databases, dumped and restored, and refused
// where that would take too long.

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MEMBERS = Array.from({ length: 3000 }, (_, i) => `member-${i * 7919 % 10_007}`);
const LINES: readonly (readonly [key: string, line: string, question: string])[] = [
  ["l", `RPUSH l ${MEMBERS.join(" ")}`, "LRANGE l 0 -1"],
  ["s", `SADD s ${MEMBERS.join(" ")}`, "SORT s ALPHA"],
  [
    "z",
    `ZADD z ${MEMBERS.flatMap((member, i) => [i / 3, member]).join(" ")}`,
    "ZRANGE z 0 -1 WITHSCORES",
  ],
  [
    "h",
    `HSET h ${MEMBERS.flatMap((member) => [member, 1]).join(" ")}`,
    `HMGET h ${MEMBERS.join(" ")}`,
  ],
  [
    "z",
    `ZADD z ${MEMBERS.flatMap((member, i) => [i, member.repeat(i % 9 === 0 ? 30 : 1)]).join(" ")}`,
    "ZRANGE z 0 -1 WITHSCORES",
  ],
];

function setUp() {
  const cache = newCache(newRegion(64 * 2 ** 20));
  const speaker = new Speaker(cache);
  const check = () => {
    const work = {
      runLocked() {
        for (const { memory } of cache.shards) checkShardLocked(memory);
      },
    };
    assert(cache.withAllShards(work));
  };
  return { speaker, check };
}

for (const [key, line, question] of LINES) {
  Deno.test(`RENAME, COPY, MOVE and DUMP take a large collection whole: ${line.slice(0, 5)}`, async () => {
    const { speaker, check } = setUp();
    const say = (text: string) => speaker.say(text);
    const of = (other: string) =>
      question.replace(` ${key} `, ` ${other} `).replace(/^SORT s /, `SORT ${other} `);
    await say(line);
    await say(`EXPIRE ${key} 1000`);
    const all = await say(question);
    // Of so many names some lie in the shard of the first, and others elsewhere.
    for (let i = 0; i < 10; i++) {
      assertEquals(await say(`COPY ${key} to${i}`), ":1");
      assertEquals(await say(of(`to${i}`)), all);
      assertEquals(await say(`TTL to${i}`), ":1000");
      assertEquals(await say(`RENAME to${i} again${i}`), "+OK");
      assertEquals(await say(of(`again${i}`)), all);
      check();
    }
    assertEquals(await say("DBSIZE"), ":11");
    assertEquals(await say(`MOVE ${key} 1`), ":1");
    assertEquals(await say(`COPY again0 ${key} DB 1`), ":0");
    assertEquals(await say(`COPY again0 ${key} DB 1 REPLACE`), ":1");
    assertEquals(await say("SELECT 1"), "+OK");
    assertEquals(await say(question), all);
    assertEquals(await say(`TTL ${key}`), ":1000");
    const used = Number((await say(`MEMORY USAGE ${key}`)).slice(1));
    assert(used > 8 * MEMBERS.length && used < 240 * MEMBERS.length, String(used));
    check();
  });
}

Deno.test("a collection of more members than can be dumped at once is refused by DUMP, and stays as it is", async () => {
  const { speaker, check } = setUp();
  for (let i = 0; i < 20_001; i += 6667) {
    await speaker.say(`RPUSH l ${Array.from({ length: 6667 }, (_, at) => i + at).join(" ")}`);
  }
  const refusal =
    "-ERR too many members at once: at most 20000, see slabkv export and import for larger ones";
  assertEquals(await speaker.say("DUMP l"), refusal);
  assertEquals(await speaker.say("EXISTS l"), ":1");
  assertEquals(await speaker.say("RENAME l m"), "+OK");
  assertEquals(await speaker.say("EXISTS l"), ":0");
  assertEquals(await speaker.say("LINDEX m 20000"), '"20000"');
  check();
});
