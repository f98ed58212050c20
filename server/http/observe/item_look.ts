// Looks at single items, for people: what an item is, where it lies, and how its value begins. Counts no hit and leaves
// the clock as it is. One per worker, since it has buffers.

import {
  DATABASE_COUNT,
  itemPlaceLocked,
  ItemType,
  type LargeItem,
  type LockedWork,
  storedDatabase,
} from "../../../cache/mod.ts";
import { encodingOf, membersOf, type OpenItem } from "../../commands/keys/encodings.ts";
import { typeNameOf } from "../../commands/keys/type_names.ts";
import { Views } from "../../contract/collections/views.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { BigFacts, BigKey, ItemFacts } from "../../observe/facts/key_facts.ts";
import type { BigItems } from "../../observe/keys/big_keys.ts";
import { namedKey } from "../../observe/keys/named_key.ts";

/** So many bytes of a value are shown. */
const MAX_VALUE_BYTES = 64 * 1024;

/** What looks at items. */
export class ItemLook implements LockedWork {
  readonly views: Views = new Views();
  readonly #cache: ServerCache;
  #scratch: Uint8Array<ArrayBuffer> | undefined;
  #key!: Uint8Array;
  #stored = 0;
  #hash = 0;
  #look: (address: number) => void = () => {};

  constructor(cache: ServerCache) {
    this.#cache = cache;
  }

  /** The beginning of a value. */
  get scratch(): Uint8Array<ArrayBuffer> {
    return this.#scratch ??= new Uint8Array(MAX_VALUE_BYTES);
  }

  /**
   * What is known of the item with this key in what clients call database `number`; null where there is none, "busy"
   * where its lock is not to be had.
   */
  item(key: Uint8Array, number: number): ItemFacts | null | "busy" {
    let facts: ItemFacts | null = null;
    const { region } = this.#cache;
    const isLocked = this.#under(key, storedDatabase(region, number), (address) => {
      facts = address === 0 ? null : this.#factsLocked(address, number);
    });
    return isLocked ? facts : "busy";
  }

  #factsLocked(address: number, number: number): ItemFacts | null {
    const [shard, hash, key] = [this.#cache.shardOf(this.#hash), this.#hash, this.#key];
    const place = itemPlaceLocked(shard.memory, hash, key, 0, key.length);
    if (place === null) return null;
    const { isInMain, ...where } = place;
    const type = shard.typeLocked(address);
    const shown = Math.min(where.valueBytes, MAX_VALUE_BYTES);
    const isString = type === ItemType.string;
    if (isString) shard.readValuePartLocked(address, 0, shown, this.scratch, 0);
    const value = isString ? this.scratch.subarray(0, shown).toBase64() : null;
    return {
      ...namedKey(key, key.length, number),
      type: typeNameOf(type),
      encoding: encodingOf(this, shard, address, this.#open),
      version: shard.versionLocked(address),
      ttlSeconds: this.#ttl(shard.deadlineLocked(address)),
      ...where,
      members: membersOf(this, type, this.#open),
      shard: shard.index,
      ring: isInMain ? "main" : "probation",
      value,
      isCut: isString && shown < where.valueBytes,
    };
  }

  #ttl(deadlineMs: number): number | null {
    return deadlineMs === 0 ? null : Math.max(0, deadlineMs - this.#cache.now()) / 1000;
  }

  /** The answer for what a walk has found, the first `most` of its largest items. Those that are gone are left out. */
  big(found: BigItems, most: number): BigFacts {
    const types: Record<string, BigFacts["types"][string]> = {};
    let looked = 0;
    for (const type of Object.values(ItemType)) {
      const items = found.itemsByType[type]!;
      looked += items;
      if (items === 0) continue;
      types[typeNameOf(type)] = { items, slabBytes: found.slabBytesByType[type]! };
    }
    const keys = found.largest.slice(0, most).flatMap((item) => this.#bigKey(item) ?? []);
    return { looked, items: found.items, types, keys };
  }

  #bigKey(item: LargeItem): BigKey | null {
    const { key, database: stored, type, slabBytes, valueBytes, deadlineMs } = item;
    let members: number | null = null;
    let isThere = true;
    this.#under(key, stored, (address) => {
      isThere = address !== 0;
      if (!isThere || this.#cache.shardOf(this.#hash).typeLocked(address) !== type) return;
      members = membersOf(this, type, this.#open);
    });
    if (!isThere) return null;
    const ttlSeconds = this.#ttl(deadlineMs);
    const named = namedKey(key, key.length, this.#numberOf(stored));
    return { ...named, type: typeNameOf(type), slabBytes, valueBytes, members, ttlSeconds };
  }

  /** What clients call a stored database now. */
  #numberOf(stored: number): number {
    const { region } = this.#cache;
    for (let number = 0; number < DATABASE_COUNT; number++) {
      if (storedDatabase(region, number) === stored) return number;
    }
    return 0;
  }

  readonly #open: OpenItem = (view) => {
    const shard = this.#cache.shardOf(this.#hash);
    view.open(shard, this.#stored, this.#hash, this.#key, 0, this.#key.length, false);
  };

  #under(key: Uint8Array, stored: number, look: (address: number) => void): boolean {
    this.#key = key;
    this.#stored = stored;
    this.#look = look;
    this.#hash = this.#cache.hash(key, 0, key.length, stored);
    return this.#cache.withShard(this.#hash, this);
  }

  runLocked(): void {
    const shard = this.#cache.shardOf(this.#hash);
    this.#look(shard.peekLocked(this.#hash, this.#key, 0, this.#key.length));
  }
}
