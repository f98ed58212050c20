// Finds actors that hang, by their progress: an actor lives while its heartbeat or its count of
// requests moves. The wall clock plays no part. Any thread may look, a few times a second; it remembers
// when each actor last moved.

import type { ServerRegion } from "../contract/counters.ts";

/** An actor hangs when it has not moved for this many milliseconds. */
export const SILENCE_MAX_MS = 5000;
/** If looks are further apart, this thread stood still too: the process was stopped. */
const GAP_MAX_MS = 1000;

/** One thread's view of which actors move. */
export class Liveness {
  readonly #region: ServerRegion;
  /** The words of each actor when it was last seen to move, and the time of that. */
  readonly #seen: Int32Array;
  readonly #movedMs: Float64Array;
  #lookedMs: number;

  /** `nowMs` is a monotonic time in milliseconds. */
  constructor(region: ServerRegion, nowMs: number) {
    this.#region = region;
    this.#seen = new Int32Array(region.geometry.actorCount);
    this.#movedMs = new Float64Array(region.geometry.actorCount).fill(nowMs);
    this.#lookedMs = nowMs;
  }

  /** Looks at every actor. Must be called at least once every second. */
  look(nowMs: number): void {
    const wasStopped = nowMs - this.#lookedMs > GAP_MAX_MS;
    this.#lookedMs = nowMs;
    for (let actor = 0; actor < this.#seen.length; actor++) {
      const progress = (this.#region.gauge(actor, "heartbeat") +
        this.#region.counter(actor, "requests")) | 0;
      if (progress === this.#seen[actor] && !wasStopped) continue;
      this.#seen[actor] = progress;
      this.#movedMs[actor] = nowMs;
    }
  }

  /** The serving actor that had not moved for longest at the last look, and for how long. */
  mostSilent(): { readonly actor: number; readonly silentMs: number } {
    let found = 0;
    let silentMs = 0;
    for (let actor = 0; actor < this.#seen.length; actor++) {
      if (this.#region.gauge(actor, "serving") === 0) continue;
      const silence = this.#lookedMs - this.#movedMs[actor]!;
      if (silence <= silentMs) continue;
      found = actor;
      silentMs = silence;
    }
    return { actor: found, silentMs };
  }

  /** Counts a sign of life of `actor`. Only that actor calls this. */
  static beat(region: ServerRegion, actor: number): void {
    Atomics.add(region.words, region.gaugeWord(actor, "heartbeat"), 1);
  }
}
