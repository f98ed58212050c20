// Copies a collection in trees to another key, which may be in another shard: COPY, RENAME and MOVE. Packed items are
// copied as bytes.

import { readValuePart } from "../item.ts";
import { kindOf, typeOf } from "../item_types.ts";
import * as layout from "../layout.ts";
import { tailBytesOf } from "../member_deadlines.ts";
import type { PutRequest } from "../put_request.ts";
import type { Shard } from "../shard.ts";
import { cloneTreesLocked } from "../trees/clone.ts";
import { Descriptor, DESCRIPTOR_BYTES } from "../trees/descriptor.ts";
import { beginTreeChangeLocked, storePlantedLocked } from "./commit.ts";

const { EIGHTH_BYTES, MAX_ITEM_SHARE, SLOT_BYTES } = layout;

/**
 * Stores a copy of the collection at `address` of `from`, which is in trees, under the key of `put` in `to`, with its
 * deadline. Returns false, with nothing changed, where it is too large for that shard. Both shards are locked.
 */
export function cloneCollectionLocked(
  from: Shard,
  address: number,
  to: Shard,
  put: PutRequest,
): boolean {
  const descriptor = new Descriptor();
  descriptor.read(from.memory, address);
  const { slotCount } = to.memory.geometry;
  // Collections may have half of a shard; three quarters leave something to evict.
  if (descriptor.eighths * EIGHTH_BYTES > slotCount * SLOT_BYTES * (1 - 1 / MAX_ITEM_SHARE)) {
    return false;
  }
  const tailBytes = tailBytesOf(from.memory, address);
  const kind = kindOf(from.memory, address);
  readValuePart(
    from.memory,
    address,
    DESCRIPTOR_BYTES,
    tailBytes,
    descriptor.bytes,
    DESCRIPTOR_BYTES,
  );
  const deadlineMs = from.deadlineLocked(address);
  beginTreeChangeLocked(to.memory, from === to ? address : 0);
  cloneTreesLocked(from.memory, to.memory, typeOf(from.memory, address), descriptor);
  to.memory.pinned = 0;
  put.kind = kind;
  put.setTerms(deadlineMs);
  put.setValue(descriptor.bytes, 0, DESCRIPTOR_BYTES + tailBytes);
  storePlantedLocked(to, descriptor, put);
  put.kind = 0;
  return true;
}
