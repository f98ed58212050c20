// A worker's part of the memory curve: tells main of the uses of as many keys as main wants to hear of. How many
// that are may change at any time.

import type { ServerRegion } from "../../contract/counters.ts";
import type { KeySamples } from "../../contract/keys/key_samples.ts";
import { sampleRate } from "./curve_words.ts";
import { SampleWriter } from "./sample_ring.ts";

/** Sees to it that the worker's samples are what main has asked for. */
export class Sampling {
  readonly #region: ServerRegion;
  readonly #samples: KeySamples;
  readonly #writer: SampleWriter;
  #rate = 0;

  constructor(region: ServerRegion, actor: number, samples: KeySamples) {
    this.#region = region;
    this.#samples = samples;
    this.#writer = new SampleWriter(region, actor);
  }

  /** To be called a few times a second. */
  tick(): void {
    this.#writer.tick();
    const rate = sampleRate(this.#region);
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#samples.listen(this.#writer, rate);
  }
}
