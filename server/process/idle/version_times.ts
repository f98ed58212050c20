// How far the versions of each shard had come, and when: what OBJECT IDLETIME needs to tell when an item was stored.
// Times long ago are kept farther apart than late ones, so a shard takes a kilobyte. One for each worker.

import { readSequence, type ShardMemory } from "../../../cache/mod.ts";

/** Times that are kept of each shard. */
const MAX_TIMES = 64;
const NOTE_MS = 1000;

/** The times of one shard, in their order. */
class ShardTimes {
  readonly #versions: number[] = [];
  readonly #times: number[] = [];

  note(version: number, nowMs: number): void {
    if (this.#versions.at(-1) === version) return;
    this.#versions.push(version);
    this.#times.push(nowMs);
    if (this.#times.length > MAX_TIMES) this.#forgetOne(nowMs);
  }

  /** Forgets the time whose neighbours are closest to each other, for their age. */
  #forgetOne(nowMs: number): void {
    const times = this.#times;
    let [least, at] = [Infinity, 1];
    for (let i = 1; i < times.length - 1; i++) {
      const gap = (times[i + 1]! - times[i - 1]!) / (nowMs - times[i - 1]!);
      if (gap < least) [least, at] = [gap, i];
    }
    times.splice(at, 1);
    this.#versions.splice(at, 1);
  }

  /** The first time by which `version` was there; `nowMs` where none is known. */
  timeOf(version: number, nowMs: number): number {
    const at = this.#versions.findIndex((each) => each >= version);
    return at < 0 ? nowMs : this.#times[at]!;
  }
}

/** The times of all shards. */
export class VersionTimes {
  readonly #shards: readonly ShardMemory[];
  readonly #times: readonly ShardTimes[];
  readonly #now: () => number;
  #notedMs = -Infinity;

  /** `now` is any steady clock. */
  constructor(
    shards: readonly { readonly memory: ShardMemory }[],
    now: () => number = () => performance.now(),
  ) {
    this.#shards = shards.map(({ memory }) => memory);
    this.#times = this.#shards.map(() => new ShardTimes());
    this.#now = now;
  }

  /** To be called a few times a second. */
  tick(): void {
    const nowMs = this.#now();
    if (nowMs - this.#notedMs < NOTE_MS) return;
    this.#notedMs = nowMs;
    this.#shards.forEach((memory, i) => this.#times[i]!.note(readSequence(memory), nowMs));
  }

  /** For how many milliseconds, at least, a version of shard `shard` has been there. */
  ageMs(shard: number, version: number): number {
    const nowMs = this.#now();
    return nowMs - this.#times[shard]!.timeOf(version, nowMs);
  }
}
