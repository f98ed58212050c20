// Metrics of the cache: items, what the region's bytes are for and how they are used, what leaves and why. Rows of the
// table, in the order of /stats.

import { regionParts, sampleFreeRuns } from "../../../cache/mod.ts";
import { MEMORY_STEP_BYTES } from "../../contract/counters.ts";
import { counter, gauge, type Metric, type Row } from "./metric.ts";

/** Slots whose maps are looked at for their free runs. More of them would make an answer take longer, so they are sampled. */
const SAMPLED_SLOTS = 65_536;

/** What may limit the number of items. */
const LIMITS = ["nothing", "memory", "index"] as const;

const SLOTS: Metric = {
  name: "slabkv_slots",
  type: "gauge",
  unit: "",
  help:
    "Slots of 256 bytes, but those that the index has taken, by state; used ones in whole slots' worth of eighths.",
  labels: ["state"],
  series: [
    { labels: ["used"], read: ({ stats }) => stats.slotsUsed },
    { labels: ["free"], read: ({ stats }) => stats.slots - stats.slotsUsed },
  ],
};

const FREE_RUNS: Metric = {
  name: "slabkv_free_runs",
  type: "gauge",
  unit: "",
  help: "Adjacent free eighths of a slot (32 bytes each), by how many; 8 are a whole slot. " +
    `Of more than ${SAMPLED_SLOTS} slots an estimate from so many.`,
  labels: ["eighths"],
  each: ({ cache }, take) => {
    const runs = sampleFreeRuns(cache, SAMPLED_SLOTS);
    for (let eighths = 1; eighths < runs.length; eighths++) take([String(eighths)], runs[eighths]!);
  },
  bound: "1 to 8",
};

const REGION_BYTES: Metric = {
  name: "slabkv_region_bytes",
  type: "gauge",
  unit: "bytes",
  help: "The bytes of `--memory`, by what they are for; together they are the region. " +
    "`tables`: headers, maps and ghosts of the shards. `threads`: what each thread has for itself.",
  labels: ["part"],
  each: ({ cache }, take) => {
    for (const [part, bytes] of Object.entries(regionParts(cache))) take([part], bytes);
  },
  bound: "slab, index, tables, threads, log",
};

const LIMITED_BY: Metric = {
  name: "slabkv_limited_by",
  type: "gauge",
  unit: "",
  help: "What limits how many items are held: 1 of what does, 0 of the others.",
  labels: ["by"],
  series: LIMITS.map((limit) => ({
    labels: [limit],
    read: ({ stats }) => stats.limitedBy === limit ? 1 : 0,
  })),
};

const EVICTIONS: Metric = {
  name: "slabkv_evictions_total",
  type: "counter",
  unit: "",
  help:
    "Items that left for want of space, by reason: `memory`, or `window`, their part of the index being full.",
  labels: ["reason"],
  series: [
    { labels: ["memory"], read: ({ stats }) => stats.evictions - stats.windowEvictions },
    { labels: ["window"], read: ({ stats }) => stats.windowEvictions },
  ],
};

/** Space and what is in it. */
export const SPACE_ROWS: readonly Row[] = [
  gauge(
    "slabkv_items",
    "",
    "Items held in all databases, those included that have expired and that nobody has met yet.",
    ({ stats }) => stats.items,
    { stats: "items" },
  ),
  gauge(
    "slabkv_items_with_deadline",
    "",
    "Items held that have a time to live.",
    ({ stats }) => stats.itemsWithDeadline,
  ),
  gauge(
    "slabkv_index_capacity_items",
    "",
    "Items for which the index is laid out as it is now (`--average-item`); an eighth more is held.",
    ({ stats }) => stats.indexCapacity,
    { stats: "itemCapacity.index" },
  ),
  LIMITED_BY,
  { stats: "itemCapacity.limitedBy", read: ({ stats }) => stats.limitedBy },
  SLOTS,
  { stats: "slots.total", read: ({ stats }) => stats.slots },
  { stats: "slots.used", read: ({ stats }) => stats.slotsUsed },
  FREE_RUNS,
  REGION_BYTES,
  { stats: "bytes.memory", info: "maxmemory", read: ({ stats }) => stats.memoryBytes },
  gauge(
    "slabkv_slab_bytes",
    "bytes",
    "The part of the region for items.",
    ({ stats }) => stats.slabBytes,
    { stats: "bytes.slab" },
  ),
  gauge(
    "slabkv_slab_used_bytes",
    "bytes",
    "What items use of the slab, headers and rounding included.",
    ({ stats }) => stats.usedBytes,
    { stats: "bytes.used", info: "used_memory" },
  ),
  gauge(
    "slabkv_slab_peak_bytes",
    "bytes",
    "The most that items have used of the slab, as seen four times a second.",
    ({ stats, region }) =>
      Math.max(stats.usedBytes, region.gauge(0, "peakBytes") * MEMORY_STEP_BYTES),
    { info: "used_memory_peak" },
  ),
  gauge("slabkv_shards", "", "Parts of the region.", ({ stats }) => stats.shards, {
    stats: "shards.total",
  }),
  counter(
    "slabkv_shards_cleared_total",
    "",
    "Shards that had to be emptied after an internal error; 0 unless there is a bug.",
    ({ stats }) => stats.shardsCleared,
    { stats: "shards.cleared" },
  ),
];

/** What left. */
export const LEAVING_ROWS: readonly Row[] = [
  {
    stats: "hitRatio",
    read: ({ region }) => {
      const hits = region.total("hits");
      const reads = hits + region.total("misses");
      return reads === 0 ? null : hits / reads;
    },
  },
  { stats: "evictions", info: "evicted_keys", read: ({ stats }) => stats.evictions },
  {
    info: "evicted_keys_memory",
    read: ({ stats }) => stats.evictions - stats.windowEvictions,
  },
  {
    stats: "windowEvictions",
    info: "evicted_keys_window",
    read: ({ stats }) => stats.windowEvictions,
  },
  EVICTIONS,
  counter(
    "slabkv_expirations_total",
    "",
    "Items removed because their time to live was over.",
    ({ stats }) => stats.expirations,
    { stats: "expirations", info: "expired_keys" },
  ),
  counter(
    "slabkv_ghost_hits_total",
    "",
    "New items whose key had been evicted a little earlier: what slightly more memory would have kept.",
    ({ stats }) => stats.ghostHits,
  ),
];
