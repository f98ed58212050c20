// An exact LRU that holds a number of bytes, and how often it hits on a trace. Knows nothing of slabkv.

/** Hits of a cache on a trace, and the bytes of the items that were hit. */
export interface Hits {
  readonly hits: number;
  readonly bytes: number;
}

/** Hits of an exact LRU of `capacity` bytes. The item of key `k` has `sizes[k]` bytes; a miss is put. */
export function lruHits(trace: Uint32Array, sizes: Uint32Array, capacity: number): Hits {
  // Entry 0 is the list's sentinel; key k is entry k + 1.
  const newer = new Int32Array(sizes.length + 1);
  const older = new Int32Array(sizes.length + 1);
  const held = new Uint8Array(sizes.length + 1);
  let used = 0;
  let hits = 0;
  let bytes = 0;
  for (let i = 0; i < trace.length; i++) {
    const entry = trace[i]! + 1;
    const size = sizes[entry - 1]!;
    if (held[entry] !== 0) {
      hits++;
      bytes += size;
      newer[older[entry]!] = newer[entry]!;
      older[newer[entry]!] = older[entry]!;
    } else {
      held[entry] = 1;
      used += size;
      while (used > capacity && newer[0] !== 0) {
        const oldest = newer[0]!;
        held[oldest] = 0;
        used -= sizes[oldest - 1]!;
        newer[0] = newer[oldest]!;
        older[newer[0]!] = 0;
      }
    }
    const newest = older[0]!;
    newer[newest] = entry;
    older[entry] = newest;
    newer[entry] = 0;
    older[0] = entry;
  }
  return { hits, bytes };
}
