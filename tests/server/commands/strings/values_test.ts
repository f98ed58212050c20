// The commands on values: what they store, answer and refuse, whatever the protocol.

import { assertEquals } from "@std/assert";
import { MAX_DEADLINE_MS } from "../../../../cache/mod.ts";
import { DEL, GET, GETMETA, INCRBY, MGET, MPUT, SET } from "../../../../server/commands/table.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { run } from "../commands.ts";

const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

Deno.test("GET, SET and DEL store, read and delete", () => {
  const cache = newCache();
  assertEquals(run(cache, GET, "k"), ["miss"]);
  assertEquals(run(cache, SET, "k", "v"), ["ok"]);
  assertEquals(run(cache, GET, "k"), ["v"]);
  assertEquals(run(cache, SET, "k", ""), ["ok"]);
  assertEquals(run(cache, GET, "k"), [""]);
  assertEquals(run(cache, DEL, "k", "x", "k"), [1]);
  assertEquals(run(cache, DEL, "k"), [0]);
});

Deno.test("SET holds to its conditions", () => {
  const cache = newCache();
  assertEquals(run(cache, SET, "k", "1", "XX"), ["conditionNotMet"]);
  assertEquals(run(cache, SET, "k", "1", "NX"), ["ok"]);
  assertEquals(run(cache, SET, "k", "2", "nx"), ["conditionNotMet"]);
  assertEquals(run(cache, SET, "k", "3", "Xx"), ["ok"]);
  const [value, version, ttl] = run(cache, GETMETA, "k");
  assertEquals([value, ttl], ["3", -1]);
  assertEquals(run(cache, SET, "k", "4", "IFVERSION", String(version)), ["ok"]);
  assertEquals(run(cache, SET, "k", "5", "IFVERSION", String(version)), ["conditionNotMet"]);
  assertEquals(run(cache, SET, "new", "1", "IFVERSION", "0"), ["ok"]);
  assertEquals(run(cache, MGET, "k", "new"), ["4", "1"]);
});

Deno.test("SET sets, replaces, keeps and drops times to live", () => {
  let nowMs = NOW_MS;
  const cache = newCache(newRegion(), () => nowMs);
  const ttl = () => run(cache, GETMETA, "k")[2];
  run(cache, SET, "k", "1", "EX", "10");
  assertEquals(ttl(), 10_000);
  run(cache, SET, "k", "1", "PX", "1500");
  assertEquals(ttl(), 1500);
  nowMs += 500;
  run(cache, SET, "k", "1", "KEEPTTL");
  assertEquals(ttl(), 1000);
  run(cache, SET, "k", "1", "PXAT", String(nowMs + 7));
  assertEquals(ttl(), 7);
  run(cache, SET, "k", "1", "EXAT", String(Math.ceil(nowMs / 1000) + 8));
  assertEquals(ttl(), 9000 - 500);
  nowMs += 8499;
  assertEquals(run(cache, GET, "k"), ["1"]);
  nowMs += 1;
  assertEquals(run(cache, GET, "k"), ["miss"]);
  run(cache, SET, "k", "1", "EX", "1");
  run(cache, SET, "k", "1");
  assertEquals(ttl(), -1);
});

Deno.test("SET refuses options that it does not know, and items that are too large", () => {
  const cache = newCache();
  const table: [string[], string][] = [
    [["FROB"], "syntax"],
    [["EX"], "syntax"],
    [["NX", "XX"], "syntax"],
    [["EX", "1", "PX", "1"], "syntax"],
    [["EX", "1", "KEEPTTL"], "syntax"],
    [["EX", "1.5"], "notInteger"],
    [["EX", "0"], "badExpire"],
    [["EX", "-1"], "badExpire"],
    [["EX", MAX], "badExpire"],
    [["IFVERSION", "x"], "notInteger"],
  ];
  for (const [options, kind] of table) {
    assertEquals(run(cache, SET, "k", "v", ...options), [kind], options.join(" "));
  }
  const fits = "v".repeat(cache.maxItemBytes - 1);
  assertEquals(run(cache, SET, "k", fits + "vv".repeat(64)), ["tooLarge"]);
  assertEquals(run(cache, GET, "k"), ["miss"]);
  assertEquals(run(cache, SET, "k", fits), ["ok"]);
  assertEquals(run(cache, GET, "k"), [fits]);
});

Deno.test("INCRBY counts over the whole range of 64 bits and no further", () => {
  const table: [old: string | null, by: string, outcome: string | number | bigint][] = [
    [null, "1", 1],
    [null, MIN, BigInt(MIN)],
    ["5", "-5", 0],
    ["9007199254740991", "1", 9007199254740992n],
    ["999999999999999", "1", 1_000_000_000_000_000],
    ["9223372036854775806", "1", BigInt(MAX)],
    [MAX, "0", BigInt(MAX)],
    [MAX, "1", "overflow"],
    [MIN, "-1", "overflow"],
    [MIN, MAX, -1n],
    [MAX, MIN, -1n],
    ["1", MAX, "overflow"],
    ["-1", MAX, 9223372036854775806n],
    ["", "1", "notInteger"],
    ["1.5", "1", "notInteger"],
    [" 1", "1", "notInteger"],
    ["01", "1", "notInteger"],
    ["+1", "1", "notInteger"],
    ["-0", "1", "notInteger"],
    ["9223372036854775808", "1", "notInteger"],
    ["x".repeat(1000), "1", "notInteger"],
    ["1", "x", "notInteger"],
    ["1", "9223372036854775808", "notInteger"],
  ];
  for (const [old, by, outcome] of table) {
    const cache = newCache();
    if (old !== null) run(cache, SET, "n", old);
    const [found] = run(cache, INCRBY, "n", by);
    assertEquals(String(found), String(outcome), `${old} + ${by}`);
    const after = typeof outcome === "string" ? old : String(outcome);
    assertEquals(run(cache, GET, "n"), [after ?? "miss"], `${old} + ${by}`);
  }
});

Deno.test("INCRBY keeps the deadline of what it counts", () => {
  const cache = newCache();
  run(cache, SET, "n", "1", "PX", "5000");
  assertEquals(run(cache, INCRBY, "n", "1"), [2]);
  assertEquals(run(cache, GETMETA, "n")[2], 5000);
});

Deno.test("MPUT stores all items, each with its own time to live, or none", () => {
  const cache = newCache();
  assertEquals(run(cache, MPUT, "a", "1", "", "b", "2", "1500"), [2]);
  assertEquals(run(cache, GETMETA, "a")[2], -1);
  assertEquals(run(cache, GETMETA, "b")[2], 1500);
  const huge = "v".repeat(cache.maxItemBytes + 64);
  assertEquals(run(cache, MPUT, "c", "3", "", "d", huge, "", "a", "9", ""), ["tooLarge"]);
  assertEquals(run(cache, MGET, "a", "b", "c", "d"), ["1", "2", "miss", "miss"]);
  assertEquals(run(cache, MPUT, "e", "1", "", "e", "2", ""), [2]);
  assertEquals(run(cache, GET, "e"), ["2"]);
});

Deno.test("MGET answers in the order of its keys, repeated ones again", () => {
  const cache = newCache();
  run(cache, MPUT, "a", "1", "", "b", "2", "");
  assertEquals(run(cache, MGET, "b", "x", "a", "b", "x"), ["2", "miss", "1", "2", "miss"]);
});

Deno.test("MPUT refuses what SET refuses, and then stores nothing", () => {
  const cache = newCache();
  const key = (length: number) => "k".repeat(length);
  const table: [string[], string][] = [
    [["x", "1", "", "yy"], "arity"],
    [["x", "1", "", "yy", "2"], "arity"],
    [["x", "1", "", "yy", "2", "abc"], "notInteger"],
    [["x", "1", "", "yy", "2", "1.5"], "notInteger"],
    [["x", "1", "", "yy", "2", "0"], "badExpire"],
    [["x", "1", "", "yy", "2", "-5"], "badExpire"],
    [["x", "1", "", "yy", "2", MAX], "badExpire"],
    [["x", "1", "", "", "2", ""], "refused"],
    [["x", "1", "", key(1500), "2", ""], "refused"],
    [["x", "1", "", key(2000), "2", ""], "refused"],
    [["x", "1", "", "yy", key(2 ** 20), ""], "tooLarge"],
  ];
  for (const [words, problem] of table) {
    assertEquals(run(cache, MPUT, ...words), [problem], words.join(" ").slice(0, 40));
    assertEquals(run(cache, MGET, "x", "yy").slice(-2), ["miss", "miss"]);
  }
  assertEquals(run(cache, MPUT, "x", "1", String(2 ** 48), "yy", "2", "1000"), [2]);
  assertEquals(run(cache, GETMETA, "x")[2], MAX_DEADLINE_MS - NOW_MS);
  assertEquals(run(cache, GETMETA, "yy")[2], 1000);
});
