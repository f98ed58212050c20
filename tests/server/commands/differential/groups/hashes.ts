// Random commands on hashes. Deadlines of fields are newer than the redis-server that is asked.

import type { Draw, Maker, Words } from "../draw.ts";

function pairs(draw: Draw, count: number): Words {
  return Array.from({ length: count }, () => [draw.member(), draw.member()]).flat();
}

/** The makers of the group. */
export function ofHashes(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.member();
  const set: Maker = () => ["HSET", key(), ...pairs(draw, 1 + draw.below(4))];
  return [
    set,
    set,
    () => [
      "HSET",
      key(),
      ...draw.many().flatMap((field) => [field, draw.isRare(9) ? draw.long() : "1"]),
    ],
    () => ["HSET", key(), ...pairs(draw, 1), member()],
    () => ["HSETNX", key(), member(), member()],
    () => ["HMSET", key(), ...pairs(draw, 1 + draw.below(3))],
    () => ["HGET", key(), member()],
    () => ["HGET", key(), member()],
    () => ["HMGET", key(), ...draw.some(5, member)],
    () => ["HGETALL", key()],
    () => ["HKEYS", key()],
    () => ["HVALS", key()],
    () => ["HLEN", key()],
    () => ["HDEL", key(), ...draw.some(4, member)],
    () => ["HDEL", key(), ...draw.many()],
    () => ["HEXISTS", key(), member()],
    () => ["HSTRLEN", key(), member()],
    () => ["HINCRBY", key(), member(), draw.index()],
    () => ["HINCRBY", key(), `m${draw.below(3)}`, draw.index()],
    () => ["HSET", key(), `m${draw.below(3)}`, draw.index()],
    () => ["HINCRBYFLOAT", key(), member(), draw.score()],
    () => ["HINCRBYFLOAT", key(), `m${draw.below(3)}`, draw.score()],
    () => ["HSET", key(), `m${draw.below(3)}`, draw.score()],
    () => ["HRANDFIELD", key()],
    () => ["HRANDFIELD", key(), draw.count(), ...draw.options(["WITHVALUES"])],
    () => [
      "HSCAN",
      key(),
      "0",
      ...draw.options(["MATCH", draw.pattern()], ["COUNT", draw.index()]),
    ],
    () => [
      "HSCAN",
      key(),
      draw.pick(["0", "0", "abc", "", "-1"]),
      "COUNT",
      draw.pick(["1", "0", "x"]),
    ],
  ];
}
