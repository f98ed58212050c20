// The engine's benchmarks in a tiny form, so that they cannot rot. Only what does not depend on
// the machine's speed is asserted.

import { assert, assertEquals } from "@std/assert";
import { churnRows } from "../bench/engine/churn.ts";
import { floodRows } from "../bench/engine/flood.ts";
import { changeRows, CHANGES } from "../bench/engine/healing.ts";
import { cacheHits, comparisonRows, hitRatioRows } from "../bench/engine/hits/hit_ratio.ts";
import { TRACE_KINDS } from "../bench/engine/hits/kinds.ts";
import { lruHits } from "../bench/engine/hits/lru.ts";
import { KEY_FAMILIES, lostShare } from "../bench/engine/lost_keys.ts";
import { hotKeyRows } from "../bench/engine/hot_key.ts";
import { lockRows } from "../bench/engine/locks.ts";
import { bytesPerItem, ITEM_SIZES } from "../bench/engine/memory.ts";
import { microRows } from "../bench/engine/micro.ts";
import { pauseRows } from "../bench/engine/pauses.ts";
import { refillRows } from "../bench/engine/refill.ts";
import { type Row, rowTable } from "../bench/report.ts";

function assertPass(rows: readonly Row[]): void {
  for (const { what, figure, target, pass } of rows) assert(pass, `${what}: ${figure}, ${target}`);
}

Deno.test("bytesPerItem() is within the limit for every size of the report", () => {
  // What threads have for themselves has a fixed size: 0.7 % more of a region of 64 MiB than of 256.
  for (const { keyBytes, valueBytes, limit } of ITEM_SIZES) {
    const bytes = bytesPerItem(64 * 2 ** 20, keyBytes, valueBytes);
    assert(bytes <= 1.007 * limit, `${keyBytes} + ${valueBytes}: ${bytes} bytes`);
  }
});

Deno.test("churnRows() meets its targets in a short run", () => {
  assertPass(churnRows(60_000, 2 * 2 ** 20, 1));
});

Deno.test("changeRows() finds that the slab heals, whatever is done beside the puts", () => {
  for (const change of CHANGES) assertPass(changeRows(change, 8 * 2 ** 20, 1));
});

Deno.test("hitRatioRows() is not far below LRU on scans and mixed sizes in a short run", async () => {
  const kinds = TRACE_KINDS.filter(({ name, isMixed }) => isMixed || name.includes("scans"));
  const rows = await hitRatioRows({ requests: 60_000, keys: 30_000, seed: 1 }, kinds);
  // Two shares of each kind, of mixed sizes by bytes besides, then what is wanted over all.
  assert(rows.length === 7 || rows.length === 8);
  assertPass(rows.slice(-1));
});

Deno.test("Every kind of trace is as long as it should be, and the same each time", () => {
  for (const { name, make, theta } of TRACE_KINDS) {
    const options = { requests: 3000, keys: 500, held: 50, theta, seed: 7 };
    const trace = make(options);
    assertEquals(trace.length, 3000, name);
    assertEquals(trace, make(options), name);
    assert(new Set(trace).size >= 55, name);
  }
});

Deno.test("comparisonRows() counts rows near the best and finds the one furthest below LRU", () => {
  const others = [{ name: "ARC", ratio: 0.5 }];
  const rows = comparisonRows([
    { name: "a", ours: 0.498, lru: 0.4, others },
    { name: "b", ours: 0.42, lru: 0.44, others },
  ]);
  assertEquals(rows.map(({ figure }) => figure), [
    "-0.20 points",
    "-8.00 points",
    "50 %",
    "-2.00 points",
  ]);
  assertEquals(rows.map(({ pass }) => pass), [true, true, false, false]);
});

Deno.test("lruHits() and cacheHits() hit all but first requests when everything fits", () => {
  const trace = Uint32Array.from({ length: 3000 }, (_, i) => i * i % 500);
  const sizes = new Uint32Array(500).fill(100);
  const first = new Set(trace).size;
  const all = { hits: 3000 - first, bytes: 100 * (3000 - first) };
  assertEquals(lruHits(trace, sizes, 50_000), all);
  assertEquals(cacheHits(trace, sizes, 2 * 2 ** 20), { ...all, resident: 100 * first });
  const few = new Uint32Array(4).fill(1);
  assertEquals(lruHits(Uint32Array.of(1, 2, 3, 1, 2, 1), few, 2), { hits: 1, bytes: 1 });
});

Deno.test("lostShare() is at most 0.01 % for every family of keys", () => {
  for (const [name, makeKey] of Object.entries(KEY_FAMILIES)) {
    const lost = lostShare(makeKey, 20_000, 0.6, 2);
    assert(lost <= 0.0001, `${name}: ${lost}`);
  }
});

Deno.test("floodRows() finds no item lost outside the window", () => {
  const rows = floodRows(2000, 5000);
  assertPass(rows.filter(({ what }) => what.includes("lost")));
});

Deno.test("pauseRows() evicts tiny items for large ones, and its readers come to an end", async () => {
  const rows = await pauseRows(8 * 2 ** 20, 2);
  assertEquals(rows.length, 6);
  assert(Number(rows[0]!.figure.replace(",", "")) > 100, rows[0]!.figure);
});

Deno.test("refillRows() finds no failed put and no long wait for a lock", async () => {
  assertPass(await refillRows(8 * 2 ** 20));
});

Deno.test("microRows() finds every key and prints a table", () => {
  const table = rowTable(microRows(2000, 2000));
  assert(table.includes("get, among 2,000"));
});

Deno.test("lockRows() locks and prints a row for each number of keys and each region", () => {
  const rows = lockRows([2 ** 21, 2 ** 29], 1000);
  assertEquals(rows.map(({ what }) => what), [
    "locks of 1 key, 8 shards",
    "locks of 10 keys, 8 shards",
    "locks of 100 keys, 8 shards",
    "locks of 1 key, 16 shards",
    "locks of 10 keys, 16 shards",
    "locks of 100 keys, 16 shards",
  ]);
});

Deno.test("hotKeyRows() gets one key from one thread and from two", async () => {
  const rows = await hotKeyRows(5000);
  assertEquals(rows.length, 4);
});
