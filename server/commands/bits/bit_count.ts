// Counts bits in bytes, and finds the first that is set or clear. Words of 32 bits at a time, so the bytes have to begin
// at a multiple of four. Knows no command.

/** How many bits are set in a word. */
function countWord(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  bits = (bits + (bits >>> 4)) & 0x0f0f_0f0f;
  return Math.imul(bits, 0x0101_0101) >>> 24;
}

/** How many of the first `length` bytes' bits are set. */
export function countBits(bytes: Uint8Array, length: number): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >>> 2);
  let count = 0;
  for (let i = 0; i < words.length; i++) count += countWord(words[i]!);
  for (let i = words.length * 4; i < length; i++) count += countWord(bytes[i]!);
  return count;
}

/** Number of the first bit of the first `length` bytes that is `bit`, the highest of a byte first; -1 if none is. */
export function firstBit(bytes: Uint8Array, length: number, bit: number): number {
  const skipped = bit === 0 ? -1 : 0;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, length >>> 2);
  let word = 0;
  while (word < words.length && words[word] === skipped) word++;
  for (let i = 4 * word; i < length; i++) {
    const byte = bit === 0 ? ~bytes[i]! & 0xff : bytes[i]!;
    if (byte !== 0) return 8 * i + Math.clz32(byte) - 24;
  }
  return -1;
}
