// Whole numbers of 64 bits as two words: what doubles become where C converts them, and back. Libraries that
// write numbers as bytes share it.

/** 2^32, and the numbers from which on no integer of C takes a double. */
const WORD_RANGE = 0x100000000;
const INT64_RANGE = 2 ** 63;
const UINT64_RANGE = 2 ** 64;
const SIGN_WORD = -0x80000000;

/** Two words of 32 bits, of which the signs mean nothing. */
export class Words64 {
  high = 0;
  low = 0;

  /** The integer part of a double, as C on x86-64 makes it a number without a sign; below 0 one with a sign. */
  fromDouble(number: number): void {
    const whole = Math.trunc(number);
    if (whole >= UINT64_RANGE) {
      this.high = this.low = 0;
    } else if (!(whole >= -INT64_RANGE)) {
      // What the processor answers where a number fits nowhere, or is none.
      this.high = SIGN_WORD;
      this.low = 0;
    } else {
      const high = Math.floor(whole / WORD_RANGE);
      this.high = high | 0;
      this.low = (whole - high * WORD_RANGE) | 0;
    }
  }

  /** As a double: of a number with a sign, or of one without. */
  toDouble(isSigned: boolean): number {
    const high = isSigned ? this.high | 0 : this.high >>> 0;
    return high * WORD_RANGE + (this.low >>> 0);
  }
}
