/// <reference lib="deno.worker" />
// A reader of pauses.ts: asks for tiny items until it is told to end, and notes the longest that a get took.

import { Cache, Outcome, Region, ValueBuffer } from "../../cache/mod.ts";
import { NumberedKey } from "./fill.ts";

/** What to read, and where to hear of the end. */
export interface PauseReaderOptions {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly keys: number;
  readonly keyBytes: number;
  readonly signal: ArrayBufferLike;
  /** Words of the signal: how many readers are ready, and whether to end. */
  readonly ready: number;
  readonly end: number;
}

/** What came of it. */
export interface PauseReaderResult {
  readonly longestMs: number;
  readonly gets: number;
  readonly busy: number;
}

/** Gets between two looks at whether to end. */
const ROUND = 256;

function read(options: PauseReaderOptions): PauseReaderResult {
  const { buffer, actor, keys, keyBytes, signal, ready, end } = options;
  const cache = new Cache(Region.attach(buffer), actor);
  const words = new Int32Array(signal);
  const key = new NumberedKey(keyBytes);
  const into = new ValueBuffer();
  let longestMs = 0;
  let busy = 0;
  let gets = 0;
  for (; Atomics.load(words, end) === 0; gets += ROUND) {
    for (let i = 0; i < ROUND; i++) {
      const from = performance.now();
      if (cache.get(key.set((gets + i) % keys), into) === Outcome.busy) busy++;
      longestMs = Math.max(longestMs, performance.now() - from);
    }
    if (gets === 0) {
      // Compiled and warm enough; what the first gets took is not counted.
      longestMs = 0;
      Atomics.add(words, ready, 1);
      Atomics.notify(words, ready);
    }
  }
  return { longestMs, gets, busy };
}

self.onmessage = ({ data }: MessageEvent<PauseReaderOptions>) => self.postMessage(read(data));
