// GET of a key that many ask for: answered without its lock, and in all that a client or an operator sees as
// with it.

import { assertEquals } from "@std/assert";
import { NOT_READ, swapDatabasesLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** Makes a key hot, and counts how often it is read without its lock. */
function heat(cache: ServerCache, key: string, database = 0): { unlocked: number } {
  const bytes = new TextEncoder().encode(key);
  const hash = cache.hash(bytes, 0, bytes.length, database);
  for (let i = 0; i < 20; i++) cache.hotReads.noteTaken(hash);
  const counted = { unlocked: 0 };
  const read = Object.getPrototypeOf(cache).readHot.bind(cache);
  cache.readHot = (...args: Parameters<typeof cache.readHot>) => {
    const length = read(...args);
    if (length !== NOT_READ) counted.unlocked++;
    return length;
  };
  return counted;
}

Deno.test("GET of a hot key answers without the lock what it answers with it, and counts a hit", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  await speaker.say("SET k one");
  for (let i = 0; i < 3; i++) await speaker.say("GET k");
  const table:
    readonly (readonly [line: string, answer: string, unlocked: number, hits: number])[] = [
      ["GET k", '"one"', 1, 1],
      ["GET k", '"one"', 1, 1],
      ["STRLEN k", ":3", 0, 0],
      ["MGET k k", '["one", "one"]', 0, 2],
      ["SET k two", "+OK", 0, 0],
      ["GET k", '"two"', 1, 1],
      ["APPEND k s", ":4", 0, 0],
      ["GET k", '"twos"', 1, 1],
      ["PEXPIRE k 10000", ":1", 0, 0],
      ["GET k", '"twos"', 1, 1],
      ["SELECT 1", "+OK", 0, 0],
      // It was read in database 0, that of the command before, and then seen to be of no use.
      ["GET k", "nil", 1, 0],
      ["SELECT 0", "+OK", 0, 0],
      ["PEXPIRE k -1", ":1", 0, 0],
      ["GET k", "nil", 0, 0],
    ];
  const counted = heat(cache, "k");
  for (const [line, answer, unlocked, hits] of table) {
    const [unlockedBefore, hitsBefore] = [counted.unlocked, cache.region.total("hits")];
    assertEquals(await speaker.say(line), answer, line);
    const found = [counted.unlocked - unlockedBefore, cache.region.total("hits") - hitsBefore];
    assertEquals(found[0], unlocked, line);
    if (line.startsWith("GET")) assertEquals(found[1], hits, line);
  }
  const stats = await speaker.say("INFO commandstats");
  assertEquals(/cmdstat_get:calls=(\d+)/.exec(stats)?.[1], "10");
});

Deno.test("GET inside EXEC takes no other way for a hot key: it has the lock", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  await speaker.say("SET k one");
  for (let i = 0; i < 3; i++) await speaker.say("GET k");
  const counted = heat(cache, "k");
  for (const line of ["MULTI", "SET k two", "GET k"]) await speaker.say(line);
  assertEquals(await speaker.say("EXEC"), '[+OK, "two"]');
  assertEquals(counted.unlocked, 0);
});

Deno.test("GET of a hot key that meets an exchange of databases answers from the new one", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  for (const line of ["SELECT 1", "SET k one", "SELECT 0", "SET k zero"]) await speaker.say(line);
  for (let i = 0; i < 3; i++) await speaker.say("GET k");
  const counted = heat(cache, "k");
  const read = cache.readHot;
  cache.readHot = (...args) => {
    const length = read(...args);
    if (counted.unlocked === 1) swapDatabasesLocked(cache, 0, 1);
    return length;
  };
  const hits = cache.region.total("hits");
  assertEquals(await speaker.say("GET k"), '"one"');
  assertEquals([counted.unlocked, cache.region.total("hits") - hits], [1, 1]);
});
