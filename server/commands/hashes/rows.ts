// Rows of the command table: commands on hashes and their fields.
// See command.ts for the fields of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows } from "../../contract/command.ts";
import { hincrby, hincrbyfloat } from "./counters.ts";
import {
  hexpire,
  hexpireat,
  hexpiretime,
  hpersist,
  hpexpire,
  hpexpireat,
  hpexpiretime,
  hpttl,
  httl,
} from "./deadlines.ts";
import { hgetdel, hgetex, hsetex } from "./field_forms.ts";
import { hdel, hexists, hget, hmget, hmset, hset, hsetnx, hstrlen } from "./fields.ts";
import { hgetall, hkeys, hlen, hrandfield, hscan, hvals } from "./listings.ts";

const hash = oneKeyRows("hash");
const MANY = MAX_ARGUMENTS;

/** The rows of the group "hash". */
export const HASH_ROWS: readonly CommandRow[] = [
  hash("HSET", 3, MANY, "write", "Sets fields of a hash, and returns how many are new", hset),
  hash("HMSET", 3, MANY, "write", "Sets fields of a hash; an older form of HSET", hmset),
  hash("HSETNX", 3, 3, "write", "Sets a field of a hash that is not there", hsetnx),
  hash("HGET", 2, 2, "read", "Returns the value of a field", hget),
  hash("HMGET", 2, MANY, "read", "Returns the values of several fields", hmget),
  hash("HGETALL", 1, 1, "read", "Returns all fields with their values", hgetall),
  hash("HKEYS", 1, 1, "read", "Returns all fields of a hash", hkeys),
  hash("HVALS", 1, 1, "read", "Returns all values of a hash", hvals),
  hash("HDEL", 2, MANY, "write", "Deletes fields, and with the last one the hash", hdel),
  hash("HEXISTS", 2, 2, "read", "Says whether a field is there", hexists),
  hash("HLEN", 1, 1, "read", "Returns how many fields a hash has", hlen),
  hash("HSTRLEN", 2, 2, "read", "Returns the length of the value of a field", hstrlen),
  hash("HINCRBY", 3, 3, "write", "Adds to the integer that a field holds", hincrby),
  hash("HINCRBYFLOAT", 3, 3, "write", "Adds to the number that a field holds", hincrbyfloat),
  hash("HRANDFIELD", 1, MANY, "read", "Returns a random field, or several", hrandfield),
  hash("HEXPIRE", 5, MANY, "write", "Sets the time to live of fields in seconds", hexpire),
  hash("HPEXPIRE", 5, MANY, "write", "Sets the time to live of fields in milliseconds", hpexpire),
  hash("HEXPIREAT", 5, MANY, "write", "Sets the deadline of fields in seconds", hexpireat),
  hash("HPEXPIREAT", 5, MANY, "write", "Sets the deadline of fields in milliseconds", hpexpireat),
  hash("HTTL", 4, MANY, "read", "Returns the seconds that fields have left", httl),
  hash("HPTTL", 4, MANY, "read", "Returns the milliseconds that fields have left", hpttl),
  hash("HEXPIRETIME", 4, MANY, "read", "Returns the deadlines of fields in seconds", hexpiretime),
  hash(
    "HPEXPIRETIME",
    4,
    MANY,
    "read",
    "Returns the deadlines of fields in milliseconds",
    hpexpiretime,
  ),
  hash("HPERSIST", 4, MANY, "write", "Takes the deadlines of fields away", hpersist),
  hash("HGETDEL", 4, MANY, "write", "Returns the values of fields and deletes them", hgetdel),
  hash("HGETEX", 4, MANY, "write", "Returns the values of fields and sets deadlines", hgetex),
  hash("HSETEX", 5, MANY, "write", "Sets fields together with their deadline", hsetex),
  hash("HSCAN", 2, MANY, "read", "Returns fields of a hash in steps", hscan),
];
