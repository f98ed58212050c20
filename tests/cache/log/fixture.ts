// What the tests of the log share: small caches that keep one, all that their ring has, and a second cache into
// which it is restored.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  clientFlagsOf,
  CopyStep,
  EffectBuffer,
  type LogRing,
  Outcome,
  readStats,
  recordSwap,
  Region,
  Restore,
  ShardCopy,
  ValueBuffer,
} from "../../../cache/mod.ts";
import { besideFilters } from "../fixture.ts";
import { bucketTotal } from "../../../cache/index_growth.ts";
import { KeyBatch, scanBucketsLocked } from "../../../cache/scan.ts";
import { DATABASE_COUNT } from "../../../cache/database_layout.ts";

const LOG_BYTES = 64 * 1024;

/** A cache with a log, what its ring has given so far, and its clock. */
export class LoggedCache {
  readonly clock = { nowMs: 1_700_000_000_000 };
  readonly cache: Cache;
  readonly log: LogRing;
  /** All blocks that were read off the ring, each with its position. */
  readonly blocks: { position: number; bytes: Uint8Array }[] = [];
  /** Bytes of all of them. */
  position = 0;
  readonly #space = new Uint8Array(LOG_BYTES);

  constructor(memoryBytes: number, logBytes = LOG_BYTES) {
    const region = Region.create({ memoryBytes: besideFilters(memoryBytes) + logBytes, logBytes });
    this.log = region.log!;
    this.cache = new Cache(region, 1, () => this.clock.nowMs);
  }

  /** Reads what is in the ring. */
  drain(): void {
    for (;;) {
      const count = this.log.read(this.#space);
      if (count === 0) return;
      this.blocks.push({ position: this.position, bytes: this.#space.slice(0, count) });
      this.position += count;
    }
  }

  /** Position in the log of a position in the ring, all of which was drained. */
  unwrap(ringPosition: number): number {
    return this.position + 4 * ((ringPosition - this.log.readPosition) | 0);
  }
}

/** A snapshot, as it would be on disk. */
export interface Snapshot {
  readonly sections: readonly Uint8Array[];
  readonly begins: Float64Array;
  /** The effects that concern all shards. */
  readonly head: Uint8Array;
  readonly shardCount: number;
}

/** Makes a snapshot of `logged`, and calls `between` between any two steps. */
export function takeSnapshot(logged: LoggedCache, between: () => void = () => {}): Snapshot {
  const { cache } = logged;
  logged.drain();
  const head = new EffectBuffer();
  recordSwap(head, cache.region.words);
  const begins = new Float64Array(cache.shards.length);
  const sections = cache.shards.map((shard) => {
    const copy = new ShardCopy(cache, shard.index);
    const effects = new EffectBuffer();
    for (let step: CopyStep = CopyStep.more; step === CopyStep.more;) {
      step = copy.step(effects);
      logged.drain();
      if (begins[shard.index] === 0) begins[shard.index] = logged.unwrap(copy.beginPosition);
      between();
      logged.drain();
    }
    return effects.effects.slice();
  });
  return { sections, head: head.effects.slice(), begins, shardCount: cache.shards.length };
}

/** A cache of `memoryBytes` with what the snapshot, if any, and the log of `logged` up to `end` hold. */
export function restore(
  logged: LoggedCache,
  snapshot: Snapshot | null,
  memoryBytes: number,
  end = Infinity,
): Cache {
  const region = Region.create({ memoryBytes: besideFilters(memoryBytes) });
  region.restores();
  const cache = new Cache(region, 1, () => 0);
  const { shardCount, begins } = snapshot ?? {
    shardCount: logged.cache.shards.length,
    begins: undefined,
  };
  const restoring = new Restore(cache, { shardCount, begins });
  if (snapshot !== null) restoring.applySection(snapshot.head);
  for (const section of snapshot?.sections ?? []) restoring.applySection(section);
  for (const { position, bytes } of logged.blocks) {
    if (position < end) restoring.applyLog(bytes, position);
  }
  restoring.end();
  return new Cache(region, 1, () => logged.clock.nowMs);
}

/** All that a cache holds: by database and key the value, the version and the deadline. */
export function contentsOf(cache: Cache): Map<string, string> {
  const contents = new Map<string, string>();
  const value = new ValueBuffer();
  const batch = new KeyBatch();
  const decoder = new TextDecoder("latin1");
  for (const { memory } of cache.shards) {
    // No lock is held, which would have it look at the clock anew.
    memory.nowMs = 0;
    for (let database = 0; database < DATABASE_COUNT; database++) {
      for (let at = 0; at < bucketTotal(memory);) {
        batch.reset();
        at = scanBucketsLocked(memory, at, bucketTotal(memory), batch, 512, database);
        for (let i = 0; i < batch.count; i++) {
          const key = batch.bytes.slice(batch.starts[i]!, batch.starts[i]! + batch.lengths[i]!);
          assertEquals(cache.get(key, value, database), Outcome.hit);
          const hash = cache.hash(key, 0, key.length, database);
          const shard = cache.shardOf(hash);
          const flags = clientFlagsOf(
            shard.memory,
            shard.peekLocked(hash, key, 0, key.length),
          );
          const facts = `${value.version} ${value.deadlineMs} ${flags}`;
          const text = `${facts} ${decoder.decode(value.copy())}`;
          contents.set(`${database} ${decoder.decode(key)}`, text);
        }
      }
    }
  }
  return contents;
}

/** Checks that a restored cache holds what the other one does, but for what it had to evict. */
export function assertRestored(restored: Cache, original: Cache): void {
  const [actual, expected] = [contentsOf(restored), contentsOf(original)];
  for (const [key, text] of actual) assertEquals(text, expected.get(key), key);
  const { evictions } = readStats(restored);
  assert(actual.size + evictions >= expected.size, `lost ${expected.size - actual.size} items`);
}
