// Random commands on lists; those that wait are left out.

import type { Draw, Maker } from "../draw.ts";

/** The makers of the group. */
export function ofLists(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.member();
  const index = () => draw.index();
  const side = () => draw.pick(["LEFT", "RIGHT", "left", "Right", "LEFT", "RIGHT", "MIDDLE"]);
  const numbers = () => draw.pick(["1", "2", "3", "2", "1", "0", "-1", "x"]);
  const push = () => draw.pick(["LPUSH", "RPUSH"]);
  const pop = () => draw.pick(["LPOP", "RPOP"]);
  return [
    () => [push(), key(), ...draw.some(5, member)],
    () => [push(), key(), ...draw.some(5, member)],
    () => [push(), key(), ...draw.many()],
    () => [draw.pick(["LPUSHX", "RPUSHX"]), key(), ...draw.some(3, member)],
    () => [pop(), key()],
    () => [pop(), key(), index()],
    () => ["LRANGE", key(), index(), index()],
    () => ["LRANGE", key(), "0", "-1"],
    () => ["LLEN", key()],
    () => ["LINDEX", key(), index()],
    () => ["LSET", key(), index(), member()],
    () => ["LSET", key(), index(), member()],
    () => ["LINSERT", key(), draw.pick(["BEFORE", "AFTER", "after", "IN"]), member(), member()],
    () => ["LINSERT", key(), draw.pick(["BEFORE", "AFTER"]), `m${draw.below(12)}`, member()],
    () => ["LREM", key(), index(), member()],
    () => ["LREM", key(), index(), `m${draw.below(12)}`],
    () => ["LTRIM", key(), index(), index()],
    () => ["LTRIM", key(), "2", "-3"],
    () => ["LMOVE", key(), key(), side(), side()],
    () => ["RPOPLPUSH", key(), key()],
    () => [
      ...["LPOS", key(), `m${draw.below(12)}`],
      ...draw.options(["RANK", index()], ["COUNT", index()], ["MAXLEN", index()]),
    ],
    () => ["LPOS", key(), member(), ...draw.options(["RANK", "-1"], ["COUNT", "0"])],
    () => ["LMPOP", numbers(), key(), key(), side(), ...draw.options(["COUNT", index()])],
    () => ["LMPOP", "2", key(), key(), side(), ...draw.options(["COUNT", "3"])],
    () => ["LMPOP", "1", key(), side()],
  ];
}
