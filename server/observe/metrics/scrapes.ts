// Writes /metrics for one worker, in its slices of time. Who asks while a text is being written shares it, and so does who
// asks very soon after: scrapes take no more than a fifth of a worker's time, however many want them.

import type { MetricsFormat } from "../../contract/server.ts";
import type { TimeSlices } from "../../contract/time_slices.ts";
import { Exposition } from "./exposition.ts";
import { Snapshot, type SnapshotSources } from "./snapshot.ts";

/** A text is given out for so many times as long as it took to write. */
const SHARED_TIMES = 4;

/** A text that was written, and until when it is new enough. */
interface Written {
  readonly text: string;
  readonly untilMs: number;
}

/** The scrapes of one worker. */
export class Scrapes {
  readonly #sources: SnapshotSources;
  readonly #now: () => number;
  /** What is being written, and what was written last. */
  readonly #underWay = new Map<MetricsFormat, Promise<string>>();
  readonly #written = new Map<MetricsFormat, Written>();

  /** `now` is in milliseconds, from any time on. */
  constructor(sources: SnapshotSources, now: () => number = () => performance.now()) {
    this.#sources = sources;
    this.#now = now;
  }

  /** All metrics in one of the formats. */
  text(format: MetricsFormat, slices: Pick<TimeSlices, "run">): string | Promise<string> {
    const written = this.#written.get(format);
    if (written !== undefined && this.#now() < written.untilMs) return written.text;
    return this.#underWay.get(format) ?? this.#write(format, slices);
  }

  #write(format: MetricsFormat, slices: Pick<TimeSlices, "run">): string | Promise<string> {
    const exposition = new Exposition(new Snapshot(this.#sources), format);
    let tookMs = 0;
    const end = () => {
      const { text } = exposition;
      this.#written.set(format, { text, untilMs: this.#now() + SHARED_TIMES * tookMs });
      return text;
    };
    const rest = slices.run(() => {
      const fromMs = this.#now();
      const isDone = exposition.step();
      tookMs += this.#now() - fromMs;
      return isDone;
    });
    if (rest === null) return end();
    const text = rest.then(end).finally(() => this.#underWay.delete(format));
    this.#underWay.set(format, text);
    return text;
  }
}
