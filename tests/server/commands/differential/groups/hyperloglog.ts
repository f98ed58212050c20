// Random commands on HyperLogLogs, whose strings are compared byte for byte.

import type { Draw, Maker } from "../draw.ts";

/** The makers of the group. */
export function ofHyperLogLogs(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.member();
  const broken = "HYLL\x05\x00\x00\x00" + "\x00".repeat(8);
  return [
    () => ["PFADD", key(), ...draw.some(5, member)],
    () => ["PFADD", key(), ...draw.some(5, member)],
    () => ["PFADD", key(), ...draw.many()],
    () => ["PFADD", key(), ...Array.from({ length: 500 }, () => String(draw.below(100_000)))],
    () => ["PFADD", key()],
    () => ["PFCOUNT", key()],
    () => ["PFCOUNT", ...draw.some(3, key)],
    () => ["PFMERGE", key(), ...draw.some(3, key)],
    () => ["PFMERGE", key()],
    () => ["GET", key()],
    () => ["STRLEN", key()],
    () => ["DEL", "k0"],
    () => ["SET", "k0", draw.pick(["HYLL", broken, "HYLL\x00", "x"])],
    () => ["SETRANGE", "k0", draw.pick(["0", "4", "15", "20"]), draw.pick(["H", "\x01", "\x80"])],
    // Half of a run of two bytes at the end has Redis read and write what is behind the string.
    () => ["APPEND", "k0", draw.pick(["\x05", "\xff", "\x00"])],
  ];
}
