// The command table: one row per command, from which dispatch, docs and metric labels derive.
// A new command is a function in this folder and a row here; see ARCHITECTURE.md.

import type { Command } from "./command.ts";
import { del, get, getMeta, incrBy, mget, mput, set } from "./values.ts";

const ONE_KEY = { first: 0, many: false, step: 1 } as const;
const MANY_KEYS = { first: 0, many: true, step: 1 } as const;

/** Most arguments of one command; bounds what one request can lock and allocate. */
export const ARGUMENTS_MAX = 30_000;

/** GET. */
export const GET: Command = {
  name: "GET",
  arity: [1, 1],
  flags: ["read"],
  group: "string",
  keys: ONE_KEY,
  summary: "Returns the value of a key",
  run: get,
};

/** GETMETA, slabkv's own. */
export const GETMETA: Command = {
  name: "GETMETA",
  arity: [1, 1],
  flags: ["read"],
  group: "string",
  keys: ONE_KEY,
  summary: "Returns value, version and remaining milliseconds of a key",
  run: getMeta,
};

/** SET. */
export const SET: Command = {
  name: "SET",
  arity: [2, 8],
  flags: ["write"],
  group: "string",
  keys: ONE_KEY,
  summary: "Stores a value under a key, with a condition and a time to live if wanted",
  run: set,
};

/** DEL. */
export const DEL: Command = {
  name: "DEL",
  arity: [1, ARGUMENTS_MAX],
  flags: ["write"],
  group: "generic",
  keys: MANY_KEYS,
  summary: "Deletes keys and returns how many were there",
  run: del,
};

/** INCRBY. */
export const INCRBY: Command = {
  name: "INCRBY",
  arity: [2, 2],
  flags: ["write"],
  group: "string",
  keys: ONE_KEY,
  summary: "Adds to the integer that a key holds and returns the sum",
  run: incrBy,
};

/** MGET. */
export const MGET: Command = {
  name: "MGET",
  arity: [1, ARGUMENTS_MAX],
  flags: ["read"],
  group: "string",
  keys: MANY_KEYS,
  summary: "Returns the values of several keys",
  run: mget,
};

/** MPUT, slabkv's own. */
export const MPUT: Command = {
  name: "MPUT",
  arity: [3, ARGUMENTS_MAX],
  flags: ["write"],
  group: "string",
  keys: { first: 0, many: true, step: 3 },
  summary: "Stores several values, each with a time to live of its own if wanted",
  run: mput,
};

/** Every command. */
export const COMMANDS: readonly Command[] = [GET, GETMETA, SET, DEL, INCRBY, MGET, MPUT];
