// The words of one line of memcached's text protocol, which only spaces part. A zero byte ends a line as an LF does, since
// memcached reads it as a string of C. Knows no command.

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Most words that are told apart; memcached counts no more. */
export const MAX_WORDS = 23;

/** The words of a line. One per worker. */
export class Words {
  readonly starts: Int32Array = new Int32Array(MAX_WORDS + 1);
  readonly lengths: Int32Array = new Int32Array(MAX_WORDS + 1);
  count = 0;
  /** Where the words end, and where the next line begins. */
  end = 0;
  next = 0;

  /**
   * Reads the line at `at`, of which at most `most` words are told apart. Returns whether all of it is there; `end`
   * is where the bytes end.
   */
  read(bytes: Uint8Array, at: number, end: number, most: number = MAX_WORDS): boolean {
    const { starts, lengths } = this;
    let count = 0;
    let start = at;
    let i = at;
    for (;; i++) {
      if (i >= end) {
        this.count = count;
        return false;
      }
      const byte = bytes[i]!;
      if (byte > SPACE) continue;
      if (byte === SPACE || byte === LF || byte === 0) {
        // The CR of a line end is none of the last word, where there is anything before it.
        const isEnd = byte === LF && i - at > 1 && bytes[i - 1] === CR;
        const length = (isEnd ? i - 1 : i) - start;
        if (length > 0 && count < most) {
          starts[count] = start;
          lengths[count++] = length;
        }
        if (byte !== SPACE || count === most) break;
        start = i + 1;
      }
    }
    this.count = count;
    this.end = i;
    return this.#findNext(bytes, end);
  }

  /** Reads the words from `at` to `end`, whatever ends lines among them. */
  readPart(bytes: Uint8Array, at: number, end: number): void {
    let start = at;
    this.count = 0;
    for (let i = at; i <= end && this.count < MAX_WORDS; i++) {
      if (i < end && bytes[i] !== SPACE && bytes[i] !== 0) continue;
      if (i > start) {
        this.starts[this.count] = start;
        this.lengths[this.count++] = i - start;
      }
      if (bytes[i] === 0) return;
      start = i + 1;
    }
  }

  /** Finds where the next line begins. Returns whether that is known. */
  #findNext(bytes: Uint8Array, end: number): boolean {
    if (bytes[this.end] === LF) {
      this.next = this.end + 1;
      return true;
    }
    const lf = bytes.indexOf(LF, this.end);
    this.next = lf + 1;
    return lf >= 0 && lf < end;
  }
}
