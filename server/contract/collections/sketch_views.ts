// The sketches that a command may open: made when first needed, then reused. A context has them. Knows no
// command.

import { BloomFilter, CountMin, HyperLogLogView } from "../../../cache/mod.ts";

/** Sketches, two of a type where commands need two at a time. */
export class SketchViews {
  #hyperLogLog: HyperLogLogView | undefined;
  #bloom: BloomFilter | undefined;
  #cms: CountMin | undefined;
  #otherCms: CountMin | undefined;

  /** A HyperLogLog. */
  get hyperLogLog(): HyperLogLogView {
    return this.#hyperLogLog ??= new HyperLogLogView();
  }

  /** A Bloom filter. */
  get bloom(): BloomFilter {
    return this.#bloom ??= new BloomFilter();
  }

  /** A Count-Min sketch. */
  get cms(): CountMin {
    return this.#cms ??= new CountMin();
  }

  /** Another Count-Min sketch. */
  get otherCms(): CountMin {
    return this.#otherCms ??= new CountMin();
  }
}
