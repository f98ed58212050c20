// Where databases stand in an item, in a shard and in the region. There are 16, as in Redis. An item has
// the number of its own in four bits of its header, beside the value's length, so a database costs no byte. This is
// its "stored" number. Clients have numbers of their own, which a table in the region's header maps to
// stored ones: see databases.ts. Touches no memory; its end checks that all of it holds together.

import { assertLayout, bitsOf, wordsOf } from "./layout_check.ts";
import {
  KIND_BITS,
  KIND_SHIFT,
  SHARD_DATABASES,
  SHARD_GRAVES,
  VALUE_BYTES_BITS,
  WORD_BYTES,
} from "./layout.ts";

/** In ITEM_SIZES, above the length of the value: the stored database. */
export const DATABASE_SHIFT = VALUE_BYTES_BITS;
export const DATABASE_BITS = 4;
/** How many databases there are. */
export const DATABASE_COUNT = 1 << DATABASE_BITS;
/** Mask of a database after the shift. */
export const DATABASE_MASK = DATABASE_COUNT - 1;

/** In a shard's header, a word for each database: items, and items with a deadline. */
export const SHARD_DATABASE_ITEMS = SHARD_DATABASES;
export const SHARD_DATABASE_DEADLINE_ITEMS = SHARD_DATABASE_ITEMS + DATABASE_COUNT;
/**
 * Then, for each database, two floats of 64 bits: the sum of the low words of all deadlines, and that of
 * their high words. Apart they stay below 2^53, and so exact.
 */
export const SHARD_DATABASE_SUMS = SHARD_DATABASE_DEADLINE_ITEMS + DATABASE_COUNT;
export const FLOAT_BYTES = Float64Array.BYTES_PER_ELEMENT;
export const FLOAT_WORDS = 2;
export const SUM_FLOATS = 2;
/** The sums' place, counted in floats. */
export const SHARD_DATABASE_SUM_FLOATS = SHARD_DATABASE_SUMS >> 1;
export const SHARD_DATABASES_END = SHARD_DATABASE_SUMS + DATABASE_COUNT * SUM_FLOATS * FLOAT_WORDS;
/** What the shard's version was when databases were last exchanged. */
export const SHARD_SWAP_LOW = SHARD_DATABASES_END;
export const SHARD_SWAP_HIGH = SHARD_SWAP_LOW + 1;

/** In the region's header: the stored database of each number that clients use. */
export const REGION_DATABASES = 16;
/** How often each of those numbers was swapped, and how often any was. */
export const REGION_DATABASE_SWAPS = REGION_DATABASES + DATABASE_COUNT;
export const REGION_SWAPS = REGION_DATABASE_SWAPS + DATABASE_COUNT;

assertLayout({
  areas: [
    bitsOf(
      "ITEM_SIZES with its database",
      ["below", 0, DATABASE_SHIFT],
      ["database", DATABASE_SHIFT, DATABASE_BITS],
      ["kind", KIND_SHIFT, KIND_BITS],
    ),
    {
      name: "databases in a shard's header, in words",
      length: SHARD_GRAVES,
      fields: [
        ["items", SHARD_DATABASE_ITEMS, DATABASE_COUNT],
        ["deadline items", SHARD_DATABASE_DEADLINE_ITEMS, DATABASE_COUNT],
        ["sums", SHARD_DATABASE_SUMS, SHARD_DATABASES_END - SHARD_DATABASE_SUMS],
        ...wordsOf({ SHARD_SWAP_LOW, SHARD_SWAP_HIGH }),
      ],
    },
    {
      name: "databases in the region's header, in words",
      length: REGION_SWAPS + 1,
      fields: [
        ["stored", REGION_DATABASES, DATABASE_COUNT],
        ["swaps of each", REGION_DATABASE_SWAPS, DATABASE_COUNT],
        ...wordsOf({ REGION_SWAPS }),
      ],
    },
  ],
  masks: [["DATABASE_MASK", DATABASE_MASK, 0, DATABASE_BITS]],
  shifts: [
    ["DATABASE_COUNT", DATABASE_COUNT, DATABASE_BITS],
  ],
  sums: [
    ["words before the sums", SHARD_DATABASE_SUMS, [SHARD_DATABASE_SUM_FLOATS * FLOAT_WORDS]],
    ["FLOAT_BYTES", FLOAT_BYTES, [FLOAT_WORDS * WORD_BYTES]],
  ],
});
