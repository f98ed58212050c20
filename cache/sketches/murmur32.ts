// MurmurHash2 with 32 bits, for Count-Min sketches and for Bloom filters that were made long ago.
// Knows only bytes. Austin Appleby's MurmurHash2 (public domain).

const FACTOR = 0x5bd1e995;

/** Hashes `length` bytes from `start`. Returns a number without a sign. */
export function murmur32(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = seed ^ length;
  const end = start + length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) |
      (bytes[at + 3]! << 24);
    const mixed = Math.imul(four, FACTOR);
    hash = Math.imul(hash, FACTOR) ^ Math.imul(mixed ^ (mixed >>> 24), FACTOR);
  }
  if (at < end) {
    for (let i = end - 1; i >= at; i--) hash ^= bytes[i]! << ((i - at) << 3);
    hash = Math.imul(hash, FACTOR);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, FACTOR);
  return (hash ^ (hash >>> 15)) >>> 0;
}
