// How buffers that one request after the other uses grow and shrink again, said once. Functions and
// no class of buffers, since only this is the same for all: arguments may lie over a body instead, the
// answer to a get begins with constant text, input and answers of raw connections ask the budget
// before. Knows no budget and no protocol.

/** How long a buffer of `length` becomes that has to hold `needed`: at least twice as long. */
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

/** The same for a list of numbers, all of which are kept. */
export function grownPlaces(places: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(grownLength(places.length, needed));
  grown.set(places);
  return grown;
}

/**
 * `bytes`, or where they are more than `maxBytes` a new buffer of so many in their place. Short
 * enough for V8 to inline it wherever it is called (30 bytes of bytecode at most): it is part of the
 * reset before every request.
 */
export function keptBytes(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  return bytes.length > maxBytes ? new Uint8Array(maxBytes) : bytes;
}
