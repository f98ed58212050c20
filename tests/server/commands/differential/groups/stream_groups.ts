// Random commands on consumer groups of streams, on few entries, so that groups, consumers and what is pending meet.

import type { Draw, Maker, Words } from "../draw.ts";

const GROUPS: readonly string[] = ["g", "g1", "g", "g1", "h", "", "g\x00", "a\r\nb"];
const CONSUMERS: readonly string[] = ["c", "c1", "alice", "c", "c1", "", "c\x00\xff"];
const ODD_IDS: readonly string[] = [
  ...["0", "-", "+", "(5-1", "(0-0", "5", "18446744073709551615-18446744073709551615", "(+", "x"],
  ...["(18446744073709551615-18446744073709551615", "9007199254740993-3", "5-", "-1", "5-1-1", ""],
];
/** Far apart, so that no clock decides. */
const IDLE_TIMES: readonly string[] = ["0", "0", "0", "-1", "200000", "900000"];

/** What all of them draw. */
function words(draw: Draw) {
  const id = () => draw.isRare(12) ? draw.pick(ODD_IDS) : `${1 + draw.below(12)}-${draw.below(4)}`;
  return {
    key: () => draw.key(),
    group: () => draw.pick(GROUPS),
    consumer: () => draw.pick(CONSUMERS),
    id,
    ids: () => draw.some(5, id),
    idle: () => draw.isRare(25) ? draw.index() : draw.pick(IDLE_TIMES),
    count: () => draw.isRare(25) ? draw.index() : String(1 + draw.below(6)),
  };
}

/** The makers of the group. */
export function ofStreamGroups(draw: Draw): Maker[] {
  const { key, group, consumer, id, ids, count } = words(draw);
  const fields = (): Words =>
    draw.some(3, () => "").flatMap(() => [draw.isRare(4) ? draw.member() : "f", draw.member()]);
  const add: Maker = () => ["XADD", key(), `${1 + draw.below(12)}-*`, ...fields()];
  const read = readsOf(draw);
  const make: Maker = () => [
    ...["XGROUP", "CREATE", key(), group(), draw.isRare(3) ? "$" : draw.isRare(2) ? "0" : id()],
    ...draw.options(["MKSTREAM"], ["ENTRIESREAD", draw.index()]),
  ];
  const last = () => draw.isRare(3) ? "$" : id();
  const entriesRead = () => draw.options(["ENTRIESREAD", draw.index()]);
  return [
    ...[add, add, add, add, make, make, make, read, read, read, read, read, read],
    ...onPending(draw),
    () => ["XGROUP", "SETID", key(), group(), last(), ...entriesRead()],
    () => ["XGROUP", "CREATECONSUMER", key(), group(), consumer()],
    () => ["XGROUP", "DELCONSUMER", key(), group(), consumer()],
    () =>
      draw.isRare(3)
        ? ["XGROUP", "DESTROY", key(), group()]
        : ["XGROUP", draw.pick(["HELP", "help", "FOO", ""])],
    () => ["XINFO", "GROUPS", key()],
    () => ["XINFO", "CONSUMERS", key(), group()],
    () => ["XINFO", "STREAM", key(), "FULL", ...draw.options(["COUNT", count()])],
    () => ["XDEL", key(), ...ids()],
    () => ["XTRIM", key(), "MAXLEN", String(draw.below(12))],
    () => ["XSETID", key(), id(), ...draw.options(["ENTRIESADDED", count(), "MAXDELETEDID", id()])],
    () => ["XLEN", key()],
    () => ["DUMP", key()],
  ];
}

function readsOf(draw: Draw): Maker {
  const { key, group, consumer, id, count } = words(draw);
  const after = () => draw.isRare(2) ? ">" : draw.isRare(2) ? "0" : id();
  return () => {
    const options = draw.options(["COUNT", count()], ["NOACK"]);
    const keys = draw.isRare(4) ? draw.some(3, key) : [key()];
    const from = keys.map(() => draw.isRare(20) ? draw.pick(["$", "", "x"]) : after());
    return ["XREADGROUP", "GROUP", group(), consumer(), ...options, "STREAMS", ...keys, ...from];
  };
}

/** Makers of commands on what is pending. */
function onPending(draw: Draw): Maker[] {
  const { key, group, consumer, id, ids, idle, count } = words(draw);
  const claimed = () =>
    draw.options(
      ["IDLE", draw.pick(["500000", "0", "1000000", "-5", "x"])],
      ["RETRYCOUNT", draw.pick(["0", "7", "100", "-1"])],
      ["FORCE"],
      ["FORCE"],
      ["JUSTID"],
      ["LASTID", id()],
      ["TIME", draw.pick(["0", "-1", "99999999999999", "x"])],
    );
  const range: Maker = () => {
    const bounds = draw.isRare(3) ? [id(), id()] : ["-", "+"];
    const one = draw.isRare(2) ? [] : [consumer()];
    const least = draw.options(["IDLE", idle()]);
    return ["XPENDING", key(), group(), ...least, ...bounds, count(), ...one];
  };
  const claim: Maker = () => [
    ...["XCLAIM", key(), group(), consumer(), idle(), ...ids()],
    ...claimed(),
  ];
  const ack: Maker = () => ["XACK", key(), group(), ...ids()];
  return [
    ...[range, claim, claim, ack, ack],
    () => ["XPENDING", key(), group()],
    () => [
      ...["XAUTOCLAIM", key(), group(), consumer(), idle(), draw.isRare(3) ? id() : "0"],
      ...draw.options(["COUNT", count()], ["JUSTID"]),
    ],
  ];
}
