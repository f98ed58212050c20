// Main's part of the memory curve: empties the rings of sampled keys, keeps the model up to date with the real cache,
// and writes what it says where all workers find it. How long it takes at a time is bounded.

import type { ServerCache } from "../../contract/counters.ts";
import { FlushWatch } from "../flush_watch.ts";
import { CurveModel } from "./curve_model.ts";
import { writeCurve } from "./curve_words.ts";
import { realCache } from "./real_cache.ts";
import { SampleReader } from "./sample_ring.ts";

/** How often main should call {@linkcode CurveKeeper.tick}: rings have place for 20,000 uses a second of each worker. */
export const CURVE_TICK_MS = 50;
/** The model is compared with the real cache once in so many ticks. */
const LOOK_TICKS = 5;
/** Estimates are written once in so many looks. */
const WRITE_LOOKS = 4;
/** Where more than this share of all uses is lost, or there are so many in a look, fewer keys are sampled. */
const MOST_LOST_SHARE = 0.05;
const MOST_USES = 5000;
/** After so many looks with no more than this more are sampled again. */
const FEW_USES = MOST_USES / 8;
const CALM_LOOKS = 240;
/** Uses that are taken at a time: about 4 ms. */
const MOST_AT_ONCE = 4096;

/** Learns what other sizes of the cache would bring. */
export class CurveKeeper {
  readonly #cache: ServerCache;
  readonly #reader: SampleReader;
  readonly #model = new CurveModel();
  readonly #flushes: FlushWatch;
  #ticks = 0;
  #uses = 0;
  #calm = 0;

  constructor(cache: ServerCache) {
    this.#cache = cache;
    this.#reader = new SampleReader(cache);
    this.#flushes = new FlushWatch(cache);
    this.#look(cache.now());
    this.#write();
  }

  /** Takes what has come. To be called every CURVE_TICK_MS. */
  tick(): void {
    const nowMs = this.#cache.now();
    const model = this.#model;
    this.#uses += this.#reader.drain(MOST_AT_ONCE, (hash, use, eighths, deadlineMs) => {
      model.use(hash, use, eighths, deadlineMs, nowMs);
    });
    if (++this.#ticks % LOOK_TICKS !== 0) return;
    this.#look(nowMs);
    if (this.#ticks % (LOOK_TICKS * WRITE_LOOKS) === 0) this.#write();
  }

  #look(nowMs: number): void {
    const { region } = this.#cache;
    if (this.#flushes.look() > 0) this.#model.clear();
    this.#model.tick(realCache(this.#cache, region.total("hits"), region.total("misses")), nowMs);
    const lost = this.#reader.takeLost();
    if (this.#uses > MOST_USES || lost > MOST_LOST_SHARE * (this.#uses + lost)) {
      this.#model.sampleLess();
      this.#write();
    }
    this.#calm = lost > 0 || this.#uses > FEW_USES ? 0 : this.#calm + 1;
    if (this.#calm >= CALM_LOOKS) {
      this.#calm = 0;
      this.#model.sampleMore();
      this.#write();
    }
    this.#uses = 0;
  }

  #write(): void {
    const { rate, sampledReads } = this.#model;
    writeCurve(this.#cache.region, { rate, sampledReads, points: this.#model.estimates() });
  }
}
