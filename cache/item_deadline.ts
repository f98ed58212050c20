// Gives items another deadline: EXPIRE and its kin, and what every put has to count. deadline_place.ts makes the place
// for it in the header.

import { beginChangeLocked } from "./change_mark.ts";
import { countDeadlineLocked, databaseOf } from "./databases.ts";
import { addDeadlinePlaceLocked } from "./deadline_place.ts";
import { ChangeKind } from "./event_ring.ts";
import { noteDeadlineLocked, storedDeadline } from "./expiry.ts";
import {
  addState,
  deadlineOf,
  hasDeadlinePlace,
  stampItem,
  stateOf,
  versionOf,
} from "./item_header.ts";
import { KIND_MEMBER_DEADLINES, MEMBER_TAIL_BYTES, WORD_RANGE } from "./layout.ts";
import { earliestDeadline } from "./member_deadlines.ts";
import type { PutRequest } from "./put_request.ts";
import { recordDeadline } from "./log/record.ts";
import { publishItemLocked, stampNextLocked } from "./removal.ts";
import type { ShardMemory } from "./shard_memory.ts";

/** Gives the item at `address` another deadline, 0 for none: a change of the item, which `keepsVersion` or has a new one. */
export function changeDeadlineLocked(
  memory: ShardMemory,
  address: number,
  newMs: number,
  keepsVersion: boolean,
): void {
  const deadlineMs = storedDeadline(newMs);
  const oldMs = deadlineOf(memory, address);
  const before = versionOf(memory, address);
  const state = stateOf(memory, address);
  beginChangeLocked(memory);
  memory.beginOperation();
  if (deadlineMs !== 0 && !hasDeadlinePlace(memory, address)) {
    addDeadlinePlaceLocked(memory, address);
  }
  stampNextLocked(memory, address, deadlineMs);
  if (keepsVersion) {
    stampItem(memory, address, before | 0, Math.floor(before / WORD_RANGE), deadlineMs);
  }
  addState(memory, address, state);
  if (deadlineMs !== oldMs) {
    moveDeadlineLocked(memory, databaseOf(memory, address), oldMs, deadlineMs);
  }
  const { log } = memory.region;
  if (log !== null) recordDeadline(log.buffer, memory, address, before);
  publishItemLocked(memory, address, ChangeKind.put);
}

/** An item of `database` has another deadline: counts that, and sees to it that a sweep meets the new one. */
export function moveDeadlineLocked(
  memory: ShardMemory,
  database: number,
  oldMs: number,
  newMs: number,
): void {
  countDeadlineLocked(memory, database, oldMs, newMs);
  if (newMs !== 0) noteDeadlineLocked(memory, newMs);
}

/** An item is stored; where fields of it have deadlines, sees to it that a sweep meets the earliest. */
export function noteFieldsLocked(
  memory: ShardMemory,
  { kind, value, valueStart, valueBytes }: PutRequest,
): void {
  if ((kind & KIND_MEMBER_DEADLINES) === 0) return;
  const at = valueStart + valueBytes - MEMBER_TAIL_BYTES;
  noteDeadlineLocked(memory, earliestDeadline(value, at));
}
