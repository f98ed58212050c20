// Single operations on a filled cache, hash, lock and copy included, as the server's dispatcher
// would run them. Used by the report, by the micro-benchmarks and, in a tiny form, by a test.

import { type Cache, type LockedWork, PutRequest, type Shard } from "../../cache/mod.ts";
import { makeCache, makeValue, NumberedKey } from "./fill.ts";
import { atMost, plain, type Row } from "../report.ts";

const KEY_BYTES = 16;
const VALUE_BYTES = 64;
/** Bytes of region for one item of these sizes, with space enough that no window is ever full. */
const ITEM_BYTES = 400;
/** Odd and far from any power of two: stepping by it visits keys in no order that memory likes. */
const STRIDE = 0x9e3779b1;

/** A key whose shard is locked for one operation; one object each, as in the server. */
abstract class KeyWork implements LockedWork {
  shard!: Shard;
  hash = 0;
  readonly key: NumberedKey = new NumberedKey(KEY_BYTES);

  /** Does it with key number `id`. */
  on(cache: Cache, id: number): void {
    const key = this.key.set(id);
    this.hash = cache.hash(key, 0, KEY_BYTES);
    this.shard = cache.shardOf(this.hash);
    if (!cache.withShard(this.hash, this)) {
      throw new Error("Cannot lock a shard that nobody else uses");
    }
  }

  abstract runLocked(): void;
}

/** Looks a key up and copies its value. */
class Finding extends KeyWork {
  address = 0;
  readonly into = new Uint8Array(VALUE_BYTES);

  override runLocked(): void {
    this.address = this.shard.getLocked(this.hash, this.key.bytes, 0, KEY_BYTES);
    if (this.address !== 0) this.shard.readValueLocked(this.address, this.into, 0);
  }
}

/** Puts a value. */
class Putting extends KeyWork {
  readonly #value = makeValue(VALUE_BYTES);
  readonly #put = new PutRequest();

  override runLocked(): void {
    this.#put.setKey(this.hash, this.key.bytes, 0, KEY_BYTES);
    this.#put.setValue(this.#value, 0, VALUE_BYTES);
    this.#put.setTerms(0);
    this.shard.putLocked(this.#put);
  }
}

/** Deletes a key. */
class Deleting extends KeyWork {
  wasThere = false;

  override runLocked(): void {
    this.wasThere = this.shard.deleteLocked(this.hash, this.key.bytes, 0, KEY_BYTES);
  }
}

/** The operations of the benchmark, each on the next key in a fixed scattered order. */
export class Micro {
  readonly cache: Cache;
  readonly #count: number;
  readonly #finding = new Finding();
  readonly #putting = new Putting();
  readonly #deleting = new Deleting();
  #at = 0;
  #inserted: number;
  /** Sum of bytes read, so that no work can be left out. */
  checksum = 0;

  /** Fills a cache of its own with `count` items. */
  constructor(count: number) {
    this.#count = count;
    this.#inserted = count;
    this.cache = makeCache(count * ITEM_BYTES + 2 ** 20);
    for (let id = 0; id < count; id++) this.#put(id);
  }

  #next(): number {
    this.#at = (this.#at + STRIDE) % this.#count;
    return this.#at;
  }

  #find(id: number): boolean {
    const finding = this.#finding;
    finding.on(this.cache, id);
    if (finding.address === 0) return false;
    this.checksum = (this.checksum + finding.into[id & 63]!) | 0;
    return true;
  }

  #put(id: number): void {
    this.#putting.on(this.cache, id);
  }

  /** Reads a key that is there. Throws Error when it is not. */
  get(): void {
    const id = this.#next();
    if (!this.#find(id)) throw new Error(`Cannot find key ${id}, which was put`);
  }

  /** Reads a key that is not there. */
  miss(): void {
    const id = this.#next() + 2 ** 31;
    if (this.#find(id)) throw new Error(`Found key ${id}, which was never put`);
  }

  /** Puts a value of the same size under a key that is there. */
  overwrite(): void {
    this.#put(this.#next());
  }

  /** Puts a new key. */
  insert(): void {
    this.#put(this.#inserted++);
  }

  /** Deletes a key and puts it back, so that the number of items stays. */
  deleteAndInsert(): void {
    const id = this.#next();
    this.#deleting.on(this.cache, id);
    if (!this.#deleting.wasThere) throw new Error(`Cannot delete key ${id}`);
    this.#put(id);
  }
}

/** Numbers of items that the operations are measured among. */
export const MICRO_SIZES = [50_000, 500_000, 4_000_000] as const;

/** Best of several rounds: microseconds that one call of `operation` takes. */
function measure(operation: () => void, calls: number): number {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const startMs = performance.now();
    for (let i = 0; i < calls; i++) operation();
    best = Math.min(best, (performance.now() - startMs) * 1000 / calls);
  }
  return best;
}

/** All operations among `count` items, `calls` of each in a round. */
export function microRows(count: number, calls: number): Row[] {
  const micro = new Micro(count);
  const among = `among ${count.toLocaleString("en-US")}`;
  const limit = count >= 4_000_000 ? 1 : 0.5;
  const rows = [
    atMost(`get, ${among}`, measure(() => micro.get(), calls), limit, "µs", 3),
    plain(`miss, ${among}`, measure(() => micro.miss(), calls), "µs", 3),
    plain(`overwrite, ${among}`, measure(() => micro.overwrite(), calls), "µs", 3),
    plain(`delete and insert, ${among}`, measure(() => micro.deleteAndInsert(), calls), "µs", 3),
    plain(`insert, ${among}`, measure(() => micro.insert(), calls), "µs", 3),
  ];
  rows.push(plain(`checksum, ${among}`, `${micro.checksum}`));
  return rows;
}
