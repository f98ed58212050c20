// Rows of the command table: commands on one set, and on what several have in common.
// See command.ts for the fields of a row.

import {
  type CommandFlag,
  type CommandRow,
  MAX_ARGUMENTS,
  oneKeyRows,
  row,
} from "../../contract/command.ts";
import { numberedKeys } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, MANY_KEYS, ONE_KEY } from "../../contract/keys/key_places.ts";
import {
  sdiff,
  sdiffstore,
  sinter,
  sintercard,
  sinterstore,
  sunion,
  sunionstore,
} from "./set_algebra.ts";
import { sadd, scard, sismember, smembers, smismember, srem, sscan } from "./set_members.ts";
import { smove, spop, srandmember } from "./set_moves.ts";

const TWO_KEYS: KeyPlaces = { first: 0, many: true, step: 1, most: 2 };
const MAX = MAX_ARGUMENTS;

/** Of commands that take a time that depends on the set. */
const slow = (
  name: string,
  min: number,
  max: number,
  flag: CommandFlag,
  summary: string,
  run: CommandRow["run"],
  keys: KeyPlaces = ONE_KEY,
) => row(name, [min, max], [flag], "set", keys, summary, run);
const quick = oneKeyRows("set");

/** Of commands on several sets. Those that store have the target before them. */
const combined = (
  name: string,
  flag: "read" | "write",
  summary: string,
  run: CommandRow["run"],
) => slow(name, flag === "write" ? 2 : 1, MAX, flag, summary, run, MANY_KEYS);

/** The rows of the group "set". */
export const SET_ROWS: readonly CommandRow[] = [
  quick("SADD", 2, MAX, "write", "Adds members to a set and counts those that are new", sadd),
  quick("SREM", 2, MAX, "write", "Removes members of a set and counts those that were there", srem),
  quick("SISMEMBER", 2, 2, "read", "Tells whether a member is in a set", sismember),
  quick("SMISMEMBER", 2, MAX, "read", "Tells which of several members are in a set", smismember),
  quick("SCARD", 1, 1, "read", "Counts the members of a set", scard),
  slow("SMEMBERS", 1, 1, "read", "Returns all members of a set", smembers),
  quick("SPOP", 1, MAX, "write", "Removes random members of a set and returns them", spop),
  slow("SRANDMEMBER", 1, MAX, "read", "Returns random members of a set", srandmember),
  slow("SMOVE", 3, 3, "write", "Moves a member from one set to another", smove, TWO_KEYS),
  combined("SINTER", "read", "Returns the members that all of several sets have", sinter),
  combined("SUNION", "read", "Returns the members that any of several sets has", sunion),
  combined("SDIFF", "read", "Returns the members of a set that no other of several has", sdiff),
  combined("SINTERSTORE", "write", "Stores the members that all of several sets have", sinterstore),
  combined("SUNIONSTORE", "write", "Stores the members that any of several sets has", sunionstore),
  combined("SDIFFSTORE", "write", "Stores the members of a set that no other has", sdiffstore),
  slow(
    "SINTERCARD",
    2,
    MAX,
    "read",
    "Counts the members that all of several sets have",
    sintercard,
    numberedKeys(0),
  ),
  slow("SSCAN", 2, MAX, "read", "Walks over the members of a set, a few at a time", sscan),
];
