/**
 * What is measured on collections: for each operation the command that redis-benchmark sends, or a pair of commands
 * of which the second undoes the first, so that a collection keeps its size. Pure.
 */

/** Sizes of the collections, in members. */
export const SIZES = [10, 1_000, 100_000] as const;
/** Members of all lists of one size. */
export const LISTED_MEMBERS = 2_000_000;
/** Length of the strings that are changed in place. */
export const STRING_BYTES = 2 ** 20;
/** How many strings APPEND goes to. */
export const APPENDED_STRINGS = 8;
/** What redis-benchmark replaces by a random number of twelve digits. */
const RANDOM = "__rand_int__";

/** A member of 16 bytes. */
export function memberOf(id: number): string {
  return `mem:${String(id).padStart(12, "0")}`;
}

/** A value of 16 bytes. */
export function valueOf(id: number): string {
  return `val:${String(id).padStart(12, "0")}`;
}

/** The id of an entry of a stream. */
export function idOf(id: number): string {
  return `${1 + id}-0`;
}

/** How many lists of a size there are: pushes and pops go to all, so that none gets much longer. */
export function listCount(size: number, isTiny: boolean): number {
  return Math.ceil((isTiny ? 2_000 : LISTED_MEMBERS) / size);
}

/** An operation that redis-benchmark sends. */
export interface Operation {
  readonly name: string;
  /** The words of the command, on a collection of this size. */
  readonly words: (size: number) => readonly string[];
  /** Random numbers are below this. */
  readonly range: (size: number, isTiny: boolean) => number;
  /** At most so many requests for each member of all collections of that size, else they change it. */
  readonly perMember?: number;
  /** Words with no size: the operation is measured on strings of one length. */
  readonly isOnStrings?: boolean;
}

const ofMembers = (size: number) => size;
const middle = (size: number) => Math.floor(size / 2);
/** The first of ten. */
const partOf = (size: number) => size === SIZES[0] ? 0 : middle(size);

/** What redis-benchmark sends. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: "ZADD, another score",
    words: (size) => ["ZADD", `zset:${size}`, RANDOM, `mem:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "ZRANK",
    words: (size) => ["ZRANK", `zset:${size}`, `mem:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "ZRANGE of 10",
    words: (size) => {
      const first = partOf(size);
      return ["ZRANGE", `zset:${size}`, String(first), String(first + 9)];
    },
    range: ofMembers,
  },
  {
    name: "SADD, known",
    words: (size) => ["SADD", `set:${size}`, `mem:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "SISMEMBER",
    words: (size) => ["SISMEMBER", `set:${size}`, `mem:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "HSET, another value",
    words: (size) => ["HSET", `hash:${size}`, `mem:${RANDOM}`, `val:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "HGET",
    words: (size) => ["HGET", `hash:${size}`, `mem:${RANDOM}`],
    range: ofMembers,
  },
  {
    name: "LPUSH",
    words: (size) => ["LPUSH", `list:${size}:${RANDOM}`, memberOf(0)],
    range: listCount,
    perMember: 0.2,
  },
  {
    name: "LPOP",
    words: (size) => ["LPOP", `list:${size}:${RANDOM}`],
    range: listCount,
    perMember: 0.2,
  },
  {
    name: "LRANGE 0 9",
    words: (size) => ["LRANGE", `list:${size}:${RANDOM}`, "0", "9"],
    range: listCount,
  },
  {
    name: "XADD, trimmed exactly",
    words: (size) => ["XADD", `log:${size}`, "MAXLEN", String(size), "*", "f", memberOf(0)],
    range: ofMembers,
  },
  {
    name: "XADD, trimmed with ~",
    words: (size) => ["XADD", `rough:${size}`, "MAXLEN", "~", String(size), "*", "f", memberOf(0)],
    range: ofMembers,
  },
  {
    name: "XRANGE of 10",
    words: (size) => ["XRANGE", `stream:${size}`, idOf(partOf(size)), "+", "COUNT", "10"],
    range: ofMembers,
  },
  {
    name: "XREAD of 10",
    words: (size) => ["XREAD", "COUNT", "10", "STREAMS", `stream:${size}`, String(partOf(size))],
    range: ofMembers,
  },
  {
    name: "APPEND of 10 bytes",
    words: () => ["APPEND", `string:${RANDOM}`, "0123456789"],
    range: () => APPENDED_STRINGS,
    isOnStrings: true,
  },
];

/** Two commands, of which the second undoes the first if that changes anything, and their answers. */
export interface Pair {
  readonly name: string;
  readonly first: (size: number, id: number) => readonly string[];
  readonly second: (size: number, id: number) => readonly string[];
  /** Digits that are answered. */
  readonly answers: readonly [first: number, second: number];
  readonly isOnStrings?: boolean;
}

/** New members have numbers from here on. */
const NEW_MEMBERS = 10_000_000;
/** The letter of all strings is 0x78: bit 5 of each byte is 0, bit 4 is 1. */
const CLEAR_BIT = 5;
const SET_BIT = 4;

function newMember(id: number): string {
  return memberOf(NEW_MEMBERS + id);
}

/** The offset of a bit of some byte of a string, always of seven digits. */
function offsetOf(id: number, bit: number): string {
  const first = 125_000;
  return String(8 * (first + (id * 7919) % (STRING_BYTES - first)) + bit);
}

/** What the built-in client sends. */
export const PAIRS: readonly Pair[] = [
  {
    name: "ZADD and ZREM, new",
    first: (size, id) => ["ZADD", `zset:${size}`, newMember(id).slice(-5), newMember(id)],
    second: (size, id) => ["ZREM", `zset:${size}`, newMember(id)],
    answers: [1, 1],
  },
  {
    name: "SADD and SREM, new",
    first: (size, id) => ["SADD", `set:${size}`, newMember(id)],
    second: (size, id) => ["SREM", `set:${size}`, newMember(id)],
    answers: [1, 1],
  },
  {
    name: "HSET and HDEL, new",
    first: (size, id) => ["HSET", `hash:${size}`, newMember(id), newMember(id)],
    second: (size, id) => ["HDEL", `hash:${size}`, newMember(id)],
    answers: [1, 1],
  },
  {
    name: "SETBIT",
    first: (_, id) => ["SETBIT", "bits", offsetOf(id, CLEAR_BIT), "1"],
    second: (_, id) => ["SETBIT", "bits", offsetOf(id, CLEAR_BIT), "0"],
    answers: [0, 1],
    isOnStrings: true,
  },
  {
    name: "GETBIT",
    first: (_, id) => ["GETBIT", "bits", offsetOf(id, CLEAR_BIT)],
    second: (_, id) => ["GETBIT", "bits", offsetOf(id, SET_BIT)],
    answers: [0, 1],
    isOnStrings: true,
  },
];
