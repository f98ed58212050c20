// Memory per item, everything included, in a region that inserts have filled: the region's bytes
// divided by the items that it then holds. And how many items of one size a given region holds.

import { fillUntilFull, makeCache } from "./fill.ts";
import {
  memcachedBytesPerItem,
  pogocacheBytesPerItem,
  redisBytesPerItem,
} from "./other_servers.ts";
import { atLeast, atMost, plain, type Row } from "../report.ts";

/** Sizes of the report and the most bytes that one item may cost, at the default --average-item. */
export const ITEM_SIZES = [
  { keyBytes: 16, valueBytes: 100, limit: 175 },
  { keyBytes: 250, valueBytes: 256, limit: 590 },
  { keyBytes: 10, valueBytes: 20, limit: 71 },
  { keyBytes: 32, valueBytes: 1000, limit: 1150 },
] as const;

/** Bytes of the region for each item it holds when full. */
export function bytesPerItem(memoryBytes: number, keyBytes: number, valueBytes: number): number {
  const cache = makeCache(memoryBytes);
  const held = fillUntilFull(cache, keyBytes, valueBytes);
  return cache.region.geometry.regionBytes / held;
}

/** Other servers that are measured where they are on PATH. */
const OTHERS = [
  ["redis-server", redisBytesPerItem],
  ["memcached", memcachedBytesPerItem],
  ["pogocache", pogocacheBytesPerItem],
] as const;

/** All sizes, beside other servers. */
export async function memoryRows(memoryBytes: number, otherItems: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { keyBytes, valueBytes, limit } of ITEM_SIZES) {
    const what = `${keyBytes} + ${valueBytes} bytes`;
    const bytes = bytesPerItem(memoryBytes, keyBytes, valueBytes);
    rows.push(atMost(`${what}: slabkv`, bytes, limit, "bytes", 1));
    for (const [name, measure] of OTHERS) {
      const other = await measure(keyBytes, valueBytes, otherItems);
      rows.push(
        plain(`${what}: ${name}`, other ?? "not on PATH", other === null ? "" : "bytes", 1),
      );
    }
  }
  return rows;
}

/** How many items of 256 + 256 bytes a region of 1.4 GiB holds. */
export function largeRegionRows(): Row[] {
  const cache = makeCache(Math.round(1.4 * 2 ** 30));
  const items = fillUntilFull(cache, 256, 256, 1.1);
  return [atLeast("items of 256 + 256 bytes in 1.4 GiB", items, 2_450_000, "", 0)];
}
