// Rows of the command table: commands on keys, whatever their values are, and on the whole keyspace.
// See command.ts for the fields of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { SORT_KEYS } from "../../contract/keys/found_keys.ts";
import { MANY_KEYS, ONE_KEY } from "../../contract/keys/key_places.ts";
import {
  expire,
  expireat,
  expiretime,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  ttl,
} from "./expire.ts";
import { flushall, flushdb } from "./flush.ts";
import { copy, copyTarget, exists, moveKey, moveTarget, rename, renamenx, touch } from "./keys.ts";
import { dump } from "./dump.ts";
import { restore } from "./restore.ts";
import { memory } from "./memory.ts";
import { object, type } from "./object.ts";
import { randomkey } from "./random_key.ts";
import { sort, sortRo } from "./sort.ts";
import { dbsize, keys, scan } from "./scan.ts";
import { del } from "../strings/values.ts";
import { withSubcommands } from "../subcommands.ts";

const TWO_KEYS = { first: 0, many: true, step: 1, most: 2 } as const;
/** One key, which is to be locked in two databases. */
const ONE_OF_MANY = { first: 0, many: true, step: 1, most: 1 } as const;
/** No key, or one after the subcommand. */
const SUBCOMMAND_KEY = { first: 1, many: true, step: 1, most: 1 } as const;

const one = oneKeyRows("generic");

/** The rows of the group "generic", and those that look at all keys. */
export const KEY_ROWS: readonly CommandRow[] = [
  many("DEL", "write", "Deletes keys and returns how many were there", del),
  many("UNLINK", "write", "Deletes keys; the same as DEL here", del),
  many("EXISTS", "read", "Counts the keys that are there", exists),
  many("TOUCH", "read", "Counts the keys that are there, as if they were read", touch),
  one("TYPE", 1, 1, "read", "Returns the type of a value, such as string or list, or none", type),
  one("EXPIRE", 2, MAX_ARGUMENTS, "write", "Sets the time to live of a key in seconds", expire),
  one(
    "PEXPIRE",
    2,
    MAX_ARGUMENTS,
    "write",
    "Sets the time to live of a key in milliseconds",
    pexpire,
  ),
  one(
    "EXPIREAT",
    2,
    MAX_ARGUMENTS,
    "write",
    "Sets when a key expires, in seconds since 1970",
    expireat,
  ),
  one(
    "PEXPIREAT",
    2,
    MAX_ARGUMENTS,
    "write",
    "Sets when a key expires, in milliseconds since 1970",
    pexpireat,
  ),
  one("EXPIRETIME", 1, 1, "read", "Returns when a key expires, in seconds since 1970", expiretime),
  one(
    "PEXPIRETIME",
    1,
    1,
    "read",
    "Returns when a key expires, in milliseconds since 1970",
    pexpiretime,
  ),
  one("TTL", 1, 1, "read", "Returns the seconds that a key has left", ttl),
  one("PTTL", 1, 1, "read", "Returns the milliseconds that a key has left", pttl),
  one("PERSIST", 1, 1, "write", "Takes the time to live from a key", persist),
  row("RENAME", [2, 2], ["write"], "generic", TWO_KEYS, "Gives a value another key", rename),
  row(
    "RENAMENX",
    [2, 2],
    ["write"],
    "generic",
    TWO_KEYS,
    "Gives a value another key that is not there yet",
    renamenx,
  ),
  {
    ...row(
      "COPY",
      [2, MAX_ARGUMENTS],
      ["write"],
      "generic",
      TWO_KEYS,
      "Stores the value of a key under another one too, also in another database",
      copy,
    ),
    elsewhere: copyTarget,
  },
  {
    ...row(
      "MOVE",
      [2, 2],
      ["write", "fast"],
      "generic",
      ONE_OF_MANY,
      "Moves a key to another database",
      moveKey,
    ),
    elsewhere: moveTarget,
  },
  withSubcommands(row(
    "OBJECT",
    [1, MAX_ARGUMENTS],
    ["read"],
    "generic",
    SUBCOMMAND_KEY,
    "Tells how a value is kept: ENCODING, FREQ, REFCOUNT",
    object,
  )),
  row("DUMP", [1, 1], ["read"], "generic", ONE_KEY, "Returns a value as Redis writes it", dump),
  row(
    "RESTORE",
    [3, MAX_ARGUMENTS],
    ["write"],
    "generic",
    ONE_KEY,
    "Stores what DUMP has returned, here or in Redis",
    restore,
  ),
  row(
    "SORT",
    [1, MAX_ARGUMENTS],
    ["write"],
    "generic",
    SORT_KEYS,
    "Sorts the elements of a list, set or sorted set, and answers or stores them",
    sort,
  ),
  row(
    "SORT_RO",
    [1, MAX_ARGUMENTS],
    ["read"],
    "generic",
    ONE_KEY,
    "Sorts the elements of a list, set or sorted set, and answers them",
    sortRo,
  ),
  row(
    "KEYS",
    [1, 1],
    ["read", "keyspace"],
    "generic",
    null,
    "Returns all keys of the database that match a pattern",
    keys,
  ),
  row(
    "SCAN",
    [1, MAX_ARGUMENTS],
    ["read", "keyspace"],
    "generic",
    null,
    "Walks over all keys of the database, a few at a time",
    scan,
  ),
  row(
    "RANDOMKEY",
    [0, 0],
    ["read", "keyspace"],
    "generic",
    null,
    "Returns some key of the database",
    randomkey,
  ),
  row(
    "DBSIZE",
    [0, 0],
    ["read", "fast", "keyspace"],
    "server",
    null,
    "Returns how many keys the database has",
    dbsize,
  ),
  row(
    "FLUSHDB",
    [0, MAX_ARGUMENTS],
    ["write", "keyspace"],
    "server",
    null,
    "Deletes all keys of the database",
    flushdb,
  ),
  row(
    "FLUSHALL",
    [0, MAX_ARGUMENTS],
    ["write", "keyspace"],
    "server",
    null,
    "Deletes all keys of all databases",
    flushall,
  ),
  withSubcommands(row(
    "MEMORY",
    [1, MAX_ARGUMENTS],
    ["read"],
    "server",
    SUBCOMMAND_KEY,
    "Tells the bytes that a key takes, and what takes memory: USAGE, STATS, DOCTOR",
    memory,
  )),
];

function many(
  name: string,
  flag: "read" | "write",
  summary: string,
  run: CommandRow["run"],
): CommandRow {
  return row(name, [1, MAX_ARGUMENTS], [flag, "fast"], "generic", MANY_KEYS, summary, run);
}
