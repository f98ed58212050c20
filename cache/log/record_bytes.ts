// Changes of a part of a value, in the log: what was written, and where. Values in slots are written down so too when
// they are copied, as a value of no bytes and what is written to it: so holes take no space.

import { blocksLength, blocksRoot, readBlocks, slotAt } from "../bytes/blocks.ts";
import type { ByteRanges } from "../bytes/byte_ranges.ts";
import { readValuePart } from "../item.ts";
import { valueBytesOf, versionOf } from "../item_header.ts";
import { isIndirect } from "../item_types.ts";
import * as shardLayout from "../layout.ts";
import type { ShardMemory } from "../shard_memory.ts";
import type { EffectBuffer } from "./effect_buffer.ts";
import * as layout from "./effect_layout.ts";

const { SLOT_BYTES, WORD_BYTES } = shardLayout;
const {
  BYTES_LENGTH,
  BYTES_SHORTEST,
  BYTES_WORDS,
  CHANGE_OF_SHIFT,
  CHANGE_SIZE,
  ChangeOf,
  EFFECT_HASH,
  EFFECT_VERSION,
  EffectKind,
  EXPIRE_VERSION,
  RANGE_WORDS,
} = layout;

/**
 * The value of the item at `address`, whose version was `before`, was changed in these ranges. It was `shortest` bytes
 * long meanwhile, or more; what was behind them became zero bytes before it was written.
 */
export function recordBytes(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  before: number,
  shortest: number,
  ranges: ByteRanges,
): void {
  const length = isIndirect(memory, address)
    ? blocksLength(memory, address)
    : valueBytesOf(memory, address);
  const at = addChange(into, hash, before, versionOf(memory, address), shortest, length);
  const { places } = ranges;
  for (let i = 0; i < ranges.count; i++) {
    addRange(into, memory, address, places[2 * i]!, places[2 * i + 1]!);
  }
  into.words[at + CHANGE_SIZE] = into.used - at;
}

/**
 * The slots of the item at `address` from byte `from` on, which an effect before has put there with this version: about
 * `most` bytes of them. `place` says its ring and its hits. Returns from where on the rest is, 0 where there is none. The
 * item may change between two parts: what is behind the first then is of no matter, since the log has each change.
 */
export function recordSlots(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  place: number,
  version: number,
  from: number,
  most: number,
): number {
  const length = blocksLength(memory, address);
  const root = blocksRoot(memory, address);
  const shortest = from === 0 ? 0 : length;
  const at = addChange(into, hash, version, version, shortest, length);
  into.words[at]! |= place;
  const count = Math.ceil(length / SLOT_BYTES);
  const last = Math.min(count, (from + most) / SLOT_BYTES);
  for (let index = from / SLOT_BYTES; index < last; index++) {
    if (slotAt(memory, root, index) === 0) continue;
    const first = index;
    while (index + 1 < last && slotAt(memory, root, index + 1) !== 0) index++;
    const start = first * SLOT_BYTES;
    const end = Math.min(length, (index + 1) * SLOT_BYTES);
    addRange(into, memory, address, start, end - start);
  }
  into.words[at + CHANGE_SIZE] = into.used - at;
  return last < count ? last * SLOT_BYTES : 0;
}

function addChange(
  into: EffectBuffer,
  hash: number,
  before: number,
  after: number,
  shortest: number,
  length: number,
): number {
  const at = into.add(BYTES_WORDS);
  into.words[at] = EffectKind.change | (ChangeOf.bytes << CHANGE_OF_SHIFT);
  into.words[at + EFFECT_HASH] = hash;
  into.number(at + EFFECT_VERSION, before);
  into.number(at + EXPIRE_VERSION, after);
  into.words[at + BYTES_SHORTEST] = shortest;
  into.words[at + BYTES_LENGTH] = length;
  return at;
}

function addRange(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  from: number,
  length: number,
): void {
  const at = into.add(RANGE_WORDS + ((length + WORD_BYTES - 1) >>> 2));
  // The bytes up to a whole word are not to be those of another item.
  into.words[into.used - 1] = 0;
  into.words[at] = from;
  into.words[at + 1] = length;
  const start = (at + RANGE_WORDS) * WORD_BYTES;
  if (isIndirect(memory, address)) {
    readBlocks(memory, blocksRoot(memory, address), from, length, into.bytes, start);
  } else readValuePart(memory, address, from, length, into.bytes, start);
}
