/**
 * Unpacks LZF, as Redis packs strings in RDB files: runs of literal bytes, and copies of what came up to
 * 8 KiB before. Pure; reads and writes nothing out of bounds, whatever it is given.
 *
 * @module
 */

const MAX_LITERAL = 32;
const LONG = 7;

/**
 * Unpacks the bytes from `start` to `end` to the first `length` of `to`.
 *
 * @returns whether they were exactly so many
 */
export function unpackLzf(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  length: number,
): boolean {
  let at = start;
  let out = 0;
  while (at < end) {
    const control = from[at++]!;
    if (control < MAX_LITERAL) {
      const count = control + 1;
      if (at + count > end || out + count > length) return false;
      to.set(from.subarray(at, at + count), out);
      at += count;
      out += count;
      continue;
    }
    let count = (control >> 5) + 2;
    if (count === LONG + 2) {
      if (at >= end) return false;
      count += from[at++]!;
    }
    if (at >= end) return false;
    let source = out - ((control & 31) << 8 | from[at++]!) - 1;
    if (source < 0 || out + count > length) return false;
    // Source and target may overlap, which repeats what lies between them.
    for (const last = out + count; out < last;) to[out++] = to[source++]!;
  }
  return out === length;
}
