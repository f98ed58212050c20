// Random commands of which it matters what events they cause: with deadlines, in other databases, on two keys, in
// transactions. Those of one type are in the groups of the types.

import type { Draw, Maker } from "../draw.ts";

/** Far away, and long ago, in seconds. */
const DEADLINES: readonly string[] = ["4000000000", "4000000001", "1", "1000"];

/** The makers of the group. */
export function ofEvents(draw: Draw): Maker[] {
  return [...ofStrings(draw), ...ofKeys(draw), ...ofLists(draw), ...ofOthers(draw)];
}

function ofStrings(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => `m${draw.below(4)}`;
  const deadline = () => draw.pick(DEADLINES);
  return [
    () => ["SET", key(), member(), "EXAT", draw.pick(["4000000000", "4000000001"])],
    // Has expired at once. What is stored from others over such a key Redis tells of as if it had been there.
    () => ["SET", "gone", member(), "EXAT", "1"],
    () => [draw.pick(["GET", "TYPE", "DEL", "INCR", "LLEN", "SCARD", "TTL", "STRLEN"]), "gone"],
    () => [draw.pick(["LPUSH", "SADD", "SET", "GETSET", "APPEND"]), "gone", "1"],
    () => ["SET", key(), member(), "EXAT", "4000000000", "NX"],
    () => ["SET", key(), member(), "KEEPTTL"],
    () => ["SET", key(), member(), "GET"],
    () => [draw.pick(["SETEX", "PSETEX"]), key(), "1000000", member()],
    () => ["SETNX", key(), member()],
    () => ["GETEX", key(), "EXAT", deadline()],
    () => ["GETEX", key(), ...draw.options(["PERSIST"])],
    () => ["GETSET", key(), member()],
    () => ["GETDEL", key()],
    () => ["MSET", key(), member(), key(), member(), key(), member()],
    () => ["MSETNX", key(), member(), key(), member()],
    () => ["APPEND", key(), draw.pick(["", "a"])],
    () => ["SETRANGE", key(), draw.pick(["0", "3"]), draw.pick(["", "a"])],
    () => [draw.pick(["INCR", "DECR"]), key()],
    () => [draw.pick(["INCRBY", "DECRBY", "INCRBYFLOAT"]), key(), draw.pick(["0", "5"])],
  ];
}

function ofKeys(draw: Draw): Maker[] {
  const key = () => draw.key();
  const deadline = () => draw.pick(DEADLINES);
  const source = () => draw.pick(["RENAME", "RENAMENX", "COPY", "RPOPLPUSH"]);
  return [
    () => ["EXPIREAT", key(), deadline(), ...draw.options(["NX"])],
    () => ["EXPIREAT", key(), deadline(), ...draw.options(["GT"])],
    () => [draw.pick(["EXPIRE", "PEXPIRE"]), key(), draw.pick(["-1", "0", "100000000"])],
    () => ["PERSIST", key()],
    () => ["DEL", key(), key()],
    () => ["UNLINK", key(), key(), key()],
    () => ["SELECT", draw.pick(["0", "0", "0", "1"])],
    () => ["MOVE", key(), draw.pick(["0", "1"])],
    () => ["SWAPDB", "0", "1"],
    () => ["COPY", key(), key(), "DB", draw.pick(["0", "1"]), ...draw.options(["REPLACE"])],
    () => [source(), key(), key()],
    () => ["MULTI"],
    () => ["EXEC"],
    () => ["EXEC"],
  ];
}

function ofLists(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => `m${draw.below(4)}`;
  const side = () => draw.pick(["LEFT", "RIGHT"]);
  return [
    () => ["RPUSH", key(), ...draw.some(3, member)],
    () => ["LPUSH", key(), member()],
    () => ["LMOVE", key(), key(), side(), side()],
    () => ["BLMOVE", key(), key(), side(), side(), "0.001"],
    () => ["BRPOPLPUSH", key(), key(), "0.001"],
    () => [draw.pick(["BLPOP", "BRPOP"]), key(), key(), "0.001"],
    () => ["LMPOP", "2", key(), key(), side(), ...draw.options(["COUNT", "2"])],
    () => ["BLMPOP", "0.001", "2", key(), key(), side(), ...draw.options(["COUNT", "2"])],
  ];
}

function ofOthers(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => `m${draw.below(4)}`;
  const end = () => draw.pick(["MIN", "MAX"]);
  const store = () => draw.pick(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]);
  const combine = () => draw.pick(["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"]);
  return [
    () => ["SADD", key(), ...draw.some(3, member)],
    () => ["SMOVE", key(), key(), member()],
    () => [store(), key(), key(), key()],
    () => ["ZADD", key(), ...draw.options(["XX"], ["CH"]), "INCR", "1", member()],
    () => ["ZADD", key(), draw.pick(["1", "2"]), member(), "3", member()],
    () => ["ZMPOP", "2", key(), key(), end()],
    () => ["BZMPOP", "0.001", "2", key(), key(), end(), "COUNT", "2"],
    () => [draw.pick(["BZPOPMIN", "BZPOPMAX"]), key(), key(), "0.001"],
    () => [combine(), key(), "2", key(), key()],
    () => ["ZRANGESTORE", key(), key(), "0", draw.pick(["-1", "-5"])],
    () => ["GEOADD", key(), "13", "38", member()],
    () => ["GEORADIUS", key(), "13", "38", "1", "km", draw.pick(["STORE", "STOREDIST"]), key()],
    () => ["GEOSEARCHSTORE", key(), key(), "FROMLONLAT", "13", "38", "BYRADIUS", "1", "km"],
    () => ["HSET", key(), member(), member()],
    () => ["HDEL", key(), member()],
    () => ["PFADD", key(), member()],
    () => ["PFMERGE", key(), key()],
    () => ["SORT", key(), "ALPHA", "STORE", key()],
    () => ["BITOP", "NOT", key(), key()],
  ];
}
