// What simulated actors do with a cache, and what that changes by all rules: seeded operations on few keys of
// two databases, of one key and of several. Each says its effects as a client would see them.

import {
  bucketTotal,
  type Cache,
  flushBucketsLocked,
  type LockedWork,
  Outcome,
  PutRequest,
  swapDatabasesLocked,
} from "../../cache/mod.ts";
import type { Random } from "../../bench/workload.ts";

/** What a key has after an operation; null: nothing. */
export interface Held {
  readonly value: string;
  readonly deadlineMs: number;
}

/** A change that an operation has made. */
export type Effect =
  | { readonly kind: "set"; readonly name: string; readonly held: Held | null }
  /** Database `database` has nothing in shard `shard` of `shards`. */
  | {
    readonly kind: "flush";
    readonly shard: number;
    readonly shards: number;
    readonly database: number;
  }
  /** Shard `shard` of `shards` has nothing. */
  | { readonly kind: "clear"; readonly shard: number; readonly shards: number }
  | { readonly kind: "swap"; readonly a: number; readonly b: number }
  /** The stored database of each number. */
  | { readonly kind: "table"; readonly table: readonly number[] };

export const DATABASES = 2;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Longer than a part of a record, so that some come in parts. */
const LONG_BYTES = 3000;

/** A key of a stored database. */
export interface Key {
  readonly database: number;
  /** Names both. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Key number `number` of a database. */
export function keyOf(database: number, number: number): Key {
  const text = `key-${number}`.padEnd(number % 7 === 0 ? 300 : 8, "k");
  return { database, name: `${database} ${number}`, bytes: encoder.encode(text) };
}

/** Thrown by an operation on purpose, half done. */
export class Faulty extends Error {}

/** One operation, ready to be run under its locks. */
export class Operation implements LockedWork {
  /** What it has changed. */
  readonly effects: Effect[] = [];
  /** Shards whose locks it takes. */
  readonly shards: ReadonlySet<number>;
  readonly #cache: Cache;
  readonly #work: (operation: Operation) => void;
  readonly #keys: readonly Key[];
  readonly #isFaulty: boolean;
  readonly #put = new PutRequest();

  constructor(
    cache: Cache,
    keys: readonly Key[],
    isFaulty: boolean,
    work: (operation: Operation) => void,
  ) {
    this.#cache = cache;
    this.#keys = keys;
    this.#isFaulty = isFaulty;
    this.#work = work;
    this.shards = new Set(keys.map((key) => cache.shardOf(this.#hash(key)).index));
  }

  /** Runs it. Returns false, and has done nothing, where a lock could not be had. */
  run(): boolean {
    const [first] = this.#keys;
    if (first === undefined) return this.#cache.withAllShards(this);
    if (this.#keys.length === 1) return this.#cache.withShard(this.#hash(first), this);
    for (const key of this.#keys) this.#cache.noteShard(this.#hash(key));
    return this.#cache.withNoted(this);
  }

  runLocked(): void {
    this.#work(this);
    if (this.#isFaulty) throw new Faulty("failed on purpose");
  }

  #hash({ bytes, database }: Key): number {
    return this.#cache.hash(bytes, 0, bytes.length, database);
  }

  /** What the cache has of a key. */
  read(key: Key): Held | null {
    const hash = this.#hash(key);
    const shard = this.#cache.shardOf(hash);
    const address = shard.peekLocked(hash, key.bytes, 0, key.bytes.length);
    if (address === 0) return null;
    const bytes = new Uint8Array(shard.valueBytesLocked(address));
    shard.readValueLocked(address, bytes, 0);
    return { value: decoder.decode(bytes), deadlineMs: shard.deadlineLocked(address) };
  }

  put(key: Key, held: Held): void {
    const hash = this.#hash(key);
    const value = encoder.encode(held.value);
    this.#put.database = key.database;
    this.#put.setKey(hash, key.bytes, 0, key.bytes.length);
    this.#put.setValue(value, 0, value.length);
    this.#put.setTerms(held.deadlineMs);
    if (this.#cache.shardOf(hash).putLocked(this.#put) !== Outcome.stored) return;
    this.effects.push({ kind: "set", name: key.name, held });
  }

  delete(key: Key): void {
    const hash = this.#hash(key);
    if (!this.#cache.shardOf(hash).deleteLocked(hash, key.bytes, 0, key.bytes.length)) return;
    this.effects.push({ kind: "set", name: key.name, held: null });
  }

  expire(key: Key, deadlineMs: number): void {
    const hash = this.#hash(key);
    const shard = this.#cache.shardOf(hash);
    const held = this.read(key);
    if (held === null) return;
    shard.setDeadlineLocked(shard.peekLocked(hash, key.bytes, 0, key.bytes.length), deadlineMs);
    this.effects.push({ kind: "set", name: key.name, held: { ...held, deadlineMs } });
  }

  increment(key: Key): void {
    const held = this.read(key);
    const value = `${(Number(held?.value.slice(0, 9)) || 0) + 1}`;
    this.put(key, { value, deadlineMs: held?.deadlineMs ?? 0 });
  }

  flush(shard: number, database: number): void {
    const one = this.#cache.shards[shard]!;
    flushBucketsLocked(one, database, 0, bucketTotal(one.memory));
    this.effects.push({ kind: "flush", shard, shards: this.#cache.shards.length, database });
  }

  swap(a: number, b: number): void {
    swapDatabasesLocked(this.#cache, a, b);
    this.effects.push({ kind: "swap", a, b });
  }
}

/** What random operations are made of. */
export interface OperationOptions {
  readonly keys: number;
  /** Longest value, in bytes. */
  readonly maxValueBytes: number;
  /** One in so many fails half done; 0: none. */
  readonly faultyOneIn: number;
  readonly now: () => number;
}

/** A random operation; `stamp` is in every value that it puts. */
export function randomOperation(
  cache: Cache,
  random: Random,
  stamp: string,
  { keys, maxValueBytes, faultyOneIn, now }: OperationOptions,
): Operation {
  const key = () => keyOf(random.below(DATABASES), random.below(keys));
  const held = (): Held => {
    const isLong = random.below(12) === 0;
    const length = random.below(Math.min(maxValueBytes, isLong ? LONG_BYTES * 3 : 200));
    return { value: stamp.padEnd(length, "v"), deadlineMs: deadline() };
  };
  const deadline = () => random.below(6) > 0 ? 0 : now() + 1 + random.below(400);
  const isFaulty = faultyOneIn > 0 && random.below(faultyOneIn) === 0;
  const make = (chosen: readonly Key[], work: (operation: Operation) => void) =>
    new Operation(cache, chosen, isFaulty, work);
  const one = key();
  const roll = random.below(200);
  if (roll < 80) return make([one], (operation) => operation.put(one, held()));
  if (roll < 105) return make([one], (operation) => operation.delete(one));
  if (roll < 125) return make([one], (operation) => operation.increment(one));
  if (roll < 145) return make([one], (operation) => operation.expire(one, deadline()));
  if (roll < 195) {
    const several = Array.from({ length: 2 + random.below(5) }, key);
    return make(several, (operation) => {
      for (const each of several) {
        if (random.below(4) === 0) operation.delete(each);
        else if (random.below(8) === 0) operation.expire(each, deadline());
        else operation.put(each, held());
      }
    });
  }
  if (roll < 198) {
    const database = random.below(DATABASES);
    return make([one], (operation) => {
      for (const shard of operation.shards) operation.flush(shard, database);
    });
  }
  return make([], (operation) => operation.swap(0, 1));
}
