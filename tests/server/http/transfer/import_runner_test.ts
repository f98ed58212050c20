// The commands of an import: which run, which are left out and under what name, and that one which cannot
// run now is the first of the next try.

import { assertEquals } from "@std/assert";
import { Cache, ValueBuffer } from "../../../../cache/mod.ts";
import { ImportRunner } from "../../../../server/http/transfer/import_runner.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { contextOf, newCache, newRegion } from "../../fixture.ts";

const encoder = new TextEncoder();

function bytesOf(...commands: readonly string[]): Uint8Array {
  return encoder.encode(
    commands.map((line) => {
      const words = line.split(" ");
      return `*${words.length}\r\n` +
        words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
    }).join(""),
  );
}

function setUp() {
  const region = newRegion();
  const cache = newCache(region);
  const runner = new ImportRunner(contextOf(cache), 1024 * 1024, { failed() {} });
  const value = (key: string, database = 0) => {
    const into = new ValueBuffer();
    cache.get(encoder.encode(key), into, database);
    return new TextDecoder().decode(into.bytes.subarray(0, into.length));
  };
  const run = async (bytes: Uint8Array, database = 0) => {
    runner.begin(bytes, database);
    while (await runner.step());
    const { done, stored, failed, skipped, unreadable } = runner;
    return { done, stored, failed, skipped: Object.fromEntries(skipped), unreadable };
  };
  return { region, cache, runner, value, run };
}

Deno.test("ImportRunner runs what changes data, and counts the rest by name", async () => {
  const { runner, run, value } = setUp();
  const found = await run(
    bytesOf("SET a 1", "xfoo l 1", "GET a", "INCR a", "MULTI", "APPEND a x", "INCR a"),
  );
  assertEquals(found, {
    done: 7,
    stored: 3,
    failed: 1,
    skipped: { XFOO: 1, GET: 1, MULTI: 1 },
    unreadable: "",
  });
  assertEquals(value("a"), "2x");
  const message = "ERR value is not an integer or out of range";
  assertEquals(runner.errors, [{ at: 6, command: "INCR", key: "a", message }]);
});

Deno.test("ImportRunner follows SELECT, and leaves out all of a database that is not there", async () => {
  const { run, value } = setUp();
  const lines = [
    "SELECT 3",
    "SET a 1",
    "SELECT 16",
    "SET a 2",
    "SELECT x",
    "SET a 3",
    "SELECT 0",
    "SET a 4",
  ];
  const found = await run(bytesOf(...lines), 5);
  assertEquals(found.stored, 2);
  assertEquals(found.skipped, { "database 16": 1, "database of no number": 1 });
  assertEquals([value("a"), value("a", 3), value("a", 5)], ["4", "1", ""]);
  assertEquals((await run(bytesOf("SET b 1"), 16)).skipped, { "database 16": 1 });
  assertEquals((await run(bytesOf("SET b 1"), 5)).stored, 1);
  assertEquals(value("b", 5), "1");
});

Deno.test("ImportRunner stops at a command that is busy, and goes on with it", async () => {
  const { region, cache, runner, run, value } = setUp();
  const other = new Cache(region, 2, cache.now);
  await run(bytesOf("SET n 5"));
  const key = encoder.encode("n");
  const held = holdShard(other, other.hash(key, 0, key.length))!;
  // In another shard, and so not held.
  const free = ["a", "b", "c", "d"].find((name) => {
    const bytes = encoder.encode(name);
    return cache.shardOf(cache.hash(bytes, 0, 1)) !== cache.shardOf(cache.hash(key, 0, 1));
  })!;
  const found = await run(bytesOf(`INCR ${free}`, "INCR n", `INCR ${free}`));
  assertEquals([found.done, found.stored, runner.passing?.code], [1, 1, "BUSY"]);
  letGo(held);
  assertEquals((await run(bytesOf("INCR n", `INCR ${free}`))).done, 2);
  assertEquals([value("n"), value(free)], ["6", "2"]);
});

Deno.test("ImportRunner says where a body cannot be read, and has run what came before", async () => {
  const { run, value } = setUp();
  const bytes = bytesOf("SET a 1", "SET b 2");
  for (let end = 1; end < bytes.length; end++) {
    const { done, unreadable } = await run(bytes.subarray(0, end));
    const half = bytes.length / 2;
    assertEquals(done, Math.floor(end / half), String(end));
    assertEquals(unreadable === "", end % half === 0, String(end));
  }
  assertEquals(value("a"), "1");
  assertEquals(
    (await run(encoder.encode("*1\r\n$x\r\n"))).unreadable.includes("bulk length"),
    true,
  );
});

Deno.test("ImportRunner passes over a command of too many words", async () => {
  const { run } = setUp();
  const many = bytesOf("SET a 1", `DEL ${"k ".repeat(40_000).trim()}`, "SET b 1");
  const { done, stored, failed } = await run(many);
  assertEquals([done, stored, failed], [3, 2, 1]);
});

Deno.test("ImportRunner waits for a command that takes its time", async () => {
  const { run, value } = setUp();
  const lines = Array.from({ length: 3000 }, (_, i) => `SET k${i} 1`);
  const { done, stored } = await run(bytesOf(...lines, "FLUSHDB", "SET a 1"));
  assertEquals([done, stored], [3002, 3002]);
  assertEquals([value("k7"), value("a")], ["", "1"]);
});
