/**
 * The CRC-64 at the end of a Redis RDB file: that of Jones, reflected, as in crc64.c of Redis. Computed in
 * two halves of 32 bits, eight bytes at a time.
 *
 * @module
 */

/** The polynomial 0xad93d23594c935a9 with its bits in reverse. */
const POLYNOMIAL_LOW = 0xac4bc9b5;
const POLYNOMIAL_HIGH = 0x95ac9329;
const SLICES = 8;

/** For each slice and byte what it does to the checksum: low and high halves. */
const [LOWS, HIGHS] = tables();

function tables(): [Uint32Array, Uint32Array] {
  const lows = new Uint32Array(256 * SLICES);
  const highs = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let [low, high] = [byte, 0];
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (low & 1) !== 0;
      low = (low >>> 1 | high << 31) >>> 0;
      high >>>= 1;
      if (!isOdd) continue;
      low = (low ^ POLYNOMIAL_LOW) >>> 0;
      high = (high ^ POLYNOMIAL_HIGH) >>> 0;
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  for (let i = 256; i < 256 * SLICES; i++) {
    const low = lows[i - 256]!;
    const high = highs[i - 256]!;
    lows[i] = (low >>> 8 | high << 24) ^ lows[low & 255]!;
    highs[i] = (high >>> 8) ^ highs[low & 255]!;
  }
  return [lows, highs];
}

/** A checksum in the making. */
export class Crc64 {
  #low = 0;
  #high = 0;

  /** Adds the bytes from `start` to `end`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    let low = this.#low;
    let high = this.#high;
    let at = start;
    for (; at + SLICES <= end; at += SLICES) {
      low ^= bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
      high ^= bytes[at + 4]! | bytes[at + 5]! << 8 | bytes[at + 6]! << 16 | bytes[at + 7]! << 24;
      const a = 1792 + (low & 255);
      const b = 1536 + (low >>> 8 & 255);
      const c = 1280 + (low >>> 16 & 255);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 255);
      const f = 512 + (high >>> 8 & 255);
      const g = 256 + (high >>> 16 & 255);
      const h = high >>> 24;
      low = LOWS[a]! ^ LOWS[b]! ^ LOWS[c]! ^ LOWS[d]! ^ LOWS[e]! ^ LOWS[f]! ^ LOWS[g]! ^ LOWS[h]!;
      high = HIGHS[a]! ^ HIGHS[b]! ^ HIGHS[c]! ^ HIGHS[d]! ^ HIGHS[e]! ^ HIGHS[f]! ^ HIGHS[g]! ^
        HIGHS[h]!;
    }
    for (; at < end; at++) {
      const byte = (low ^ bytes[at]!) & 255;
      low = (low >>> 8 | high << 24) ^ LOWS[byte]!;
      high = (high >>> 8) ^ HIGHS[byte]!;
    }
    this.#low = low;
    this.#high = high;
  }

  /** The checksum as eight bytes, the lowest first. */
  bytes(): Uint8Array {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, this.#low >>> 0, true);
    view.setUint32(4, this.#high >>> 0, true);
    return new Uint8Array(view.buffer);
  }
}
