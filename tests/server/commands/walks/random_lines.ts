// Random commands on values, deadlines, keys and in transactions, many of them malformed or with
// numbers at the edges: what the walk against redis-server says next. Times are far away or in the
// past, so that nothing expires in between.

import type { Random } from "../../../../bench/workload.ts";

const KEYS = 6;

const VALUES: readonly string[] = [
  ...['""', "abc", "v", "0", "1", "-1", "10", "3.0", "3.5", "-0", "00", "+5", "1e5", "1E-3", ".5"],
  ...["5.", "0x10", "0x1p-2", "inf", "-Infinity", "nan", "1_0", "\\x20", "\\x205", "5\\x20"],
  ...[
    "\\x00\\xff",
    "\\x0d\\x0a",
    "9223372036854775807",
    "-9223372036854775808",
    "1e4932",
    "1e-4940",
  ],
  ...["9223372036854775808", "18446744073709551616", "0.1", "0.024390243902439025", "1e17"],
  "x".repeat(60),
];
const INTEGERS: readonly string[] = [
  ...["0", "1", "2", "3", "5", "-1", "-2", "-5", "100", "4294967296", "-4294967296"],
  ...["9223372036854775807", "-9223372036854775808", "9223372036854775806", "9007199254740993"],
];
const BAD_INTEGERS: readonly string[] = [
  ...['""', "abc", "1.5", "+1", "-0", "01", "-01", "9223372036854775808", "-9223372036854775809"],
  ...["\\x201", "1\\x20", "-", "--1", "1e3", "0x1", "1\\x00", "99999999999999999999999999"],
];
/** Amounts of seconds and of milliseconds, from now. */
const TIMES: readonly string[] = [
  ...["1000000", "1000001", "2000000", "999999999", "0", "-1", "-1000000", "281474976710656"],
  ...["9223372036854775", "9223372036854776", "9223372036854775807", "-9223372036854775"],
  ...["-9223372036854776", "-9223372036854775808", "9223370000000000", "9223372036854774807"],
];
/** The same as dates. */
const DATES: readonly string[] = [
  ...["4000000000", "4000000001", "4000000000000", "4000000000001", "1", "0", "-1", "281474976710"],
  ...["281474976711", "281474976710655", "281474976710656", "9223372036854775", "9223372036854776"],
  ...["9223372036854775807", "-9223372036854775808", "1000000000"],
];
/** Where a SETRANGE may begin: near, or further than any server goes. */
const OFFSETS: readonly string[] = ["0", "1", "5", "30", "-1", "4294967296", "9223372036854775807"];
const PATTERNS: readonly string[] = [
  "*",
  "k*",
  "k?",
  "k[0-2]",
  "k[^1]",
  "\\\\k1",
  "k[",
  "none",
  '""',
];
const JUNK: readonly string[] = ["FOO", '""', "EX", "GET", "NX", "1", "\\xff", "x".repeat(40)];

/** Makes lines; see {@linkcode RandomLines.next}. */
export class RandomLines {
  readonly #random: Random;
  readonly #makers: readonly (() => string)[];

  constructor(random: Random) {
    this.#random = random;
    this.#makers = [
      ...this.#ofValues(),
      ...this.#ofNumbers(),
      ...this.#ofDeadlines(),
      ...this.#ofKeys(),
      ...this.#ofTransactions(),
      ...this.#ofTheRest(),
    ];
  }

  /** The next line. */
  next(): string {
    const words = this.#pick(this.#makers)().split(" ");
    const at = 1 + this.#random.below(words.length);
    if (this.#isRare(25)) words.splice(at, 1);
    if (this.#isRare(25)) words.splice(at, 0, this.#pick(JUNK));
    if (this.#isRare(40) && at < words.length) words[at] = this.#value();
    if (this.#isRare(10)) words[0] = words[0]!.toLowerCase();
    return words.join(" ");
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }

  #isRare(of: number): boolean {
    return this.#random.below(of) === 0;
  }

  #key(): string {
    return `k${this.#random.below(KEYS)}`;
  }

  #value(): string {
    return this.#isRare(3) ? String(this.#random.below(1000)) : this.#pick(VALUES);
  }

  #integer(): string {
    return this.#pick(this.#isRare(5) ? BAD_INTEGERS : INTEGERS);
  }

  #time(of: readonly string[]): string {
    return this.#pick(this.#isRare(8) ? BAD_INTEGERS : of);
  }

  /** Up to `most` of these, one after the other. */
  #some(most: number, ...options: (() => string)[]): string {
    const count = this.#random.below(most + 1);
    return Array.from({ length: count }, () => ` ${this.#pick(options)()}`).join("");
  }

  #expires(seconds = DATES, milliseconds = DATES): (() => string)[] {
    return [
      () => `EX ${this.#time(TIMES)}`,
      () => `px ${this.#time(TIMES)}`,
      () => `EXAT ${this.#time(seconds)}`,
      () => `PXAT ${this.#time(milliseconds)}`,
    ];
  }

  #ofValues(): (() => string)[] {
    const set = () => `SET ${this.#key()} ${this.#value()}`;
    const words = [() => "NX", () => "xx", () => "GET", () => "KEEPTTL"];
    // What is stored although it has expired is counted until somebody finds it.
    const [seconds, milliseconds] = [1e10, 1e13].map((most) =>
      DATES.filter((date) => Number(date) <= 0 || Number(date) * 10 > most)
    );
    const ahead = this.#expires(seconds, milliseconds);
    return [
      set,
      set,
      () => set() + this.#some(3, ...words, ...ahead),
      () => set() + this.#some(1, ...ahead),
      () => `SETNX ${this.#key()} ${this.#value()}`,
      () => `SETEX ${this.#key()} ${this.#time(TIMES)} ${this.#value()}`,
      () => `PSETEX ${this.#key()} ${this.#time(TIMES)} ${this.#value()}`,
      () => `GET ${this.#key()}`,
      () => `GETSET ${this.#key()} ${this.#value()}`,
      () => `GETDEL ${this.#key()}`,
      () => `GETEX ${this.#key()}${this.#some(2, ...this.#expires(), () => "PERSIST")}`,
      () => `APPEND ${this.#key()} ${this.#value()}`,
      () => `STRLEN ${this.#key()}`,
      () => `GETRANGE ${this.#key()} ${this.#integer()} ${this.#integer()}`,
      () => `SUBSTR ${this.#key()} ${this.#integer()} ${this.#integer()}`,
      () => `SETRANGE ${this.#key()} ${this.#time(OFFSETS)} ${this.#value()}`,
      () => `MGET${this.#some(3, () => this.#key())}`,
      () => `MSET${this.#some(3, () => `${this.#key()} ${this.#value()}`)}`,
      () => `MSETNX${this.#some(2, () => `${this.#key()} ${this.#value()}`)}`,
    ];
  }

  #ofNumbers(): (() => string)[] {
    return [
      () => `INCR ${this.#key()}`,
      () => `DECR ${this.#key()}`,
      () => `INCRBY ${this.#key()} ${this.#integer()}`,
      () => `DECRBY ${this.#key()} ${this.#integer()}`,
      () => `INCRBYFLOAT ${this.#key()} ${this.#value()}`,
      () => `INCRBYFLOAT ${this.#key()} ${this.#value()}`,
    ];
  }

  #ofDeadlines(): (() => string)[] {
    const flags = () => this.#some(2, () => "NX", () => "XX", () => "gt", () => "LT");
    return [
      () => `EXPIRE ${this.#key()} ${this.#time(TIMES)}`,
      () => `PEXPIRE ${this.#key()} ${this.#time(TIMES)}`,
      () => `EXPIREAT ${this.#key()} ${this.#time(DATES)}`,
      () => `PEXPIREAT ${this.#key()} ${this.#time(DATES)}`,
      () => `EXPIREAT ${this.#key()} ${4_000_000_000 + this.#random.below(5)}${flags()}`,
      () => `PEXPIREAT ${this.#key()} ${4_000_000_000_000 + this.#random.below(5)}${flags()}`,
      () => `TTL ${this.#key()}`,
      () => `PTTL ${this.#key()}`,
      () => `EXPIRETIME ${this.#key()}`,
      () => `PEXPIRETIME ${this.#key()}`,
      () => `PERSIST ${this.#key()}`,
    ];
  }

  #ofKeys(): (() => string)[] {
    const copy = [() => "REPLACE", () => `DB ${this.#integer()}`];
    return [
      () => `DEL ${this.#key()}${this.#some(2, () => this.#key())}`,
      () => `UNLINK ${this.#key()}`,
      () => `EXISTS ${this.#key()}${this.#some(2, () => this.#key())}`,
      () => `TOUCH ${this.#key()}${this.#some(2, () => this.#key())}`,
      () => `TYPE ${this.#key()}`,
      () => `RENAME ${this.#key()} ${this.#key()}`,
      () => `RENAMENX ${this.#key()} ${this.#key()}`,
      () => `COPY ${this.#key()} ${this.#key()}${this.#some(2, ...copy)}`,
      () => `KEYS ${this.#pick(PATTERNS)}`,
      () => `SCAN 0 COUNT ${this.#pick(["1000", "0", "-1", ...BAD_INTEGERS])}`,
      () => `SCAN ${this.#time(["0"])} MATCH ${this.#pick(PATTERNS)} COUNT 1000`,
      () => `SCAN 0 TYPE ${this.#pick(["string", "hash", "STRING"])} COUNT 1000`,
      () => "DBSIZE",
    ];
  }

  #ofTransactions(): (() => string)[] {
    return [
      () => "MULTI",
      () => "MULTI",
      () => "EXEC",
      () => "EXEC",
      () => "EXEC",
      () => this.#isRare(3) ? "DISCARD" : "EXEC",
      () => `WATCH ${this.#key()}`,
      () => "UNWATCH",
    ];
  }

  #ofTheRest(): (() => string)[] {
    const rarely = (line: string) => this.#isRare(10) ? line : "PING";
    return [
      () => `PING${this.#some(1, () => this.#value())}`,
      () => `ECHO ${this.#value()}`,
      () => `FOO ${this.#value()} ${this.#value()}`,
      () => `COMMAND GETKEYS ${this.#pick(this.#makers)()}`,
      () => `OBJECT ${this.#pick(["FOO", "HELP x", "FREQ"])}`,
      () => rarely(`FLUSHALL${this.#some(1, () => "ASYNC", () => "sync")}`),
      () => rarely("RESET"),
    ];
  }
}
