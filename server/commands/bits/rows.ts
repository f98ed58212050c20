// Rows of the command table: commands on the bits of strings.
// See command.ts for the fields of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { ONE_KEY } from "../../contract/keys/key_places.ts";
import { bitfield, bitfieldRo } from "./bitfield.ts";
import { bitop } from "./bit_operations.ts";
import { bitcount, bitpos } from "./bit_ranges.ts";
import { getbit, setbit } from "./single_bits.ts";

const one = oneKeyRows("bitmap");
/** The destination, then the sources. */
const KEYS_BEHIND = { first: 1, many: true, step: 1 } as const;

/** The rows of the group "bitmap". */
export const BIT_ROWS: readonly CommandRow[] = [
  one("SETBIT", 3, 3, "write", "Sets or clears a bit of a string and returns what it was", setbit),
  one("GETBIT", 2, 2, "read", "Returns a bit of a string", getbit),
  row(
    "BITCOUNT",
    [1, MAX_ARGUMENTS],
    ["read"],
    "bitmap",
    ONE_KEY,
    "Counts the bits that are set in a string or a part of it",
    bitcount,
  ),
  row(
    "BITPOS",
    [2, MAX_ARGUMENTS],
    ["read"],
    "bitmap",
    ONE_KEY,
    "Finds the first bit that is set or clear in a string or a part of it",
    bitpos,
  ),
  row(
    "BITOP",
    [3, MAX_ARGUMENTS],
    ["write"],
    "bitmap",
    KEYS_BEHIND,
    "Combines strings bit by bit and stores what comes of it",
    bitop,
  ),
  row(
    "BITFIELD",
    [1, MAX_ARGUMENTS],
    ["write"],
    "bitmap",
    ONE_KEY,
    "Reads and changes integers of any width inside a string",
    bitfield,
  ),
  one(
    "BITFIELD_RO",
    1,
    MAX_ARGUMENTS,
    "read",
    "Reads integers of any width inside a string",
    bitfieldRo,
  ),
];
