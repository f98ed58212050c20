// What an effect says of itself: its length, and the numbers in it. Checks each before anything is read of it, since
// it comes from a disk. Pure.

import { KEY_BYTES_BITS } from "../item_layout.ts";
import { DATABASE_COUNT } from "../database_layout.ts";
import { hashKey, inDatabase } from "../hash.ts";
import { DEADLINE_HIGH_SHIFT, VALUE_BYTES_MASK, VERSION_HIGH_MASK, WORD_RANGE } from "../layout.ts";
import {
  BYTES_LENGTH,
  BYTES_SHORTEST,
  BYTES_WORDS,
  CHANGE_OF_MASK,
  CHANGE_OF_SHIFT,
  CHANGE_SIZE,
  ChangeOf,
  CLEAR_WORDS,
  EFFECT_DATABASE_SHIFT,
  EFFECT_FLAGS_SHIFT,
  EFFECT_HAS_FLAGS,
  EFFECT_HASH,
  EFFECT_KEY_MASK,
  EFFECT_KEY_SHIFT,
  EFFECT_SHARD,
  EFFECT_SHARD_COUNT,
  EFFECT_VERSION,
  EffectKind,
  EXPIRE_WORDS,
  KIND_MASK,
  MARK_WORDS,
  MEMBERS_BYTES,
  MEMBERS_WORDS,
  POLICY_GHOST_WORDS,
  POLICY_WORDS,
  PUT_DEADLINE_LOW,
  PUT_FLAGS,
  PUT_HIGHS,
  PUT_VALUE_BYTES,
  PUT_WORDS,
  RANGE_WORDS,
  REMOVE_WORDS,
  SWAP_TABLE,
  SWAP_WORDS,
} from "./effect_layout.ts";

/** The longest key that a put can have, in bytes. */
export const MAX_EFFECT_KEY_BYTES = 2 ** KEY_BYTES_BITS - 1;

/** Words before the key of a put whose first word this is. */
export function putHeadWords(first: number): number {
  return PUT_WORDS + ((first >>> EFFECT_FLAGS_SHIFT) & 1);
}

/** The version of the item that a put at word `at` stores. */
export function putVersion(words: Int32Array, at: number): number {
  return (words[at + PUT_HIGHS]! & VERSION_HIGH_MASK) * WORD_RANGE +
    (words[at + EFFECT_VERSION]! >>> 0);
}

/** Its deadline, or 0. */
export function putDeadline(words: Int32Array, at: number): number {
  return (words[at + PUT_HIGHS]! >>> DEADLINE_HIGH_SHIFT) * WORD_RANGE +
    (words[at + PUT_DEADLINE_LOW]! >>> 0);
}

/** The flags that a client has stored with its value, or 0. */
export function putFlags(words: Int32Array, at: number): number {
  return (words[at]! & EFFECT_HAS_FLAGS) === 0 ? 0 : words[at + PUT_FLAGS]!;
}

/** The number in two words, the low one first. */
export function numberAt(words: Int32Array, at: number): number {
  return words[at + 1]! * WORD_RANGE + (words[at]! >>> 0);
}

/** The same of a change, whose ranges must end with it. */
function changeWords(words: Int32Array, at: number, end: number): number {
  if (at + MEMBERS_WORDS > end) return 0;
  const count = words[at + CHANGE_SIZE]!;
  if (count < MEMBERS_WORDS || at + count > end) return 0;
  const of = (words[at]! >>> CHANGE_OF_SHIFT) & CHANGE_OF_MASK;
  if (of === ChangeOf.members) {
    const bytes = words[at + MEMBERS_BYTES]!;
    return bytes >= 0 && MEMBERS_WORDS + ((bytes + 3) >>> 2) === count ? count : 0;
  }
  if (of !== ChangeOf.bytes || count < BYTES_WORDS) return 0;
  const length = words[at + BYTES_LENGTH]!;
  const shortest = words[at + BYTES_SHORTEST]!;
  if (length < 0 || length > VALUE_BYTES_MASK || shortest < 0 || shortest > VALUE_BYTES_MASK) {
    return 0;
  }
  let range = at + BYTES_WORDS;
  while (range + RANGE_WORDS <= at + count) {
    const from = words[range]!;
    const bytes = words[range + 1]!;
    if (from < 0 || bytes <= 0 || from + bytes > length) return 0;
    range += RANGE_WORDS + ((bytes + 3) >>> 2);
  }
  return range === at + count ? count : 0;
}

/** Words of the effect at word `at`, as it says; 0 where it says nothing that can be. */
function statedWords(words: Int32Array, at: number, end: number): number {
  const first = words[at]!;
  switch (first & KIND_MASK) {
    case EffectKind.change:
      return changeWords(words, at, end);
    case EffectKind.put: {
      if (at + PUT_WORDS > end) return 0;
      const valueBytes = words[at + PUT_VALUE_BYTES]!;
      if (valueBytes < 0 || valueBytes > VALUE_BYTES_MASK) return 0;
      const keyBytes = (first >>> EFFECT_KEY_SHIFT) & EFFECT_KEY_MASK;
      return putHeadWords(first) + ((keyBytes + valueBytes + 3) >>> 2);
    }
    case EffectKind.remove:
      return REMOVE_WORDS;
    case EffectKind.expire:
      return EXPIRE_WORDS;
    case EffectKind.clear:
      return CLEAR_WORDS;
    case EffectKind.swap:
      return SWAP_WORDS;
    case EffectKind.mark:
      return MARK_WORDS;
    case EffectKind.policy: {
      const ghosts = at + POLICY_WORDS > end ? -1 : words[at + POLICY_GHOST_WORDS]!;
      return ghosts < 0 ? 0 : POLICY_WORDS + ghosts;
    }
    default:
      return 0;
  }
}

/**
 * Words of the effect at word `at`; `end` is where what was read ends. Throws RangeError where there is no effect, or
 * one that says what cannot be.
 */
export function effectWords(words: Int32Array, at: number, end: number): number {
  const count = statedWords(words, at, end);
  const kind = words[at]! & KIND_MASK;
  if (count === 0 || at + count > end) {
    throw new RangeError(
      `Cannot read effect at word ${at}: kind ${kind} does not end in its record`,
    );
  }
  if (kind === EffectKind.clear || kind === EffectKind.mark || kind === EffectKind.policy) {
    const [shard, shards] = [words[at + EFFECT_SHARD]!, words[at + EFFECT_SHARD_COUNT]!];
    if (shards <= 0 || (shards & (shards - 1)) !== 0 || shard < 0 || shard >= shards) {
      throw new RangeError(
        `Cannot read effect at word ${at}: there is no shard ${shard} of ${shards}`,
      );
    }
  }
  if (kind === EffectKind.swap && !isTable(words.subarray(at + SWAP_TABLE, at + SWAP_WORDS))) {
    throw new RangeError(`Cannot read effect at word ${at}: databases are missing in it`);
  }
  return count;
}

/**
 * Throws RangeError where the effect at word `at` is a put whose hash is not that of its key: nobody would find
 * the item, and the index would count as broken. `bytes` are the words.
 */
export function checkHash(words: Int32Array, bytes: Uint8Array, at: number): void {
  const first = words[at]!;
  if ((first & KIND_MASK) !== EffectKind.put) return;
  const database = (first >>> EFFECT_DATABASE_SHIFT) & (DATABASE_COUNT - 1);
  const keyBytes = (first >>> EFFECT_KEY_SHIFT) & EFFECT_KEY_MASK;
  const hash = inDatabase(hashKey(bytes, 4 * (at + putHeadWords(first)), keyBytes), database);
  if (hash !== words[at + EFFECT_HASH]) {
    throw new RangeError(`Cannot read effect at word ${at}: its hash is not that of its key`);
  }
}

/** The kind of the effect at word `at`. */
export function effectKind(words: Int32Array, at: number): EffectKind {
  return (words[at]! & KIND_MASK) as EffectKind;
}

/** Whether `table` has every stored database once. */
function isTable(table: ArrayLike<number>): boolean {
  return table.length === DATABASE_COUNT && new Set(Array.from(table)).size === DATABASE_COUNT &&
    Array.from(table).every((number) => number >= 0 && number < DATABASE_COUNT);
}
