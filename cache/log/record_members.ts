// Changes of collections in trees, in the log: the operations on their members. When one is copied it is written down so
// too, as a collection without members and operations that add them.

import { ChangeLog } from "../collections/change_log.ts";
import type { MembersCopy } from "../collections/members_copy.ts";
import * as shardLayout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import * as layout from "./effect_layout.ts";

const { WORD_BYTES } = shardLayout;
const {
  CHANGE_OF_SHIFT,
  CHANGE_SIZE,
  ChangeOf,
  EFFECT_HASH,
  EFFECT_VERSION,
  EffectKind,
  EXPIRE_VERSION,
  MEMBERS_BYTES,
  MEMBERS_WORDS,
} = layout;

/** The collection whose key has this hash was changed so, and its version has become another. */
export function recordChange(
  into: EffectBuffer,
  hash: number,
  before: number,
  after: number,
  changes: ChangeLog,
): void {
  const at = into.add(MEMBERS_WORDS + ((changes.used + WORD_BYTES - 1) >>> 2));
  const { words } = into;
  words[into.used - 1] = 0;
  words[at] = EffectKind.change | (ChangeOf.members << CHANGE_OF_SHIFT);
  words[at + EFFECT_HASH] = hash;
  into.number(at + EFFECT_VERSION, before);
  into.number(at + EXPIRE_VERSION, after);
  words[at + CHANGE_SIZE] = into.used - at;
  words[at + MEMBERS_BYTES] = changes.used;
  into.bytes.set(changes.bytes.subarray(0, changes.used), (at + MEMBERS_WORDS) * WORD_BYTES);
}

/**
 * The next members of the collection at `address`, about `mostBytes`, which effects before have put there with `version`
 * and without them. `members` knows which.
 */
export function recordMembers(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  version: number,
  members: MembersCopy,
  mostBytes: number,
): void {
  const changes = new ChangeLog();
  members.step(memory, address, changes, mostBytes);
  recordChange(into, hash, version, version, changes);
}
