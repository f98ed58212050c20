// The longest common subsequence of two byte strings, 32 columns of its table at a time: a row keeps one
// bit for each column, whether the length grows there. That is all it takes to find the way back, the
// same way that Redis takes through its whole table. Knows no command.
// After Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).

const WORD_BITS = 32;
const WORD_SHIFT = 5;
const BYTE_VALUES = 256;

/** Most words of a table: 2 MiB, and about two milliseconds. */
export const MAX_TABLE_WORDS = 2 ** 19;

/** Words of the table for strings of these lengths. */
export function tableWords(firstBytes: number, secondBytes: number): number {
  return firstBytes * ((secondBytes + WORD_BITS - 1) >>> WORD_SHIFT);
}

/** A range of bytes that both strings have: the last ones of it, from the end of the strings. */
export interface CommonRange {
  readonly first: number;
  readonly second: number;
  readonly length: number;
}

/** What two strings have in common: `a` is the first, `b` the second. */
export class CommonSubsequence {
  readonly length: number;
  readonly #a: Uint8Array;
  readonly #b: Uint8Array;
  readonly #words: number;
  /** Row i is about the first i + 1 bytes of a. A bit is 0 where its column adds one. */
  readonly #rows: Int32Array<ArrayBuffer>;

  /** The table must not have more than MAX_TABLE_WORDS. */
  constructor(a: Uint8Array, b: Uint8Array) {
    this.#a = a;
    this.#b = b;
    this.#words = (b.length + WORD_BITS - 1) >>> WORD_SHIFT;
    this.#rows = new Int32Array(a.length * this.#words);
    this.#fill();
    this.length = this.#lengthOfLast();
  }

  #fill(): void {
    const [a, words, rows] = [this.#a, this.#words, this.#rows];
    const masks = this.#masks();
    let before = -1;
    for (let i = 0, at = 0; i < a.length; i++, at += words) {
      const mask = masks[a[i]!]!;
      let carry = 0;
      for (let word = 0; word < words; word++) {
        const v = before < 0 ? -1 : rows[before + word]!;
        const u = v & mask[word]!;
        const sum = (v >>> 0) + (u >>> 0) + carry;
        carry = sum > 0xffffffff ? 1 : 0;
        rows[at + word] = sum | (v & ~u);
      }
      before = at;
    }
  }

  /** For each byte that a has, the columns where b has it. */
  #masks(): (Int32Array | undefined)[] {
    const masks: (Int32Array | undefined)[] = new Array(BYTE_VALUES).fill(undefined);
    for (const byte of this.#a) masks[byte] ??= new Int32Array(this.#words);
    for (let j = 0; j < this.#b.length; j++) {
      const mask = masks[this.#b[j]!];
      if (mask !== undefined) mask[j >>> WORD_SHIFT]! |= 1 << (j & 31);
    }
    return masks;
  }

  #grows(row: number, column: number): boolean {
    const word = this.#rows[row * this.#words + (column >>> WORD_SHIFT)]!;
    return (word & (1 << (column & 31))) === 0;
  }

  #lengthOfLast(): number {
    let length = 0;
    if (this.#a.length === 0) return 0;
    for (let j = 0; j < this.#b.length; j++) if (this.#grows(this.#a.length - 1, j)) length++;
    return length;
  }

  /** The ranges that make it up, last ones first. */
  ranges(): CommonRange[] {
    const [a, b] = [this.#a, this.#b];
    const found: CommonRange[] = [];
    let [i, j, length] = [a.length, b.length, 0];
    while (i > 0 && j > 0) {
      if (a[i - 1] === b[j - 1]) {
        i--;
        j--;
        length++;
        continue;
      }
      if (length > 0) found.push({ first: i, second: j, length });
      length = 0;
      // Where the last column adds nothing, the way goes past it.
      if (this.#grows(i - 1, j - 1)) i--;
      else j--;
    }
    if (length > 0) found.push({ first: i, second: j, length });
    return found;
  }

  /** Frees the table. */
  end(): void {
    this.#rows.buffer.transfer(0);
  }
}
