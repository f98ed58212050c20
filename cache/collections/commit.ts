// Brings what a view has changed in trees into the item: ring, version, log, and those who watch. Packed items go
// through Shard.putLocked() like any value.

import { beginChangeLocked } from "../change_mark.ts";
import { ChangeKind, publishChange } from "../event_ring.ts";
import { writeValuePart } from "../item.ts";
import { noteFieldsLocked } from "../item_deadline.ts";
import { deadlineOf, valueBytesOf, versionOf } from "../item_header.ts";
import { recordItem } from "../log/record.ts";
import { recordChange } from "../log/record_members.ts";
import { Outcome } from "../outcome.ts";
import type { PutRequest } from "../put_request.ts";
import { stampNextLocked } from "../removal.ts";
import { resizeInRingLocked, touchLocked } from "../ring.ts";
import type { Shard } from "../shard.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { ChangeLog } from "./change_log.ts";
import type { Descriptor } from "../trees/descriptor.ts";

/** A change of the item at `address`, or of one that is still to come (0), begins. Nothing may evict it. */
export function beginTreeChangeLocked(memory: ShardMemory, address: number): void {
  beginChangeLocked(memory);
  memory.beginOperation();
  memory.pinned = address;
}

/** The item at `address` has no members any more, and `grown` eighths more than before: it is about to go. */
export function dropTreeLocked(
  memory: ShardMemory,
  address: number,
  descriptor: Descriptor,
  grown: number,
): void {
  descriptor.write(memory, address);
  resizeInRingLocked(memory, address, grown);
}

/**
 * The item at `address` was changed in its slots, and has `grown` eighths more: `put` says what its value is now, which
 * describes them. With `isSame` that is what it was.
 */
export function storeChangedLocked(
  shard: Shard,
  address: number,
  grown: number,
  put: PutRequest,
  isSame: boolean,
  changes: ChangeLog,
): void {
  const { memory } = shard;
  const { region } = memory;
  const { hash, key, keyStart, keyBytes } = put;
  const before = versionOf(memory, address);
  resizeInRingLocked(memory, address, grown);
  let item = address;
  if (valueBytesOf(memory, address) === put.valueBytes) {
    if (!isSame) writeValuePart(memory, address, 0, put.value, put.valueStart, put.valueBytes);
    stampLocked(memory, address, put);
  } else {
    put.keepsSlots = true;
    if (shard.putLocked(put) !== Outcome.stored) throw new Error("Cannot store a descriptor");
    put.keepsSlots = false;
    item = shard.peekLocked(hash, key, keyStart, keyBytes);
  }
  const { log } = region;
  if (log !== null) recordChange(log.buffer, hash, before, versionOf(memory, item), changes);
}

/**
 * Of the packed item at `address` entries were overwritten, between these bytes of its value, and the value of `put` is
 * what it has now. Returns false, with nothing stored, where it is longer or shorter.
 */
export function storePatchedLocked(
  shard: Shard,
  address: number,
  put: PutRequest,
  from: number,
  end: number,
): boolean {
  const { memory } = shard;
  if (valueBytesOf(memory, address) !== put.valueBytes) return false;
  if (put.value !== memory.bytes && from < end) {
    writeValuePart(memory, address, from, put.value, put.valueStart + from, end - from);
  }
  stampLocked(memory, address, put);
  const { log } = memory.region;
  if (log !== null) recordItem(log.buffer, memory, address, put.hash);
  return true;
}

/** The item at `address`, of `put`'s key, has changed: gives it a new version, and tells who watches. */
function stampLocked(memory: ShardMemory, address: number, put: PutRequest): void {
  const { region } = memory;
  touchLocked(memory, address);
  stampNextLocked(memory, address, deadlineOf(memory, address));
  noteFieldsLocked(memory, put);
  const { hash, key, keyStart, keyBytes, database } = put;
  publishChange(region, hash, ChangeKind.put, key, keyStart, keyBytes, database);
}

/** Stores an item whose slots the descriptor names, which is the value of `put`, over whatever is there. */
export function storePlantedLocked(shard: Shard, descriptor: Descriptor, put: PutRequest): void {
  const { memory } = shard;
  if (shard.putLocked(put) !== Outcome.stored) throw new Error("Cannot store a descriptor");
  const address = shard.peekLocked(put.hash, put.key, put.keyStart, put.keyBytes);
  resizeInRingLocked(memory, address, descriptor.eighths);
  const { log } = memory.region;
  if (log !== null) recordItem(log.buffer, memory, address, put.hash);
}
