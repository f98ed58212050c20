// Walks over all items of all databases, a batch at a time. An item that exists all the while comes once,
// whatever others do: it stays in its bucket. Databases go by the numbers that they have at the beginning.
// Holds one lock at a time, briefly, and none between two steps. Knows no format.

import {
  bucketTotal,
  type Cache,
  DATABASE_COUNT,
  ItemBatch,
  type LockedWork,
  scanLocked,
  storedDatabase,
} from "../../../cache/mod.ts";

/** Bytes of items in a batch, and buckets that one step looks at: all under one lock. */
export const BATCH_BYTES = 128 * 1024;
const STRIDE = 4096;

/** What a step of a walk has come to. */
export type WalkStep =
  /** There may be items in the batch, and it goes on. */
  | "more"
  | "done"
  /** The shard's lock could not be had; the same step may be tried again. */
  | "busy"
  /** The next item is longer than the batch, which has to be grown. */
  | "tooLong";

/** A walk over a cache. */
export class ItemWalk implements LockedWork {
  /** The items that the latest step has found. */
  readonly batch: ItemBatch = new ItemBatch(BATCH_BYTES);
  /** Which database they are in, by the number that clients use. */
  database = 0;
  readonly #cache: Cache;
  readonly #storedDatabases: readonly number[];
  #shard = 0;
  #bucket = 0;

  constructor(cache: Cache) {
    this.#cache = cache;
    const numbers = Array.from({ length: DATABASE_COUNT }, (_, number) => number);
    this.#storedDatabases = numbers.map((number) => storedDatabase(cache.region, number));
  }

  /** The same database by the number that items have. */
  get storedDatabase(): number {
    return this.#storedDatabases[this.database]!;
  }

  /** Fills the batch with the next items. */
  step(): WalkStep {
    const { batch } = this;
    batch.reset();
    const { shards } = this.#cache;
    if (this.#shard === shards.length) {
      this.#shard = 0;
      this.database++;
    }
    if (this.database === DATABASE_COUNT) return "done";
    if (!this.#cache.withShard(this.#shard, this)) return "busy";
    if (this.#bucket >= bucketTotal(shards[this.#shard]!.memory)) {
      this.#shard++;
      this.#bucket = 0;
    }
    return batch.count === 0 && batch.neededBytes > 0 ? "tooLong" : "more";
  }

  /** Makes space in the batch for the item that was too long for it. */
  grow(): void {
    this.batch.bytes = new Uint8Array(this.batch.neededBytes);
  }

  /** Makes the batch as small again as it was. */
  shrink(): void {
    if (this.batch.bytes.length > BATCH_BYTES) this.batch.bytes = new Uint8Array(BATCH_BYTES);
  }

  /** The part of {@linkcode step} that needs the shard's lock. */
  runLocked(): void {
    const { memory } = this.#cache.shards[this.#shard]!;
    const stored = this.#storedDatabases[this.database]!;
    this.#bucket = scanLocked(memory, this.#bucket, STRIDE, this.batch, Infinity, stored);
  }
}
