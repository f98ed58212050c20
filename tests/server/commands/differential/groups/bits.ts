// Random commands on single bits and on what else changes large strings in place.

import type { Draw, Maker, Words } from "../draw.ts";

const FAR: readonly string[] = [
  ...[
    "8191",
    "65536",
    "100000",
    "1000000",
    "8000000",
    "4294967296",
    "4294967295999",
    "-1",
    "x",
    "",
  ],
];

/** The makers of the group. */
export function ofBits(draw: Draw): Maker[] {
  const key = () => draw.key();
  const offset = () => draw.isRare(6) ? draw.pick(FAR) : String(draw.below(200));
  const bit = () => draw.isRare(20) ? draw.pick(["2", "-1", "x", ""]) : String(draw.below(2));
  const type = () => {
    if (draw.isRare(20)) return draw.pick(["u64", "i65", "u0", "x8", "", "i", "u", "U8", "i08"]);
    return draw.pick(["u", "i"]) + (1 + draw.below(63));
  };
  const field = () => draw.isRare(3) ? `#${draw.below(50)}` : offset();
  const unit = () => draw.isRare(2) ? [] : [draw.pick(["BIT", "BYTE", "bit", "NIBBLE"])];
  const overflow = (): Words =>
    draw.isRare(3) ? ["OVERFLOW", draw.pick(["WRAP", "SAT", "FAIL", "sat", "MAD"])] : [];
  const steps = [
    () => ["GET", type(), field()],
    () => ["SET", type(), field(), draw.index()],
    () => ["INCRBY", type(), field(), draw.index()],
  ];
  const some = () => draw.some(4, () => "").flatMap(() => [...overflow(), ...draw.pick(steps)()]);
  const set: Maker = () => ["SETBIT", key(), offset(), bit()];
  return [
    set,
    set,
    () => ["SET", key(), draw.long()],
    () => ["APPEND", key(), draw.member()],
    () => ["SETRANGE", key(), draw.pick(["0", "1", "5", "300", "5000", "70000"]), draw.member()],
    () => ["GETRANGE", key(), draw.index(), draw.index()],
    () => ["STRLEN", key()],
    () => ["GETBIT", key(), offset()],
    () => ["GETBIT", key(), offset()],
    () => ["BITCOUNT", key()],
    () => ["BITCOUNT", key(), draw.index(), draw.index(), ...unit()],
    () => ["BITCOUNT", key(), draw.index()],
    () => ["BITPOS", key(), bit()],
    () => ["BITPOS", key(), bit(), draw.index()],
    () => ["BITPOS", key(), bit(), draw.index(), draw.index(), ...unit()],
    () => ["BITOP", draw.pick(["AND", "OR", "XOR", "NOT", "or"]), key(), ...draw.some(3, key)],
    () => ["BITOP", "NOT", key(), key()],
    () => ["BITFIELD", key(), ...some()],
    () => ["BITFIELD", key(), ...some()],
    () => ["BITFIELD", key()],
    () => ["BITFIELD_RO", key(), ...draw.some(3, () => "").flatMap(steps[0]!)],
    () => ["BITFIELD_RO", key(), ...some()],
    () => ["GET", key()],
  ];
}
