// Deadlines of fields: what commands answer, and that nothing is seen of fields that have expired, nor of hashes whose
// last field has. Redis has these commands from 7.4 on; the answers are those of its documentation and its source.

import { assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** A client of a cache with a clock that stands still. */
class Clocked {
  nowMs = NOW_MS;
  readonly cache: ServerCache;
  readonly #speaker: Speaker;

  constructor(memoryBytes = 8 * 2 ** 20) {
    this.cache = newCache(newRegion(memoryBytes), () => this.nowMs);
    this.#speaker = new Speaker(this.cache);
  }

  /** Sends lines in turn, and compares the answers. Of a number the time passes, in milliseconds. */
  async talk(...lines: readonly (readonly [string, string] | number)[]): Promise<void> {
    for (const line of lines) {
      if (typeof line === "number") {
        this.nowMs += line;
        continue;
      }
      const [said, expected] = line;
      assertEquals(`${said} -> ${await this.say(said)}`, `${said} -> ${expected}`);
      for (const { memory } of this.cache.shards) checkShardLocked(memory);
    }
  }

  /** The answer to a line. */
  say(line: string): Promise<string> {
    return this.#speaker.say(line);
  }

  /** What the background sweep does, to the end. */
  sweep(): void {
    for (const { index } of this.cache.shards) while (!this.cache.sweep(index, 1024));
  }
}

const NO_FIELDS = "-ERR Mandatory argument FIELDS is missing or not at the right position";
const OTHER_COUNT = "-ERR The `numfields` parameter must match the number of arguments";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value";

Deno.test("HEXPIRE and its forms set deadlines, heed conditions, and remove what has expired", async () => {
  await new Clocked().talk(
    ["HSET h a 1 b 2 c 3", ":3"],
    ["HEXPIRE h 10 FIELDS 2 a none", "[:1, :-2]"],
    ["HEXPIRE none 10 FIELDS 2 a b", "[:-2, :-2]"],
    ["HTTL h FIELDS 3 a b none", "[:10, :-1, :-2]"],
    ["HPTTL h FIELDS 1 a", "[:10000]"],
    ["HEXPIRETIME h FIELDS 1 a", `[:${NOW_MS / 1000 + 10}]`],
    ["HPEXPIRETIME h FIELDS 1 a", `[:${NOW_MS + 10_000}]`],
    ["HEXPIRE h 20 NX FIELDS 2 a b", "[:0, :1]"],
    ["HEXPIRE h 20 XX FIELDS 2 a c", "[:1, :0]"],
    ["HPEXPIRE h 19999 GT FIELDS 2 a c", "[:0, :0]"],
    ["HPEXPIRE h 20001 GT FIELDS 1 a", "[:1]"],
    ["HPEXPIRE h 20001 LT FIELDS 2 a c", "[:0, :1]"],
    ["HPEXPIRE h 20000 lt fields 1 a", "[:1]"],
    ["HEXPIREAT h 1 FIELDS 1 b", "[:2]"],
    ["HGET h b", "nil"],
    ["HPEXPIREAT h 4000000000001 FIELDS 1 c", "[:1]"],
    ["HEXPIRETIME h FIELDS 1 c", "[:4000000001]"],
    19_999,
    ["HGETALL h", '["a", "1", "c", "3"]'],
    ["HTTL h FIELDS 1 a", "[:1]"],
    1,
    ["HGETALL h", '["c", "3"]'],
    ["HLEN h", ":1"],
    ["HPERSIST h FIELDS 3 c c none", "[:1, :-1, :-2]"],
    ["HPERSIST none FIELDS 1 c", "[:-2]"],
    ["HPEXPIRE h 0 FIELDS 2 c c", "[:2, :-2]"],
    ["EXISTS h", ":0"],
  );
});

Deno.test("commands on deadlines of fields refuse what Redis refuses", async () => {
  await new Clocked().talk(
    ["HSET h a 1", ":1"],
    ["SET s v", "+OK"],
    ["HEXPIRE s x FIELDS 1 a", WRONG_TYPE],
    ["HTTL s FIELDS 1 a", WRONG_TYPE],
    ["HPERSIST s FIELDS 1 a", WRONG_TYPE],
    ["HGETDEL s FIELDS 1 a", WRONG_TYPE],
    ["HGETEX s FIELDS 1 a", WRONG_TYPE],
    ["HSETEX s FIELDS 1 a v", WRONG_TYPE],
    ["HEXPIRE h 10", "-ERR wrong number of arguments for 'hexpire' command"],
    ["HEXPIRE h x FIELDS 1 a", "-ERR value is not an integer or out of range"],
    ["HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0"],
    ["HEXPIRE h 70368744178 FIELDS 1 a", "-ERR invalid expire time in 'hexpire' command"],
    ["HPEXPIREAT h 70368744177664 FIELDS 1 a", "-ERR invalid expire time in 'hpexpireat' command"],
    ["HEXPIRE h 10 a FIELDS 1 a", NO_FIELDS],
    ["HEXPIRE h 10 NX XX FIELDS 1 a", NO_FIELDS],
    ["HEXPIRE h 10 FIELDS 0 a", "-ERR Parameter `numFields` should be greater than 0"],
    ["HEXPIRE h 10 FIELDS 2 a", OTHER_COUNT],
    ["HTTL h FIELDS x a", "-ERR Number of fields must be a positive integer"],
    ["HTTL h FIELD 1 a", NO_FIELDS],
    ["HTTL h FIELDS 2 a", OTHER_COUNT],
    ["HPERSIST h FIELDS 1 a b", OTHER_COUNT],
    ["HGETDEL h FIELDS 0 a", "-ERR Number of fields must be a positive integer"],
    ["HGETEX h EX 0x FIELDS 1 a", "-ERR value is not an integer or out of range"],
    ["HGETEX h EX 10 FIELDS", "-ERR wrong number of arguments for 'hgetex' command"],
    ["HGETEX h EX 10 PERSIST FIELDS 1 a", NO_FIELDS],
    ["HSETEX h FIELDS 1 a v b", "-ERR wrong number of arguments for 'hsetex' command"],
    ["HSETEX h FIELDS 0 a v", "-ERR invalid number of fields"],
    [
      "HSETEX h FNX FXX FIELDS 1 a v",
      "-ERR Only one of FXX or FNX arguments can be specified",
    ],
    [
      "HSETEX h EX 1 KEEPTTL FIELDS 1 a v",
      "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
    ],
    ["HSETEX h FOO FIELDS 1 a v", "-ERR unknown argument: FOO"],
    ["HSETEX h EX -1 FIELDS 1 a v", "-ERR invalid expire time, must be >= 0"],
    ["HGETALL h", '["a", "1"]'],
  );
});

Deno.test("HGETDEL, HGETEX and HSETEX read and set fields with their deadlines", async () => {
  await new Clocked().talk(
    ["HSETEX h EX 10 FIELDS 2 a 1 b 2", ":1"],
    ["HSETEX h FNX FIELDS 1 b 3", ":0"],
    ["HSETEX h FXX FIELDS 2 b 3 c 3", ":0"],
    ["HSETEX none FXX FIELDS 1 b 3", ":0"],
    ["HSETEX h FXX KEEPTTL FIELDS 1 b 3", ":1"],
    ["HSETEX h FNX FIELDS 1 c 4", ":1"],
    ["HPTTL h FIELDS 3 a b c", "[:10000, :10000, :-1]"],
    ["HSETEX h FIELDS 1 a 1", ":1"],
    ["HTTL h FIELDS 1 a", "[:-1]"],
    ["HGETEX h PX 500 FIELDS 3 a none c", '["1", nil, "4"]'],
    ["HPTTL h FIELDS 3 a b c", "[:500, :10000, :500]"],
    ["HGETEX h FIELDS 1 a", '["1"]'],
    ["HGETEX h PERSIST FIELDS 2 a b", '["1", "3"]'],
    ["HPTTL h FIELDS 3 a b c", "[:-1, :-1, :500]"],
    ["HGETEX none EX 1 FIELDS 2 a b", "[nil, nil]"],
    500,
    ["HGETEX h FIELDS 1 c", "[nil]"],
    ["HGETEX h PXAT 1 FIELDS 2 a a", '["1", nil]'],
    ["HGETDEL h FIELDS 3 a b b", '[nil, "3", nil]'],
    ["EXISTS h", ":0"],
    ["HSETEX h EXAT 1 FIELDS 1 a 1", ":1"],
    ["EXISTS h", ":0"],
    ["HGETDEL none FIELDS 1 a", "[nil]"],
  );
});

Deno.test("a field that is set anew has no deadline, one that is counted keeps it", async () => {
  await new Clocked().talk(
    ["HSETEX h EX 10 FIELDS 3 a 1 b 2 c 3", ":1"],
    ["HSET h a 1", ":0"],
    ["HINCRBY h b 1", ":3"],
    ["HINCRBYFLOAT h c 0.5", '"3.5"'],
    ["HTTL h FIELDS 3 a b c", "[:-1, :10, :10]"],
    10_000,
    ["HSETNX h b new", ":1"],
    ["HINCRBY h c 1", ":1"],
    ["HTTL h FIELDS 3 a b c", "[:-1, :-1, :-1]"],
    ["HEXPIRE h 1 FIELDS 1 b", "[:1]"],
    1000,
    ["HSET h b v", ":1"],
    ["HDEL h a b c", ":3"],
  );
});

Deno.test("nothing is seen of a hash whose last field has expired, by no command", async () => {
  const gone = ["EXISTS h", ":0"] as const;
  for (const line of [gone, ["TYPE h", "+none"], ["DBSIZE", ":0"], ["HLEN h", ":0"]] as const) {
    const client = new Clocked();
    await client.talk(["HSETEX h PX 100 FIELDS 2 a 1 b 2", ":1"], 99, ["EXISTS h", ":1"], 1);
    if (line[0] === "DBSIZE") client.sweep();
    await client.talk(line, ["HGETALL h", "[]"], ["HSET h c 3", ":1"], ["HGETALL h", '["c", "3"]']);
  }
  await new Clocked().talk(
    ["HSETEX h PX 100 FIELDS 1 a 1", ":1"],
    ["COPY h g", ":1"],
    ["RENAME g i", "+OK"],
    ["SCAN 0 TYPE hash MATCH i", '["0", ["i"]]'],
    ["HPTTL i FIELDS 1 a", "[:100]"],
    100,
    ["SCAN 0", '["0", []]'],
    ["EXISTS h i", ":0"],
  );
});

Deno.test("fields of a large hash that have expired are neither counted nor listed", async () => {
  const fields = Array.from({ length: 3000 }, (_, i) => `f${i} v`).join(" ");
  for (
    const [line, expected] of [
      ["HLEN h", ":1"],
      ["HGETALL h", '["stays", "v"]'],
      ["HKEYS h", '["stays"]'],
      ["HRANDFIELD h 5", '["stays"]'],
      ["HSCAN h 0 COUNT 10000", '["0", ["stays", "v"]]'],
      ["HGET h f1", "nil"],
      ["HSETNX h f1 v", ":1"],
      ["HDEL h f1 f2 stays", ":1"],
    ] as const
  ) {
    await new Clocked().talk(
      [`HSETEX h PX 100 FIELDS 3000 ${fields}`, ":1"],
      ["HSET h stays v", ":1"],
      ["HLEN h", ":3001"],
      100,
      [line, expected],
    );
  }
});

Deno.test("fields of a very large hash that have expired are not shown before a sweep has removed them", async () => {
  const client = new Clocked(256 * 2 ** 20);
  await client.say("HSET h stays v");
  for (let part = 0; part < 8; part++) {
    const fields = Array.from({ length: 14_000 }, (_, i) => `f${part}-${i} v`).join(" ");
    assertEquals(await client.say(`HSETEX h PX 100 FIELDS 14000 ${fields}`), ":1");
  }
  client.nowMs += 100;
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, fields] = JSON.parse(await client.say(`HSCAN h ${cursor} COUNT 10000`));
    cursor = next;
    found.push(...fields);
  } while (cursor !== "0");
  assertEquals(found, ["stays", "v"]);
  assertEquals((await client.say("HRANDFIELD h")).slice(0, 26), "-BUSY too many fields expi");
  assertEquals(await client.say("HGET h f0-1"), "nil");
  client.sweep();
  await client.talk(["HLEN h", ":1"], ["HRANDFIELD h", '"stays"']);
});

Deno.test("a large hash keeps the deadlines of its fields when it is copied and renamed", async () => {
  const fields = Array.from({ length: 2000 }, (_, i) => `f${i} v`).join(" ");
  const client = new Clocked();
  await client.talk(
    [`HSETEX h PX 100 FIELDS 2000 ${fields}`, ":1"],
    ["COPY h g", ":1"],
    ["RENAME h i", "+OK"],
    ["HPTTL g FIELDS 2 f0 f1999", "[:100, :100]"],
    ["HPTTL i FIELDS 2 f0 f1999", "[:100, :100]"],
    ["HPERSIST i FIELDS 1 f7", "[:1]"],
    100,
    ["EXISTS g i", ":1"],
    ["HGETALL i", '["f7", "v"]'],
  );
});

Deno.test("the background sweep removes expired fields of hashes that nobody asks for", async () => {
  const client = new Clocked();
  const { cache } = client;
  const bytes = () =>
    cache.shards.reduce((sum, { memory }) => sum + checkShardLocked(memory).usedEighths, 0);
  const long = "v".repeat(100);
  for (let i = 0; i < 40; i++) {
    await client.talk(
      [`HSET h${i} stays ${long}`, ":1"],
      [`HSETEX h${i} PX ${100 + 100 * i} FIELDS 1 goes ${long}`, ":1"],
    );
  }
  const before = bytes();
  client.nowMs += 2000;
  client.sweep();
  const between = bytes();
  client.nowMs += 3000;
  client.sweep();
  assertEquals(before - between >= 40, true, `${before} ${between}`);
  assertEquals(between - bytes() >= 40, true, `${between} ${bytes()}`);
  await client.talk(["HGETALL h7", `["stays", "${long}"]`]);
});
