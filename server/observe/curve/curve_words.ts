// What main has learnt of other sizes of the cache, in its part of the region, so that any worker can tell. Main
// writes, others read; a count that is odd while main writes tells them to look again.

import type { ServerRegion } from "../../contract/counters.ts";
import { CURVE_WORDS, OWN_CURVE } from "../../contract/metrics/own_layout.ts";
import { CURVE_TIMES } from "./curve_model.ts";

const MAIN = 0;
const SEQUENCE = 0;
/** One key in so many is sampled; 0: none. */
const RATE = 1;
const READS = 2;
/** Of each size its hit ratio and its error, in millionths; a ratio of -1: too little is known. */
const POINTS = 3;
const POINT_WORDS = 2;
const UNKNOWN = -1;
const MILLION = 1e6;
const ATTEMPTS = 100;

if (POINTS + POINT_WORDS * CURVE_TIMES.length > CURVE_WORDS) {
  throw new Error("Cannot keep the curve in so few words");
}

/** What main has learnt. */
export interface CurveState {
  /** 0: nothing is sampled. */
  readonly rate: number;
  readonly sampledReads: number;
  /** Those sizes of which enough is known. */
  readonly points: readonly {
    readonly times: number;
    readonly hitRatio: number;
    readonly error: number;
  }[];
}

/** Writes it; for main alone. */
export function writeCurve(region: ServerRegion, { rate, sampledReads, points }: CurveState): void {
  const { words } = region;
  const at = region.ownWord(MAIN) + OWN_CURVE;
  Atomics.add(words, at + SEQUENCE, 1);
  Atomics.store(words, at + RATE, rate === 0 ? 0 : Math.round(1 / rate));
  Atomics.store(words, at + READS, Math.min(2 ** 31 - 1, Math.round(sampledReads)));
  for (const [i, times] of CURVE_TIMES.entries()) {
    const point = points.find((one) => one.times === times);
    const word = at + POINTS + i * POINT_WORDS;
    Atomics.store(
      words,
      word,
      point === undefined ? UNKNOWN : Math.round(point.hitRatio * MILLION),
    );
    Atomics.store(words, word + 1, point === undefined ? 0 : Math.round(point.error * MILLION));
  }
  Atomics.add(words, at + SEQUENCE, 1);
}

/** The share of the keys whose uses are to be told; 0: none. */
export function sampleRate(region: ServerRegion): number {
  const every = Atomics.load(region.words, region.ownWord(MAIN) + OWN_CURVE + RATE);
  return every === 0 ? 0 : 1 / every;
}

/** Reads it in any thread. */
export function readCurve(region: ServerRegion): CurveState {
  const { words } = region;
  const at = region.ownWord(MAIN) + OWN_CURVE;
  for (let left = ATTEMPTS;; left--) {
    const sequence = Atomics.load(words, at + SEQUENCE);
    const rate = sampleRate(region);
    const sampledReads = Atomics.load(words, at + READS);
    const state = { rate, sampledReads, points: rate === 0 ? [] : readPoints(words, at + POINTS) };
    const isWhole = (sequence & 1) === 0 && Atomics.load(words, at + SEQUENCE) === sequence;
    if (isWhole || left === 0) return state;
  }
}

function readPoints(words: Int32Array, at: number): CurveState["points"] {
  return CURVE_TIMES.flatMap((times, i) => {
    const ratio = Atomics.load(words, at + i * POINT_WORDS);
    const error = Atomics.load(words, at + i * POINT_WORDS + 1) / MILLION;
    return ratio === UNKNOWN ? [] : [{ times, hitRatio: ratio / MILLION, error }];
  });
}
