// Every offset and width of byte objects: values that are changed in place, kept in whole slots. The item's value is a
// descriptor of three words. Its root is a slot of addresses; they lead to further such slots, or at the last level
// to slots with 256 bytes of the value each. 0 in place of an address is a hole: zero bytes that take no space.
// Touches no memory; its end checks that all of it holds together.
//
//   descriptor  0 eighths of all slots | 1 length in bytes | 2 root: address 20 | levels 3
//
// Levels grow with the length: one reaches 16 KiB, two 1 MiB, three 64 MiB.

import {
  ADDRESS_BITS,
  SLOT_BYTES,
  VALUE_BYTES_MASK,
  WORD_BITS,
  WORD_BYTES,
} from "../item_layout.ts";
import { assertLayout, bitsOf, wordsOf } from "../layout_check.ts";

/** Words of a descriptor. */
export const BLOCKS_EIGHTHS = 0;
export const BLOCKS_LENGTH = 1;
export const BLOCKS_ROOT = 2;
export const BLOCKS_WORDS = 3;
/** Bytes of a descriptor: the item's value. */
export const BLOCKS_BYTES = BLOCKS_WORDS * WORD_BYTES;
/** In the word of the root, above its address: the levels. */
export const LEVELS_SHIFT = ADDRESS_BITS;
export const LEVELS_BITS = 3;
export const LEVELS_MASK = (1 << LEVELS_BITS) - 1;
/** Levels that the longest value needs. */
export const MAX_LEVELS = 3;

/** Addresses in a slot, and the bits of a place among them. */
export const FANOUT = SLOT_BYTES / WORD_BYTES;
export const FANOUT_SHIFT = 6;
export const FANOUT_MASK = FANOUT - 1;
/** Right shift from a byte of the value to the number of its slot, and the mask of its place there. */
export const BLOCK_SHIFT = 8;
export const BLOCK_MASK = SLOT_BYTES - 1;

/** The longest value that is kept in its item when it is changed; longer ones get slots. */
export const MAX_PACKED_BYTES = 4096;

assertLayout({
  areas: [
    {
      name: "descriptor of a byte object in words",
      length: BLOCKS_WORDS,
      fields: wordsOf({ BLOCKS_EIGHTHS, BLOCKS_LENGTH, BLOCKS_ROOT }),
    },
    bitsOf("root", ["address", 0, ADDRESS_BITS], ["levels", LEVELS_SHIFT, LEVELS_BITS]),
  ],
  masks: [
    ["LEVELS_MASK", LEVELS_MASK, 0, LEVELS_BITS],
    ["FANOUT_MASK", FANOUT_MASK, 0, FANOUT_SHIFT],
    ["BLOCK_MASK", BLOCK_MASK, 0, BLOCK_SHIFT],
    ["VALUE_BYTES_MASK, by what the levels reach", VALUE_BYTES_MASK >>> BLOCK_SHIFT, 0, 16],
  ],
  shifts: [
    ["FANOUT", FANOUT, FANOUT_SHIFT],
    ["SLOT_BYTES", SLOT_BYTES, BLOCK_SHIFT],
    ["slots that MAX_LEVELS reach", FANOUT ** MAX_LEVELS, MAX_LEVELS * FANOUT_SHIFT],
  ],
  sums: [
    ["BLOCKS_BYTES", BLOCKS_BYTES * 8, Array(BLOCKS_WORDS).fill(WORD_BITS)],
  ],
});
