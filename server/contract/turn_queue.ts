// Work that waits for its turn, in the order in which it should go on: a binary heap, since thousands
// of clients may wait. Knows neither the work nor what decides its place.

/** One that waits. */
interface Waiting {
  /** The smallest goes first; of equal ones the one that came first. */
  readonly place: number;
  readonly order: number;
  readonly go: () => void;
}

/** All that wait. */
export class TurnQueue {
  readonly #heap: Waiting[] = [];
  #count = 0;

  /** How many wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** Lets another wait: `go` is called by {@linkcode next} when no place before `place` is taken. */
  add(place: number, go: () => void): void {
    const heap = this.#heap;
    const added = { place, order: this.#count++, go };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, added)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = added;
  }

  /** Lets the first go on. Returns false if nobody waits. */
  next(): boolean {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined) return false;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    first.go();
    return true;
  }

  /** Puts one in place of the first, which has gone. */
  #sink(one: Waiting): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(one, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = one;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.place < b.place || a.place === b.place && a.order < b.order;
}
