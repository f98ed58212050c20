// Random commands on sets.

import type { Draw, Maker } from "../draw.ts";

/** The makers of the group. */
export function ofSets(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.member();
  const keys = () => draw.some(4, key);
  const numbers = () => draw.pick(["1", "2", "3", "2", "1", "0", "-1", "x"]);
  const integers = () =>
    Array.from({ length: 5 + draw.below(600) }, () => String(draw.below(2000)));
  const combine = () => draw.pick(["SINTER", "SUNION", "SDIFF"]);
  return [
    () => ["SADD", key(), ...draw.some(5, member)],
    () => ["SADD", key(), ...draw.some(5, member)],
    () => ["SADD", key(), ...draw.many()],
    () => ["SADD", key(), ...integers()],
    () => ["SREM", key(), ...draw.some(4, member)],
    () => ["SREM", key(), ...draw.many()],
    () => ["SISMEMBER", key(), member()],
    () => ["SMISMEMBER", key(), ...draw.some(5, member)],
    () => ["SMEMBERS", key()],
    () => ["SCARD", key()],
    () => ["SPOP", key()],
    () => ["SPOP", key(), draw.index()],
    () => ["SRANDMEMBER", key()],
    () => ["SRANDMEMBER", key(), draw.count()],
    () => ["SMOVE", key(), key(), member()],
    () => ["SMOVE", key(), key(), `m${draw.below(12)}`],
    () => [combine(), ...keys()],
    () => [combine(), ...keys()],
    () => [`${combine()}STORE`, key(), ...keys()],
    () => [`${combine()}STORE`, key(), ...keys()],
    () => ["SINTERCARD", numbers(), key(), key(), ...draw.options(["LIMIT", draw.index()])],
    () => ["SINTERCARD", "2", key(), key(), ...draw.options(["LIMIT", draw.index()])],
    () => [
      "SSCAN",
      key(),
      "0",
      ...draw.options(["MATCH", draw.pattern()], ["COUNT", draw.index()]),
    ],
    () => [
      "SSCAN",
      key(),
      draw.pick(["0", "0", "abc", "", "-1"]),
      "COUNT",
      draw.pick(["1", "0", "x"]),
    ],
  ];
}
