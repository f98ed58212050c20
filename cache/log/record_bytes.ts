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
  const at = addChange(into, memory, address, hash, before, shortest, length);
  const { places } = ranges;
  for (let i = 0; i < ranges.count; i++) {
    addRange(into, memory, address, places[2 * i]!, places[2 * i + 1]!);
  }
  into.words[at + CHANGE_SIZE] = into.used - at;
}

/**
 * The slots of the item at `address`, which an effect before has put there as a value of no bytes. Returns the effect's
 * first word.
 */
export function recordSlots(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
): number {
  const length = blocksLength(memory, address);
  const root = blocksRoot(memory, address);
  const at = addChange(into, memory, address, hash, versionOf(memory, address), 0, length);
  const count = Math.ceil(length / SLOT_BYTES);
  for (let index = 0; index < count; index++) {
    if (slotAt(memory, root, index) === 0) continue;
    const first = index;
    while (index + 1 < count && slotAt(memory, root, index + 1) !== 0) index++;
    const from = first * SLOT_BYTES;
    const end = Math.min(length, (index + 1) * SLOT_BYTES);
    addRange(into, memory, address, from, end - from);
  }
  into.words[at + CHANGE_SIZE] = into.used - at;
  return at;
}

function addChange(
  into: EffectBuffer,
  memory: ShardMemory,
  address: number,
  hash: number,
  before: number,
  shortest: number,
  length: number,
): number {
  const at = into.add(BYTES_WORDS);
  into.words[at] = EffectKind.change | (ChangeOf.bytes << CHANGE_OF_SHIFT);
  into.words[at + EFFECT_HASH] = hash;
  into.number(at + EFFECT_VERSION, before);
  into.number(at + EXPIRE_VERSION, versionOf(memory, address));
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
