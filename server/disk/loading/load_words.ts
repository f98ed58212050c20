// What the loaders of a start share: whose turn it is at the groups of sections, and how far each has
// come. Main reads it for progress, and to find loaders that stand still.

import { addCounter, COUNTER_WORDS, readCounter } from "../../../cache/mod.ts";

const NEXT_GROUP = 0;
const FIRST_COUNTER = COUNTER_WORDS;

/** The same words, as each thread sees them. */
export class LoadWords {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** Attaches to what another thread has made. */
  constructor(readonly buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  /** Makes them for so many loaders. */
  static create(loaders: number): LoadWords {
    return new LoadWords(new SharedArrayBuffer(4 * (FIRST_COUNTER + 2 * COUNTER_WORDS * loaders)));
  }

  /** The next group that no loader has taken: 0, 1 and so on. */
  takeGroup(): number {
    return Atomics.add(this.#words, NEXT_GROUP, 1);
  }

  /** Loader `index` has read so many bytes of sections. */
  addSectionBytes(index: number, bytes: number): void {
    addCounter(this.#words, this.#wordOf(index), bytes);
  }

  /** Loader `index` has read so many bytes of logs. */
  addLogBytes(index: number, bytes: number): void {
    addCounter(this.#words, this.#wordOf(index) + COUNTER_WORDS, bytes);
  }

  sectionBytes(index: number): number {
    return readCounter(this.#words, this.#wordOf(index));
  }

  logBytes(index: number): number {
    return readCounter(this.#words, this.#wordOf(index) + COUNTER_WORDS);
  }

  #wordOf(index: number): number {
    return FIRST_COUNTER + 2 * COUNTER_WORDS * index;
  }
}
