// Answers of commands on sorted sets and places in version 3 of the Redis protocol: doubles, and pairs as lists of
// their own. The walks compare more of them with redis-server, where that is there.

import { assertEquals } from "@std/assert";
import { newCache } from "../../fixture.ts";
import { exactly, readFrom } from "../differential/answer.ts";
import { Speaker } from "../speaker.ts";

const LINES: readonly [line: string, answer: string][] = [
  ["ZADD z 1 a 2.5 b inf c", ":1:3"],
  ["ZSCORE z b", ",3:2.5"],
  ["ZSCORE z none", "_0:"],
  ["ZMSCORE z c none", "*2[,3:inf_0:]"],
  ["ZINCRBY z 0.1 b", ",18:2.6000000000000001"],
  ["ZADD z INCR -1 a", ",1:0"],
  ["ZADD z NX INCR 1 a", "_0:"],
  ["ZRANK z c WITHSCORE", "*2[:1:2,3:inf]"],
  ["ZRANK z none WITHSCORE", "_0:"],
  ["ZRANGE z 0 1", "*2[$1:a$1:b]"],
  ["ZRANGE z 0 0 WITHSCORES", "*1[*2[$1:a,1:0]]"],
  ["ZREVRANGEBYSCORE z +inf (5 WITHSCORES", "*1[*2[$1:c,3:inf]]"],
  ["ZINTER 2 z z WITHSCORES", "*3[*2[$1:a,1:0]*2[$1:b,18:5.2000000000000002]*2[$1:c,3:inf]]"],
  ["ZRANDMEMBER z -1", "*1[$1:x]"],
  ["ZSCAN z 0 MATCH c", "*2[$1:0*2[$1:c$3:inf]]"],
  ["ZPOPMAX z", "*2[$1:c,3:inf]"],
  ["ZPOPMAX z 1", "*1[*2[$1:b,18:2.6000000000000001]]"],
  ["ZPOPMIN none 1", "*0[]"],
  ["ZMPOP 1 z MIN", "*2[$1:z*1[*2[$1:a,1:0]]]"],
  ["ZMPOP 1 z MIN", "_0:"],
  ["GEOADD g 13.361389 38.115556 p", ":1:1"],
  ["GEOPOS g p none", "*2[*2[,20:13.36138933897018433,20:38.11555639549629859]_0:]"],
  ["GEODIST g p p", "$6:0.0000"],
  [
    "GEOSEARCH g FROMMEMBER p BYRADIUS 1 m WITHDIST WITHHASH",
    "*1[*3[$1:p$6:0.0000:16:3479099956230698]]",
  ],
];

Deno.test("sorted sets and places are answered as version 3 of the protocol has it", async () => {
  const speaker = new Speaker(newCache(), undefined, true, 3);
  for (const [line, expected] of LINES) {
    await speaker.run(line);
    const { answer } = speaker.answerAs(readFrom);
    const text = exactly(answer);
    assertEquals(
      line.startsWith("ZRANDMEMBER") ? text.replace(/[abc]\]$/, "x]") : text,
      expected,
      line,
    );
  }
});
