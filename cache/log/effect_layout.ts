// Every offset and width of effects and of records. An effect is a final change of the cache, as the log and
// snapshots keep it; it is made of 32-bit words, little endian, and its first one has its kind. Touches no
// memory; its end checks that all of it holds together.
//
//   any     0 kind 3 | database 4 | key bytes 11 | ring 1 | count 2 | evicted 1 | what the value is 5 | flags 1
//   put     1 hash | 2 version, low | 3 version, high 13, state 3, deadline, high 16 | 4 deadline, low | 5 value bytes
//           then a client's flags, if it has any, the key, the value, and bytes up to a whole word
//   remove  1 hash | 2, 3 version of the item that goes
//   expire  1 hash | 2, 3 version before | 4, 5 version after | 6, 7 deadline
//   change  1 hash | 2, 3 version before | 4, 5 version after | 6 words of the effect, then what was changed:
//           bytes  7 shortest that the value was | 8 its length now, then of each range: its first byte, how many,
//                  these, and bytes up to a whole word
//           members 7 bytes of operations, then these (collections/change_log.ts)
//   clear   1 shard | 2 of so many | 3, 4 the latest version that is gone
//   swap    1 to 16 the stored database of each number
//   mark    1 shard | 2 of so many | 3, 4 the version that the shard has reached
//   policy  1 shard | 2 of so many | 3 probation's share | 4 to 6 age, number and shift of ghosts
//           | 7 words of the ghost table, then these
//
// Versions and deadlines of two words have the low one first. A record begins with a word: its length in words, this
// one included; whether it is the first and the last part of what belongs together; the actor that wrote it.

import { DATABASE_BITS, DATABASE_COUNT } from "../database_layout.ts";
import {
  COUNT_BITS,
  FULL_KIND_BITS as ITEM_KIND_BITS,
  KEY_BYTES_BITS,
  RING_BITS,
  WORD_BITS,
} from "../item_layout.ts";
import { assertLayout, bitsOf, wordsOf } from "../layout_check.ts";
import { MAX_ACTORS } from "../region_layout.ts";

/** What an effect does. */
export const EffectKind = {
  /** The item with this version has another one now, and a part of its value is another: see {@linkcode ChangeOf}. */
  change: 0,
  /** An item has this value. */
  put: 1,
  /** The item with this version is gone. */
  remove: 2,
  /** The item with this version has another one now, and another deadline. */
  expire: 3,
  /** A shard is empty. */
  clear: 4,
  /** Clients' numbers of databases mean these. */
  swap: 5,
  /** A shard's version sequence has come so far. */
  mark: 6,
  /** What a shard's eviction goes by. */
  policy: 7,
} as const;
/** One of the values of the constant of the same name. */
export type EffectKind = typeof EffectKind[keyof typeof EffectKind];

/** What a change is of. */
export const ChangeOf = { bytes: 1, members: 2 } as const;

export const KIND_BITS = 3;
export const KIND_MASK = (1 << KIND_BITS) - 1;
export const EFFECT_DATABASE_SHIFT = KIND_BITS;
export const EFFECT_KEY_SHIFT = EFFECT_DATABASE_SHIFT + DATABASE_BITS;
export const EFFECT_KEY_MASK = (1 << KEY_BYTES_BITS) - 1;
export const EFFECT_RING_SHIFT = EFFECT_KEY_SHIFT + KEY_BYTES_BITS;
export const EFFECT_COUNT_SHIFT = EFFECT_RING_SHIFT + RING_BITS;
export const WHY_SHIFT = EFFECT_COUNT_SHIFT + COUNT_BITS;
export const WHY_BITS = 1;
export const WHY_MASK = (1 << WHY_BITS) - 1;
/** In a put: what the value is, as in an item's header. */
export const EFFECT_ITEM_KIND_SHIFT = WHY_SHIFT + WHY_BITS;
export const EFFECT_ITEM_KIND_MASK = (1 << ITEM_KIND_BITS) - 1;
/** In a put: a word with a client's flags precedes the key. */
export const EFFECT_FLAGS_SHIFT = EFFECT_ITEM_KIND_SHIFT + ITEM_KIND_BITS;
export const EFFECT_HAS_FLAGS = 1 << EFFECT_FLAGS_SHIFT;
/** In a removal: the item was evicted, so it may leave a ghost. */
export const WHY_EVICTED = 1;

export const EFFECT_HASH = 1;
export const EFFECT_VERSION = 2;
export const PUT_HIGHS = 3;
export const PUT_DEADLINE_LOW = 4;
export const PUT_VALUE_BYTES = 5;
export const PUT_WORDS = 6;
/** Only where EFFECT_HAS_FLAGS is set. */
export const PUT_FLAGS = PUT_WORDS;
export const REMOVE_WORDS = 4;
export const EXPIRE_VERSION = 4;
export const EXPIRE_DEADLINE = 6;
export const EXPIRE_WORDS = 8;
/** In the first word of a change: what it is of. */
export const CHANGE_OF_SHIFT = WHY_SHIFT + WHY_BITS;
export const CHANGE_OF_BITS = 4;
export const CHANGE_OF_MASK = (1 << CHANGE_OF_BITS) - 1;
export const CHANGE_SIZE = 6;
export const CHANGE_WORDS = 7;
export const BYTES_SHORTEST = CHANGE_WORDS;
export const BYTES_LENGTH = BYTES_SHORTEST + 1;
export const BYTES_WORDS = BYTES_LENGTH + 1;
export const MEMBERS_BYTES = CHANGE_WORDS;
export const MEMBERS_WORDS = MEMBERS_BYTES + 1;
/** Words before the bytes of a range: where, and how many. */
export const RANGE_WORDS = 2;
export const EFFECT_SHARD = 1;
export const EFFECT_SHARD_COUNT = 2;
export const SHARD_EFFECT_VERSION = 3;
export const CLEAR_WORDS = 5;
export const MARK_WORDS = CLEAR_WORDS;
export const SWAP_TABLE = 1;
export const SWAP_WORDS = SWAP_TABLE + DATABASE_COUNT;
export const POLICY_PROBATION = 3;
/** The shard's words for ghosts, one after the other. */
export const POLICY_GHOSTS = 4;
export const POLICY_GHOST_WORDS = 7;
export const POLICY_WORDS = 8;

/** In a record's first word. */
export const RECORD_LENGTH_BITS = 22;
export const RECORD_LENGTH_MASK = (1 << RECORD_LENGTH_BITS) - 1;
export const RECORD_FIRST = 1 << RECORD_LENGTH_BITS;
export const RECORD_LAST = RECORD_FIRST << 1;
export const RECORD_ACTOR_SHIFT = RECORD_LENGTH_BITS + 2;
export const RECORD_ACTOR_BITS = 7;
export const RECORD_ACTOR_MASK = (1 << RECORD_ACTOR_BITS) - 1;

assertLayout({
  areas: [
    bitsOf(
      "first word of an effect",
      ["kind", 0, KIND_BITS],
      ["database", EFFECT_DATABASE_SHIFT, DATABASE_BITS],
      ["key", EFFECT_KEY_SHIFT, KEY_BYTES_BITS],
      ["ring", EFFECT_RING_SHIFT, RING_BITS],
      ["count", EFFECT_COUNT_SHIFT, COUNT_BITS],
      ["why", WHY_SHIFT, WHY_BITS],
      ["item's kind", EFFECT_ITEM_KIND_SHIFT, ITEM_KIND_BITS],
      ["flags", EFFECT_FLAGS_SHIFT, 1],
    ),
    {
      name: "put in words",
      length: PUT_WORDS,
      fields: wordsOf({
        EFFECT_HASH,
        EFFECT_VERSION,
        PUT_HIGHS,
        PUT_DEADLINE_LOW,
        PUT_VALUE_BYTES,
      }),
    },
    { name: "remove in words", length: REMOVE_WORDS, fields: [["version", EFFECT_VERSION, 2]] },
    {
      name: "expire in words",
      length: EXPIRE_WORDS,
      fields: [
        ["before", EFFECT_VERSION, 2],
        ["after", EXPIRE_VERSION, 2],
        ["deadline", EXPIRE_DEADLINE, 2],
      ],
    },
    {
      name: "change of bytes in words",
      length: BYTES_WORDS,
      fields: [
        ["before", EFFECT_VERSION, 2],
        ["after", EXPIRE_VERSION, 2],
        ...wordsOf({ CHANGE_SIZE, BYTES_SHORTEST, BYTES_LENGTH }),
      ],
    },
    {
      name: "clear in words",
      length: CLEAR_WORDS,
      fields: [
        ...wordsOf({ EFFECT_SHARD, EFFECT_SHARD_COUNT }),
        ["version", SHARD_EFFECT_VERSION, 2],
      ],
    },
    {
      name: "policy in words",
      length: POLICY_WORDS,
      fields: [
        ...wordsOf({ EFFECT_SHARD, EFFECT_SHARD_COUNT, POLICY_PROBATION }),
        ["ghosts", POLICY_GHOSTS, 3],
        ...wordsOf({ POLICY_GHOST_WORDS }),
      ],
    },
    bitsOf(
      "first word of a record",
      ["length", 0, RECORD_LENGTH_BITS],
      ["first", Math.log2(RECORD_FIRST), 1],
      ["last", Math.log2(RECORD_LAST), 1],
      ["actor", RECORD_ACTOR_SHIFT, RECORD_ACTOR_BITS],
    ),
    {
      name: "actor of a record in bits",
      length: RECORD_ACTOR_BITS,
      fields: [["actor", 0, Math.ceil(Math.log2(MAX_ACTORS))]],
    },
  ],
  masks: [
    ["KIND_MASK", KIND_MASK, 0, KIND_BITS],
    ["EFFECT_KEY_MASK", EFFECT_KEY_MASK, 0, KEY_BYTES_BITS],
    ["WHY_MASK", WHY_MASK, 0, WHY_BITS],
    ["RECORD_LENGTH_MASK", RECORD_LENGTH_MASK, 0, RECORD_LENGTH_BITS],
    ["RECORD_ACTOR_MASK", RECORD_ACTOR_MASK, 0, RECORD_ACTOR_BITS],
  ],
  shifts: [["values of a kind", Object.keys(EffectKind).length, KIND_BITS]],
  sums: [["bits of a record's first word", WORD_BITS - 1, [
    RECORD_ACTOR_SHIFT,
    RECORD_ACTOR_BITS,
  ]]],
});
