// Writes down what happens to items, as effects. Those who change items call it, once it has happened, or just
// before an item goes.

import { databaseOf } from "../databases.ts";
import { copyBytes } from "../copy.ts";
import { readKey, readValue } from "../item.ts";
import {
  clientFlagsOf,
  deadlineOf,
  headerBytes,
  keyBytesOf,
  valueBytesOf,
  versionOf,
} from "../item_header.ts";
import { hashOfItem } from "../item_hash.ts";
import { hasMembers, isIndirect, packedKind, packedKindOf, typeOf } from "../item_types.ts";
import * as shardLayout from "../layout.ts";
import type { PutRequest } from "../put_request.ts";
import { hitCountLocked, ringOf } from "../ring.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { pieceEighths } from "../slab.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import * as layout from "./effect_layout.ts";
import { MembersCopy } from "../collections/members_copy.ts";
import { recordMembers } from "./record_members.ts";
import { recordSlots } from "./record_bytes.ts";

const {
  DEADLINE_HIGH_SHIFT,
  EIGHTH_BYTE_SHIFT,
  EIGHTH_WORD_SHIFT,
  ITEM_HIGHS,
  ITEM_NEWER,
  ITEM_VERSION_LOW,
  SHARD_COPYING,
  STATE_MASK,
  VERSION_HIGH_MASK,
  WORD_BYTES,
  WORD_RANGE,
} = shardLayout;
const {
  EFFECT_COUNT_SHIFT,
  EFFECT_DATABASE_SHIFT,
  EFFECT_HAS_FLAGS,
  EFFECT_HASH,
  EFFECT_ITEM_KIND_SHIFT,
  EFFECT_KEY_SHIFT,
  EFFECT_RING_SHIFT,
  EFFECT_VERSION,
  EffectKind,
  EXPIRE_DEADLINE,
  EXPIRE_VERSION,
  EXPIRE_WORDS,
  PUT_DEADLINE_LOW,
  PUT_FLAGS,
  PUT_HIGHS,
  PUT_VALUE_BYTES,
  PUT_WORDS,
  REMOVE_WORDS,
  WHY_EVICTED,
  WHY_SHIFT,
} = layout;

/** What a put says of an item's words of high bits, beside its deadline. */
const PUT_HIGHS_MASK = VERSION_HIGH_MASK | STATE_MASK;

/** `put` was carried out: the item at `address` has its bytes now. */
export function recordPut(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  put: PutRequest,
): void {
  const { hash, database, key, keyStart, keyBytes, value, valueStart, valueBytes } = put;
  const at = addPut(into, memory, address, hash, database, keyBytes, valueBytes);
  if (copyWhole(into, at, memory, address, keyBytes + valueBytes)) return;
  copyBytes(key, keyStart, into.bytes, at, keyBytes);
  copyBytes(value, valueStart, into.bytes, at + keyBytes, valueBytes);
}

/**
 * Copies `bytes` bytes of key and value to byte `at`, word by word: a put of 16 + 100 bytes took an eighth longer with a
 * view for each. Returns false for an item of several pieces.
 */
function copyWhole(
  into: EffectBuffer,
  at: number,
  memory: ShardMemory,
  address: number,
  bytes: number,
): boolean {
  const item = address << EIGHTH_WORD_SHIFT;
  const first = memory.words[item + ITEM_NEWER]!;
  const header = headerBytes(first);
  if (header + bytes > pieceEighths(first) << EIGHTH_BYTE_SHIFT) return false;
  const { words: from } = memory;
  const { words: to } = into;
  const fromWord = item + header / WORD_BYTES;
  const toWord = at / WORD_BYTES;
  const count = (bytes + WORD_BYTES - 1) >>> 2;
  for (let i = 0; i < count; i++) to[toWord + i] = from[fromWord + i]!;
  const over = bytes & (WORD_BYTES - 1);
  // What is behind them in the item is not to be seen.
  if (over !== 0) to[toWord + count - 1]! &= (1 << (8 * over)) - 1;
  return true;
}

/**
 * The whole item at `address`, with its ring and its count; of one in slots about `mostBytes`. Returns where these end, for
 * {@linkcode recordRest}, or 0 where that was all; of members `members` knows.
 */
export function recordItem(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  mostBytes = Infinity,
  members: MembersCopy = new MembersCopy(),
): number {
  const inSlots = isIndirect(memory, address);
  const keyBytes = keyBytesOf(memory, address);
  const valueBytes = inSlots ? 0 : valueBytesOf(memory, address);
  const head = into.used;
  const at = addPut(into, memory, address, hash, databaseOf(memory, address), keyBytes, valueBytes);
  if (!copyWhole(into, at, memory, address, keyBytes + valueBytes)) {
    readKey(memory, address, into.bytes, at);
    if (!inSlots) readValue(memory, address, into.bytes, at + keyBytes);
  }
  const place = placeBits(memory, address);
  into.words[head]! |= place;
  if (!inSlots) return 0;
  const version = versionOf(memory, address);
  if (!hasMembers(typeOf(memory, address))) {
    return recordSlots(into, memory, address, hash, place, version, 0, mostBytes);
  }
  members.begin();
  recordMembers(into, memory, address, hash, version, members, mostBytes);
  return members.isDone ? 0 : 1;
}

/** The bytes in slots from byte `from` on of an item that was written down with this version; as in {@linkcode recordItem}. */
export function recordRest(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  version: number,
  from: number,
  mostBytes: number,
): number {
  const place = placeBits(memory, address);
  return recordSlots(into, memory, address, hash, place, version, from, mostBytes);
}

/** Ring and hits of an item, in the first word of an effect. */
function placeBits(memory: ShardMemory, address: number): number {
  return (ringOf(memory, address) << EFFECT_RING_SHIFT) |
    (hitCountLocked(memory, address) << EFFECT_COUNT_SHIFT);
}

/** Adds a put without key and value. Returns the byte where they begin. */
function addPut(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  database: number,
  keyBytes: number,
  valueBytes: number,
): number {
  const flags = clientFlagsOf(memory, address);
  const head = flags === 0 ? PUT_WORDS : PUT_WORDS + 1;
  const at = into.add(head + ((keyBytes + valueBytes + WORD_BYTES - 1) >>> 2));
  const { words } = into;
  const from = address << EIGHTH_WORD_SHIFT;
  const highs = memory.words[from + ITEM_HIGHS]!;
  const deadlineMs = deadlineOf(memory, address);
  const deadlineHigh = Math.floor(deadlineMs / WORD_RANGE);
  // What says when fields expire follows from these.
  const kind = isIndirect(memory, address)
    ? packedKind(typeOf(memory, address))
    : packedKindOf(memory, address);
  words[at] = EffectKind.put | (database << EFFECT_DATABASE_SHIFT) |
    (keyBytes << EFFECT_KEY_SHIFT) | (kind << EFFECT_ITEM_KIND_SHIFT);
  words[at + EFFECT_HASH] = hash;
  words[at + EFFECT_VERSION] = memory.words[from + ITEM_VERSION_LOW]!;
  words[at + PUT_HIGHS] = (highs & PUT_HIGHS_MASK) | (deadlineHigh << DEADLINE_HIGH_SHIFT);
  words[at + PUT_DEADLINE_LOW] = (deadlineMs - deadlineHigh * WORD_RANGE) | 0;
  // The bytes up to a whole word are not to be those of another item.
  words[into.used - 1] = 0;
  words[at + PUT_VALUE_BYTES] = valueBytes;
  if (flags !== 0) {
    words[at]! |= EFFECT_HAS_FLAGS;
    words[at + PUT_FLAGS] = flags;
  }
  return (at + head) * WORD_BYTES;
}

/** The item at `address` is about to go; `isEvicted`: for want of space. */
export function recordRemoval(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  isEvicted: boolean,
): void {
  const at = into.add(REMOVE_WORDS);
  into.words[at] = EffectKind.remove | (isEvicted ? WHY_EVICTED << WHY_SHIFT : 0);
  into.words[at + EFFECT_HASH] = hashOfItem(memory, address);
  into.number(at + EFFECT_VERSION, versionOf(memory, address));
}

/** The item at `address`, whose version was `before`, has another deadline now. */
export function recordDeadline(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  before: number,
): void {
  const hash = hashOfItem(memory, address);
  // A snapshot leaves out what gets a new version while it is made, but for items with slots: then nothing has the one before.
  const isLeftOut = memory.words[SHARD_COPYING] !== 0 && !isIndirect(memory, address) &&
    versionOf(memory, address) !== before;
  if (isLeftOut) return void recordItem(into, memory, address, hash);
  const at = into.add(EXPIRE_WORDS);
  into.words[at] = EffectKind.expire;
  into.words[at + EFFECT_HASH] = hash;
  into.number(at + EFFECT_VERSION, before);
  into.number(at + EXPIRE_VERSION, versionOf(memory, address));
  into.number(at + EXPIRE_DEADLINE, deadlineOf(memory, address));
}
