// News of slow requests: ten in a second and how many more there were, whoever tells of them.

import { assertEquals } from "@std/assert";
import { type SlowFields, SlowNews, slowText } from "../../../../server/process/log/slow_news.ts";

function setUp() {
  const clock = { nowMs: 5000 };
  const told: (number | string)[] = [];
  const sink = {
    tell: ({ ms }: SlowFields) => told.push(ms),
    tellMore: (count: number) => told.push(`${count} more`),
  };
  const news = new SlowNews(sink, () => clock.nowMs);
  const note = (ms: number) => news.note({ waitedFor: "command", ms });
  return { clock, told, news, note };
}

Deno.test("SlowNews tells of ten in a second, then of how many more there were", () => {
  const { clock, told, news, note } = setUp();
  for (let i = 0; i < 25; i++) note(i);
  clock.nowMs += 999;
  news.tick();
  assertEquals(told, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  clock.nowMs += 1;
  news.tick();
  assertEquals(told.at(-1), "15 more");
  note(100);
  assertEquals(told.at(-1), 100);
  clock.nowMs += 5000;
  news.tick();
  assertEquals(told.length, 12);
});

Deno.test("SlowNews adds up what others have left out", () => {
  const { clock, told, news } = setUp();
  news.noteMore(3);
  news.noteMore(4);
  news.tick();
  assertEquals(told, []);
  clock.nowMs += 1000;
  news.tick();
  assertEquals(told, ["7 more"]);
});

Deno.test("slowText() says what was slow, and for whom", () => {
  const asker = { protocol: "resp", address: "127.0.0.1:50000" };
  const http = { protocol: "http", address: "", method: "PUT", path: "/store/a" };
  const table: readonly [SlowFields, string][] = [
    [
      { waitedFor: "command", ms: 1234, command: "MGET", key: "a", keys: 3, ...asker },
      'slow: MGET "a" and 2 more keys took 1,234 ms, resp from 127.0.0.1:50000',
    ],
    [
      { waitedFor: "command", ms: 20, command: "KEYS", ...asker },
      "slow: KEYS took 20 ms, resp from 127.0.0.1:50000",
    ],
    [
      { waitedFor: "body", ms: 20, ...http },
      "slow: a body took 20 ms to come, http (PUT /store/a) from an unknown client",
    ],
    [
      { waitedFor: "disk", ms: 20, ...asker },
      "slow: an answer waited 20 ms for the disk, resp from 127.0.0.1:50000",
    ],
  ];
  for (const [fields, text] of table) assertEquals(slowText(fields), text);
});
