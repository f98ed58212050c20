// Makes random Lua texts: values of all kinds, calls of cjson, cmsgpack, struct and bit with sensible and with hostile
// arguments, and results that become answers. Each script ends with what is compared. From a seed.

const STRINGS = [
  "",
  "a",
  "key",
  "a/b",
  '\\"',
  "\\\\",
  "\\0",
  "\\127\\200",
  "é",
  "10",
  "0x10",
  "1e3",
  " 5 ",
  "nan",
];
const NUMBERS = [
  "0",
  "1",
  "-1",
  "3",
  "10",
  "127",
  "128",
  "-32",
  "-33",
  "255",
  "256",
  "65535",
  "65536",
  "1.5",
  "-0.25",
];
const ODD_NUMBERS = [
  ..."2147483647 2147483648 -2147483648 -2147483649 4294967295 4294967296 1e15 123456789012345"
    .split(" "),
  ..."9007199254740993 9.2233720368547758e18 -9.2233720368547758e18 1e19 1e100 -1e300 1e-10 0.1"
    .split(" "),
  ..."3.14159265358979 100000000000.125 1e14 99999999999999 (1/0) (-1/0) (0/0) -0".split(" "),
];
const JSON_PARTS = [
  ...'{ } [ ] , : " null true false 1 -1 0 1.5 1e3 0x1F 1e 01 +1 - . nan inf -Infinity NaN nul tru'
    .split(" "),
  '"a"',
  '"\\u0041"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\x"',
  '"\\n\\t\\/"',
  " ",
  "\n",
  "\\u0000",
  "[[",
  "]]",
  '{"a":',
  '"b":',
];
const STRUCT_OPTIONS = "b B h H l L T i I f d x s".split(" ");
const STRUCT_ODD = [
  "c0",
  "c3",
  "c",
  "i3",
  "I8",
  "i16",
  "I33",
  "!",
  "!4",
  "!3",
  ">",
  "<",
  " ",
  "z",
  "i0",
  "c99999999999",
];
const BIT_CALLS = "tobit bnot bswap band bor bxor lshift rshift arshift rol ror tohex".split(" ");

/** A source of scripts. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * bound);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  #list(most: number, make: () => string): string[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  /** A script and what it answers. */
  script(): string {
    const [encode, decode] = [`cjson.encode(${this.value(0)})`, `cjson.decode(${this.#json()})`];
    return this.pick([
      () => `return ${this.value(0)}`,
      () => `return all(${encode})`,
      () => `return all(${decode})`,
      () => `return cjson.encode(${decode})`,
      () => `${this.#setting()} return all(pcall(cjson.encode, ${this.value(0)}))`,
      () => `${this.#setting()} return all(pcall(cjson.decode, ${this.#json()}))`,
      () => `return all(cmsgpack.pack(${this.#values(3)}))`,
      () => `return all(cmsgpack.unpack(cmsgpack.pack(${this.#values(3)})))`,
      () => `return all(cmsgpack.unpack(${this.#bytes(12)}))`,
      () => `return all(cmsgpack.${this.#unpacking()})`,
      () => `return all(struct.pack(${this.#format()}${this.#more(this.#values(4))}))`,
      () => `return all(struct.unpack(${this.#format()}, ${this.#bytes(24)}${this.#offset()}))`,
      () => `return struct.size(${this.#format()})`,
      () =>
        `return all(bit.${this.pick(BIT_CALLS)}(${
          this.#list(3, () => this.#bitValue()).join(", ")
        }))`,
      () => `return all(tostring(${this.number()}), string.format('%.14g', ${this.number()}))`,
      () => `return all(tonumber(${this.#string()}), pcall(redis.sha1hex, ${this.#values(2)}))`,
      () => `return redis.status_reply(${this.#values(2)})`,
      () => `return redis.error_reply("x" .. ${this.#string()})`,
      () => `return all(pcall(redis.call, ${this.#values(3)}))`,
      // A table without this field ends redis-server 7.0.15.
      () => `error({err = ${this.#string()}})`,
      () => `error(${this.number()}, ${this.below(3)})`,
    ])();
  }

  #more(text: string): string {
    return text === "" ? "" : `, ${text}`;
  }

  #values(most: number): string {
    return this.#list(most, () => this.value(1)).join(", ");
  }

  number(): string {
    return this.below(3) === 0 ? this.pick(ODD_NUMBERS) : this.pick(NUMBERS);
  }

  #bitValue(): string {
    return this.below(8) === 0 ? this.value(3) : this.number();
  }

  #string(): string {
    if (this.below(4) === 0) return this.#bytes(6);
    return `"${this.pick(STRINGS)}"`;
  }

  #bytes(most: number): string {
    const codes = this.#list(most, () => {
      const code = this.below(3) === 0 ? 0x80 + this.below(0x80) : this.below(256);
      return `\\${String(code).padStart(3, "0")}`;
    });
    return `"${codes.join("")}"`;
  }

  value(depth: number): string {
    const kind = this.below(depth > 3 ? 5 : 9);
    if (kind === 0) return this.pick(["nil", "true", "false", "cjson.null"]);
    if (kind < 3) return this.number();
    if (kind < 5) return this.#string();
    if (kind === 5) {
      return `{${this.#list(5, () => this.value(depth + 1)).join(", ")}}`;
    }
    if (kind === 6) {
      const fields = this.#list(4, () => `[${this.#key()}] = ${this.value(depth + 1)}`);
      return `{${fields.join(", ")}}`;
    }
    if (kind === 7) {
      const field = this.pick(["ok", "err", "double", "map", "set", "big_number", "a"]);
      return `{${field} = ${this.value(depth + 1)}}`;
    }
    return this.pick(["{}", "{{}}", "function() end", "{1, nil, 3}", "{[1] = 1, [30] = 2}"]);
  }

  #key(): string {
    if (this.below(12) === 0) return "true";
    return this.below(2) === 0 ? this.#string() : this.pick(NUMBERS);
  }

  #json(): string {
    if (this.below(3) === 0) return `cjson.encode(${this.value(1)})`;
    const parts = Array.from({ length: 1 + this.below(8) }, () => this.pick(JSON_PARTS));
    const text = parts.join("").replaceAll("\\u0000", "\u0001");
    return `(${luaString(text)}):gsub("\\1", "\\0")`.replace(/^(.*)$/s, "($1)");
  }

  #setting(): string {
    return this.pick([
      () => `cjson.encode_max_depth(${1 + this.below(4)})`,
      () => `cjson.decode_max_depth(${1 + this.below(4)})`,
      () => `cjson.encode_number_precision(${1 + this.below(14)})`,
      () =>
        `cjson.encode_sparse_array(${this.pick(["true", "false", "'on'", "nil"])}, ${
          this.below(4)
        }, ${this.below(4)})`,
      () =>
        `cjson.encode_invalid_numbers(${this.pick(["true", "'null'", "'on'", "'off'", "false"])})`,
      () => `cjson.decode_invalid_numbers(${this.pick(["true", "'off'", "false"])})`,
    ])();
  }

  #unpacking(): string {
    const bytes = this.#bytes(8);
    return this.below(2) === 0
      ? `unpack_one(${bytes}${this.#offset()})`
      : `unpack_limit(${bytes}, ${this.below(4) - 1}${this.#offset()})`;
  }

  #offset(): string {
    return this.below(2) === 0 ? "" : `, ${this.below(9) - 2}`;
  }

  #format(): string {
    const options = this.#list(
      5,
      () => this.pick(this.below(4) === 0 ? STRUCT_ODD : STRUCT_OPTIONS),
    );
    return `"${options.join("")}"`;
  }
}

function luaString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `"${Array.from(bytes, (byte) => `\\${String(byte).padStart(3, "0")}`).join("")}"`;
}
