// What is too much for one command on sorted sets is refused with the limit named, and has changed nothing; what
// is just not too much is carried out.

import { assertEquals, assertMatch } from "@std/assert";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MEMORY_BYTES = 128 * 2 ** 20;
const STEP = 1000;

async function filled(sizes: Readonly<Record<string, number>>): Promise<Speaker> {
  const speaker = new Speaker(newCache(newRegion(MEMORY_BYTES)));
  for (const [key, size] of Object.entries(sizes)) {
    for (let from = 0; from < size; from += STEP) {
      const ids = Array.from({ length: Math.min(STEP, size - from) }, (_, i) => from + i);
      const pairs = ids.map((id) => `${id % 1000} m${id}`);
      assertEquals(await speaker.say(`ZADD ${key} ${pairs.join(" ")}`), `:${ids.length}`);
    }
  }
  return speaker;
}

Deno.test("removals of more than 30,000 members are refused, unless all go", async () => {
  const speaker = await filled({ z: 30_002 });
  const refused = "-ERR too many members at once: at most 30000 can be removed, ";
  const lines = {
    "ZREMRANGEBYRANK z 0 30000": "or all, so ask for a part of them",
    // All of them would be too many as well.
    "ZPOPMIN z 30001": "ask for fewer",
    "ZPOPMAX z 999999": "ask for fewer",
    "ZMPOP 1 z MIN COUNT 30001": "ask for fewer",
  };
  for (const [line, advice] of Object.entries(lines)) {
    assertEquals(await speaker.say(line), refused + advice, line);
    assertEquals(await speaker.say("ZCARD z"), ":30002");
  }
  assertEquals(await speaker.say("ZREMRANGEBYSCORE z -inf (999"), ":29972");
  assertEquals(await speaker.say("ZREMRANGEBYRANK z 0 -1"), ":30");
  assertEquals(await speaker.say("EXISTS z"), ":0");
  const other = await filled({ z: 30_002 });
  assertEquals(await other.say("ZREMRANGEBYSCORE z -inf +inf"), ":30002");
  assertEquals(await other.say("EXISTS z"), ":0");
});

Deno.test("results of more than 15,000 members are not stored, and the key stays as it was", async () => {
  const speaker = await filled({ a: 15_001, b: 100, d: 1 });
  const refused = /^-ERR result is too large to be stored: at most 15000 members/;
  for (
    const line of [
      "ZRANGESTORE d a 0 -1",
      "ZUNIONSTORE d 2 a b",
      "ZDIFFSTORE d 1 a",
      "ZINTERSTORE d 1 a",
    ]
  ) {
    assertMatch(await speaker.say(line), refused, line);
    assertEquals(await speaker.say("ZCARD d"), ":1");
  }
  assertEquals(await speaker.say("ZRANGESTORE d a 1 -1"), ":15000");
  assertEquals(await speaker.say("ZDIFFSTORE d 2 a b"), ":14901");
});

Deno.test("no more than 25,000 members of several sets are looked at", async () => {
  const speaker = await filled({ a: 12_500, b: 12_500, c: 1 });
  const refused = /^-ERR sets are too large together: at most 25000 members may be collected/;
  assertMatch(await speaker.say("ZUNION 3 a b c"), refused);
  assertMatch(await speaker.say("ZINTER 2 a b"), refused);
  assertMatch(await speaker.say("ZDIFF 2 a b"), refused);
  assertMatch(await speaker.say("ZINTERCARD 2 a b"), refused);
  assertEquals(await speaker.say("ZINTERCARD 2 b c"), ":1");
  assertEquals((await speaker.say("ZUNION 2 a b")).split(", ").length, 12_500);
});

Deno.test("no more than 10,000 places are looked at, and ANY ends before that", async () => {
  const speaker = new Speaker(newCache(newRegion(MEMORY_BYTES)));
  for (let from = 0; from < 10_001; from += STEP) {
    const ids = Array.from({ length: Math.min(STEP, 10_001 - from) }, (_, i) => from + i);
    const places = ids.map((id) => `${10 + id / 1e5} ${50 + (id % 100) / 1e3} p${id}`);
    await speaker.say(`GEOADD g ${places.join(" ")}`);
  }
  const search = "GEOSEARCH g FROMLONLAT 10 50 BYRADIUS";
  assertMatch(await speaker.say(`${search} 100 km`), /^-ERR too many places in and around/);
  assertMatch(await speaker.say(`${search} 100 km COUNT 1`), /^-ERR too many places in and around/);
  assertEquals((await speaker.say(`${search} 100 km COUNT 7 ANY`)).split(", ").length, 7);
  assertEquals(await speaker.say(`${search} 1 m`), '["p0"]');
});
