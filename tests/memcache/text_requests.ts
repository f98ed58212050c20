// Random requests of memcached's text protocol, well-formed and malformed ones, each as a string of bytes. A cas token is
// written as {key}: who sends the request puts in the token that the server has given last.

import { Random } from "../../bench/workload.ts";

export const KEYS = ["a", "b", "c", "cnt", "long-key-with-some-more-letters", "k\x7f\xe9"];
const BAD_KEYS = ["x".repeat(250), "x".repeat(251), "a\tb", "a\rb", "", "noreply", "0"];
const NUMBERS = ["0", "1", "2", "10", "99", "4294967295", "18446744073709551615", "9999999999"];
const BAD_NUMBERS = [
  "-1",
  "x",
  "1x",
  "+5",
  "18446744073709551616",
  "99999999999999999999999",
  "4294967296",
  "-9223372036854775809",
  "0x10",
  "1.5",
  "-0",
  "\t7",
  "",
];
/** None is one that a server gives. */
const TOKENS = ["0", "9007199254740993", "18446744073709551615", "18446744073709551616", "-1", "x"];
const NO_NUMBERS = ["x", "1x", "-1", "0x10", "1.5", "18446744073709551616", "-0x", "--1"];
const COUNTS = [
  "0",
  "7",
  "10",
  "99",
  "999",
  "1000",
  "abc",
  "",
  "-3",
  "1x",
  "+4",
  "9999999999",
  "007",
];
const TIMES = ["0", "0", "0", "100", "2591999", "4000000000", "2000000000", "-1", "1000"];
const ODD_TIMES = [
  "x",
  "4294967295",
  "4294967296",
  "18446744073709551615",
  "2147483648",
  "1x",
  "-0",
  "\t700",
  "+800",
];
const VALUES = [
  "",
  "1",
  "12",
  "0",
  "999",
  "abc",
  "12 ",
  " 7",
  "-3",
  "18446744073709551615",
  "1x",
  "v\r\nw",
  "5\tz",
];

/** Draws requests. */
export class RequestDraw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** An integer from 0 to below `bound`. */
  below(bound: number): number {
    return this.#random.nextU32() % bound;
  }

  /** One of these. */
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Whether one time in `n`. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  key(): string {
    return this.oneIn(25) ? this.of(BAD_KEYS) : this.of(KEYS.filter((key) => key !== "cnt"));
  }

  number(): string {
    return this.oneIn(8) ? this.of(BAD_NUMBERS) : this.of(NUMBERS);
  }

  time(): string {
    return this.oneIn(15) ? this.of(ODD_TIMES) : this.of(TIMES);
  }

  value(): string {
    return this.oneIn(10) ? "y".repeat(this.below(1500)) : this.of(VALUES);
  }

  flags(): string {
    return this.oneIn(2) ? "0" : this.number();
  }

  cas(key: string): string {
    return this.oneIn(3) ? this.of(TOKENS) : `{${key}}`;
  }

  noreply(): string {
    return this.oneIn(8) ? " noreply" : this.oneIn(40) ? " more" : "";
  }

  end(): string {
    return this.oneIn(20) ? "\n" : this.oneIn(40) ? " \r\n" : "\r\n";
  }

  /** The block of a value, and what is said of its length. */
  block(): { readonly length: string; readonly block: string } {
    const value = this.value();
    const block = `${value}\r\n`;
    if (!this.oneIn(20)) return { length: String(value.length), block };
    return {
      length: this.oneIn(3) ? this.number() : String(value.length + this.below(3) - 1),
      block,
    };
  }
}

/** Lines that are no requests, or hardly. */
const ODD_LINES = [
  "\r\n",
  "\n",
  "get\r\n",
  "gets \r\n",
  "gat 0\r\n",
  "gat x a\r\n",
  "gat\r\n",
  "set\r\n",
  "set a\r\n",
  "set a 0 0\r\n",
  "add a 0 0 1 2 3\r\n",
  "foo\r\n",
  "g\r\n",
  "GET a\r\n",
  "getx a\r\n",
  "version\r\n",
  "version 1 2\r\n",
  "mn\r\n",
  "mz\r\n",
  "m\r\n",
  "incr a\r\n",
  "incr a 1 2 3 4\r\n",
  "delete\r\n",
  "delete a b c d\r\n",
  "touch a\r\n",
  "verbosity\r\n",
  "shutdown\r\n",
  "stats nonsense\r\n",
  "get a\0 b\r\n",
  " get a\r\n",
  "get a b c d e f g h i j k l m n o p q r s t u v w x y z\r\n",
  "cas a 0 0 1\r\n",
  "flush_all 1 2 3 4\r\n",
];
const STORES = ["set", "set", "set", "add", "replace", "append", "prepend"];

function store(draw: RequestDraw, flags: string): string {
  const { length, block } = draw.block();
  if (Number(length) > 2 ** 20) return "mn\r\n";
  const line = `${draw.of(STORES)} ${draw.key()} ${flags} ${draw.time()} ${length}`;
  return `${line}${draw.noreply()}${draw.end()}${block}`;
}

function cas(draw: RequestDraw, flags: string): string {
  const { length, block } = draw.block();
  if (Number(length) > 2 ** 20) return "mn\r\n";
  const key = draw.key();
  const line = `cas ${key} ${flags} ${draw.time()} ${length} ${draw.cas(key)}`;
  return `${line}${draw.noreply()}${draw.end()}${block}`;
}

function keys(draw: RequestDraw): string {
  const count = draw.oneIn(10) ? draw.below(60) : 1 + draw.below(3);
  // Of a line with a key that is too long memcached drops what it has answered before it, other requests included.
  const key = () => draw.key().slice(0, 250);
  return Array.from({ length: count }, key).join(draw.oneIn(20) ? "  " : " ");
}

/**
 * A change of a number. memcached fills numbers that become shorter with spaces, so only those of one key may. Numbers of
 * 64 bits it takes for none where a minus lies behind them in its memory.
 */
function delta(draw: RequestDraw): string {
  const key = draw.oneIn(6) ? draw.key() : "cnt";
  if (key !== "cnt" || draw.oneIn(6)) {
    return `${draw.of(["incr", "decr"])} ${key} ${draw.of(NO_NUMBERS)}`;
  }
  return draw.oneIn(2) ? `decr cnt ${draw.number()}` : `incr cnt ${draw.below(1000)}`;
}

function count(draw: RequestDraw): string {
  const value = draw.of(COUNTS);
  return `set cnt 0 0 ${value.length}\r\n${value}\r\n`;
}

/** Requests of the classic commands. `hasFlags`: values have flags. */
export function classicRequest(draw: RequestDraw, hasFlags: boolean): string {
  const flags = hasFlags ? draw.flags() : "0";
  switch (draw.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return store(draw, flags);
    case 4:
    case 5:
      return cas(draw, flags);
    case 6:
    case 7:
      return `${draw.of(["get", "gets"])} ${keys(draw)}${draw.end()}`;
    case 8:
      return `${draw.of(["gat", "gats"])} ${draw.time()} ${keys(draw)}${draw.end()}`;
    case 9:
    case 10:
      return `${delta(draw)}${draw.noreply()}${draw.end()}`;
    case 11:
      return `delete ${draw.key()}${
        draw.oneIn(6) ? draw.of([" 0", " 1", " noreply", " 0 noreply"]) : ""
      }${draw.end()}`;
    case 12:
      return `touch ${draw.key()} ${draw.time()}${draw.noreply()}${draw.end()}`;
    case 13:
      return count(draw);
    case 14:
      return draw.oneIn(6)
        ? `flush_all${draw.oneIn(3) ? ` ${draw.of(["0", "x", "-1", "noreply"])}` : ""}${draw.end()}`
        : `verbosity ${draw.number()}${draw.noreply()}${draw.end()}`;
    default:
      return draw.of(ODD_LINES);
  }
}
