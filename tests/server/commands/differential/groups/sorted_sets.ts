// Random commands on sorted sets; those that wait are left out, and WITHSCORE of the ranks, which is newer
// than the redis-server that is asked.

import type { Draw, Maker, Words } from "../draw.ts";

/** Bounds of a range by score. */
function bound(draw: Draw): string {
  return (draw.isRare(4) ? "(" : "") + draw.score();
}

/** Bounds of a range by member. */
function lexBound(draw: Draw): string {
  if (draw.isRare(4)) return draw.pick(["-", "+", "", "m1", "(", "["]);
  return draw.pick(["(", "["]) + draw.member();
}

/** Keys of which all members have score 0: where scores differ, nothing says what a range by member has. */
function lexKey(draw: Draw): string {
  return `lex${draw.below(2)}`;
}

const COMBINE = ["ZUNION", "ZINTER", "ZDIFF"];

function limit(draw: Draw): Words {
  return ["LIMIT", draw.index(), draw.index()];
}

/** A key and any two bounds that belong to how the range is taken. */
function range(draw: Draw): Words {
  const how = draw.below(3);
  const key = draw.key();
  const rev = draw.options(["REV"]);
  const rest = draw.isRare(3) ? limit(draw) : [];
  if (how === 0) return [key, draw.index(), draw.index(), ...rev, ...(draw.isRare(9) ? rest : [])];
  if (how === 1) return [key, bound(draw), bound(draw), "BYSCORE", ...rev, ...rest];
  return [lexKey(draw), lexBound(draw), lexBound(draw), "BYLEX", ...rev, ...rest];
}

function ofChanges(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.member();
  const scored = (count: number) =>
    Array.from({ length: count }, () => [draw.score(), member()]).flat();
  const flags = () => draw.options(["NX"], ["XX"], ["GT"], ["LT"], ["CH"], ["INCR"]);
  const many = (): Words => {
    const isFlat = draw.isRare(2);
    return draw.many().flatMap((each) => [isFlat ? "0" : String(draw.below(500)), each]);
  };
  return [
    () => ["ZADD", key(), ...scored(1 + draw.below(4))],
    () => ["ZADD", key(), ...scored(1 + draw.below(4))],
    () => ["ZADD", key(), ...many()],
    () => ["ZADD", key(), ...flags(), ...scored(1 + draw.below(2))],
    () => ["ZADD", key(), ...draw.options(["GT"], ["CH"], ["XX"]), ...scored(2)],
    () => ["ZADD", lexKey(draw), ...draw.some(4, member).flatMap((each) => ["0", each])],
    () => ["ZADD", lexKey(draw), ...draw.many().flatMap((each) => ["0", each])],
    () => ["ZREM", key(), ...draw.some(4, member)],
    () => ["ZREM", key(), ...draw.many()],
    () => ["ZINCRBY", key(), draw.score(), member()],
    () => ["ZPOPMIN", key(), ...(draw.isRare(2) ? [draw.index()] : [])],
    () => ["ZPOPMAX", key(), ...(draw.isRare(2) ? [draw.index()] : [])],
    () => [
      ...["ZMPOP", draw.pick(["1", "2", "2", "0", "x"]), key(), key()],
      ...[draw.pick(["MIN", "MAX", "max", "MID"]), ...draw.options(["COUNT", draw.index()])],
    ],
    () => ["ZMPOP", "2", key(), key(), draw.pick(["MIN", "MAX"]), ...draw.options(["COUNT", "3"])],
    () => ["ZREMRANGEBYRANK", key(), draw.index(), draw.index()],
    () => ["ZREMRANGEBYSCORE", key(), bound(draw), bound(draw)],
    () => ["ZREMRANGEBYLEX", lexKey(draw), lexBound(draw), lexBound(draw)],
  ];
}

function ofRanges(draw: Draw): Maker[] {
  const key = () => draw.key();
  const withScores = () => draw.options(["WITHSCORES"]);
  return [
    () => ["ZRANGE", ...range(draw), ...withScores()],
    () => ["ZRANGE", ...range(draw), ...withScores()],
    () => ["ZRANGE", key(), "0", "-1", "WITHSCORES"],
    () => ["ZREVRANGE", key(), draw.index(), draw.index(), ...withScores()],
    () => [
      ...[draw.pick(["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]), key(), bound(draw), bound(draw)],
      ...draw.options(["WITHSCORES"], limit(draw)),
    ],
    () => [
      ...[
        draw.pick(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]),
        lexKey(draw),
        lexBound(draw),
        lexBound(draw),
      ],
      ...draw.options(limit(draw)),
    ],
    () => ["ZRANGESTORE", key(), ...range(draw), ...(draw.isRare(9) ? withScores() : [])],
    () => ["ZCOUNT", key(), bound(draw), bound(draw)],
    () => ["ZLEXCOUNT", lexKey(draw), lexBound(draw), lexBound(draw)],
    () => [draw.pick(["ZRANK", "ZREVRANK"]), key(), draw.member()],
  ];
}

function ofCombinations(draw: Draw): Maker[] {
  const key = () => draw.key();
  const number = () => draw.pick(["0", "1", "-2", "0.5", "inf", "-inf", "x", "nan", "3"]);
  const options = () =>
    draw.options(
      ["WEIGHTS", number(), number()],
      ["AGGREGATE", draw.pick(["SUM", "MIN", "MAX", "max", "AVG"])],
    );
  return [
    () => [draw.pick(COMBINE), "2", key(), key(), ...draw.options(["WITHSCORES"])],
    () => [draw.pick(COMBINE), draw.pick(["1", "3", "0", "x"]), key(), key(), key()],
    () => [
      draw.pick(["ZUNION", "ZINTER"]),
      "2",
      key(),
      key(),
      ...options(),
      ...draw.options(["WITHSCORES"]),
    ],
    () => [draw.pick(["ZUNIONSTORE", "ZINTERSTORE"]), key(), "2", key(), key(), ...options()],
    () => [draw.pick(["ZDIFFSTORE", "ZUNIONSTORE"]), key(), "2", key(), key()],
    () => ["ZINTERCARD", "2", key(), key(), ...draw.options(["LIMIT", draw.index()])],
  ];
}

/** The makers of the group. */
export function ofSortedSets(draw: Draw): Maker[] {
  const key = () => draw.key();
  const changes = ofChanges(draw);
  return [
    ...changes,
    ...changes,
    ...ofRanges(draw),
    ...ofRanges(draw),
    ...ofCombinations(draw),
    () => ["ZSCORE", key(), draw.member()],
    () => ["ZMSCORE", key(), ...draw.some(4, () => draw.member())],
    () => ["ZCARD", key()],
    () => ["ZRANDMEMBER", key()],
    () => ["ZRANDMEMBER", key(), draw.count(), ...draw.options(["WITHSCORES"])],
    () => [
      "ZSCAN",
      key(),
      "0",
      ...draw.options(["MATCH", draw.pattern()], ["COUNT", draw.index()]),
    ],
  ];
}
