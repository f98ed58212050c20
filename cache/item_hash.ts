// The hash of an item that is stored already. Items do not keep their hash: it costs no memory, and a few
// nanoseconds where one is evicted. It follows from the key and the database.

import { databaseOf } from "./databases.ts";
import { hashKey, inDatabase } from "./hash.ts";
import { readKey } from "./item.ts";
import { headerBytes, keyBytesOf } from "./item_header.ts";
import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";
import { pieceEighths } from "./slab.ts";

const { EIGHTH_BYTE_SHIFT, EIGHTH_WORD_SHIFT, ITEM_NEWER } = layout;

/**
 * The hash of the item at `address`, as whoever looks for it has it. A key that goes on in further pieces
 * is copied to `region.eventKey` first.
 */
export function hashOfItem(memory: ShardMemory, address: number): number {
  const keyBytes = keyBytesOf(memory, address);
  const first = memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_NEWER]!;
  const header = headerBytes(first);
  const database = databaseOf(memory, address);
  if (header + keyBytes <= pieceEighths(first) << EIGHTH_BYTE_SHIFT) {
    const start = (address << EIGHTH_BYTE_SHIFT) + header;
    return inDatabase(hashKey(memory.bytes, start, keyBytes), database);
  }
  const key = memory.region.eventKey;
  readKey(memory, address, key, 0);
  return inDatabase(hashKey(key, 0, keyBytes), database);
}
