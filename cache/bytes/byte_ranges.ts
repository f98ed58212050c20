// What a byte view has written over, as ranges, for the log: the final bytes are read when the view is closed, so two
// writes to one place are one range. Knows no item.

/** More ranges than this are not kept apart: then all of the value counts as written. */
const MAX_RANGES = 256;

/** Ranges of bytes. */
export class ByteRanges {
  /** Where each begins, and how long it is, in turn. */
  readonly places: Int32Array = new Int32Array(2 * MAX_RANGES);
  /** How many there are. */
  count = 0;
  /** Whether there were too many. */
  isAll = false;

  /** Forgets all. */
  reset(): void {
    this.count = 0;
    this.isAll = false;
  }

  /** Adds `length` bytes from `from` on. */
  add(from: number, length: number): void {
    const { places, count } = this;
    if (count > 0) {
      const last = 2 * (count - 1);
      const start = places[last]!;
      const end = start + places[last + 1]!;
      if (from >= start && from <= end) {
        if (from + length > end) places[last + 1] = from + length - start;
        return;
      }
    }
    if (count === MAX_RANGES) {
      this.isAll = true;
      return;
    }
    places[2 * count] = from;
    places[2 * count + 1] = length;
    this.count = count + 1;
  }

  /** The same as one range from 0 on, of `length` bytes. */
  addAll(length: number): void {
    this.reset();
    this.add(0, length);
  }

  /** Cuts off what is behind the first `length` bytes, and makes of too many ranges one. Returns their bytes. */
  fit(length: number): number {
    if (this.isAll) this.addAll(length);
    const { places } = this;
    let kept = 0;
    let bytes = 0;
    for (let i = 0; i < this.count; i++) {
      const from = places[2 * i]!;
      const here = Math.min(places[2 * i + 1]!, length - from);
      if (here <= 0) continue;
      places[2 * kept] = from;
      places[2 * kept + 1] = here;
      bytes += here;
      kept++;
    }
    this.count = kept;
    return bytes;
  }
}
