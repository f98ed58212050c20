// How far the loading of data at a start is, in words of the region that main writes and every thread reads:
// for /ready, /stats, INFO and the progress line.

import { readStats, RegionState } from "../../../cache/mod.ts";
import { MEMORY_STEP_BYTES, type ServerCache, type ServerRegion } from "../counters.ts";

/** How far it is. */
export interface LoadProgress {
  /** Items that are there. */
  readonly items: number;
  /** Bytes of files that were read, and all that are to be, in whole steps of 4 KiB. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** What was read of all, with one decimal. */
  readonly percent: number;
}

/** Says how many bytes were read, and how many there are. Main alone calls this. */
export function noteLoadProgress(region: ServerRegion, bytes: number, totalBytes: number): void {
  const store = (name: "loadBytes" | "loadTotalBytes", value: number) => {
    const steps = Math.ceil(value / MEMORY_STEP_BYTES);
    Atomics.store(region.words, region.gaugeWord(0, name), steps | 0);
  };
  store("loadTotalBytes", totalBytes);
  store("loadBytes", bytes);
}

/** How far it is, or null when nothing is being loaded. */
export function loadProgress(cache: ServerCache): LoadProgress | null {
  const { region } = cache;
  if (region.state !== RegionState.loading) return null;
  const bytes = region.gauge(0, "loadBytes") * MEMORY_STEP_BYTES;
  const totalBytes = region.gauge(0, "loadTotalBytes") * MEMORY_STEP_BYTES;
  const share = totalBytes === 0 ? 0 : Math.min(1, bytes / totalBytes);
  const percent = Math.floor(1000 * share) / 10;
  return { items: readStats(cache).items, bytes, totalBytes, percent };
}
