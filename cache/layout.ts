// Every offset, width and size inside a shard stands here and nowhere else, but what is about databases:
// database_layout.ts. region_layout.ts has those around the shards, geometry.ts says how many there are.
// Offsets are in 32-bit words unless a name says otherwise: _BYTES, _BITS, _SHIFT, _MASK.
// Nothing here touches memory. The end of the file checks that all of it holds together.
//
// Code on the path of every request imports these by `import * as layout` and `const { … } = layout`.
// V8 builds a module's own constants into the code, but loads imported ones at each use. Among 50,000
// items that is a fifth of an insert and a few percent of a get (bench/engine/micro.ts, from source).
//
// A shard, from its first byte ("address" = number of the 32-byte eighth from there, 20 bits, 0 is nil):
//
//   | header 640 | stripes 4 each | map 1/slot | buckets 4 each | ghost 8/slot | slab 256/slot |
//
// An item's first piece (eight words, then the key, then the value, packed):
//
//   0 hash
//   1 newer address 20 | key bytes 11
//   2 older address 20 | count 2 | ring 1 | own length 3 | database 4
//   3 next piece: address 20 | length 3
//   4 value bytes
//   5 version, low 32
//   6 deadline, low 32
//   7 version, high 16 | deadline, high 16
//
// A further piece starts with one word of the shape of word 3; in the last one it holds the
// address of the item's first piece and LINK_LAST. Lengths are in eighths, stored minus one.

import { assertLayout, bitsOf, wordsOf } from "./layout_check.ts";

/** A word: its bits, its bytes, and how many values it has. A high word counts in WORD_RANGE. */
export const WORD_BITS = 32;
export const WORD_BYTES = 4;
export const WORD_RANGE = 2 ** 32;
/** A cache line. Words that different threads often write should not share one. */
export const LINE_WORDS = 16;

/** Bytes of a slot, the unit of large items. */
export const SLOT_BYTES = 256;
/** Bytes of an eighth, the unit of small items and of addresses. */
export const EIGHTH_BYTES = 32;
/** Left shift from an eighth's address to its first byte. */
export const EIGHTH_BYTE_SHIFT = 5;
/** Left shift from an eighth's address to its first word. */
export const EIGHTH_WORD_SHIFT = 3;
/** Eighths in a slot; also the longest piece. */
export const SLOT_EIGHTHS = 8;
/** Right shift from an eighth's address to the number of its slot. */
export const SLOT_SHIFT = 3;
/** Mask of an eighth's place in its slot, from 0. */
export const SLOT_MASK = SLOT_EIGHTHS - 1;

/** Bits of an address in links and buckets. */
export const ADDRESS_BITS = 20;
/** Mask of an address. */
export const ADDRESS_MASK = (1 << ADDRESS_BITS) - 1;
/** Largest shard: every eighth has an address. */
export const MAX_SHARD_BYTES = 1 << (ADDRESS_BITS + EIGHTH_BYTE_SHIFT);
/** Smallest shard that still holds items of a useful size. */
export const MIN_SHARD_BYTES = 16 * 1024;
/** An item may take at most one byte in this many of a slab. */
export const MAX_ITEM_SHARE = 4;

/** Where a link keeps the piece's length minus one. */
export const LINK_LENGTH_SHIFT = ADDRESS_BITS;
export const LINK_LENGTH_BITS = 3;
/** Mask of that length after the shift. */
export const LINK_LENGTH_MASK = (1 << LINK_LENGTH_BITS) - 1;
/** Set in the last piece's link, whose address is then that of the item's first piece. */
export const LINK_LAST = 1 << (LINK_LENGTH_SHIFT + LINK_LENGTH_BITS);
/** Bytes of the link, which is the first word of a further piece. */
export const LINK_BYTES = WORD_BYTES;

/** A free run's first words: the neighbours in its list. */
export const FREE_NEXT = 0;
export const FREE_PREVIOUS = 1;

/** An item's header. */
export const ITEM_HEADER_WORDS = 8;
export const ITEM_HEADER_BYTES = ITEM_HEADER_WORDS * WORD_BYTES;
export const ITEM_HASH = 0;
export const ITEM_NEWER = 1;
export const ITEM_OLDER = 2;
export const ITEM_NEXT = 3;
export const ITEM_VALUE_BYTES = 4;
export const ITEM_VERSION_LOW = 5;
export const ITEM_DEADLINE_LOW = 6;
export const ITEM_HIGHS = 7;
/** In ITEM_NEWER: key bytes. */
export const KEY_BYTES_SHIFT = ADDRESS_BITS;
export const KEY_BYTES_BITS = 11;
/** Longest key the header can describe, in bytes. */
export const MAX_KEY_BYTES = (1 << KEY_BYTES_BITS) - 1;
/** In ITEM_OLDER: the reference count, the ring, the own length minus one. */
export const COUNT_SHIFT = ADDRESS_BITS;
export const COUNT_BITS = 2;
export const MAX_COUNT = (1 << COUNT_BITS) - 1;
export const COUNT_ONE = 1 << COUNT_SHIFT;
export const COUNT_MASK = MAX_COUNT << COUNT_SHIFT;
export const RING_SHIFT = COUNT_SHIFT + COUNT_BITS;
export const RING_BITS = 1;
export const RING_MASK = 1 << RING_SHIFT;
export const OWN_LENGTH_SHIFT = RING_SHIFT + RING_BITS;
export const OWN_LENGTH_BITS = 3;
export const OWN_LENGTH_MASK = ((1 << OWN_LENGTH_BITS) - 1) << OWN_LENGTH_SHIFT;
/** In ITEM_HIGHS: the high bits of the version, and above them those of the deadline. */
export const VERSION_HIGH_BITS = 16;
export const VERSION_HIGH_MASK = (1 << VERSION_HIGH_BITS) - 1;
export const DEADLINE_HIGH_SHIFT = VERSION_HIGH_BITS;
export const DEADLINE_HIGH_BITS = 16;
/** Versions are below this. */
export const VERSION_RANGE = 2 ** (WORD_BITS + VERSION_HIGH_BITS);
/** Deadlines are below this. */
export const DEADLINE_RANGE = 2 ** (WORD_BITS + DEADLINE_HIGH_BITS);

/** Which eighths of a slot are in use: a bit for each, the lowest for the first. */
export const SLOT_MAP_BYTES = 1;

/** Buckets a key may be in. */
export const WINDOW_BUCKETS = 16;
export const BUCKET_BYTES = WORD_BYTES;
/** Home buckets for each item of the expected size. */
export const BUCKETS_PER_ITEM = 2;
/** In a bucket: the tag above the address. */
export const TAG_SHIFT = ADDRESS_BITS;
export const TAG_BITS = WORD_BITS - ADDRESS_BITS;
export const TAG_MASK = (1 << TAG_BITS) - 1;
/** The tag's place in the hash; the shard takes the bits below. */
export const TAG_HASH_SHIFT = 6;
/** In a stripe: how often a key was stored that was absent, of those whose hashes begin alike. */
export const STRIPE_BYTES = WORD_BYTES;
/** Bits of the hash, its highest, that name a stripe; fewer in a small shard. */
export const MAX_STRIPE_BITS = 10;
export const MAX_STRIPES = 1 << MAX_STRIPE_BITS;
/** Stripes take at most one byte in this many of a shard. */
export const STRIPE_SHARE = 64;
/** Ghost fingerprints per slot. */
export const GHOSTS_PER_SLOT = 2;
export const GHOST_BYTES = WORD_BYTES;

/** A shard's header. The lock has a cache line of its own. */
export const SHARD_LOCK = 0;
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
/** 64-bit counters. */
export const SHARD_EVICTIONS = 40;
export const SHARD_EXPIRATIONS = 44;
export const SHARD_WINDOW_EVICTIONS = 48;
/** From here on the counts of each database: see database_layout.ts. */
export const SHARD_DATABASES = 60;
export const SHARD_HEADER_BYTES = 640;

/** The rings of a shard. */
export const RING_PROBATION = 0;
export const RING_MAIN = 1;
export const RING_COUNT = 2;

/** A 64-bit counter (counters.ts): its words, and how many to leave for one. */
export const COUNTER_HIGH = 0;
export const COUNTER_LOW = 1;
export const COUNTER_HIGH_AGAIN = 2;
export const COUNTER_WORDS = 4;

/** Lock word: owner (actor + 1), somebody waits, contents may be broken. */
export const LOCK_OWNER_BITS = 8;
export const LOCK_OWNER_MASK = (1 << LOCK_OWNER_BITS) - 1;
export const LOCK_WAITERS = 1 << LOCK_OWNER_BITS;
export const LOCK_DIRTY = 1 << (LOCK_OWNER_BITS + 1);

/** Share of the slab that an insert leaves free, so that freed eighths merge before they are reused. */
export const RESERVE_SHARE = 0.005;
/** Most steps of a clock hand for one eviction. */
export const MAX_SWEEP_STEPS = 64;
/** When space is needed, probation is cut to one eighth in this many of those in use. */
export const PROBATION_SHARE = 10;

assertLayout({
  areas: [
    {
      name: "item header in words",
      length: ITEM_HEADER_WORDS,
      fields: [
        ...wordsOf({ ITEM_HASH, ITEM_NEWER, ITEM_OLDER, ITEM_NEXT }),
        ...wordsOf({ ITEM_VALUE_BYTES, ITEM_VERSION_LOW, ITEM_DEADLINE_LOW, ITEM_HIGHS }),
      ],
    },
    bitsOf("ITEM_NEWER", ["address", 0, ADDRESS_BITS], ["key", KEY_BYTES_SHIFT, KEY_BYTES_BITS]),
    bitsOf(
      "ITEM_OLDER",
      ["address", 0, ADDRESS_BITS],
      ["count", COUNT_SHIFT, COUNT_BITS],
      ["ring", RING_SHIFT, RING_BITS],
      ["own length", OWN_LENGTH_SHIFT, OWN_LENGTH_BITS],
    ),
    bitsOf(
      "link",
      ["address", 0, ADDRESS_BITS],
      ["length", LINK_LENGTH_SHIFT, LINK_LENGTH_BITS],
      ["last", Math.log2(LINK_LAST), 1],
    ),
    bitsOf(
      "ITEM_HIGHS",
      ["version", 0, VERSION_HIGH_BITS],
      ["deadline", DEADLINE_HIGH_SHIFT, DEADLINE_HIGH_BITS],
    ),
    bitsOf("bucket", ["address", 0, ADDRESS_BITS], ["tag", TAG_SHIFT, TAG_BITS]),
    bitsOf(
      "hash",
      ["shard", 0, TAG_HASH_SHIFT],
      ["tag", TAG_HASH_SHIFT, TAG_BITS],
      ["stripe", WORD_BITS - MAX_STRIPE_BITS, MAX_STRIPE_BITS],
    ),
    bitsOf(
      "lock",
      ["owner", 0, LOCK_OWNER_BITS],
      ["waiters", Math.log2(LOCK_WAITERS), 1],
      ["dirty", Math.log2(LOCK_DIRTY), 1],
    ),
    {
      name: "free run in words",
      length: EIGHTH_BYTES / WORD_BYTES,
      fields: wordsOf({ FREE_NEXT, FREE_PREVIOUS }),
    },
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
        ["lock", SHARD_LOCK, LINE_WORDS],
        ["free runs", SHARD_FREE_RUNS + 1, SLOT_EIGHTHS],
        ["rings", SHARD_RINGS, RING_COUNT * RING_WORDS],
        ...wordsOf({ SHARD_BUMP, SHARD_FREE_EIGHTHS, SHARD_ITEMS, SHARD_DEADLINE_ITEMS }),
        ...wordsOf({ SHARD_VERSION_LOW, SHARD_VERSION_HIGH, SHARD_SWEEP_BUCKET }),
        ...wordsOf({ SHARD_NEXT_DEADLINE_S, SHARD_SWEEP_EARLIEST_S }),
        ["evictions", SHARD_EVICTIONS, COUNTER_WORDS],
        ["expirations", SHARD_EXPIRATIONS, COUNTER_WORDS],
        ["window evictions", SHARD_WINDOW_EVICTIONS, COUNTER_WORDS],
        ["databases", SHARD_DATABASES, SHARD_HEADER_BYTES / WORD_BYTES - SHARD_DATABASES],
      ],
    },
  ],
  masks: [
    ["SLOT_MASK", SLOT_MASK, 0, SLOT_SHIFT],
    ["ADDRESS_MASK", ADDRESS_MASK, 0, ADDRESS_BITS],
    ["LINK_LENGTH_MASK", LINK_LENGTH_MASK, 0, LINK_LENGTH_BITS],
    ["COUNT_MASK", COUNT_MASK, COUNT_SHIFT, COUNT_BITS],
    ["RING_MASK", RING_MASK, RING_SHIFT, RING_BITS],
    ["OWN_LENGTH_MASK", OWN_LENGTH_MASK, OWN_LENGTH_SHIFT, OWN_LENGTH_BITS],
    ["VERSION_HIGH_MASK", VERSION_HIGH_MASK, 0, VERSION_HIGH_BITS],
    ["TAG_MASK", TAG_MASK, 0, TAG_BITS],
    ["LOCK_OWNER_MASK", LOCK_OWNER_MASK, 0, LOCK_OWNER_BITS],
  ],
  shifts: [
    ["SLOT_EIGHTHS", SLOT_EIGHTHS, SLOT_SHIFT],
    ["EIGHTH_BYTES", EIGHTH_BYTES, EIGHTH_BYTE_SHIFT],
    ["words of an eighth", EIGHTH_BYTES / WORD_BYTES, EIGHTH_WORD_SHIFT],
    ["SLOT_EIGHTHS, by what a link can say", SLOT_EIGHTHS, LINK_LENGTH_BITS],
    ["SLOT_EIGHTHS, by what a header can say", SLOT_EIGHTHS, OWN_LENGTH_BITS],
    ["RING_COUNT", RING_COUNT, RING_BITS],
    ["MAX_STRIPES", MAX_STRIPES, MAX_STRIPE_BITS],
    ["WORD_RANGE", WORD_RANGE, WORD_BITS],
  ],
  sums: [
    ["SLOT_BYTES", SLOT_BYTES, Array(SLOT_EIGHTHS).fill(EIGHTH_BYTES)],
    ["bits of SLOT_MAP_BYTES", SLOT_MAP_BYTES * 8, Array(SLOT_EIGHTHS).fill(1)],
    ["WORD_BITS", WORD_BITS, Array(WORD_BYTES).fill(8)],
    ["COUNT_ONE and the rest of COUNT_MASK", COUNT_MASK, Array(MAX_COUNT).fill(COUNT_ONE)],
  ],
});
