// Items that a walk has copied out of a shard, whole: keys, types, values and deadlines; of those with members no
// value. Bounded in bytes, so that a lock is held briefly; an item longer than that comes alone, once there is space
// for it. Knows no format.

import { readKey } from "./item.ts";
import { deadlineOf, keyBytesOf } from "./item_header.ts";
import { isExpired } from "./member_deadlines.ts";
import { databaseOf } from "./databases.ts";
import { hasMembers, typeOf } from "./item_types.ts";
import { type ScanBatch, sparseBuckets } from "./scan.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { readString, stringBytes } from "./values.ts";

const MAX_ITEMS = 512;

/** A batch of items. */
export class ItemBatch implements ScanBatch {
  /** Each item's key and then its value, one item after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of each key. */
  readonly keyLengths: Int32Array = new Int32Array(MAX_ITEMS);
  /** What each value is. */
  readonly types: Uint8Array = new Uint8Array(MAX_ITEMS);
  /** Bytes of each value; 0 of those with members. */
  readonly valueLengths: Int32Array = new Int32Array(MAX_ITEMS);
  /** Deadlines in milliseconds since 1970; 0 for none. */
  readonly deadlinesMs: Float64Array = new Float64Array(MAX_ITEMS);
  readonly buckets: Int32Array = sparseBuckets();
  /** How many items there are. */
  count = 0;
  /** Bytes of all of them. */
  used = 0;
  /** Bytes of the item that an empty batch was too small for; 0 if there was none. */
  neededBytes = 0;

  /** Holds up to `maxBytes` of keys and values. */
  constructor(maxBytes: number) {
    this.bytes = new Uint8Array(maxBytes);
  }

  /** Forgets all items. */
  reset(): void {
    this.count = 0;
    this.used = 0;
    this.neededBytes = 0;
  }

  /** See {@linkcode ScanBatch}; an item that does not fit an empty batch sets `neededBytes`. */
  addLocked(memory: ShardMemory, address: number, database: number, most: number): boolean {
    if (databaseOf(memory, address) !== database || isExpired(memory, address)) return true;
    const { count, used } = this;
    const keyBytes = keyBytesOf(memory, address);
    const type = typeOf(memory, address);
    const isWhole = !hasMembers(type);
    const valueBytes = isWhole ? stringBytes(memory, address) : 0;
    const end = used + keyBytes + valueBytes;
    if (count >= most || count === MAX_ITEMS || end > this.bytes.length) {
      if (count === 0) this.neededBytes = end;
      return false;
    }
    readKey(memory, address, this.bytes, used);
    if (isWhole) readString(memory, address, this.bytes, used + keyBytes);
    this.types[count] = type;
    this.keyLengths[count] = keyBytes;
    this.valueLengths[count] = valueBytes;
    this.deadlinesMs[count] = deadlineOf(memory, address);
    this.count = count + 1;
    this.used = end;
    return true;
  }
}
