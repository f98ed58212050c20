// Every offset, width and size inside a shard stands here and nowhere else, but those of items and of what
// they lie in, item_layout.ts, and of databases, database_layout.ts. region_layout.ts has those around the shards, geometry.ts says how many there are.
// Offsets are in 32-bit words unless a name says otherwise: _BYTES, _BITS, _SHIFT, _MASK.
// Nothing here touches memory. The end of the file checks that all of it holds together.
//
// Code on the path of every request imports these by `import * as layout` and `const { … } = layout`.
// V8 builds a module's own constants into the code, but loads imported ones at each use. Among 50,000
// items that is a fifth of an insert and a few percent of a get (bench/engine/micro.ts, from source).
//
// A shard, from its first byte ("address" = number of the 32-byte eighth from there, 20 bits, 0 is nil):
//
//   | header 640 | stripes 4 each | map 1/slot | buckets 4 each | ghosts 4/slot | slab 256/slot |

import { assertLayout, bitsOf, wordsOf } from "./layout_check.ts";
import {
  ADDRESS_BITS,
  LINE_WORDS,
  RING_BITS,
  SLOT_EIGHTHS,
  WORD_BITS,
  WORD_BYTES,
} from "./item_layout.ts";

export * from "./item_layout.ts";

/** Which eighths of a slot are in use: a bit for each, the lowest for the first. */
export const SLOT_MAP_BYTES = 1;

/** Buckets of a window. A key may be in either of its two. */
export const WINDOW_BUCKETS = 16;
export const BUCKET_BYTES = WORD_BYTES;
/** The share of its buckets that the index is laid out to fill. */
export const INDEX_LOAD = 0.8;
/** An index grows no more than so often (index_growth.ts). */
export const MAX_SEGMENTS = 4;
/** A segment takes one slot in this many of a slab: 2.3 buckets for each slot. */
export const SEGMENT_SHARE = 28;
/** At least this share of the buckets is in use when the index grows. */
export const GROWTH_LOAD = 0.5;
/** With more of its buckets in use an index would evict from many a full window, whatever is there. */
export const MAX_INDEX_LOAD = 0.9;
/** Odd. The products with a hash are where its windows in segments lie. */
export const SEGMENT_FACTORS: readonly number[] = [
  0x9e37_79b1 | 0,
  0xc2b2_ae35 | 0,
  0x27d4_eb2f | 0,
  0x1656_67b1 | 0,
];
/** Odd. The product with a hash is where its second window lies, as the hash is for the first. */
export const SECOND_WINDOW_FACTOR = 0x85eb_ca6b | 0;
/** In a bucket: the tag above the address. */
export const TAG_SHIFT = ADDRESS_BITS;
export const TAG_BITS = 10;
export const TAG_MASK = (1 << TAG_BITS) - 1;
/** Both, which say whose the bucket is: 0 in an empty one. */
export const BUCKET_CONTENT_MASK = (1 << (TAG_SHIFT + TAG_BITS)) - 1;
/** Above them: how many items whose first window begins at this bucket are in others. At most it stays. */
export const STRAYS_SHIFT = TAG_SHIFT + TAG_BITS;
export const STRAYS_BITS = 2;
export const MAX_STRAYS = (1 << STRAYS_BITS) - 1;
export const STRAYS_ONE = 1 << STRAYS_SHIFT;
/** The tag's place in the hash; the shard takes the bits below. */
export const TAG_HASH_SHIFT = 6;
/** In a stripe: how often a key was stored that was absent, of those whose hashes begin alike. */
export const STRIPE_BYTES = WORD_BYTES;
/** Bits of the hash, its highest, that name a stripe; fewer in a small shard. */
export const MAX_STRIPE_BITS = 10;
export const MAX_STRIPES = 1 << MAX_STRIPE_BITS;
/** Stripes take at most one byte in this many of a shard. */
export const STRIPE_SHARE = 64;
/** Ghosts per slot, in sets of two words: see ghost.ts. */
export const GHOSTS_PER_SLOT = 2;
export const GHOST_BYTES = 2;
export const GHOST_BITS = 16;
export const GHOST_MASK = (1 << GHOST_BITS) - 1;
export const GHOST_SET_ENTRIES = 4;
export const GHOST_SET_WORDS = 2;
/** In a ghost: the age it came in, and above it a part of the hash. */
export const GHOST_AGE_BITS = 6;
export const GHOST_AGE_MASK = (1 << GHOST_AGE_BITS) - 1;
export const GHOST_FINGERPRINT_BITS = 10;
export const GHOST_FINGERPRINT_MASK = (1 << GHOST_FINGERPRINT_BITS) - 1;
/** The fingerprint's place in the hash; the shard takes the bits below, the set the highest. */
export const GHOST_HASH_SHIFT = 6;

/** A shard's header. The lock has a cache line of its own, but for what is read right behind it. */
export const SHARD_LOCK = 0;
/** How many blocks of buckets are stale, then a bit for each block; see stale_buckets.ts. */
export const SHARD_STALE = 1;
export const SHARD_STALE_BLOCKS = 2;
/** Most blocks of a shard, and the binary logarithm of the fewest buckets of one. */
export const MAX_BLOCKS = 256;
export const MIN_BLOCK_SHIFT = 10;
/** Moves on before the first change under each lock, if anybody reads without it; see change_mark.ts. */
export const SHARD_CHANGES = SHARD_STALE_BLOCKS + MAX_BLOCKS / WORD_BITS;
/** Actors with numbers below this may read without the lock; written under it. */
export const SHARD_READERS = SHARD_CHANGES + 1;
export const SHARD_BUMP = 16;
/** Heads of the lists of free runs of 1 to 8 eighths: SHARD_FREE_RUNS + length. */
export const SHARD_FREE_RUNS = 16;
export const SHARD_FREE_EIGHTHS = 25;
export const SHARD_ITEMS = 26;
export const SHARD_DEADLINE_ITEMS = 27;
/** Per ring: its hand, then its eighths. */
export const SHARD_RINGS = 28;
export const RING_HAND = 0;
export const RING_EIGHTHS = 1;
export const RING_WORDS = 2;
export const SHARD_VERSION_LOW = 32;
export const SHARD_VERSION_HIGH = 33;
export const SHARD_SWEEP_BUCKET = 34;
/** Earliest deadline the shard may hold, in whole seconds, rounded down (0: none). */
export const SHARD_NEXT_DEADLINE_S = 35;
/** Earliest deadline that the current sweep has met and left. */
export const SHARD_SWEEP_EARLIEST_S = 36;
/** Address just past the slab, which ends where the index begins again (index_growth.ts). */
export const SHARD_END = 37;
/** How often the index has grown. */
export const SHARD_SEGMENTS = 38;
/** Whether a snapshot of the shard is being made. */
export const SHARD_COPYING = 39;
/** 64-bit counters. */
export const SHARD_EVICTIONS = 40;
export const SHARD_EXPIRATIONS = 44;
export const SHARD_WINDOW_EVICTIONS = 48;
/** What probation has above its least share, in parts of an item: see clock.ts. */
export const SHARD_PROBATION = 52;
/** The current age of ghosts, how many it has brought, and how many sets are one, as a shift. */
export const SHARD_GHOST_AGE = 53;
export const SHARD_GHOST_COUNT = 54;
export const SHARD_GHOST_SHIFT = 55;
/** How many new items had a ghost, which a slightly larger cache would have kept; 64 bits. */
export const SHARD_GHOST_HITS = 56;
/** From here on the counts of each database: see database_layout.ts. */
export const SHARD_DATABASES = 60;
/** The first of the items that are gone but for slots that they own: see graves.ts. */
export const SHARD_GRAVES = 158;
export const SHARD_HEADER_BYTES = 640;

/** The rings of a shard. */
export const RING_PROBATION = 0;
export const RING_MAIN = 1;
export const RING_COUNT = 2;

/** The words of a 64-bit counter (counters.ts). */
export const COUNTER_HIGH = 0;
/** Its low 32 bits. */
export const COUNTER_LOW = 1;
export const COUNTER_HIGH_AGAIN = 2;
/** How many words to leave for one. */
export const COUNTER_WORDS = 4;

/** Lock word: owner (actor + 1), somebody waits, contents may be broken. */
export const LOCK_OWNER_BITS = 8;
export const LOCK_OWNER_MASK = (1 << LOCK_OWNER_BITS) - 1;
export const LOCK_WAITERS = 1 << LOCK_OWNER_BITS;
export const LOCK_DIRTY = 1 << (LOCK_OWNER_BITS + 1);

/** Share of the slab that an insert leaves free, so that freed eighths merge before they are reused. */
export const RESERVE_SHARE = 0.005;
/** With more than this part of the slab and of the items that the index takes free, a shard is far from full. */
export const FILLING_SHARE = 0.06;
/** Most steps of the clock hands for an operation's first eviction, and how many more for each further one. */
export const MAX_SWEEP_STEPS = 64;
export const FURTHER_SWEEP_STEPS = 8;
/**
 * The policy's numbers, found by simulation over all traces of bench/engine/hits. An age of ghosts is as many
 * as this part of the shard's items. They count for so many ages, and are young for so many.
 */
export const GHOST_AGES_PER_ITEMS = 16;
export const GHOST_AGES = 19;
export const GHOST_YOUNG_AGES = 1;
/** Entries that a ghost table has for each item: fewer are too few, more are too many. */
export const GHOST_WANTED_ENTRIES = 1.5;
export const GHOST_SPARE_ENTRIES = 4;
/** Shares of the eighths in use that probation may have when space is needed. */
export const MIN_PROBATION_SHARE = 0.005;
export const MAX_PROBATION_SHARE = 0.5;
/** Between them it is counted in this part of an item: what each new item takes, a ghost brings or takes. */
export const PROBATION_UNIT = 64;
export const PROBATION_FALL = 15;
export const PROBATION_RISE = 15 * PROBATION_UNIT;
export const PROBATION_LOSS = 22 * PROBATION_UNIT;
/** Steps that the hand of the main ring looks for an item not in use, for one that wants to enter. */
export const CONTEST_STEPS = 3;
/** With less than this part of its share the main ring has space for another item. */
export const MAIN_SLACK = 0.99;
/** An item this many times as large as the average has to be hit once more to stay. */
export const LARGE_ITEM = 1;

assertLayout({
  areas: [
    bitsOf(
      "bucket",
      ["address", 0, ADDRESS_BITS],
      ["tag", TAG_SHIFT, TAG_BITS],
      ["strays", STRAYS_SHIFT, STRAYS_BITS],
    ),
    bitsOf(
      "hash",
      ["shard", 0, TAG_HASH_SHIFT],
      ["tag", TAG_HASH_SHIFT, TAG_BITS],
      ["stripe", WORD_BITS - MAX_STRIPE_BITS, MAX_STRIPE_BITS],
    ),
    bitsOf(
      "ghost",
      ["age", 0, GHOST_AGE_BITS],
      ["fingerprint", GHOST_AGE_BITS, GHOST_FINGERPRINT_BITS],
    ),
    bitsOf(
      "lock",
      ["owner", 0, LOCK_OWNER_BITS],
      ["waiters", Math.log2(LOCK_WAITERS), 1],
      ["dirty", Math.log2(LOCK_DIRTY), 1],
    ),
    { name: "ring in words", length: RING_WORDS, fields: wordsOf({ RING_HAND, RING_EIGHTHS }) },
    {
      name: "counter in words",
      length: COUNTER_WORDS,
      fields: wordsOf({ COUNTER_HIGH, COUNTER_LOW, COUNTER_HIGH_AGAIN }),
    },
    {
      name: "shard header in words",
      length: SHARD_HEADER_BYTES / WORD_BYTES,
      fields: [
        ["lock", SHARD_LOCK, 1],
        ["stale buckets", SHARD_STALE, 1],
        ["stale blocks", SHARD_STALE_BLOCKS, MAX_BLOCKS / WORD_BITS],
        ["changes", SHARD_CHANGES, 1],
        ["readers, in the lock's line", SHARD_READERS, LINE_WORDS - SHARD_READERS],
        ["free runs", SHARD_FREE_RUNS + 1, SLOT_EIGHTHS],
        ["rings", SHARD_RINGS, RING_COUNT * RING_WORDS],
        ...wordsOf({ SHARD_BUMP, SHARD_FREE_EIGHTHS, SHARD_ITEMS, SHARD_DEADLINE_ITEMS }),
        ...wordsOf({ SHARD_VERSION_LOW, SHARD_VERSION_HIGH, SHARD_SWEEP_BUCKET }),
        ...wordsOf({ SHARD_NEXT_DEADLINE_S, SHARD_SWEEP_EARLIEST_S, SHARD_END, SHARD_SEGMENTS }),
        ...wordsOf({ SHARD_COPYING }),
        ["evictions", SHARD_EVICTIONS, COUNTER_WORDS],
        ["expirations", SHARD_EXPIRATIONS, COUNTER_WORDS],
        ["window evictions", SHARD_WINDOW_EVICTIONS, COUNTER_WORDS],
        ...wordsOf({ SHARD_PROBATION, SHARD_GHOST_AGE, SHARD_GHOST_COUNT, SHARD_GHOST_SHIFT }),
        ["ghost hits", SHARD_GHOST_HITS, COUNTER_WORDS],
        ["databases", SHARD_DATABASES, SHARD_GRAVES - SHARD_DATABASES],
        ...wordsOf({ SHARD_GRAVES }),
      ],
    },
  ],
  masks: [
    ["TAG_MASK", TAG_MASK, 0, TAG_BITS],
    ["GHOST_MASK", GHOST_MASK, 0, GHOST_BITS],
    ["GHOST_AGE_MASK", GHOST_AGE_MASK, 0, GHOST_AGE_BITS],
    ["GHOST_FINGERPRINT_MASK", GHOST_FINGERPRINT_MASK, 0, GHOST_FINGERPRINT_BITS],
    ["BUCKET_CONTENT_MASK", BUCKET_CONTENT_MASK, 0, ADDRESS_BITS + TAG_BITS],
    ["LOCK_OWNER_MASK", LOCK_OWNER_MASK, 0, LOCK_OWNER_BITS],
  ],
  shifts: [
    ["RING_COUNT", RING_COUNT, RING_BITS],
    ["MAX_STRIPES", MAX_STRIPES, MAX_STRIPE_BITS],
  ],
  sums: [
    ["SEGMENT_FACTORS", SEGMENT_FACTORS.length, [MAX_SEGMENTS]],
    ["GHOST_BITS", GHOST_BITS, [GHOST_AGE_BITS, GHOST_FINGERPRINT_BITS]],
    ["bits of GHOST_BYTES", GHOST_BYTES * 8, [GHOST_BITS]],
    ["a set of ghosts", GHOST_SET_WORDS * WORD_BYTES, Array(GHOST_SET_ENTRIES).fill(GHOST_BYTES)],
    ["bits of SLOT_MAP_BYTES", SLOT_MAP_BYTES * 8, Array(SLOT_EIGHTHS).fill(1)],
  ],
});
