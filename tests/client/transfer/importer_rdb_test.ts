// What an import sends for RDB files: strings as SET, collections as commands of a few hundred members, streams as
// Redis writes them to its append-only file; and the commands behind such a file.

import { assertEquals } from "@std/assert";
import * as rdb from "./rdb_writer.ts";
import { sentFor } from "./sent_commands.ts";

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

Deno.test("Importer sends the items of an RDB file, and the commands behind it", async () => {
  const file = rdb.rdbFile(
    11,
    ...[254, 0, 0, rdb.plain("a"), rdb.plain("1")],
    ...[254, 9, 252, rdb.time(5000), 0, rdb.plain("b"), rdb.plain("")],
  );
  const stream = rdb.bytesOf(file, command("SET", "c", "1"));
  assertEquals((await sentFor(stream)).sent, [
    "0 SET a 1",
    "0 SELECT 9",
    "9 SET b  PXAT 5000",
    "0 SET c 1",
  ]);
});

Deno.test("Importer sends collections of an RDB file as commands of a few hundred members", async () => {
  const elements = Array.from({ length: 600 }, (_, i) => rdb.plain(`e${i}`));
  const file = rdb.rdbFile(
    12,
    ...[254, 3, 252, rdb.time(5000), 1, rdb.plain("l"), rdb.length(600), ...elements],
    ...[0, rdb.plain("s"), rdb.plain("v")],
    ...[254, 4, 5, rdb.plain("z"), rdb.length(2), rdb.plain("a"), rdb.time(0)],
    ...[rdb.plain("b"), rdb.bytesOf(0, 0, 0, 0, 0, 0, 0xf0, 0xff)],
    ...[254, 0, 22, rdb.plain("h"), rdb.length(2)],
    ...[
      rdb.length(7000),
      rdb.plain("f"),
      rdb.plain("v"),
      rdb.length(0),
      rdb.plain("g"),
      rdb.plain("w"),
    ],
  );
  const { sent } = await sentFor(file);
  const pushes = sent.filter((line) => line.startsWith("3 RPUSH l "));
  assertEquals(pushes.map((line) => line.split(" ").length - 3), [256, 256, 88]);
  assertEquals(sent.filter((line) => !line.startsWith("3 RPUSH l ")), [
    "0 SELECT 3",
    ...["3 DEL l", "3 PEXPIREAT l 5000", "3 SET s v"],
    "3 SELECT 4",
    "4 DEL z",
    "4 ZADD z 0 a -inf b",
    "4 SELECT 0",
    "0 DEL h",
    "0 HSET h f v g w",
    "0 HPEXPIREAT h 7000 FIELDS 1 f",
  ]);
});

Deno.test("Importer sends streams of an RDB file as commands, what is pending as claims", async () => {
  const id = (ms: number, seq: number) =>
    rdb.bytesOf(0, 0, 0, 0, 0, 0, 0, ms, 0, 0, 0, 0, 0, 0, 0, seq);
  const node = rdb.listpack(
    ...["2", "1", "1", "f", "0"],
    ...["2", "0", "0", "v", "4"],
    ...["3", "0", "1", "w", "4"],
    ...["0", "2", "-1", "1", "g", "x", "6"],
  );
  const delivered = (time: number, count: number) => [rdb.time(time), rdb.length(count)];
  const file = rdb.rdbFile(
    ...[11, 252, rdb.time(5000), 19, rdb.plain("s"), rdb.length(1)],
    ...[rdb.plain(id(5, 1)), rdb.plain(node)],
    // How many there are, the last ID, the first, the greatest that was deleted, how many were added.
    ...[2, 9, 4, 5, 1, 5, 2, 30, 1],
    ...[rdb.plain("group"), 7, 0, rdb.length(2 ** 32, 64), 3],
    ...[id(5, 1), delivered(100, 1), id(5, 2), delivered(100, 1), id(7, 0), delivered(200, 9)],
    ...[2, rdb.plain("one"), rdb.time(300), 1, id(7, 0)],
    ...[rdb.plain("two"), rdb.time(300), 2, id(5, 1), id(5, 2)],
    ...[254, 2, 15, rdb.plain("empty"), 0, 0, 0, 0, 0],
  );
  assertEquals((await sentFor(file)).sent, [
    ...["0 DEL s", "0 XADD s 5-1 f v", "0 PEXPIREAT s 5000", "0 XADD s 7-0 g x"],
    "0 XSETID s 9-4 ENTRIESADDED 30 MAXDELETEDID 5-2",
    "0 XGROUP CREATE s group 7-0 ENTRIESREAD 4294967296",
    "0 XGROUP CREATECONSUMER s group one",
    "0 XCLAIM s group one 0 7-0 TIME 200 RETRYCOUNT 9 FORCE JUSTID",
    "0 XGROUP CREATECONSUMER s group two",
    "0 XCLAIM s group two 0 5-1 5-2 TIME 100 RETRYCOUNT 1 FORCE JUSTID",
    ...["0 SELECT 2", "2 DEL empty", "2 XADD empty MAXLEN 0 0-1 x y"],
    "2 XSETID empty 0-0 ENTRIESADDED 0 MAXDELETEDID 0-0",
  ]);
});
