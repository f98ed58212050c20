// Random commands on the entries of streams; those that wait, and ids that a clock makes, are left out. Entries are short:
// where Redis begins a node by their bytes, trimming with "~" leaves others.

import type { Draw, Maker, Words } from "../draw.ts";

const ODD_IDS: readonly string[] = [
  ...["0-0", "0-1", "0", "-", "+", "$", ">", "", "abc", "1-", "-1", "1-x", "1-2-3", "(5", "(5-1"],
  ...["(-", "(+", "18446744073709551615-18446744073709551615", "18446744073709551615"],
  ...["18446744073709551616", "18446744073709551614-18446744073709551615", "9007199254740993-1"],
  ...["9007199254740992-5", "9007199254740991-5", "9223372036854775808-9223372036854775808"],
  ...["007", "007-008", " 5", "5 ", "+5-+3", "5--3", "5--0", "5-18446744073709551615", "5-240"],
  ...["5-65536", "5-4294967296", "5\x00x", "5-3\x00x", "1e3", "1.5", "0x10", "9".repeat(130)],
  ...["99999999999999999999", "*", "5-*", "0-*", "9007199254740993-*", "1-1\n", "(0-0"],
];

/** Mostly one of a few, in the order of time, so that commands meet. */
function id(draw: Draw): string {
  const kind = draw.below(16);
  if (kind === 0) return draw.pick(ODD_IDS);
  if (kind < 4) return String(draw.below(60));
  return `${draw.below(60)}-${draw.below(5)}`;
}

/** The id of a new entry: later than most, so that it is taken. */
function newId(draw: Draw): string {
  const kind = draw.below(12);
  if (kind < 3) return id(draw);
  if (kind < 6) return `${draw.below(80)}-*`;
  return `${20 + draw.below(60)}-${draw.below(300)}`;
}

function fields(draw: Draw): Words {
  return draw.some(3, () => draw.member().slice(0, 20)).flatMap((name) => [name, draw.member()]);
}

function count(draw: Draw): Words {
  return draw.isRare(2) ? ["COUNT", draw.index()] : [];
}

/** A bound of a range. */
function bound(draw: Draw): string {
  if (draw.isRare(4)) return draw.pick(["-", "+", "-", "+", "(5", "(40-2"]);
  return (draw.isRare(5) ? "(" : "") + id(draw);
}

function threshold(draw: Draw): Words {
  const sign = draw.pick([[], [], ["="]]);
  if (draw.isRare(2)) {
    return ["MAXLEN", ...sign, draw.isRare(5) ? draw.index() : `${draw.below(99)}`];
  }
  return ["MINID", ...sign, id(draw)];
}

/** As well what is refused. */
function oddThreshold(draw: Draw): Words {
  return [
    ...draw.options(threshold(draw), ["NOMKSTREAM"], ["LIMIT", draw.index()], threshold(draw)),
    ...draw.options(["MAXLEN", "~", draw.pick(["1000", "0", "x", "-1"]), "LIMIT", draw.index()]),
  ];
}

function ofChanges(draw: Draw): Maker[] {
  const key = () => draw.key();
  return [
    () => ["XADD", key(), newId(draw), ...fields(draw)],
    () => ["XADD", key(), newId(draw), ...fields(draw)],
    () => ["XADD", key(), newId(draw), "f", draw.long()],
    () => ["XADD", key(), `${draw.below(90)}-*`, "f", "v"],
    () => ["XADD", key(), `${draw.below(90)}-*`, ...draw.many().slice(0, 100)],
    () => ["XADD", key(), ...threshold(draw), newId(draw), ...fields(draw)],
    () => ["XADD", key(), "NOMKSTREAM", newId(draw), ...fields(draw)],
    () => ["XADD", key(), ...oddThreshold(draw), newId(draw), ...fields(draw)],
    () => ["XADD", key(), newId(draw), ...draw.some(4, () => "x")],
    () => ["XDEL", key(), ...draw.some(4, () => id(draw))],
    () => ["XDEL", key(), ...draw.some(4, () => id(draw))],
    () => ["XTRIM", key(), ...threshold(draw)],
    () => ["XTRIM", key(), ...oddThreshold(draw)],
    () => ["XTRIM", key(), "MAXLEN", "~", draw.pick(["0", "5", "1000"])],
    () => ["XSETID", key(), id(draw)],
    () => [
      ...["XSETID", key(), id(draw)],
      ...draw.options(["ENTRIESADDED", draw.index()], ["MAXDELETEDID", id(draw)]),
    ],
    () => ["DEL", key()],
    () => ["COPY", key(), key(), ...draw.options(["REPLACE"])],
    () => ["RENAME", key(), key()],
    () => ["SET", "k4", "x"],
  ];
}

function ofReads(draw: Draw): Maker[] {
  const key = () => draw.key();
  return [
    () => ["XLEN", key()],
    () => ["XRANGE", key(), "-", "+"],
    () => ["XRANGE", key(), bound(draw), bound(draw), ...count(draw)],
    () => ["XREVRANGE", key(), bound(draw), bound(draw), ...count(draw)],
    () => ["XREVRANGE", key(), "+", "-", ...count(draw)],
    () => ["XREAD", ...count(draw), "STREAMS", key(), id(draw)],
    () => ["XREAD", ...count(draw), "STREAMS", key(), key(), id(draw), id(draw)],
    () => ["XREAD", ...count(draw), "STREAMS", key(), "k1", key(), "$", id(draw), "0"],
    () => ["XREAD", ...draw.options(["COUNT", draw.index()], ["NOACK"]), "STREAMS", key(), "0"],
    () => ["XINFO", "STREAM", key()],
    () => ["XINFO", "STREAM", key(), "FULL", ...count(draw)],
    () => ["TYPE", key()],
    () => ["EXISTS", key()],
    () => ["XADD", key(), ...draw.some(5, () => id(draw))],
    () => ["XRANGE", key(), ...draw.some(4, () => id(draw))],
    () => ["XREAD", ...draw.some(5, () => draw.pick(["STREAMS", "COUNT", "1", "GROUP", key()]))],
    () => ["XINFO", ...draw.some(3, () => draw.pick(["STREAM", "FULL", key(), "X", "COUNT"]))],
  ];
}

/** The makers of the group. */
export function ofStreams(draw: Draw): Maker[] {
  return [...ofChanges(draw), ...ofChanges(draw), ...ofReads(draw)];
}
