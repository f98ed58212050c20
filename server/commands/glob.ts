// Patterns of KEYS and SCAN, on bytes: ? and * and [a-z] and [^x], with \ before what is meant as it
// is. Linear but for one star at a time to come back to: at most length of pattern times length of
// key steps, whatever the pattern.

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ESCAPE = 0x5c;
const NOT = 0x5e;
const RANGE = 0x2d;

/** A pattern, ready to be compared with keys. */
export class Glob {
  readonly #pattern: Uint8Array;
  /** Whether every key matches. */
  readonly matchesAll: boolean;
  /** Where the element that was compared last ends in the pattern. */
  #end = 0;

  /** Keeps `pattern`, which must not change. */
  constructor(pattern: Uint8Array) {
    this.#pattern = pattern;
    this.matchesAll = pattern.length > 0 && pattern.every((byte) => byte === STAR);
  }

  /** Whether the `length` bytes of `bytes` from `start` match, all of them. */
  matches(bytes: Uint8Array, start: number, length: number): boolean {
    const pattern = this.#pattern;
    const end = start + length;
    let at = start;
    let p = 0;
    let starP = -1;
    let starAt = 0;
    while (at < end) {
      if (p < pattern.length && pattern[p] === STAR) {
        starP = ++p;
        starAt = at;
      } else if (p < pattern.length && this.#one(p, bytes[at]!)) {
        p = this.#end;
        at++;
      } else if (starP >= 0) {
        p = starP;
        at = ++starAt;
      } else return false;
    }
    while (p < pattern.length && pattern[p] === STAR) p++;
    return p === pattern.length;
  }

  /** Whether the element at `p` matches a byte; says in `#end` where the next element is. */
  #one(p: number, byte: number): boolean {
    const pattern = this.#pattern;
    const first = pattern[p]!;
    this.#end = p + 1;
    if (first === QUESTION) return true;
    if (first === OPEN) return this.#set(p + 1, byte);
    if (first === ESCAPE && p + 1 < pattern.length) {
      this.#end = p + 2;
      return pattern[p + 1] === byte;
    }
    return first === byte;
  }

  /** Whether a byte is in the set that begins at `from`; a set without an end goes to the last. */
  #set(from: number, byte: number): boolean {
    const pattern = this.#pattern;
    const negated = pattern[from] === NOT;
    let i = negated ? from + 1 : from;
    let found = false;
    for (; i < pattern.length && pattern[i] !== CLOSE; i++) {
      if (pattern[i] === ESCAPE && i + 1 < pattern.length) {
        if (pattern[++i] === byte) found = true;
      } else if (pattern[i + 1] === RANGE && i + 2 < pattern.length) {
        const [a, b] = [pattern[i]!, pattern[i + 2]!];
        if (byte >= Math.min(a, b) && byte <= Math.max(a, b)) found = true;
        i += 2;
      } else if (pattern[i] === byte) found = true;
    }
    this.#end = Math.min(i + 1, pattern.length);
    return found !== negated;
  }
}
