// Random commands of every group are answered as by redis-server. More of them, with other seeds, when
// walk.ts is run as a program; it has 20,000 of each group.

import { assert, assertEquals } from "@std/assert";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { exactly, readFrom } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { isSame, isSameShape } from "./compare.ts";
import { EVENT_OPTIONS } from "./event_feed.ts";
import { GROUPS, walk } from "./walk.ts";

const HAS_REDIS = await hasRedis();
const COMMANDS = 2000;

for (const group of Object.keys(GROUPS)) {
  const name = `random commands of ${group} are answered, and cause events, as by redis-server`;
  Deno.test({
    name: HAS_REDIS ? name : `${name}: skipped: no redis-server`,
    ignore: !HAS_REDIS,
    fn: async () => {
      await using redis = await RedisServer.start(...EVENT_OPTIONS);
      const { difference, compared, unknown } = await walk(redis, group, COMMANDS, 1, true);
      assertEquals(difference, null);
      assertEquals([...unknown], []);
      assert(compared > 0.9 * COMMANDS, `${compared} compared`);
    },
  });
}

function answer(text: string): Answer {
  const bytes = new TextEncoder().encode(text.replaceAll(" ", "\r\n"));
  const read = readFrom(bytes, 0)!;
  assertEquals(read.end, bytes.length);
  assertEquals(readFrom(bytes.subarray(0, -1), 0), null);
  return read.answer;
}

Deno.test("isSame() allows what Redis gives in no order, and nothing else", () => {
  const ab = answer("*2 $1 a $1 b ");
  const ba = answer("*2 $1 b $1 a ");
  const table: [words: string, own: Answer, redis: Answer, expected: boolean][] = [
    ["LRANGE k 0 -1", ab, ab, true],
    ["LRANGE k 0 -1", ab, ba, false],
    ["SMEMBERS k", ab, ba, true],
    ["smembers k", ab, ba, true],
    ["SMEMBERS k", ab, answer("~2 $1 a $1 b "), false],
    ["HGETALL k", ab, ba, false],
    ["HGETALL k", answer("%2 $1 a $1 b $1 c $1 d "), answer("%2 $1 c $1 d $1 a $1 b "), true],
    ["HGETALL k", answer("%2 $1 a $1 b $1 c $1 d "), answer("%2 $1 a $1 d $1 c $1 b "), false],
    ["GEOSEARCH k", ab, ba, false],
    ["GET k", answer("$-1 "), answer("*-1 "), false],
    ["GET k", answer("$-1 "), answer("_ "), false],
    ["GET k", answer("$0  "), answer("$-1 "), false],
    ["ZSCORE k m", answer(",1.5 "), answer("$3 1.5 "), false],
    ["LPUSH k m", answer("-WRONGTYPE "), answer("-ERR "), false],
    ["TTL k", answer(":100000 "), answer(":100001 "), true],
    ["TTL k", answer(":-1 "), answer(":-2 "), false],
    ["OBJECT ENCODING k", answer("$8 listpack "), answer("$9 hashtable "), true],
    ["OBJECT ENCODING k", answer("$8 listpack "), answer("$3 raw "), false],
  ];
  for (const [words, own, redis, expected] of table) {
    const message = `${words}: ${exactly(own)} ${exactly(redis)}`;
    assertEquals(isSame(words.split(" "), own, redis), expected, message);
  }
});

Deno.test("isSameShape() compares kinds and numbers of items", () => {
  const one = answer("*1 $1 a ");
  assert(isSameShape(one, answer("*1 $2 bc ")));
  assert(!isSameShape(one, answer("*2 $1 a $1 a ")));
  assert(!isSameShape(one, answer("~1 $1 a ")));
  assert(!isSameShape(one, answer("*1 :1 ")));
  assert(!isSameShape(answer("-ERR "), answer("-OOM ")));
});
