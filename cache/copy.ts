// Copies bytes and words from one array to another. It knows no layout: whoever calls has to see to it that both arrays
// have what is copied.

/** Below this many bytes a loop beats the view that `set(subarray)` has to make (bench/engine). */
const LOOP_BYTES = 40;

/** Copies `length` bytes between two byte arrays. */
export function copyBytes(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  length: number,
): void {
  if (length < LOOP_BYTES) {
    for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i]!;
  } else {
    to.set(from.subarray(fromStart, fromStart + length), toStart);
  }
}

/** Copies `count` words between two arrays of them. */
export function copyWords(
  from: Int32Array,
  fromStart: number,
  to: Int32Array,
  toStart: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[toStart + i] = from[fromStart + i]!;
}
