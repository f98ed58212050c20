/**
 * Packs and unpacks LZF, as Redis does strings in RDB files: runs of literal bytes, and copies of what came up to
 * 8 KiB before. Pure; reads and writes nothing out of bounds, whatever it is given. Packs byte for byte as Redis
 * does: with a table of 2^16 places, as lzf_c.c of liblzf.
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

const TABLE_BITS = 16;
const TABLE_MASK = (1 << TABLE_BITS) - 1;
const MAX_DISTANCE = 1 << 13;
const MAX_COPY = 264;
const MAX_PLACE = 2 ** 31 - 1;

/** Packs strings, one after the other. Has a table of 256 KiB. */
export class LzfPacker {
  /** By three bytes: where they were seen last, counted from 1 over all strings, so that it is seldom cleared. */
  readonly #places = new Int32Array(1 << TABLE_BITS);
  /** Bytes of the strings before. */
  #before = 0;

  /**
   * Packs the `length` bytes of `from` from `start` to `to`, which has space for `most` bytes from `at` on. Returns
   * how many it has written, or 0 where there is no space for all.
   */
  pack(
    from: Uint8Array,
    start: number,
    length: number,
    to: Uint8Array,
    at: number,
    most: number,
  ): number {
    const places = this.#places;
    if (this.#before + length > MAX_PLACE) {
      this.#before = 0;
      places.fill(0);
    }
    const first = start - this.#before - 1;
    this.#before += length;
    const end = start + length;
    const outEnd = at + most;
    let out = at + 1;
    let literals = 0;
    let seen = length < 2 ? 0 : from[start]! << 8 | from[start + 1]!;
    let i = start;
    while (i < end - 2) {
      seen = seen << 8 | from[i + 2]!;
      const place = placeOf(seen);
      const before = places[place]! + first;
      places[place] = i - first;
      if (before <= start || i - before > MAX_DISTANCE || !isSameThree(from, before, i)) {
        if (out >= outEnd) return 0;
        to[out++] = from[i++]!;
        if (++literals === MAX_LITERAL) {
          to[out - literals - 1] = literals - 1;
          literals = 0;
          out++;
        }
        continue;
      }
      const begin = literals === 0 ? out - 1 : out;
      if (begin + 4 >= outEnd) return 0;
      to[out - literals - 1] = literals - 1;
      const count = commonLength(from, before, i, Math.min(end - i - 2, MAX_COPY));
      out = writeCopy(to, begin, i - before - 1, count - 2) + 1;
      literals = 0;
      i += count;
      if (i >= end - 2) break;
      // Of what was passed over only the last two places are noted.
      seen = from[i - 2]! << 16 | from[i - 1]! << 8 | from[i]!;
      places[placeOf(seen)] = i - 2 - first;
      seen = seen << 8 | from[i + 1]!;
      places[placeOf(seen)] = i - 1 - first;
    }
    return out + 3 > outEnd ? 0 : writeRest(from, i, end, to, out, literals) - at;
  }
}

function placeOf(seen: number): number {
  return (seen >>> 24 - TABLE_BITS) - Math.imul(seen, 5) & TABLE_MASK;
}

function isSameThree(from: Uint8Array, a: number, b: number): boolean {
  return from[a + 2] === from[b + 2] && from[a + 1] === from[b + 1] && from[a] === from[b];
}

/** How many bytes from `a` on are those from `b` on: three or more, and no more than `most` where that is more. */
function commonLength(from: Uint8Array, a: number, b: number, most: number): number {
  let count = 3;
  while (count < most && from[a + count] === from[b + count]) count++;
  return count;
}

/** Writes a copy. Returns where it ends. */
function writeCopy(to: Uint8Array, at: number, distance: number, count: number): number {
  let end = at;
  to[end++] = distance >> 8 | Math.min(count, LONG) << 5;
  if (count >= LONG) to[end++] = count - LONG;
  to[end++] = distance;
  return end;
}

/** Writes what is left as literals, behind those that there are. Returns where all ends. */
function writeRest(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
  before: number,
): number {
  let out = at;
  let literals = before;
  for (let i = start; i < end; i++) {
    to[out++] = from[i]!;
    if (++literals < MAX_LITERAL) continue;
    to[out - literals - 1] = literals - 1;
    literals = 0;
    out++;
  }
  to[out - literals - 1] = literals - 1;
  return literals === 0 ? out - 1 : out;
}
