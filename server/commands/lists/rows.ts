// Rows of the command table: commands on lists that answer at once.
// See command.ts for the fields of a row.

import {
  type CommandFlag,
  type CommandRow,
  MAX_ARGUMENTS,
  oneKeyRows,
  row,
} from "../../contract/command.ts";
import { numberedKeys } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, ONE_KEY } from "../../contract/keys/key_places.ts";
import { lindex, llen, lrange, lset, ltrim } from "./list_elements.ts";
import { lpop, lpush, lpushx, rpop, rpush, rpushx } from "./list_ends.ts";
import { lmove, lmpop, rpoplpush } from "./list_moves.ts";
import { linsert, lpos, lrem } from "./list_search.ts";

const TWO_KEYS: KeyPlaces = { first: 0, many: true, step: 1, most: 2 };
const MAX = MAX_ARGUMENTS;

/** Of commands that take a time that depends on the list. */
const slow = (
  name: string,
  min: number,
  max: number,
  flag: CommandFlag,
  summary: string,
  run: CommandRow["run"],
  keys: KeyPlaces = ONE_KEY,
) => row(name, [min, max], [flag], "list", keys, summary, run);
const quick = oneKeyRows("list");

/** The rows of the group "list" that never wait. */
export const LIST_ROWS: readonly CommandRow[] = [
  quick("LPUSH", 2, MAX, "write", "Adds elements before the first of a list", lpush),
  quick("RPUSH", 2, MAX, "write", "Adds elements behind the last of a list", rpush),
  quick("LPUSHX", 2, MAX, "write", "Adds elements before the first, if there is a list", lpushx),
  quick("RPUSHX", 2, MAX, "write", "Adds elements behind the last, if there is a list", rpushx),
  quick("LPOP", 1, MAX, "write", "Removes the first elements of a list and returns them", lpop),
  quick("RPOP", 1, MAX, "write", "Removes the last elements of a list and returns them", rpop),
  quick("LLEN", 1, 1, "read", "Returns the length of a list", llen),
  slow("LINDEX", 2, 2, "read", "Returns an element of a list by its position", lindex),
  slow("LRANGE", 3, 3, "read", "Returns a range of a list", lrange),
  slow("LSET", 3, 3, "write", "Replaces an element of a list by its position", lset),
  slow("LINSERT", 4, 4, "write", "Adds an element before or after another one", linsert),
  slow("LREM", 3, 3, "write", "Removes elements that are equal to a value", lrem),
  slow("LTRIM", 3, 3, "write", "Keeps a range of a list only", ltrim),
  slow("LPOS", 2, MAX, "read", "Returns the positions of elements that are equal to a value", lpos),
  slow(
    "LMOVE",
    4,
    4,
    "write",
    "Moves an element from one end of a list to one of another, and returns it",
    lmove,
    TWO_KEYS,
  ),
  slow(
    "RPOPLPUSH",
    2,
    2,
    "write",
    "Moves the last element of a list before the first of another, and returns it",
    rpoplpush,
    TWO_KEYS,
  ),
  slow(
    "LMPOP",
    3,
    MAX,
    "write",
    "Removes elements of the first of several lists that is there, and returns them",
    lmpop,
    numberedKeys(0),
  ),
];
