// How near the hottest keys that workers tell of come to the truth: keys drawn from a Zipf distribution go to the
// counters of some workers in turns, at a rate by a clock of its own, and what is merged is compared with what the
// distribution says.

import { hashKey } from "../../cache/hash.ts";
import { hotFacts } from "../../server/observe/keys/hot_facts.ts";
import { HotKeys } from "../../server/observe/keys/hot_keys.ts";
import { KEY_BYTES, keyOf, Random, Zipf } from "../workload.ts";

/** What is drawn. */
export interface Draw {
  /** How many keys there are, and the exponent of the distribution. */
  readonly keys: number;
  readonly theta: number;
  readonly requests: number;
  /** Of all workers together. */
  readonly perSecond: number;
  readonly workers: number;
  readonly seed: number;
}

/** What came of it. */
export interface Accuracy {
  /** How many of the ten hottest keys are the ten that are named first. */
  readonly found: number;
  /** By how much the share of one of those is wrong at most: 0.01 is a hundredth of it. */
  readonly worstError: number;
  /** What counting took, in the mean over all keys, those included that were passed over. */
  readonly nsPerKey: number;
}

const TOP = 10;
const TICK_MS = 250;
/** Keys that are drawn and written down before they are counted, so that counting alone is timed. */
const CHUNK = 50_000;

/** One worker's counters, as the path of a command has them. */
class Counting {
  readonly hot: HotKeys;
  #left = 0;

  constructor(seed: number) {
    this.hot = new HotKeys(0, seed);
  }

  /** Lets a key come. */
  count(hash: number, bytes: Uint8Array, start: number): void {
    if (--this.#left < 0) this.#left = this.hot.count(hash, 0, bytes, start, KEY_BYTES, false);
  }
}

/** Draws, counts and compares. */
export function judge(draw: Draw): Accuracy {
  const { requests, perSecond, workers, seed } = draw;
  const zipf = new Zipf(new Random(seed), draw.keys, draw.theta);
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(CHUNK * KEY_BYTES);
  const hashes = new Int32Array(CHUNK);
  const all = Array.from({ length: workers }, (_, i) => new Counting(seed + i));
  const perTick = Math.max(1, Math.round(perSecond * TICK_MS / 1000));
  let [nowMs, tookMs, done] = [0, 0, 0];
  while (done < requests) {
    const count = Math.min(CHUNK, requests - done);
    for (let i = 0; i < count; i++) {
      encoder.encodeInto(keyOf(zipf.next()), bytes.subarray(i * KEY_BYTES));
      hashes[i] = hashKey(bytes, i * KEY_BYTES, KEY_BYTES);
    }
    const fromMs = performance.now();
    for (let i = 0; i < count; i++) {
      all[(done + i) % workers]!.count(hashes[i]!, bytes, i * KEY_BYTES);
      if ((done + i) % perTick !== perTick - 1) continue;
      nowMs += TICK_MS;
      for (const { hot } of all) hot.tick(nowMs);
    }
    tookMs += performance.now() - fromMs;
    done += count;
  }
  const answers = all.map(({ hot }) => hot.top(nowMs, 2 * TOP));
  const { keys } = hotFacts(answers, TOP, () => 0);
  return { ...compared(draw, keys), nsPerKey: tookMs * 1e6 / requests };
}

/** What is named beside the ten keys that are drawn most. */
function compared(
  { keys, theta }: Draw,
  named: readonly { readonly key?: string; readonly share: number }[],
): { found: number; worstError: number } {
  let sum = 0;
  for (let rank = 1; rank <= keys; rank++) sum += rank ** -theta;
  let found = 0;
  let worstError = 0;
  for (let rank = 1; rank <= TOP; rank++) {
    const share = named.find(({ key }) => key === keyOf(rank - 1))?.share;
    if (share === undefined) continue;
    found++;
    worstError = Math.max(worstError, Math.abs(share / (rank ** -theta / sum) - 1));
  }
  return { found, worstError };
}
