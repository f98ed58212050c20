// Compares bytes in place: keys and values of any bytes, and secrets.
// Does not know what the bytes mean.

/** Whether `length` bytes of `a` from `aStart` are those of `b` from `bStart`. */
export function sameBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Whether `length` bytes from `start` are `word`, which is ASCII in upper case, in any case. */
export function sameWord(bytes: Uint8Array, start: number, length: number, word: string): boolean {
  if (length !== word.length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    const isLower = byte >= 0x61 && byte <= 0x7a;
    if ((isLower ? byte - 0x20 : byte) !== word.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * Whether `length` bytes of `given` from `start` are `secret`. Takes the same time wherever the two
 * differ.
 */
export function sameSecret(
  secret: Uint8Array,
  given: Uint8Array,
  start: number,
  length: number,
): boolean {
  let difference = length ^ secret.length;
  for (let i = 0; i < secret.length; i++) difference |= secret[i]! ^ (given[start + i] ?? 0);
  return difference === 0;
}
