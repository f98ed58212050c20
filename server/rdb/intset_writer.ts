/**
 * Writes intsets: sorted integers, in which Redis keeps small sets of nothing else. The format: intset.c of
 * Redis. Knows no set.
 *
 * @module
 */

/** An intset in the making. */
export class IntsetWriter {
  readonly #integers: bigint[] = [];

  /** Adds the integer that this text is. */
  add(from: Uint8Array, start: number, length: number): void {
    this.#integers.push(BigInt(String.fromCharCode(...from.subarray(start, start + length))));
  }

  /** The intset. */
  end(): Uint8Array<ArrayBuffer> {
    const sorted = this.#integers.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
    const [least, most] = [sorted[0] ?? 0n, sorted.at(-1) ?? 0n];
    const width = [2, 4].find((bytes) => {
      const bound = 2n ** BigInt(8 * bytes - 1);
      return least >= -bound && most < bound;
    }) ?? 8;
    const view = new DataView(new ArrayBuffer(8 + width * sorted.length));
    view.setUint32(0, width, true);
    view.setUint32(4, sorted.length, true);
    for (const [i, integer] of sorted.entries()) {
      const at = 8 + width * i;
      if (width === 2) view.setInt16(at, Number(integer), true);
      else if (width === 4) view.setInt32(at, Number(integer), true);
      else view.setBigInt64(at, integer, true);
    }
    return new Uint8Array(view.buffer);
  }
}
