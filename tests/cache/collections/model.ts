// Collections of one shard beside plain arrays. Steps are taken through the views, and after each the shard keeps its
// invariants and the collection has what the model has. A key may be missing only where the shard has counted an
// eviction or expiry; one that is there is whole.

import { assert, assertEquals } from "@std/assert";
import {
  type Cache,
  checkShardLocked,
  HashView,
  ListView,
  Opening,
  Outcome,
  PutRequest,
  readStats,
  SetView,
  type Shard,
  SortedSetView,
  StreamView,
} from "../../../cache/mod.ts";
import type { Random } from "../../../bench/workload.ts";
import { keysOfShard, makeFixture, valueOf } from "../fixture.ts";
import { addMany, remove, removeRange } from "./changes.ts";
import { compareWith } from "./comparison.ts";
import { bytesOf, type Entry, textOf } from "./members.ts";

/** What a step does. */
export const ACTIONS = [
  ...["add", "add", "add", "addMany", "addMany", "addMany", "add", "remove", "remove", "remove"],
  ...["removeRange", "removeRange", "press", "press", "expire", "tick", "scan", "scan"],
  ...["replace", "drop", "string"],
] as const;

/** One step. */
export interface Step {
  readonly action: typeof ACTIONS[number];
  /** Number of the key; its rest by 5 says of what type it is. */
  readonly key: number;
  /** Which member. */
  readonly id: number;
  /** How many of them. */
  readonly count: number;
  /** Where in the collection, from 0 to 999. */
  readonly at: number;
}

/** How many keys hold collections. */
export const KEYS = 10;
/** How many hold strings that take their space. */
export const OTHER_KEYS = 100;
/** The rest of a key's number by this is its type. */
const TYPES = 5;
/** The steps of a scan between which something changes. */
const SCAN_PAGE = 7;

/** What a key should hold. */
export interface Expected {
  /** Null: the key holds a string. */
  entries: Entry[] | null;
  deadlineMs: number;
}

/** A step drawn at random. */
export function randomStep(random: Random): Step {
  return {
    action: ACTIONS[random.below(ACTIONS.length)]!,
    key: random.below(KEYS),
    id: random.below(500),
    count: random.below(random.below(8) === 0 ? 300 : 30),
    at: random.below(1000),
  };
}

/** Collections and their model. */
export class Model {
  readonly #cache: Cache;
  readonly #clock: { nowMs: number };
  /** That of the key at work. */
  #shard!: Shard;
  readonly #keys: readonly Uint8Array[];
  readonly #expected = new Map<number, Expected>();
  readonly #views = [
    new ListView(),
    new SetView(),
    new HashView(),
    new SortedSetView(),
    new StreamView(),
  ] as const;
  readonly #put = new PutRequest();
  #writes = 0;
  /** How many keys were found missing. */
  lost = 0;
  /** The most entries that a collection has had. */
  largest = 0;

  /** With `keys`, of which the first few hold collections, in any shards. */
  constructor(cache: Cache, clock: { nowMs: number }, keys: readonly string[]) {
    this.#cache = cache;
    this.#clock = clock;
    this.#keys = keys.map(bytesOf);
  }

  /** In one shard of a region of so many bytes, event filters not counted; the shard has an eighth. */
  static inShard(memoryBytes: number): Model {
    const { cache, clock } = makeFixture(memoryBytes);
    return new Model(cache, clock, keysOfShard(cache, KEYS + OTHER_KEYS));
  }

  /** What each key holds, by its number; keys that have expired may be among them. */
  get contents(): ReadonlyMap<number, Expected> {
    return new Map([...this.#expected].map(([key, expected]) => [key, { ...expected }]));
  }

  /** Takes a step and compares. */
  take(step: Step): void {
    this.#writes++;
    if (step.action === "press") this.#press(step);
    else if (step.action === "tick") {
      this.#clock.nowMs += step.count;
      this.#cache.sweep(step.id % this.#cache.shards.length, 64);
    } else this.#within(step.key, (hash, key) => this.#carryOut(step, hash, key));
    this.#compare(step.key, step.at);
    const { evictions, expirations } = readStats(this.#cache);
    assert(this.lost <= evictions + expirations, "a key is missing that nothing took");
  }

  /** Compares all keys. Deletes them; nothing is in use then. */
  end(): void {
    for (let key = 0; key < KEYS; key++) this.#compare(key, 0);
    for (const key of this.#keys) this.#cache.delete(key);
    for (const { index, memory } of this.#cache.shards) {
      // What large ones owned is swept away by and by.
      while (!this.#cache.sweep(index, 64));
      const { items, usedEighths } = checkShardLocked(memory);
      assertEquals([items, usedEighths], [0, 0]);
    }
  }

  #within(key: number, work: (hash: number, key: Uint8Array) => void): void {
    const name = this.#keys[key]!;
    const hash = this.#cache.hash(name, 0, name.length);
    this.#shard = this.#cache.shardOf(hash);
    assert(this.#cache.withShard(hash, { runLocked: () => work(hash, name) }));
  }

  /** What the key should hold, if it has not expired. */
  #live(key: number): Expected | undefined {
    const expected = this.#expected.get(key);
    if (expected === undefined || expected.deadlineMs === 0) return expected;
    if (expected.deadlineMs > this.#clock.nowMs) return expected;
    this.#expected.delete(key);
    return undefined;
  }

  #compare(key: number, at: number): void {
    this.#within(key, (hash, name) => {
      const entries = this.#open(key, hash, name, at % 2 === 0);
      if (entries !== null) compareWith(this.#views[key % TYPES]!, entries, at);
      checkShardLocked(this.#shard.memory);
    });
  }

  /** Opens a key. Returns the entries that it has to have, or null where it holds a string. */
  #open(key: number, hash: number, name: Uint8Array, isRead: boolean): readonly Entry[] | null {
    const view = this.#views[key % TYPES]!;
    const opening = view.open(this.#shard, 0, hash, name, 0, name.length, isRead);
    const expected = this.#live(key);
    if (opening === Opening.absent) {
      if (expected !== undefined) this.lost++;
      this.#expected.delete(key);
      assertEquals(view.count, 0);
      return [];
    }
    assert(expected !== undefined, `key ${key} should not be there`);
    assertEquals(opening === Opening.wrongType, expected.entries === null);
    return expected.entries;
  }

  #carryOut(step: Step, hash: number, name: Uint8Array): void {
    const { action, key, count, id } = step;
    if (action === "expire") this.#expire(step, hash, name);
    else if (action === "drop") {
      const isThere = this.#shard.deleteLocked(hash, name, 0, name.length);
      if (isThere) assert(this.#live(key) !== undefined, `key ${key} should not be there`);
      else if (this.#live(key) !== undefined) this.lost++;
      this.#expected.delete(key);
    } else if (action === "string") {
      this.#putString(name, count * 20);
      this.#expected.set(key, { entries: null, deadlineMs: 0 });
    } else if (action === "scan") this.#scan(step, hash, name);
    else if (action === "replace") {
      const view = this.#views[key % TYPES]!;
      view.openEmpty(this.#shard, 0, hash, name, 0, name.length);
      this.#finish(key, addMany(view, [], { id, count, at: 0, write: this.#writes }), 0);
    } else this.#change(step, hash, name);
  }

  #putString(name: Uint8Array, length: number): void {
    const put = this.#put;
    const value = valueOf(length);
    put.setKey(this.#cache.hash(name, 0, name.length), name, 0, name.length);
    put.setValue(value, 0, length);
    put.setTerms(0);
    assertEquals(this.#shard.putLocked(put), Outcome.stored);
  }

  /** Strings under other keys take the space. */
  #press({ id, count }: Step): void {
    for (let i = 0; i < 8; i++) {
      const key = this.#keys[KEYS + (id + i) % OTHER_KEYS]!;
      assertEquals(this.#cache.put(key, valueOf((97 * count + i) % 3000)), Outcome.stored);
    }
  }

  #expire({ key, count }: Step, hash: number, name: Uint8Array): void {
    const address = this.#shard.peekLocked(hash, name, 0, name.length);
    const expected = this.#live(key);
    if (address === 0) {
      if (expected !== undefined) this.lost++;
      this.#expected.delete(key);
      return;
    }
    assert(expected !== undefined, `key ${key} should not be there`);
    expected.deadlineMs = count % 3 === 0 ? 0 : this.#clock.nowMs + 1 + count;
    this.#shard.setDeadlineLocked(address, expected.deadlineMs);
  }

  /** Closes a view that has been changed; the model has `entries` from now on. */
  #finish(key: number, entries: Entry[], deadlineMs: number): void {
    this.#views[key % TYPES]!.close();
    this.largest = Math.max(this.largest, entries.length);
    if (entries.length === 0) this.#expected.delete(key);
    else this.#expected.set(key, { entries, deadlineMs });
  }

  #change(step: Step, hash: number, name: Uint8Array): void {
    const { action, key, id, count, at } = step;
    const before = this.#open(key, hash, name, false);
    if (before === null) return;
    const view = this.#views[key % TYPES]!;
    const place = Math.floor(at * before.length / 1000);
    const addition = { id, count, at, write: this.#writes };
    let entries = [...before];
    if (action === "add") entries = addMany(view, entries, { ...addition, count: 1 });
    else if (action === "addMany") entries = addMany(view, entries, addition);
    else if (action === "removeRange") entries = removeRange(view, entries, place, count);
    else entries = remove(view, entries, id, place);
    this.#finish(key, entries, this.#live(key)?.deadlineMs ?? 0);
  }

  /** Walks over all members by cursor, while others come and go. Those that stay are all met. */
  #scan({ key, id, at }: Step, hash: number, name: Uint8Array): void {
    const before = this.#open(key, hash, name, false);
    const view = this.#views[key % TYPES]!;
    if (before === null || view instanceof ListView || view instanceof StreamView) return;
    const met = new Set<string>();
    let stayed = before.map(({ member }) => member);
    let entries = [...before];
    const deadlineMs = this.#live(key)?.deadlineMs ?? 0;
    for (let cursor = 0, round = 0;; round++) {
      cursor = view.scan(cursor, SCAN_PAGE, () => met.add(textOf(view.member())));
      if (cursor === 0) break;
      assert(round < 2000, "a scan does not end");
      const addition = { id: id + round, count: 1, at, write: this.#writes };
      if (round < 20) entries = addMany(view, entries, addition);
      if (round < 20) entries = remove(view, entries, 1, (at + round) % entries.length);
      // Who has gone may come again where the scan has been.
      stayed = stayed.filter((one) => entries.some(({ member }) => member === one));
    }
    for (const member of stayed) assert(met.has(member), "a scan has missed a member");
    if (before.length > 0) this.#finish(key, entries, deadlineMs);
  }
}
