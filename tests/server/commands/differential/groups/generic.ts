// Random commands on keys of any type, and commands of each type on all of them.

import { ofBits } from "./bits.ts";
import { Draw, type Maker } from "../draw.ts";
import { ofGeo } from "./geo.ts";
import { ofHashes } from "./hashes.ts";
import { ofHyperLogLogs } from "./hyperloglog.ts";
import { ofLists } from "./lists.ts";
import { anyKey, otherTypes } from "./pollution.ts";
import { ofSets } from "./sets.ts";
import { ofSortedSets } from "./sorted_sets.ts";

/** The keys that the commands of one type mostly meet at; some have been through other hands. */
const KEYS = [..."bghplst"].flatMap((letter) => [`${letter}0`, `${letter}1`]);

function ofTypes(random: Draw["random"]): Maker[][] {
  const groups = [ofBits, ofGeo, ofHashes, ofHyperLogLogs, ofLists, ofSets, ofSortedSets];
  return groups.map((group, i) => {
    const own = KEYS.slice(2 * i, 2 * i + 2);
    return group(new Draw(random, [...own, ...own, ...own, KEYS[(5 * i) % KEYS.length]!]));
  });
}

function ofSorting(draw: Draw): Maker[] {
  const key = () => draw.key();
  const options = () =>
    draw.options(
      ["ALPHA"],
      ["ALPHA"],
      [draw.pick(["ASC", "DESC"])],
      ["LIMIT", draw.index(), draw.index()],
      ["GET", "#"],
    );
  return [
    () => ["SORT", key(), ...options()],
    () => ["SORT", key(), "ALPHA", ...options()],
    () => ["SORT_RO", key(), ...options()],
    () => ["SORT", key(), ...options(), "STORE", key()],
    () => ["SORT_RO", key(), "STORE", key()],
    () => ["RPUSH", key(), ...draw.some(9, () => draw.score())],
    () => ["SADD", key(), ...draw.some(9, () => String(draw.below(100)))],
  ];
}

/** The makers of the group. */
export function ofGeneric({ random }: Draw): Maker[] {
  const draw = new Draw(random, KEYS);
  const key = () => draw.key();
  const types = ["string", "list", "set", "hash", "zset", "stream", "ZSET", "none"];
  const byType = ofTypes(random);
  const anyCommand: Maker = () => draw.pick(draw.pick(byType))();
  return [
    ...otherTypes(draw),
    ...anyKey(draw),
    ...ofSorting(draw),
    ...ofStrings(draw),
    ...Array.from({ length: 50 }, () => anyCommand),
    () => ["RENAMENX", key(), key()],
    () => ["SCAN", "0", "COUNT", "1000", ...draw.options(["TYPE", draw.pick(types)])],
    () => ["KEYS", "*"],
    () => ["DBSIZE"],
    () => ["OBJECT", "ENCODING", key()],
    () => ["DUMP", key()],
    () => ["DUMP", key()],
    () => ["COMMAND", "GETKEYS", ...anyCommand()],
    () => ["MOVE", key(), "1"],
    () => ["WATCH", key()],
    () => ["MULTI"],
    () => ["EXEC"],
    () => ["EXEC"],
    () => ["EXEC"],
    () => ["DISCARD"],
  ];
}

function ofStrings(draw: Draw): Maker[] {
  const key = () => draw.key();
  return [
    () => ["GET", key()],
    () => ["MGET", ...draw.some(3, key)],
    () => ["GETSET", key(), draw.member()],
    () => ["GETDEL", key()],
    () => ["GETEX", key(), "PERSIST"],
    () => ["SETNX", key(), draw.member()],
    () => ["SET", key(), draw.member(), ...draw.options(["GET"], ["NX"], ["XX"], ["KEEPTTL"])],
    () => ["MSETNX", key(), draw.member(), key(), draw.member()],
    () => ["INCR", key()],
    () => ["INCRBYFLOAT", key(), draw.score()],
    () => ["LCS", key(), key()],
    () => ["SUBSTR", key(), draw.index(), draw.index()],
  ];
}
