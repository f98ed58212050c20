// Every offset, width and size of words, slots, pieces and items. layout.ts has those of a shard around
// them and hands these on, so code imports that. Touches no memory. The end of the file checks that all of
// it holds together.
//
// A slot is 256 bytes, an eighth of it 32. An address is the number of an eighth from its shard's start: 20
// bits, and 0 is nil. A piece is up to eight eighths of one slot.
//
// An item's first piece (five to eight words, then the key, then the value, packed):
//
//   0 newer address 20 | own length 3 | further 0 | count 2 | ring 1 | stray | members | flags | chained | deadline
//   1 older address 20 | key bytes 11
//   2 value bytes 24 | database 4 | kind 4
//   3 version, low 32
//   4 version, high 13 | stale | won | fetched | deadline, high 16
//   5 deadline, low 32: only in an item that has had one since its value was stored
//   6 next piece: address 20: only in an item of several pieces; word 5 where that is free
//   7 flags that a client of memcached has stored with the value: only where they are not 0; word 5 or 6 where those are free
//
// A further piece starts with one word: next address 20 | own length 3 | further 1 | last. In the last
// piece the address is that of the item's first piece. Lengths are in eighths, stored minus one.

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

/** In a piece's first word, above an address: its length minus one. */
export const LENGTH_SHIFT = ADDRESS_BITS;
export const LENGTH_BITS = 3;
/** Mask of that length after the shift. */
export const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
/** Set there in a further piece, clear in an item's first. */
export const PIECE_FURTHER = 1 << (LENGTH_SHIFT + LENGTH_BITS);
/** Set there in an item's last piece, if it is a further one: the address is that of the first. */
export const PIECE_LAST = PIECE_FURTHER << 1;
/** Bytes of what a further piece begins with, and of the link in the header of a chained item. */
export const LINK_BYTES = WORD_BYTES;

/** A free run's first words: the neighbours in its list. */
export const FREE_NEXT = 0;
export const FREE_PREVIOUS = 1;

/** An item's header: the words that all have. */
export const ITEM_HEADER_WORDS = 5;
export const ITEM_HEADER_BYTES = ITEM_HEADER_WORDS * WORD_BYTES;
export const ITEM_NEWER = 0;
export const ITEM_OLDER = 1;
export const ITEM_SIZES = 2;
export const ITEM_VERSION_LOW = 3;
export const ITEM_HIGHS = 4;
/** The words that some have: the deadline first, if it is there, then the link. */
export const ITEM_DEADLINE_LOW = 5;
export const DEADLINE_BYTES = WORD_BYTES;
export const FLAGS_BYTES = WORD_BYTES;
/** The most bytes that a header takes: no more than the shortest piece has. */
export const MAX_HEADER_BYTES = ITEM_HEADER_BYTES + DEADLINE_BYTES + LINK_BYTES + FLAGS_BYTES;
/** In ITEM_NEWER: the reference count, the ring, and which words follow the header. */
export const COUNT_SHIFT = LENGTH_SHIFT + LENGTH_BITS + 1;
export const COUNT_BITS = 2;
export const MAX_COUNT = (1 << COUNT_BITS) - 1;
export const COUNT_ONE = 1 << COUNT_SHIFT;
export const COUNT_MASK = MAX_COUNT << COUNT_SHIFT;
export const RING_SHIFT = COUNT_SHIFT + COUNT_BITS;
export const RING_BITS = 1;
export const RING_MASK = 1 << RING_SHIFT;
/** The item is not in the first window of its hash (table.ts). */
export const ITEM_STRAY = 1 << (RING_SHIFT + RING_BITS);
/** A client's flags precede the key. */
export const ITEM_HAS_FLAGS = 1 << 29;
/** A link follows. */
export const ITEM_CHAINED = 1 << 30;
/** A deadline follows. It is the sign, so words below 0 have it. */
export const ITEM_HAS_DEADLINE = 1 << 31;
/** Right shifts that make of each of those flags the bytes of its word, with HEADER_MORE_MASK. */
export const FLAGS_BYTES_SHIFT = 27;
export const CHAINED_BYTES_SHIFT = 28;
export const DEADLINE_BYTES_SHIFT = 29;
export const HEADER_MORE_MASK = WORD_BYTES;
/** In ITEM_OLDER: key bytes. */
export const KEY_BYTES_SHIFT = ADDRESS_BITS;
export const KEY_BYTES_BITS = 11;
/** Longest key the header can describe, in bytes. */
export const MAX_KEY_BYTES = (1 << KEY_BYTES_BITS) - 1;
/** In ITEM_SIZES: value bytes. Above them is the database. */
export const VALUE_BYTES_BITS = 24;
export const VALUE_BYTES_MASK = (1 << VALUE_BYTES_BITS) - 1;
/** In ITEM_SIZES, on top: what the value is and in which form, see item_types.ts. */
export const KIND_SHIFT = 28;
export const KIND_BITS = 4;
/** Members of the item may have deadlines: a fifth bit of its kind, which stands in ITEM_NEWER. */
export const ITEM_MEMBER_DEADLINES = 1 << 28;
/** In a kind: the same. */
export const KIND_MEMBER_DEADLINES = 1 << KIND_BITS;
/** Left shift from there. */
export const MEMBER_DEADLINES_SHIFT = 24;
/** Bytes behind the entries of such an item, or behind its descriptor: see member_deadlines.ts. */
export const MEMBER_TAIL_BYTES = 26;
/** Bits of a kind in all. */
export const FULL_KIND_BITS = KIND_BITS + 1;
/** In a kind: the item owns slots besides its own pieces. */
export const KIND_INDIRECT = 1;
/** In ITEM_HIGHS: the high bits of the version, the item's state, and above them the high bits of the deadline. */
export const VERSION_HIGH_BITS = 13;
export const VERSION_HIGH_MASK = (1 << VERSION_HIGH_BITS) - 1;
/** The item's state, for clients of memcached. */
export const STATE_BITS = 3;
/** The value is stale. */
export const ITEM_STALE: number = 1 << VERSION_HIGH_BITS;
/** Somebody is at work on a new one. */
export const ITEM_WON: number = ITEM_STALE << 1;
/** A client of memcached has read it. */
export const ITEM_FETCHED: number = ITEM_WON << 1;
export const STATE_MASK = ITEM_STALE | ITEM_WON | ITEM_FETCHED;
export const DEADLINE_HIGH_SHIFT = VERSION_HIGH_BITS + STATE_BITS;
export const DEADLINE_HIGH_BITS = 16;
/** Versions are below this. */
export const VERSION_RANGE = 2 ** (WORD_BITS + VERSION_HIGH_BITS);
/** Deadlines are below this. */
export const DEADLINE_RANGE = 2 ** (WORD_BITS + DEADLINE_HIGH_BITS);

assertLayout({
  areas: [
    {
      name: "item header in words",
      length: ITEM_HEADER_WORDS,
      fields: wordsOf({ ITEM_NEWER, ITEM_OLDER, ITEM_SIZES, ITEM_VERSION_LOW, ITEM_HIGHS }),
    },
    {
      name: "longest item header in words",
      length: MAX_HEADER_BYTES / WORD_BYTES,
      fields: [
        ["what all have", 0, ITEM_HEADER_WORDS],
        ["deadline", ITEM_DEADLINE_LOW, 1],
        ["link", ITEM_DEADLINE_LOW + 1, 1],
        ["flags", ITEM_DEADLINE_LOW + 2, 1],
      ],
    },
    bitsOf(
      "ITEM_NEWER",
      ["address", 0, ADDRESS_BITS],
      ["own length", LENGTH_SHIFT, LENGTH_BITS],
      ["further", Math.log2(PIECE_FURTHER), 1],
      ["count", COUNT_SHIFT, COUNT_BITS],
      ["ring", RING_SHIFT, RING_BITS],
      ["stray", Math.log2(ITEM_STRAY), 1],
      ["members", Math.log2(ITEM_MEMBER_DEADLINES), 1],
      ["flags", Math.log2(ITEM_HAS_FLAGS), 1],
      ["chained", Math.log2(ITEM_CHAINED), 1],
      ["deadline", Math.log2(ITEM_HAS_DEADLINE >>> 0), 1],
    ),
    bitsOf("ITEM_OLDER", ["address", 0, ADDRESS_BITS], ["key", KEY_BYTES_SHIFT, KEY_BYTES_BITS]),
    bitsOf("ITEM_SIZES", ["value", 0, VALUE_BYTES_BITS], ["kind", KIND_SHIFT, KIND_BITS]),
    bitsOf(
      "further piece",
      ["address", 0, ADDRESS_BITS],
      ["own length", LENGTH_SHIFT, LENGTH_BITS],
      ["further", Math.log2(PIECE_FURTHER), 1],
      ["last", Math.log2(PIECE_LAST), 1],
    ),
    bitsOf(
      "ITEM_HIGHS",
      ["version", 0, VERSION_HIGH_BITS],
      ["stale", Math.log2(ITEM_STALE), 1],
      ["won", Math.log2(ITEM_WON), 1],
      ["fetched", Math.log2(ITEM_FETCHED), 1],
      ["deadline", DEADLINE_HIGH_SHIFT, DEADLINE_HIGH_BITS],
    ),
    {
      name: "free run in words",
      length: EIGHTH_BYTES / WORD_BYTES,
      fields: wordsOf({ FREE_NEXT, FREE_PREVIOUS }),
    },
  ],
  masks: [
    ["SLOT_MASK", SLOT_MASK, 0, SLOT_SHIFT],
    ["ADDRESS_MASK", ADDRESS_MASK, 0, ADDRESS_BITS],
    ["LENGTH_MASK", LENGTH_MASK, 0, LENGTH_BITS],
    ["VALUE_BYTES_MASK", VALUE_BYTES_MASK, 0, VALUE_BYTES_BITS],
    ["COUNT_MASK", COUNT_MASK, COUNT_SHIFT, COUNT_BITS],
    ["RING_MASK", RING_MASK, RING_SHIFT, RING_BITS],
    ["VERSION_HIGH_MASK", VERSION_HIGH_MASK, 0, VERSION_HIGH_BITS],
  ],
  shifts: [
    ["SLOT_EIGHTHS", SLOT_EIGHTHS, SLOT_SHIFT],
    ["EIGHTH_BYTES", EIGHTH_BYTES, EIGHTH_BYTE_SHIFT],
    ["words of an eighth", EIGHTH_BYTES / WORD_BYTES, EIGHTH_WORD_SHIFT],
    ["SLOT_EIGHTHS, by what a piece can say of itself", SLOT_EIGHTHS, LENGTH_BITS],
    ["WORD_RANGE", WORD_RANGE, WORD_BITS],
  ],
  sums: [
    ["bytes that ITEM_CHAINED shifts to", ITEM_CHAINED >>> CHAINED_BYTES_SHIFT, [LINK_BYTES]],
    [
      "bytes that ITEM_HAS_DEADLINE shifts to",
      ITEM_HAS_DEADLINE >>> DEADLINE_BYTES_SHIFT,
      [DEADLINE_BYTES],
    ],
    ["bytes that ITEM_HAS_FLAGS shifts to", ITEM_HAS_FLAGS >>> FLAGS_BYTES_SHIFT, [FLAGS_BYTES]],
    ["HEADER_MORE_MASK", HEADER_MORE_MASK, [LINK_BYTES]],
    ["EIGHTH_BYTES, which hold any header", EIGHTH_BYTES, [MAX_HEADER_BYTES]],
    [
      "ITEM_MEMBER_DEADLINES",
      ITEM_MEMBER_DEADLINES,
      [KIND_MEMBER_DEADLINES << MEMBER_DEADLINES_SHIFT],
    ],
    ["SLOT_BYTES", SLOT_BYTES, Array(SLOT_EIGHTHS).fill(EIGHTH_BYTES)],
    ["WORD_BITS", WORD_BITS, Array(WORD_BYTES).fill(8)],
    ["COUNT_ONE and the rest of COUNT_MASK", COUNT_MASK, Array(MAX_COUNT).fill(COUNT_ONE)],
  ],
});
