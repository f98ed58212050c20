// Collections in exports: what is exported and imported again is the same, small and large, while others change it;
// in bounded pieces.

import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked } from "../../../../cache/mod.ts";
import { ExportWalk } from "../../../../server/contract/export/export_walk.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../../commands/speaker.ts";
import { importedInto } from "./import_all.ts";

/** All of an export; `between` runs after each piece. */
function exported(cache: Cache, between: () => void = () => {}): Uint8Array[] {
  const walk = new ExportWalk(cache);
  const parts: Uint8Array[] = [];
  for (;;) {
    const step = walk.step();
    if (step === "done") return parts;
    if (step === "tooLong") walk.grow();
    assert(step !== "busy");
    if (walk.output === null) continue;
    parts.push(walk.output);
    walk.shrink();
    between();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function words(count: number, prefix = "m"): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i * 7919 % 10_007}`);
}

/** Lines that store collections of all types, and questions about them. */
const LINES: readonly string[] = [
  "SET s v",
  "RPUSH l a b c",
  "EXPIRE l 1000",
  "HSET h a 1 b 2",
  "HPEXPIREAT h 4102444800000 FIELDS 1 a",
  "ZADD z -inf a 0.1 b 1e300 c",
  "SADD i 1 2 3",
  `RPUSH l5 ${words(5000).join(" ")}`,
  `SADD s5 ${words(5000).join(" ")}`,
  `HSET h5 ${words(5000).flatMap((word) => [word, word]).join(" ")}`,
  `ZADD z5 ${words(5000).flatMap((word, i) => [i / 7, word]).join(" ")}`,
  "EXPIRE z5 2000",
  `RPUSH wide ${"x".repeat(300_000)} y ${"z".repeat(200_000)}`,
  `HSET wideh f ${"x".repeat(300_000)}`,
  "BF.RESERVE b 0.01 1000",
  `BF.MADD b ${words(900).join(" ")}`,
  "BF.RESERVE wideb 0.001 200000",
  "BF.ADD wideb x",
  "CMS.INITBYDIM c 2000 5",
  "CMS.INCRBY c x 3 y 70000",
  "EXPIRE c 3000",
  "XADD x 5-1 f v g w",
  `XADD x 5-2 f ${"x".repeat(300_000)}`,
  ...words(3000).map((word, i) => `XADD x 6-${i} f ${word}`),
  "XDEL x 5-1",
  "EXPIRE x 4000",
  "XGROUP CREATE x g 0 ENTRIESREAD 3",
  "XGROUP CREATE x nobody $",
  "XREADGROUP GROUP g one COUNT 1500 STREAMS x >",
  "XREADGROUP GROUP g two COUNT 100 STREAMS x >",
  "XCLAIM x g two 0 6-7 6-9 TIME 5000 RETRYCOUNT 7",
  "XGROUP CREATECONSUMER x g idle",
  "XGROUP CREATE emptyx g 7-7 MKSTREAM",
  "SELECT 3",
  "RPUSH l d",
  "SET t w",
];
const QUESTIONS: readonly string[] = [
  ...["SELECT 0", "DBSIZE", "GET s", "LRANGE l 0 -1", "TTL l", "HGETALL h"],
  ...["HPEXPIRETIME h FIELDS 2 a b", "ZRANGE z 0 -1 WITHSCORES", "SORT i", "LRANGE l5 0 -1"],
  ...["SORT s5 ALPHA", "HLEN h5", `HMGET h5 ${words(5000).join(" ")}`, "ZRANGE z5 0 -1 WITHSCORES"],
  ...[
    "TTL z5",
    "LRANGE wide 0 -1",
    "HGET wideh f",
    "BF.INFO b",
    `BF.MEXISTS b ${words(1000).join(" ")}`,
  ],
  ...["TTL x", "XINFO STREAM x FULL COUNT 0", "XINFO STREAM emptyx FULL", "XPENDING x g"],
  ...["BF.MEXISTS wideb x y", "CMS.QUERY c x y z", "CMS.INFO c", "TTL c"],
  ...["SELECT 3", "LRANGE l 0 -1", "GET t", "DBSIZE"],
];

async function answersOf(cache: Cache): Promise<string[]> {
  const speaker = new Speaker(cache);
  const answers: string[] = [];
  for (const line of QUESTIONS) answers.push(await speaker.say(line));
  return answers;
}

function checkAll(cache: Cache): void {
  const work = {
    runLocked() {
      for (const { memory } of cache.shards) checkShardLocked(memory);
    },
  };
  assert(cache.withAllShards(work));
}

Deno.test("ExportWalk writes collections of all types so that an import stores them again", async () => {
  const from = newCache(newRegion(64 * 2 ** 20));
  const speaker = new Speaker(from);
  for (const line of LINES) {
    const answer = await speaker.say(line);
    assert(!answer.startsWith("-"), `${line.slice(0, 40)}: ${answer}`);
  }
  const parts = exported(from);
  for (const { length } of parts) assert(length < 700_000, String(length));
  const to = newCache(newRegion(64 * 2 ** 20));
  await new Speaker(to).say("RPUSH l old");
  const counts = await importedInto(to, joined(parts));
  assertEquals([counts.failed, counts.skipped, counts.unreadable], [0, {}, ""]);
  assertEquals(await answersOf(to), await answersOf(from));
  checkAll(to);
});

Deno.test("ExportWalk meets every member that stays, while others come and go", async () => {
  const from = newCache(newRegion(64 * 2 ** 20));
  const speaker = new Speaker(from);
  const stay = words(3000, "stays");
  await speaker.say(`SADD s ${stay.join(" ")}`);
  await speaker.say(`ZADD z ${stay.flatMap((word, i) => [i, word]).join(" ")}`);
  await speaker.say(`HSET h ${stay.flatMap((word) => [word, 1]).join(" ")}`);
  await speaker.say(`RPUSH l ${stay.join(" ")}`);
  let turn = 0;
  const parts = exported(from, () => {
    const comes = words(50, `t${turn}-`);
    speaker.run(`SADD s ${comes.join(" ")}`);
    speaker.run(`HSET h ${comes.flatMap((word) => [word, 1]).join(" ")}`);
    speaker.run(`ZADD z ${comes.flatMap((word) => [-turn, word]).join(" ")}`);
    if (turn > 0) speaker.run(`SREM s ${words(50, `t${turn - 1}-`).join(" ")}`);
    if (turn++ < 5) speaker.run("RPUSH l last");
  });
  assert(turn > 10);
  const to = newCache(newRegion(64 * 2 ** 20));
  const counts = await importedInto(to, joined(parts));
  assertEquals(counts.failed, 0);
  const other = new Speaker(to);
  const ones = `[${stay.map(() => ":1").join(", ")}]`;
  assertEquals(await other.say(`SMISMEMBER s ${stay.join(" ")}`), ones);
  assertEquals(await other.say(`HMGET h ${stay.join(" ")}`), ones.replaceAll(":1", '"1"'));
  assert(!(await other.say(`ZMSCORE z ${stay.join(" ")}`)).includes("nil"));
  const list = JSON.parse(await other.say("LRANGE l 0 -1")) as string[];
  assertEquals(list.filter((word) => word !== "last"), stay);
});
