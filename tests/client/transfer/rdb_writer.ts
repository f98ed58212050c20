// Writes RDB files byte by byte, as Redis does in its different encodings, for tests of what reads them.

import { ListpackWriter } from "../../../server/rdb/listpack_writer.ts";
import { Crc64 } from "../../../server/rdb/crc64.ts";

const encoder = new TextEncoder();

/** Something that can stand in a file: bytes, numbers below 256, or texts of Latin letters. */
export type Part = Uint8Array | number | string | readonly Part[];

/** Puts parts together. */
export function bytesOf(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const flat = (part: Part): number[] => {
    if (typeof part === "number") return [part];
    if (typeof part === "string") return [...encoder.encode(part)];
    return part instanceof Uint8Array ? [...part] : part.flatMap(flat);
  };
  return Uint8Array.from(parts.flatMap(flat));
}

/** A length, in the shortest form or in one of 32 or 64 bits. */
export function length(value: number, bits: 0 | 32 | 64 = 0): Part {
  const big = (count: number) =>
    Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** (count - 1 - i)) % 256);
  if (bits === 64) return [0x81, ...big(8)];
  if (bits === 32 || value >= 0x4000) return [0x80, ...big(4)];
  return value < 0x40 ? value : [0x40 | value >> 8, value & 255];
}

/** A string as it is. */
export function plain(text: string | Uint8Array, bits: 0 | 32 | 64 = 0): Part {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  return [length(bytes.length, bits), bytes];
}

/** A small number in place of a string. */
export function int8(value: number): Part {
  return [0xc0, value & 255];
}

export function int16(value: number): Part {
  return [0xc1, value & 255, value >> 8 & 255];
}

export function int32(value: number): Part {
  return [0xc2, value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255];
}

/** A string of one letter repeated, packed: a literal and copies of it. */
export function packed(letter: string, count: number): Part {
  const bytes: number[] = [0, letter.charCodeAt(0)];
  for (let left = count - 1; left > 0;) {
    const run = Math.min(left, 264);
    if (run < 9) bytes.push(run - 2 << 5, 0);
    else bytes.push(7 << 5, run - 9, 0);
    left -= run;
  }
  return [0xc3, length(bytes.length), length(count), bytes];
}

/** Eight bytes, the lowest first. */
export function time(ms: number): Part {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(ms), true);
  return new Uint8Array(view.buffer);
}

/** A file of a version, with its checksum. */
export function rdbFile(version: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const body = bytesOf("REDIS", String(version).padStart(4, "0"), ...parts, 255);
  const crc = new Crc64();
  crc.add(body, 0, body.length);
  return bytesOf(body, version < 5 ? [] : crc.bytes());
}

/** A listpack. */
export function listpack(...entries: readonly string[]): Uint8Array<ArrayBuffer> {
  const writer = new ListpackWriter();
  for (const entry of entries) {
    const bytes = encoder.encode(entry);
    writer.add(bytes, 0, bytes.length);
  }
  writer.end();
  return writer.bytes.slice(0, writer.length);
}

/** A ziplist of short strings and numbers of 16 bits. */
function ziplist(...entries: readonly (string | number)[]): Uint8Array {
  let before = 0;
  const parts = entries.map((entry) => {
    const bytes = typeof entry === "number"
      ? bytesOf(before, 0xc0, entry & 255, entry >> 8 & 255)
      : bytesOf(before, entry.length, entry);
    before = bytes.length;
    return bytes;
  });
  const bytes = bytesOf(new Uint8Array(10), ...parts, 255);
  new DataView(bytes.buffer).setUint32(0, bytes.length, true);
  return bytes;
}

function score(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

const LATER_MS = 1_700_000_000_000;

/** Collections in all encodings. */
export const COLLECTIONS: readonly Part[] = [
  [1, plain("l"), length(2), plain("a"), int8(5)],
  [2, plain("s"), length(1), packed("x", 90)],
  [3, plain("z"), length(3), plain("a"), 254, plain("b"), 255, plain("c"), 3, "1.5"],
  [4, plain("h"), length(2), plain("a"), int16(7), plain("b"), int32(-1)],
  [5, plain("z"), length(2), plain("a"), score(0.5), plain("b"), score(-2)],
  [9, plain("h"), plain(bytesOf(1, 1, "f", 1, 0, "v", 255))],
  [10, plain("l"), plain(ziplist("ab", -300))],
  [11, plain("s"), plain(bytesOf(4, 0, 0, 0, 2, 0, 0, 0, 254, 255, 255, 255, 0x70, 0x11, 1, 0))],
  [12, plain("z"), plain(ziplist("a", "1.5"))],
  [13, plain("h"), plain(ziplist("f", 1))],
  [14, plain("l"), length(2), plain(ziplist("one")), plain(ziplist("two"))],
  [16, plain("h"), plain(listpack("f", "12345"))],
  [17, plain("z"), plain(listpack("m", "-4000"))],
  [18, plain("l"), length(2), length(2), plain(listpack("p")), length(1), packed("q", 100)],
  [20, plain("s"), plain(listpack("1", "z"))],
  [
    ...[22, plain("h"), length(2), length(LATER_MS + 7, 64), plain("f"), plain("v")],
    ...[length(0), plain("g"), plain("w")],
  ],
  [23, plain("h"), plain(listpack("f", "v", String(LATER_MS + 9)))],
  [
    ...[24, plain("h"), time(LATER_MS + 7), length(2), length(1), plain("f"), plain("v")],
    ...[length(0), plain("g"), plain("w")],
  ],
  [25, plain("h"), time(LATER_MS), plain(listpack("f", "v", "0"))],
];

/** A value of each type that is no string, under the key that is its name. */
export const OTHERS: readonly [name: string, ...Part[]][] = [
  ["lists", 1, plain("l"), length(2), plain("a"), int8(5)],
  ["sets", 2, plain("s"), length(1), packed("x", 300)],
  ["sorted sets", 3, plain("z"), length(3), plain("a"), 253, plain("b"), 254, plain("c"), 3, "1.5"],
  ["hashes", 4, plain("h"), length(2), plain("a"), int16(7), plain("b"), int32(-1)],
  ["sorted sets", 5, plain("z"), length(2), plain("a"), time(1), plain("b"), time(2)],
  [
    "values of modules",
    7,
    plain("m"),
    length(2 ** 50, 64),
    ...[1, length(5), 2, length(70_000), 3, "abcd", 4, time(9), 5, plain("text"), 0],
  ],
  ["hashes", 9, plain("h"), plain("zipmap")],
  ["lists", 10, plain("l"), plain("ziplist")],
  ["sets", 11, plain("s"), plain("intset")],
  ["sorted sets", 12, plain("z"), plain("ziplist")],
  ["hashes", 13, plain("h"), packed("y", 40)],
  ["lists", 14, plain("l"), length(2), plain("node"), packed("n", 1000)],
  [
    "streams",
    ...[15, plain("x"), length(1), plain("0123456789abcdef"), plain("node")],
    ...[length(1), length(5), length(0)],
    ...[length(1), plain("group"), length(5), length(0), length(1), new Uint8Array(24), length(1)],
    ...[length(1), plain("consumer"), time(1), length(1), new Uint8Array(16)],
  ],
  ["hashes", 16, plain("h"), plain("listpack")],
  ["sorted sets", 17, plain("z"), plain("listpack")],
  ["lists", 18, plain("l"), length(2), length(2), plain("packed"), length(1), plain("single")],
  [
    "streams",
    ...[19, plain("x"), length(0)],
    ...[length(0), length(5), length(0), length(1), length(0), length(4), length(0), length(9)],
    ...[length(1), plain("group"), length(5), length(0), length(2), length(0), length(0)],
  ],
  ["sets", 20, plain("s"), plain("listpack")],
  [
    "streams",
    ...[21, plain("x"), length(1), plain("0123456789abcdef"), plain("node")],
    ...[length(1), length(2 ** 40, 64), length(0), length(1), length(0), length(4), length(0)],
    ...[length(9), length(1), plain("group"), length(5), length(0), length(2)],
    ...[length(1), new Uint8Array(24), length(1), length(2)],
    ...[plain("c1"), time(1), time(2), length(1), new Uint8Array(16)],
    ...[plain("c2"), time(1), time(2), length(0)],
  ],
  ["hashes", 22, plain("h"), length(1), length(5), plain("field"), plain("value")],
  ["hashes", 23, plain("h"), plain("listpack")],
  ["hashes", 24, plain("h"), time(5), length(1), length(0), plain("field"), plain("value")],
  ["hashes", 25, plain("h"), time(5), plain("listpack")],
];
