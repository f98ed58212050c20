// What the generators of random commands draw from: keys, members, numbers and damage. A command is
// a list of words, and a word has characters of one byte each.

import type { Random } from "../../../../bench/workload.ts";

/** The words of a command. */
export type Words = string[];
/** Makes a command. */
export type Maker = () => Words;

const KEYS: readonly string[] = ["k0", "k1", "k2", "k3", "k4"];
const ODD_MEMBERS: readonly string[] = [
  ...["", "0", "-0", "007", "1.5", "-7", "+1", " 1", "inf", "nan", "9223372036854775807"],
  ...["9223372036854775808", "-9223372036854775808", "127", "128", "-129", "32768", "2147483648"],
  ...["\x00", "\xff\x00\xfe", "\r\n", "\\", '"', "*", "M1", "\xc3\xa4", "a\x00b", "m1\x00"],
];
/** Lengths at which forms and encodings change. */
const LENGTHS: readonly number[] = [
  ...[11, 12, 31, 32, 33, 44, 45, 63, 64, 65, 100, 126, 127, 128, 129, 200, 230, 250, 255, 256],
  ...[257, 300, 490, 512, 1000, 1500, 2000],
];
const INDEXES: readonly string[] = [
  ...["0", "1", "2", "3", "5", "10", "30", "100", "-1", "-2", "-3", "-5", "-30", "-100"],
  ...["4294967296", "-4294967296", "9223372036854775807", "-9223372036854775808"],
];
const BAD_INTEGERS: readonly string[] = [
  ...["", "abc", "1.5", "+1", "-0", "01", "9223372036854775808", "-9223372036854775809"],
  ...[" 1", "1 ", "-", "1e3", "0x1", "1\x00", "99999999999999999999999999"],
];
const SCORES: readonly string[] = [
  ...["0", "1", "2", "-1", "3", "5", "10", "1.5", "-2.5", "0.1", "3.1", "1e3", "1e20"],
  ...["-1e20", "1e-7", "1e300", "inf", "-inf", "+inf", "Infinity", "17179869184", "0.3"],
  ...["9007199254740993", "123456789.125", "1e21", "100000000000000000", "2.3e-308", "0x10"],
];
const BAD_SCORES: readonly string[] = ["", "abc", "nan", "1,5", " 1", "1 ", "--1", "1e", "(1", "."];
const JUNK: readonly string[] = [
  ...["FOO", "EX", "NX", "XX", "1", "0", "-1", "\xff", "COUNT", "WITHSCORES", "WITHVALUES"],
  ...["LIMIT", "STORE", "x".repeat(40)],
];

/** Draws from one sequence of random numbers. */
export class Draw {
  readonly random: Random;
  readonly #keys: readonly string[];

  constructor(random: Random, keys = KEYS) {
    this.random = random;
    this.#keys = keys;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)]!;
  }

  /** True once in `of` times. */
  isRare(of: number): boolean {
    return this.random.below(of) === 0;
  }

  /** From 0 up to `bound`, which is left out. */
  below(bound: number): number {
    return this.random.below(bound);
  }

  key(): string {
    return this.pick(this.#keys);
  }

  /** Mostly one of a few, so that commands meet; sometimes odd, binary or long. */
  member(): string {
    const kind = this.below(20);
    if (kind < 9) return `m${this.below(12)}`;
    if (kind < 12) return String(this.below(30) - 5);
    if (kind < 15) return this.pick(ODD_MEMBERS);
    if (kind < 17) return this.long();
    return `x${this.below(1000)}`;
  }

  /** One of a few of each length. */
  long(): string {
    const length = this.pick(LENGTHS);
    const letter = "abc"[this.below(3)]!;
    const text = letter.repeat(length);
    return this.isRare(3) ? text.slice(0, -1) + "z" : text;
  }

  /** Up to `most` words, each made by `make`; at least one. */
  some(most: number, make: () => string): Words {
    return Array.from({ length: 1 + this.below(most) }, make);
  }

  /** As many members as make a large collection, seldom of the same length. */
  many(): Words {
    const length = this.isRare(3) ? 100 + this.below(300) : 10 + this.below(30);
    const padding = this.isRare(4) ? this.pick(LENGTHS) % 130 : this.below(20);
    return Array.from({ length }, () => `b${this.below(2000)}`.padEnd(padding, "-"));
  }

  /** An index or amount, also from the end, also out of range, seldom none at all. */
  index(): string {
    if (this.isRare(20)) return this.pick(BAD_INTEGERS);
    return this.isRare(2) ? this.pick(INDEXES) : String(this.below(40) - 10);
  }

  /** How many members are wanted where it would be answered with as many: no huge ones below zero. */
  count(): string {
    if (this.isRare(20)) return this.pick(BAD_INTEGERS);
    if (this.isRare(10)) return this.pick(["9223372036854775807", "-9223372036854775808", "0"]);
    return String(this.isRare(3) ? -this.below(40) : this.below(40));
  }

  score(): string {
    if (this.isRare(25)) return this.pick(BAD_SCORES);
    return this.isRare(2) ? String(this.below(20) - 5) : this.pick(SCORES);
  }

  /** Any of these words in any order, each seldom. */
  options(...words: readonly (readonly string[])[]): Words {
    const chosen = words.filter(() => this.isRare(3));
    for (let i = chosen.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [chosen[i], chosen[j]] = [chosen[j]!, chosen[i]!];
    }
    return chosen.flat();
  }

  /** A pattern for members. */
  pattern(): string {
    return this.pick(["*", "m*", "m?", "[a-c]*", "x1*", "\\m1", "m[", "none", "", "m1", "?"]);
  }

  /** A command that may have lost or gained a word, or may not be written in capitals. */
  damaged(words: Words): Words {
    // Their members must keep their score, or ranges of them mean nothing.
    if (words[0] === "ZADD" && words[1]!.startsWith("lex")) return words;
    const at = 1 + this.below(words.length);
    const isLong = words.length > 50;
    if (!isLong && this.isRare(40)) words.splice(at, 1);
    if (this.isRare(40)) words.splice(at, 0, this.pick(JUNK));
    if (this.isRare(60) && at < words.length) words[at] = this.member();
    if (this.isRare(10)) words[0] = words[0]!.toLowerCase();
    return words;
  }
}
