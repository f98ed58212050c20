// Patterns of KEYS and SCAN, on bytes: ? and * and [a-z] and [^x]; \ takes away the special meaning of
// the next byte. A pattern is read once, into segments between its stars. There is no backtracking:
// the first place where a segment fits is right. Long segments are tried at all places at once.

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ESCAPE = 0x5c;
const NOT = 0x5e;
const RANGE = 0x2d;

/** Longest pattern, in bytes. */
export const MAX_PATTERN_BYTES = 1024;
/** Up to this length a segment is found by trying each place. */
const SHORT_ELEMENTS = 8;

/** A set of bytes: 256 bits in 8 words. An element of a pattern is a byte, any byte, or a set. */
type ByteSet = Uint32Array;
type Element = number | ByteSet | null;

function isMember(element: Element, byte: number): boolean {
  if (typeof element === "number") return element === byte;
  return element === null || (element[byte >>> 5]! & (1 << (byte & 31))) !== 0;
}

/** Elements with no star between them. */
class Segment {
  readonly #elements: readonly Element[];
  /** For each byte the elements that it matches, as bits. Made when they are first needed. */
  #masks: Uint32Array | undefined;

  constructor(elements: readonly Element[]) {
    this.#elements = elements;
  }

  get length(): number {
    return this.#elements.length;
  }

  /** Whether the bytes from `at` match the segment. The caller has checked that there are enough. */
  fitsAt(bytes: Uint8Array, at: number): boolean {
    const elements = this.#elements;
    for (let i = 0; i < elements.length; i++) {
      if (!isMember(elements[i]!, bytes[at + i]!)) return false;
    }
    return true;
  }

  /** Finds the first match of the segment between `from` and `end`. Returns where it ends, or -1. */
  findEnd(bytes: Uint8Array, from: number, end: number): number {
    const { length } = this.#elements;
    if (from + length > end) return -1;
    if (length > SHORT_ELEMENTS) return this.#findLong(bytes, from, end);
    for (let at = from; at + length <= end; at++) {
      if (this.fitsAt(bytes, at)) return at + length;
    }
    return -1;
  }

  /**
   * The shift-and algorithm (Baeza-Yates and Gonnet, "A new approach to text searching", CACM 35(10),
   * 1992). Bit i says that the bytes up to here match elements 0 to i. A step costs one word for each
   * 32 elements, whatever the bytes are.
   */
  #findLong(bytes: Uint8Array, from: number, end: number): number {
    const { length } = this.#elements;
    const words = Math.ceil(length / 32);
    const masks = this.#masks ??= masksOf(this.#elements, words);
    const state = new Uint32Array(words);
    const last = 1 << ((length - 1) & 31);
    for (let at = from; at < end; at++) {
      const row = bytes[at]! * words;
      let carry = 1;
      for (let i = 0; i < words; i++) {
        const word = state[i]!;
        state[i] = ((word << 1) | carry) & masks[row + i]!;
        carry = word >>> 31;
      }
      if ((state[words - 1]! & last) !== 0) return at + 1;
    }
    return -1;
  }
}

function masksOf(elements: readonly Element[], words: number): Uint32Array {
  const masks = new Uint32Array(256 * words);
  for (let byte = 0; byte < 256; byte++) {
    for (let i = 0; i < elements.length; i++) {
      if (isMember(elements[i]!, byte)) masks[byte * words + (i >>> 5)]! |= 1 << (i & 31);
    }
  }
  return masks;
}

/** A pattern, ready to be compared with keys. */
export class Glob {
  /** The segments before the first star, between stars, and behind the last. */
  readonly #segments: readonly Segment[];
  /** Fewest bytes of a key that matches. */
  readonly #minLength: number;
  /** Whether every key matches. */
  readonly matchesAll: boolean;

  /** Reads `pattern`. Throws RangeError when it is longer than {@linkcode MAX_PATTERN_BYTES}. */
  constructor(pattern: Uint8Array) {
    if (pattern.length > MAX_PATTERN_BYTES) throw new RangeError("Cannot use pattern: too long");
    this.#segments = segmentsOf(pattern);
    this.#minLength = this.#segments.reduce((sum, { length }) => sum + length, 0);
    this.matchesAll = this.#segments.length > 1 && this.#minLength === 0;
  }

  /** Whether the pattern matches all of the `length` bytes of `bytes` from `start`. */
  matches(bytes: Uint8Array, start: number, length: number): boolean {
    if (length < this.#minLength) return false;
    const segments = this.#segments;
    const [first] = segments;
    if (!first!.fitsAt(bytes, start)) return false;
    if (segments.length === 1) return length === first!.length;
    const last = segments[segments.length - 1]!;
    const end = start + length - last.length;
    let at = start + first!.length;
    for (let i = 1; i < segments.length - 1 && at >= 0; i++) {
      at = segments[i]!.findEnd(bytes, at, end);
    }
    return at >= 0 && at <= end && last.fitsAt(bytes, end);
  }
}

function segmentsOf(pattern: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let elements: Element[] = [];
  for (let i = 0; i < pattern.length;) {
    if (pattern[i] === STAR) {
      // Several stars in a row count as one. Before the first there is always a segment.
      if (elements.length > 0 || segments.length === 0) segments.push(new Segment(elements));
      elements = [];
      i++;
      continue;
    }
    const [element, next] = elementAt(pattern, i);
    elements.push(element);
    i = next;
  }
  segments.push(new Segment(elements));
  return segments;
}

/** The element that begins at `i`, and the start of the next one. */
function elementAt(pattern: Uint8Array, i: number): [element: Element, next: number] {
  const first = pattern[i]!;
  if (first === QUESTION) return [null, i + 1];
  if (first === OPEN) return setAt(pattern, i + 1);
  if (first === ESCAPE && i + 1 < pattern.length) return [pattern[i + 1]!, i + 2];
  return [first, i + 1];
}

/** The set that begins at `from`, behind its bracket. Without a closing bracket it goes to the end. */
function setAt(pattern: Uint8Array, from: number): [set: ByteSet, next: number] {
  const set = new Uint32Array(8);
  const isNegated = pattern[from] === NOT;
  let i = isNegated ? from + 1 : from;
  for (; i < pattern.length && pattern[i] !== CLOSE; i++) {
    let [low, high] = [pattern[i]!, pattern[i]!];
    if (low === ESCAPE && i + 1 < pattern.length) low = high = pattern[++i]!;
    else if (pattern[i + 1] === RANGE && i + 2 < pattern.length) high = pattern[i += 2]!;
    for (let byte = Math.min(low, high); byte <= Math.max(low, high); byte++) {
      set[byte >>> 5]! |= 1 << (byte & 31);
    }
  }
  if (isNegated) { for (let word = 0; word < set.length; word++) set[word] = ~set[word]!; }
  return [set, Math.min(i + 1, pattern.length)];
}
