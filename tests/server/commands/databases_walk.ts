// Random commands about databases, by several clients: what the walk against redis-server says next.
// Deadlines are dates that are far away, so both servers give the same answers at any time.

import type { Random } from "../../../bench/workload.ts";

const BAD_NUMBERS = ["16", "-1", "a", "99999999999"];
const KEYS = 6;

/** Makes lines; see {@linkcode DatabaseLines.next}. */
export class DatabaseLines {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get #key(): string {
    return `k${this.#random.below(KEYS)}`;
  }

  /** Mostly one of three, so that clients meet. */
  get #database(): string {
    const random = this.#random;
    if (random.below(30) === 0) return BAD_NUMBERS[random.below(BAD_NUMBERS.length)]!;
    return String(random.below(10) < 7 ? random.below(3) : random.below(16));
  }

  get #far(): number {
    return 4_000_000_000 + this.#random.below(9);
  }

  /** Something rare, or else PING. */
  #rarely(line: string, of: number): string {
    return this.#random.below(of) === 0 ? line : "PING";
  }

  /** The next line. */
  next(): string {
    const makers = [...this.#ofDatabases(), ...this.#ofKeys(), ...this.#ofTransactions()];
    return makers[this.#random.below(makers.length)]!();
  }

  #ofDatabases(): (() => string)[] {
    const select = () => `SELECT ${this.#database}`;
    const move = () => `MOVE ${this.#key} ${this.#database}`;
    return [
      select,
      select,
      select,
      move,
      move,
      () => `COPY ${this.#key} ${this.#key} DB ${this.#database}`,
      () => `COPY ${this.#key} ${this.#key} DB ${this.#database} REPLACE`,
      () => `COPY ${this.#key} ${this.#key}`,
      () => `SWAPDB ${this.#database} ${this.#database}`,
      () => this.#rarely("FLUSHDB", 4),
      () => this.#rarely("FLUSHALL", 30),
      () => this.#rarely("RESET", 5),
      () => "DBSIZE",
      () => "KEYS *",
      () => "SCAN 0 COUNT 10000",
      () => "INFO keyspace",
    ];
  }

  #ofKeys(): (() => string)[] {
    const set = () => `SET ${this.#key} ${this.#random.below(100)}`;
    return [
      set,
      set,
      () => `${set()} EXAT ${this.#far}`,
      () => `${set()} NX GET`,
      () => `GET ${this.#key}`,
      () => `GET ${this.#key}`,
      () => `MGET ${this.#key} ${this.#key} ${this.#key}`,
      () => `MSET ${this.#key} 1 ${this.#key} 2`,
      () => `MSETNX ${this.#key} 1 ${this.#key} 2`,
      () => `DEL ${this.#key} ${this.#key}`,
      () => `UNLINK ${this.#key}`,
      () => `EXISTS ${this.#key} ${this.#key}`,
      () => `TOUCH ${this.#key}`,
      () => `TYPE ${this.#key}`,
      () => `INCR ${this.#key}`,
      () => `APPEND ${this.#key} 1`,
      () => `SETRANGE ${this.#key} 2 x`,
      () => `STRLEN ${this.#key}`,
      () => `RENAME ${this.#key} ${this.#key}`,
      () => `RENAMENX ${this.#key} ${this.#key}`,
      () => `EXPIREAT ${this.#key} ${this.#far}`,
      () => `EXPIRETIME ${this.#key}`,
      () => `PERSIST ${this.#key}`,
      () => `GETDEL ${this.#key}`,
      () => `GETSET ${this.#key} 7`,
      () => `GETEX ${this.#key} EXAT ${this.#far}`,
    ];
  }

  #ofTransactions(): (() => string)[] {
    const watch = () => `WATCH ${this.#key}`;
    const exec = () => "EXEC";
    const multi = () => "MULTI";
    return [
      watch,
      watch,
      () => `WATCH ${this.#key} ${this.#key}`,
      () => "UNWATCH",
      multi,
      multi,
      exec,
      exec,
      exec,
      () => "DISCARD",
    ];
  }
}
