// Puts numbers in order without comparing them by a function, which takes five times as long: they are sorted as
// such, and each is looked up in the result.

/** The places of `keys`, which are numbers, in ascending order; of equal ones the first comes first. */
export function ascendingPlaces(keys: Float64Array): Int32Array {
  const sorted = keys.slice().sort();
  const order = new Int32Array(keys.length);
  /** How many of the keys that begin at a place have been placed. */
  const placed = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const first = lowerBound(sorted, keys[i]!);
    order[first + placed[first]!++] = i;
  }
  return order;
}

/** How many of ascending numbers are less than `key`. */
function lowerBound(sorted: Float64Array, key: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < key) from = middle + 1;
    else to = middle;
  }
  return from;
}
