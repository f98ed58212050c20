// Who hears of wrong tokens and warnings, and how often.

import { assertEquals } from "@std/assert";
import { failedTokenText, PacedNews, warningText } from "../../../server/process/paced_news.ts";

Deno.test("PacedNews tells of the first at once, and of all others once a second", () => {
  let nowMs = 5000;
  const told: string[] = [];
  const tokens = new PacedNews(
    (address, count) => told.push(`${address} ${count}`),
    1000,
    () => nowMs,
  );
  tokens.note("a:1");
  for (let i = 0; i < 1000; i++) tokens.note(`b:${i}`);
  nowMs += 999;
  tokens.note("c:1", 5);
  tokens.tick();
  assertEquals(told, ["a:1 1"]);
  nowMs += 1;
  tokens.tick();
  tokens.tick();
  assertEquals(told, ["a:1 1", "b:0 1005"]);
  nowMs += 60_000;
  tokens.tick();
  assertEquals(told.length, 2);
});

Deno.test("failedTokenText() says who it was, and how many others there were", () => {
  assertEquals(failedTokenText("a:1", 1), "a wrong token was given by a:1");
  assertEquals(
    failedTokenText("", 3),
    "a wrong token was given by an unknown client, and 2 more times by anybody",
  );
});

Deno.test("warningText() says how many other warnings there were", () => {
  assertEquals(warningText("too many files", 1), "too many files");
  assertEquals(warningText("too many files", 3), "too many files, and 2 more warnings");
});
