// Rows of the command table for the commands that wait until there is something to take. Each says where its keys
// are, and how it takes.

import {
  type CommandContext,
  type CommandRow,
  MAX_ARGUMENTS,
  row,
} from "../../contract/command.ts";
import type { CommandGroup } from "../../contract/commands/command_kinds.ts";
import type { Waiting } from "../../contract/commands/waits.ts";
import { numberedKeys } from "../../contract/keys/found_keys.ts";
import type { KeyPlaces } from "../../contract/keys/key_places.ts";
import { LIST_MOVE, LIST_MULTI_POP, LIST_ROTATION, listPops } from "./list_pops.ts";
import { SORTED_SET_MULTI_POP, sortedSetPops } from "./sorted_set_pops.ts";
import { KEYS_BEFORE_TIMEOUT, takeOrWait } from "./take_or_wait.ts";

const TWO_KEYS: KeyPlaces = { first: 0, many: true, step: 1, most: 2 };

/** The commands that wait. */
export const BLOCKING_ROWS: readonly CommandRow[] = [
  waitingRow(
    "BLPOP",
    [2, MAX_ARGUMENTS],
    "list",
    KEYS_BEFORE_TIMEOUT,
    "Takes the first element of the first list that has one, or waits until there is one",
    listPops(true),
  ),
  waitingRow(
    "BRPOP",
    [2, MAX_ARGUMENTS],
    "list",
    KEYS_BEFORE_TIMEOUT,
    "Takes the last element of the first list that has one, or waits until there is one",
    listPops(false),
  ),
  waitingRow(
    "BLMOVE",
    [5, 5],
    "list",
    TWO_KEYS,
    "Moves an element from one list to another, or waits until there is one",
    LIST_MOVE,
  ),
  waitingRow(
    "BRPOPLPUSH",
    [3, 3],
    "list",
    TWO_KEYS,
    "Moves the last element of a list to the front of another, or waits until there is one",
    LIST_ROTATION,
  ),
  waitingRow(
    "BLMPOP",
    [4, MAX_ARGUMENTS],
    "list",
    numberedKeys(1),
    "Takes elements of the first list that has some, or waits until there are some",
    LIST_MULTI_POP,
  ),
  waitingRow(
    "BZPOPMIN",
    [2, MAX_ARGUMENTS],
    "sorted-set",
    KEYS_BEFORE_TIMEOUT,
    "Takes the member with the lowest score of the first sorted set that has one, or waits until there is one",
    sortedSetPops(false),
  ),
  waitingRow(
    "BZPOPMAX",
    [2, MAX_ARGUMENTS],
    "sorted-set",
    KEYS_BEFORE_TIMEOUT,
    "Takes the member with the highest score of the first sorted set that has one, or waits until there is one",
    sortedSetPops(true),
  ),
  waitingRow(
    "BZMPOP",
    [4, MAX_ARGUMENTS],
    "sorted-set",
    numberedKeys(1),
    "Takes members of the first sorted set that has some, or waits until there are some",
    SORTED_SET_MULTI_POP,
  ),
];

function waitingRow(
  name: string,
  arity: readonly [min: number, max: number],
  group: CommandGroup,
  keys: KeyPlaces,
  summary: string,
  waiting: Waiting<CommandContext>,
): CommandRow {
  return { ...row(name, arity, ["write"], group, keys, summary, takeOrWait(waiting)), waiting };
}
