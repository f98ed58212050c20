/// <reference lib="deno.worker" />
// One of the threads of history_test.ts: does seeded operations on few keys and notes each with its answer,
// and when it began and ended, by a clock that all threads share. Every value that it puts is new.

import {
  Cache,
  Condition,
  type LockedWork,
  NOT_READ,
  Outcome,
  PutRequest,
  Region,
  ValueBuffer,
} from "../../cache/mod.ts";
import { Random } from "../../bench/workload.ts";
import type { Action, Operation } from "./linearizability.ts";

/** What to do. */
export interface HistoryOptions {
  readonly buffer: SharedArrayBuffer;
  /** A word that counts, the clock of all threads; and how many have still to come before they begin. */
  readonly clock: Int32Array;
  readonly actor: number;
  readonly operations: number;
  readonly keys: number;
  /** Longest value, in bytes. */
  readonly maxValueBytes: number;
  readonly seed: number;
}

/** An operation, and the number of its key. */
export interface KeyOperation extends Operation {
  readonly key: number;
}

/** What a thread has seen. */
export interface ThreadHistory {
  readonly operations: readonly KeyOperation[];
  /** Gets for which no lock was taken. */
  readonly unlocked: number;
  /** Operations that found a lock taken for too long, and so did nothing. */
  readonly busy: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a key. Every fourth one counts, the others hold texts. */
export function keyBytes(key: number): Uint8Array {
  return encoder.encode(`history-${key}`);
}

/** Adds to the integer of a key, under its lock. */
class Increment implements LockedWork {
  result = 0;
  readonly #cache: Cache;
  readonly #put = new PutRequest();
  readonly #bytes = new Uint8Array(64);
  #key: Uint8Array = this.#bytes;
  #hash = 0;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  run(key: Uint8Array): Outcome {
    this.#key = key;
    this.#hash = this.#cache.hash(key, 0, key.length);
    return this.#cache.withShard(this.#hash, this) ? Outcome.stored : Outcome.busy;
  }

  runLocked(): void {
    const shard = this.#cache.shardOf(this.#hash);
    const address = shard.peekLocked(this.#hash, this.#key, 0, this.#key.length);
    let before = 0;
    if (address !== 0) {
      const length = shard.valueBytesLocked(address);
      shard.readValueLocked(address, this.#bytes, 0);
      before = Number(decoder.decode(this.#bytes.subarray(0, length)));
    }
    this.result = before + 1;
    const value = encoder.encode(`${this.result}`);
    this.#put.setKey(this.#hash, this.#key, 0, this.#key.length);
    this.#put.setValue(value, 0, value.length);
    this.#put.setTerms(0);
    shard.putLocked(this.#put);
  }
}

class Thread {
  readonly #options: HistoryOptions;
  readonly #cache: Cache;
  readonly #random: Random;
  readonly #value = new ValueBuffer();
  readonly #increment: Increment;
  readonly #operations: KeyOperation[] = [];
  #writes = 0;
  #unlocked = 0;
  #busy = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#cache = new Cache(Region.attach(options.buffer), options.actor);
    this.#random = new Random(options.seed);
    this.#increment = new Increment(this.#cache);
  }

  run(): ThreadHistory {
    this.#awaitOthers();
    const { log } = this.#cache.region;
    for (let i = 0; i < this.#options.operations; i++) {
      while (log?.waitForRoom() === false);
      this.#step();
    }
    return { operations: this.#operations, unlocked: this.#unlocked, busy: this.#busy };
  }

  /** Threads begin together, or the first would be done before the last has come. */
  #awaitOthers(): void {
    const { clock } = this.#options;
    if (Atomics.sub(clock, 1, 1) === 1) Atomics.notify(clock, 1);
    for (let left = 1; left > 0;) {
      left = Atomics.load(clock, 1);
      if (left > 0) Atomics.wait(clock, 1, left, 10);
    }
  }

  #step(): void {
    const key = this.#random.below(this.#options.keys);
    const bytes = keyBytes(key);
    const roll = this.#random.below(100);
    if (roll === 0) this.#sweep();
    else if (key % 4 === 0 && roll < 40) this.#incr(key, bytes);
    else if (roll < 40) this.#put(key, bytes);
    else if (roll < 48) this.#delete(key, bytes);
    else if (key % 4 !== 0 && roll < 60) this.#compareAndSet(key, bytes);
    else this.#get(key, bytes);
  }

  /** Runs one operation between two readings of the clocks. */
  #note(key: number, operate: () => Action | null): void {
    const calledMs = Date.now();
    const called = Atomics.add(this.#options.clock, 0, 1);
    const action = operate();
    const answered = Atomics.add(this.#options.clock, 0, 1);
    if (action === null) this.#busy++;
    else this.#operations.push({ key, called, answered, calledMs, answeredMs: Date.now(), action });
  }

  /** A text that no other put has. */
  #newValue(): string {
    const stamp = `${this.#options.actor}.${++this.#writes}.`;
    const { maxValueBytes } = this.#options;
    const length = this.#random.below(8) === 0 ? maxValueBytes : Math.min(40, maxValueBytes);
    return stamp.padEnd(this.#random.below(length + 1), "v");
  }

  #put(key: number, bytes: Uint8Array): void {
    const value = this.#newValue();
    const deadlineMs = this.#random.below(6) === 0 ? Date.now() + 1 + this.#random.below(30) : 0;
    this.#note(key, () => {
      const outcome = this.#cache.put(bytes, encoder.encode(value), { deadlineMs });
      return outcome === Outcome.busy ? null : { kind: "put", value, deadlineMs };
    });
  }

  #delete(key: number, bytes: Uint8Array): void {
    this.#note(key, () => {
      const outcome = this.#cache.delete(bytes);
      return outcome === Outcome.busy ? null : { kind: "delete", result: outcome === Outcome.hit };
    });
  }

  #incr(key: number, bytes: Uint8Array): void {
    this.#note(key, () => {
      if (this.#increment.run(bytes) === Outcome.busy) return null;
      return { kind: "incr", by: 1, result: this.#increment.result };
    });
  }

  /** Reads a key; with its lock, or without where that can be done. */
  #get(key: number, bytes: Uint8Array): void {
    const mayReadHot = this.#random.below(2) === 0;
    this.#note(key, () => {
      const cache = this.#cache;
      if (mayReadHot) {
        const hash = cache.hash(bytes, 0, bytes.length);
        const length = cache.readHot(hash, bytes, 0, bytes.length);
        if (length !== NOT_READ) {
          this.#unlocked++;
          const found = cache.hotReads.value.slice(0, length);
          return { kind: "get", result: decoder.decode(found) };
        }
      }
      const outcome = cache.get(bytes, this.#value);
      if (outcome === Outcome.busy) return null;
      const isHit = outcome === Outcome.hit;
      return { kind: "get", result: isHit ? decoder.decode(this.#value.copy()) : null };
    });
  }

  /** Reads a key, then stores if its version still is what was read. Values are new, so one stands for the other. */
  #compareAndSet(key: number, bytes: Uint8Array): void {
    let version = 0;
    let expected: string | null = null;
    this.#note(key, () => {
      const outcome = this.#cache.get(bytes, this.#value);
      if (outcome === Outcome.busy) return null;
      if (outcome === Outcome.hit) {
        version = this.#value.version;
        expected = decoder.decode(this.#value.copy());
      }
      return { kind: "get", result: expected };
    });
    const value = this.#newValue();
    const condition = Condition.version;
    this.#note(key, () => {
      const outcome = this.#cache.put(bytes, encoder.encode(value), { condition, version });
      if (outcome === Outcome.busy) return null;
      return { kind: "cas", expected, value, result: outcome === Outcome.stored };
    });
  }

  #sweep(): void {
    this.#cache.sweep(this.#random.below(this.#cache.shards.length), 256);
  }
}

if ("WorkerGlobalScope" in globalThis) {
  self.onmessage = ({ data }: MessageEvent<HistoryOptions>) =>
    self.postMessage(new Thread(data).run());
}
