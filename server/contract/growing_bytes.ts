// How buffers that every request reuses grow, and shrink again. These are functions, not a class of
// buffers, since buffers have only this in common. Arguments may lie in a body instead, the answer to
// a get begins with constant text, and raw connections ask the budget first. Knows no budget and no
// protocol.

/** The new length of a buffer of `length` that has to hold `needed`: at least twice as long. */
export function grownLength(length: number, needed: number): number {
  return Math.max(needed, 2 * length);
}

/** A new buffer of `length` bytes that begins with the first `used` of `bytes`. */
export function resizedBytes(
  bytes: Uint8Array,
  used: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const resized = new Uint8Array(length);
  resized.set(bytes.subarray(0, used));
  return resized;
}

/** A new, longer buffer for `needed` bytes that begins with the first `used` of `bytes`. */
export function grownBytes(
  bytes: Uint8Array,
  used: number,
  needed: number,
): Uint8Array<ArrayBuffer> {
  return resizedBytes(bytes, used, grownLength(bytes.length, needed));
}

/** The same for a list of numbers. Keeps all of them. */
export function grownPlaces(places: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(grownLength(places.length, needed));
  grown.set(places);
  return grown;
}

/**
 * Returns `bytes`, or a new buffer of `maxBytes` where they are longer. This is part of the reset
 * before every request, and short enough for V8 to inline it (at most 30 bytes of bytecode).
 */
export function keptBytes(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  return bytes.length > maxBytes ? new Uint8Array(maxBytes) : bytes;
}

/**
 * The bytes of a buffer that nobody else looks at, in one of `length`. Unlike `resizedBytes()` it
 * frees the old buffer at once and does not wait for the garbage collector; `bytes` is empty then.
 */
export function resizedInPlace(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer.transfer(length));
}

/** Frees the buffer behind `bytes` at once: `bytes` and all other views of it are empty then. */
export function releaseBytes(bytes: Uint8Array<ArrayBuffer>): void {
  bytes.buffer.transfer(0);
}
