// Rows of the command table: commands on values and on counters.
// See command.ts for the fields of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { MANY_KEYS } from "../../contract/keys/key_places.ts";
import { decr, decrBy, incr, incrBy, incrByFloat } from "./counters.ts";
import { append, getrange, setrange, strlen } from "./ranges.ts";
import { lcs } from "./lcs.ts";
import { getdel, getex, getset, mset, msetnx, psetex, setex, setnx } from "./set_forms.ts";
import { get, getMeta, mget, mput, set } from "./values.ts";

const TWO_KEYS = { first: 0, many: true, step: 1, most: 2 } as const;
const PAIRS = { first: 0, many: true, step: 2 } as const;
const TRIPLES = { first: 0, many: true, step: 3 } as const;

const string = oneKeyRows("string");

/** The rows of the group "string". */
export const STRING_ROWS: readonly CommandRow[] = [
  string("GET", 1, 1, "read", "Returns the value of a key", get),
  string(
    "GETMETA",
    1,
    1,
    "read",
    "Returns value, version and remaining milliseconds of a key",
    getMeta,
  ),
  string(
    "SET",
    2,
    MAX_ARGUMENTS,
    "write",
    "Stores a value under a key, with a condition and a time to live if wanted",
    set,
  ),
  string("SETNX", 2, 2, "write", "Stores a value under a key that is not there", setnx),
  string("SETEX", 3, 3, "write", "Stores a value with a time to live in seconds", setex),
  string("PSETEX", 3, 3, "write", "Stores a value with a time to live in milliseconds", psetex),
  string("GETSET", 2, 2, "write", "Stores a value and returns the one before it", getset),
  string("GETDEL", 1, 1, "write", "Returns the value of a key and deletes it", getdel),
  string(
    "GETEX",
    1,
    MAX_ARGUMENTS,
    "write",
    "Returns the value of a key and changes its time to live",
    getex,
  ),
  string("APPEND", 2, 2, "write", "Appends to the value of a key and returns its length", append),
  string("STRLEN", 1, 1, "read", "Returns the length of the value of a key", strlen),
  string("GETRANGE", 3, 3, "read", "Returns a part of the value of a key", getrange),
  string(
    "SUBSTR",
    3,
    3,
    "read",
    "Returns a part of the value of a key; an older name of GETRANGE",
    getrange,
  ),
  string("SETRANGE", 3, 3, "write", "Writes over a part of the value of a key", setrange),
  string("INCR", 1, 1, "write", "Adds one to the integer that a key holds", incr),
  string("DECR", 1, 1, "write", "Takes one from the integer that a key holds", decr),
  string(
    "INCRBY",
    2,
    2,
    "write",
    "Adds to the integer that a key holds and returns the sum",
    incrBy,
  ),
  string("DECRBY", 2, 2, "write", "Takes from the integer that a key holds", decrBy),
  string(
    "INCRBYFLOAT",
    2,
    2,
    "write",
    "Adds a fraction to the number that a key holds",
    incrByFloat,
  ),
  row(
    "MGET",
    [1, MAX_ARGUMENTS],
    ["read", "fast"],
    "string",
    MANY_KEYS,
    "Returns the values of several keys",
    mget,
  ),
  row(
    "LCS",
    [2, MAX_ARGUMENTS],
    ["read"],
    "string",
    TWO_KEYS,
    "Returns the longest common subsequence of two values",
    lcs,
  ),
  row("MSET", [2, MAX_ARGUMENTS], ["write"], "string", PAIRS, "Stores several values", mset),
  row(
    "MSETNX",
    [2, MAX_ARGUMENTS],
    ["write"],
    "string",
    PAIRS,
    "Stores several values if none of their keys is there",
    msetnx,
  ),
  row(
    "MPUT",
    [3, MAX_ARGUMENTS],
    ["write"],
    "string",
    TRIPLES,
    "Stores several values, each with a time to live of its own if wanted",
    mput,
  ),
];
