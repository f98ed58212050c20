// The engine's benchmarks in a tiny form, so that they cannot rot. Only what does not depend on
// the machine's speed is asserted.

import { assert, assertEquals } from "@std/assert";
import { churnRows } from "../bench/engine/churn.ts";
import { floodRows } from "../bench/engine/flood.ts";
import { cacheHits, hitRatioRows } from "../bench/engine/hit_ratio.ts";
import { KEY_FAMILIES, lostShare } from "../bench/engine/lost_keys.ts";
import { lockRows } from "../bench/engine/locks.ts";
import { bytesPerItem, ITEM_SIZES } from "../bench/engine/memory.ts";
import { microRows } from "../bench/engine/micro.ts";
import { refillRows } from "../bench/engine/refill.ts";
import { lruHits } from "../bench/engine/traces.ts";
import { type Row, rowTable } from "../bench/report.ts";

function assertPass(rows: readonly Row[]): void {
  for (const { what, figure, target, pass } of rows) assert(pass, `${what}: ${figure}, ${target}`);
}

Deno.test("bytesPerItem() is within the limit for every size of the report", () => {
  // The rings and filters of the actors have a fixed size: 0.4 % more of a region of 64 MiB than of 256.
  for (const { keyBytes, valueBytes, limit } of ITEM_SIZES) {
    const bytes = bytesPerItem(64 * 2 ** 20, keyBytes, valueBytes);
    assert(bytes <= 1.004 * limit, `${keyBytes} + ${valueBytes}: ${bytes} bytes`);
  }
});

Deno.test("churnRows() meets its targets in a short run", () => {
  assertPass(churnRows(60_000, 2 * 2 ** 20, 1));
});

Deno.test("hitRatioRows() beats LRU on Zipf and on scans in a short run", () => {
  const rows = hitRatioRows({ requests: 200_000, keys: 50_000, theta: 0.9, seed: 1 });
  assertEquals(rows.length, 15);
  assertPass(rows.slice(0, 6));
});

Deno.test("lruHits() and cacheHits() hit all but first requests when everything fits", () => {
  const trace = Uint32Array.from({ length: 3000 }, (_, i) => i * i % 500);
  const misses = new Set(trace).size;
  assertEquals(lruHits(trace, 500, 500), 3000 - misses);
  assertEquals(cacheHits(trace, 2 * 2 ** 20), 3000 - misses);
  assertEquals(lruHits(Uint32Array.of(1, 2, 3, 1, 2, 1), 4, 2), 1);
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
