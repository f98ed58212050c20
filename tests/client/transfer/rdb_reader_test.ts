// RDB files of Redis: every encoding of lengths, strings and collections, every other type passed over exactly, and
// what is cut off or damaged refused, wherever that is.

import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { FormatError } from "../../../server/rdb/byte_input.ts";
import { Crc64 } from "../../../server/rdb/crc64.ts";
import { unpackLzf } from "../../../server/rdb/lzf.ts";
import { type Item, latin, NOW_MS, read } from "./rdb_reading.ts";
import * as rdb from "./rdb_writer.ts";

const RUNS = { numRuns: 300, seed: 7171 };

const STRINGS: readonly rdb.Part[] = [
  [250, rdb.plain("redis-ver"), rdb.plain("7.0.15"), 250, rdb.plain("redis-bits"), rdb.int8(64)],
  [254, rdb.length(0), 251, rdb.length(9), rdb.length(2)],
  [0, rdb.plain("short"), rdb.plain("value")],
  [252, rdb.time(NOW_MS + 1), 0, rdb.plain("ms"), rdb.int8(-5)],
  [253, [0x00, 0x36, 0xe7, 0x75], 249, 7, 0, rdb.plain("s", 32), rdb.int16(-300)],
  [248, rdb.length(20_000), 0, rdb.int8(12), rdb.int32(-70_000)],
  [252, rdb.time(NOW_MS), 0, rdb.plain("expired"), rdb.plain("v")],
  [0, rdb.plain("packed"), rdb.packed("q", 3000)],
  [254, rdb.length(300), 0, rdb.plain("", 64), rdb.plain("x".repeat(100))],
  [0, rdb.plain("k".repeat(101)), rdb.plain("v"), 0, rdb.plain("long"), rdb.packed("v", 5001)],
  [0, rdb.plain("longer"), rdb.plain("x".repeat(5001), 64), 0, rdb.plain("last"), rdb.plain("")],
];
const ITEMS: readonly Item[] = [
  [0, "short", "value", 0],
  [0, "ms", "-5", NOW_MS + 1],
  [0, "s", "-300", 0x75e73600 * 1000],
  [0, "12", "-70000", 0],
  [0, "packed", "q".repeat(3000), 0],
  [300, "", "x".repeat(100), 0],
  [300, "last", "", 0],
];

Deno.test("RdbReader reads strings in all encodings, in pieces of any length, of versions 9 to 12", () => {
  for (const version of [1, 4, 9, 10, 11, 12]) {
    const file = rdb.rdbFile(version, ...STRINGS);
    for (const step of [Infinity, 1, 7]) {
      const { items, tally, position } = read(file, step);
      assertEquals(items, ITEMS);
      assertEquals(position, file.length);
      assertEquals(Object.fromEntries(tally.reasons), { expired: 1 });
      assertEquals(tally.refusedCount, 3);
      assertEquals(
        tally.named.map(({ key }) => key.slice(0, 6)),
        ["kkkkkk", "long", "longer"].map((key) => key === "long" ? "long" : key),
      );
    }
  }
});

/** The types that are passed over: all of them where they have expired. */
const EXPIRED_OTHERS = rdb.OTHERS.map(([, ...parts]) => [252, rdb.time(NOW_MS), ...parts]);

Deno.test("RdbReader passes over every other type exactly, and over what has expired", () => {
  const kept = ["lists", "sets", "hashes", "sorted sets", "streams"];
  const counts: Record<string, number> = {};
  for (const [name, ...parts] of rdb.OTHERS.filter(([name]) => !kept.includes(name))) {
    counts[name] = (counts[name] ?? 0) + 1;
    const file = rdb.rdbFile(11, ...parts, 0, rdb.plain("next"), rdb.plain("one"));
    for (const step of [Infinity, 1]) {
      const { items, tally } = read(file, step);
      assertEquals(items, [[0, "next", "one", 0]], `${name} ${parts[0]}`);
      assertEquals(Object.fromEntries(tally.reasons), { [name]: 1 });
    }
  }
  assertEquals(counts, { "values of modules": 1 });
  for (const parts of EXPIRED_OTHERS) {
    const { items, tally } = read(
      rdb.rdbFile(12, parts, 0, rdb.plain("next"), rdb.plain("one")),
      7,
    );
    assertEquals(items, [[0, "next", "one", 0]]);
    assertEquals(Object.fromEntries(tally.reasons), { expired: 1 });
  }
});

Deno.test("RdbReader passes over functions, slots and data of modules", () => {
  const parts: rdb.Part[] = [
    [244, rdb.length(1), rdb.length(2), rdb.length(3), 245, rdb.plain("#!lua")],
    [246, rdb.plain("f"), rdb.plain("LUA"), rdb.length(1), rdb.plain("text"), rdb.plain("code")],
    [246, rdb.plain("f"), rdb.plain("LUA"), rdb.length(0), rdb.plain("code")],
    [247, rdb.length(2 ** 50, 64), 2, rdb.length(1), 5, rdb.plain("aux"), 0],
    [0, rdb.plain("a"), rdb.plain("b")],
  ];
  const { items, tally } = read(rdb.rdbFile(12, ...parts), 1);
  assertEquals(items, [[0, "a", "b", 0]]);
  assertEquals(Object.fromEntries(tally.reasons), {
    "function libraries": 3,
    "data of modules": 1,
  });
});

Deno.test("RdbReader refuses a file that is cut off, at whichever byte", () => {
  const file = rdb.rdbFile(11, ...STRINGS, ...EXPIRED_OTHERS, ...rdb.COLLECTIONS);
  for (let end = 0; end < file.length; end++) {
    const error = assertThrows(() => read(file.subarray(0, end)), FormatError);
    assertEquals([error.message, error.position], ["it ends too early", end]);
  }
});

Deno.test("RdbReader refuses a file with any bit flipped, and reads nothing without end", () => {
  const parts: rdb.Part[] = [...STRINGS.slice(0, 6), ...EXPIRED_OTHERS, ...rdb.COLLECTIONS];
  const file = rdb.rdbFile(11, ...parts);
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const damaged = file.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    // Version 1, which one bit makes of 11, has no checksum: then there is something left.
    assertThrows(
      () => {
        const { position } = read(damaged);
        if (position < file.length) throw new FormatError("not all is read", position);
      },
      FormatError,
      "",
      String(bit),
    );
  }
});

Deno.test("RdbReader takes a file without a checksum, and names what it cannot read", () => {
  const unsummed = rdb.rdbFile(11, ...STRINGS);
  unsummed.fill(0, unsummed.length - 8);
  assertEquals(read(unsummed).items.length, ITEMS.length);
  const cases: [Uint8Array, string][] = [
    [rdb.bytesOf("REDIS0013"), "it has version 13 of the RDB format, and slabkv reads 1 to 12"],
    [rdb.bytesOf("REDIS00x1"), "it is no RDB file"],
    [rdb.rdbFile(11, 6, rdb.plain("k")), "there is no type 6"],
    [rdb.rdbFile(11, 240), "there is no type 240"],
    [rdb.rdbFile(11, 0, 0xc4), "there is no encoding 4"],
    [rdb.rdbFile(11, 254, 0xc0, 1), "there is an encoding in place of a length"],
    [rdb.rdbFile(11, 0, 0x82), "there is no length that begins with byte 130"],
    [rdb.rdbFile(11, 0, 0xc3, 1, 2, 0), "a packed string is damaged"],
    [
      rdb.rdbFile(11, 0, rdb.plain("k"), 0xc3, 1, rdb.length(4000), 0),
      "a packed string has a wrong length",
    ],
    [rdb.rdbFile(11, 7, rdb.plain("m"), 1, 6), "a module has saved something of kind 6"],
  ];
  for (const [file, message] of cases) assertThrows(() => read(file), FormatError, message);
});

Deno.test("RdbReader gives any strings in any pieces", () => {
  const text = fc.uint8Array({ maxLength: 90 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), fc.integer({ min: 1, max: 40 }), (pairs, step) => {
      const parts = pairs.map(([key, value]) => [0, rdb.plain(key), rdb.plain(value, 32)]);
      const { items } = read(rdb.rdbFile(10, ...parts), step);
      assertEquals(items, pairs.map(([key, value]) => [0, latin(key, 90), latin(value, 90), 0]));
    }),
    RUNS,
  );
});

Deno.test("Crc64 is that of Redis, however the bytes come", () => {
  const bytes = new TextEncoder().encode("123456789");
  const hexOf = (crc: Crc64) => crc.bytes().reverse().toHex();
  for (let cut = 0; cut <= bytes.length; cut++) {
    const crc = new Crc64();
    crc.add(bytes, 0, cut);
    crc.add(bytes, cut, bytes.length);
    assertEquals(hexOf(crc), "e9c6d914c4b8d9ca");
  }
  const long = Uint8Array.from({ length: 1000 }, (_, i) => i * 31 & 255);
  const [whole, single] = [new Crc64(), new Crc64()];
  whole.add(long, 0, long.length);
  for (let i = 0; i < long.length; i++) single.add(long, i, i + 1);
  assertEquals(hexOf(whole), hexOf(single));
});

Deno.test("unpackLzf() stays within its bounds, whatever it is given", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.integer({ min: 0, max: 400 }),
      (from, length) => {
        const to = new Uint8Array(length + 1).fill(77);
        unpackLzf(from, 0, from.length, to, length);
        assertEquals(to[length], 77);
      },
    ),
    RUNS,
  );
});

Deno.test("RdbReader reads what Redis 7.0 has written: values of all types", async () => {
  // By redis-server 7.0.15 with maxmemory-policy allkeys-lfu, so that each key has a frequency.
  const file = await Deno.readFile(new URL("fixtures/redis_7_0.rdb", import.meta.url));
  for (const step of [Infinity, 1]) {
    const { items, tally, position } = read(file, step);
    assertEquals(position, file.length);
    const isString = ([, key, value]: Item) =>
      key !== "hll" && !/^(list|set|hash|sortedSet|stream) /.test(value);
    const strings = items.filter(isString).sort(([, a], [, b]) => a < b ? -1 : 1);
    assertEquals(strings, [
      [0, "", "empty key", 0],
      [0, "empty", "", 0],
      [0, "int16", "-300", 0],
      [0, "int32", "70000000", 0],
      [0, "int8", "-5", 0],
      [0, "large-int", "123456789012", 0],
      [0, "later", "v", 4_102_444_800_000],
      [9, "other-database", "yes", 0],
      [0, "packed", "ab".repeat(200), 0],
      [0, "seconds", "v", 4_102_444_801_000],
      [0, "text", "plain text", 0],
    ]);
    const collections = Object.groupBy(items.filter((item) => !isString(item)), ([, key]) => key);
    const counts = Object.entries(collections).map(([key, all]) => [key, all!.length]);
    assertEquals(Object.fromEntries(counts), {
      ...{ small: 1, large: 1, list: 6, "long-list": 1 },
      ...{ set: 3, ints: 3, few: 2, scores: 2, hll: 1, stream: 13 },
    });
    assertEquals(collections.few?.map(([, , value]) => value), [
      "sortedSet a=1",
      "sortedSet b=2.5",
    ]);
    const others = { "function libraries": 1 };
    assertEquals(Object.fromEntries(tally.reasons), others);
  }
});
