// Collections in RDB files of Redis, in every encoding; members that are too long, and what is damaged.
// See rdb_reader_test.ts for the rest of the format.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../../server/rdb/byte_input.ts";
import { NOW_MS, read } from "./rdb_reading.ts";
import * as rdb from "./rdb_writer.ts";

/** What is read of each collection of COLLECTIONS, in its order. */
const MEMBERS: readonly string[] = [
  ...["list a", "list 5"],
  `set ${"x".repeat(90)}`,
  ...["sortedSet a=Infinity", "sortedSet b=-Infinity", "sortedSet c=1.5"],
  ...["hash a=7", "hash b=-1"],
  ...["sortedSet a=0.5", "sortedSet b=-2"],
  ...["hash f=v", "list ab", "list -300", "set -2", "set 70000"],
  ...["sortedSet a=1.5", "hash f=1", "list one", "list two", "hash f=12345"],
  ...["sortedSet m=-4000", "list p", `list ${"q".repeat(100)}`, "set 1", "set z"],
  ...[`hash f=v@${NOW_MS + 7}`, "hash g=w"],
  ...[`hash f=v@${NOW_MS + 9}`, `hash f=v@${NOW_MS + 7}`, "hash g=w", "hash f=v"],
];

Deno.test("RdbReader gives the members of collections in all encodings, in pieces of any length", () => {
  for (const step of [Infinity, 1, 7]) {
    const file = rdb.rdbFile(
      12,
      252,
      rdb.time(NOW_MS + 1),
      ...rdb.COLLECTIONS.slice(0, 1),
      ...rdb.COLLECTIONS.slice(1),
    );
    const { items, tally, position } = read(file, step);
    assertEquals(position, file.length);
    assertEquals(items.map(([, , value]) => value), MEMBERS);
    assertEquals(items.map(([, , , deadlineMs]) => deadlineMs).slice(0, 3), [
      NOW_MS + 1,
      NOW_MS + 1,
      0,
    ]);
    assert(tally.isComplete);
  }
});

Deno.test("RdbReader leaves out members that are too long, and says so", () => {
  const long = "x".repeat(5001);
  const file = rdb.rdbFile(
    12,
    1,
    rdb.plain("l"),
    rdb.length(3),
    rdb.plain("a"),
    rdb.plain(long),
    rdb.plain("b"),
  );
  const { items, tally } = read(file);
  assertEquals(items.map(([, , value]) => value), ["list a", "list b"]);
  assertEquals(tally.named, [{
    key: "l",
    why: "members of it are too long, the others were taken in",
  }]);
});

Deno.test("RdbReader refuses collections that are damaged", () => {
  const cases: [rdb.Part, string][] = [
    [[10, rdb.plain("l"), rdb.plain("ziplist")], "a packed value is damaged"],
    [[11, rdb.plain("s"), rdb.plain("intset")], "a packed value is damaged"],
    [[16, rdb.plain("h"), rdb.plain(rdb.listpack("a"))], "a packed value ends inside a pair"],
    [[17, rdb.plain("z"), rdb.plain(rdb.listpack("a", "b"))], "a score is no number"],
    [[3, rdb.plain("z"), rdb.length(1), rdb.plain("a"), 253], "a score is no number"],
    [
      [25, rdb.plain("h"), rdb.time(5), rdb.plain(rdb.listpack("a", "b"))],
      "a packed value ends inside a field",
    ],
    [
      [18, rdb.plain("l"), rdb.length(1), rdb.length(3), rdb.plain("a")],
      "a list has a node of kind 3",
    ],
  ];
  for (const [part, message] of cases) {
    assertThrows(() => read(rdb.rdbFile(12, part)), FormatError, message);
  }
});
