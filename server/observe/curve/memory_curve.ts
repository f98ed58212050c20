// What more or less memory would bring, for whoever asks: read from the region, so any thread can tell, with one
// sentence of advice.

import { readStats } from "../../../cache/mod.ts";
import { formatSize, MIB } from "../../config/units.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { CurvePoint, MemoryCurve } from "../facts/memory_facts.ts";
import { readCurve } from "./curve_words.ts";

/** More memory is worth a sentence where it brings so much, of 1: twice as much, four times as much. */
const GAIN_OF_TWICE = 0.01;
const GAIN_OF_MORE = 0.02;
/** Less memory would do where it costs no more than this. */
const LOSS = 0.005;
/** From so many sampled reads on it is not for want of them that nothing is known. */
const ENOUGH_READS = 5000;
/** Less than this is no gain. */
const NOTHING = 0.001;
/** A cache is full from this share of its slab on. */
const FULL_SHARE = 0.9;

const NAMES: Readonly<Record<number, string>> = {
  0.25: "a quarter of the memory",
  0.5: "half the memory",
  2: "twice the memory",
  4: "four times the memory",
};

/** The curve as it is known now. */
export function memoryCurve(cache: ServerCache): MemoryCurve {
  const { rate, sampledReads, points: known } = readCurve(cache.region);
  const { usedBytes, slabBytes } = readStats(cache);
  const { regionBytes, logBytes } = cache.region.geometry;
  const points = known.map(({ times, hitRatio, error }) => {
    // The log's ring stays as it is. So do some headers, which are too small to be spoken of.
    const bytes = logBytes + times * (regionBytes - logBytes);
    return { times, bytes, hitRatio, error };
  });
  const fullness = usedBytes / slabBytes;
  return {
    sampleRate: rate,
    sampledReads,
    points,
    advice: adviceOf(rate, sampledReads, points, fullness),
  };
}

/** What to do, in one sentence. `fullness` is the share of the slab that is in use. */
export function adviceOf(
  rate: number,
  sampledReads: number,
  points: readonly CurvePoint[],
  fullness: number,
): string {
  if (rate === 0) return "Nothing is known: with --metrics off no keys are sampled.";
  const at = (times: number) => points.find((point) => point.times === times);
  const now = at(1);
  if (now === undefined || points.length === 1) {
    return sampledReads < ENOUGH_READS
      ? `Too little is known yet: ${sampledReads} reads of sampled keys were seen, and it takes some thousands.`
      : `Nothing is known to within two points, although ${sampledReads} reads of sampled keys were seen.`;
  }
  const twice = at(2);
  if (twice !== undefined && twice.hitRatio - now.hitRatio >= GAIN_OF_TWICE) {
    return more(now, twice);
  }
  const most = at(4);
  if (most !== undefined && most.hitRatio - now.hitRatio >= GAIN_OF_MORE) return more(now, most);
  const enough = points.find(({ times, hitRatio }) => times < 1 && now.hitRatio - hitRatio <= LOSS);
  if (enough !== undefined) return less(now, enough, fullness);
  return `The memory suits what is asked for: ${suits(now, most ?? twice, at(0.5) ?? at(0.25))}.`;
}

/** What more and less would do where neither is worth it. */
function suits(now: CurvePoint, up: CurvePoint | undefined, down: CurvePoint | undefined): string {
  const hitRatio = `the hit ratio of ${percent(now.hitRatio)}`;
  const isFlat = up !== undefined && up.hitRatio - now.hitRatio < NOTHING;
  const upward = isFlat
    ? "more would bring nothing"
    : up && `${nameOf(up)} would raise ${hitRatio} by ${gain(now, up)} points`;
  if (down === undefined) return upward!;
  const downward = `${nameOf(down)} would lower`;
  if (up !== undefined && !isFlat) return `${upward}, ${downward} it by ${gain(down, now)}`;
  const lowered = `${downward} ${hitRatio} by ${gain(down, now)} points`;
  return upward === undefined ? lowered : `${upward}, ${lowered}`;
}

function more(now: CurvePoint, point: CurvePoint): string {
  const fewer = (point.hitRatio - now.hitRatio) / (1 - now.hitRatio);
  return `${nameOf(point, true)}${sizeOf(point, now)} would raise the hit ratio from ${
    percent(now.hitRatio)
  } to ` +
    `${percent(point.hitRatio)}: ${Math.round(100 * fewer)} % fewer misses.`;
}

function less(now: CurvePoint, point: CurvePoint, fullness: number): string {
  const why = fullness < FULL_SHARE
    ? `The cache is not full (${
      Math.round(100 * fullness)
    } %), and more memory would bring nothing now`
    : "More memory would bring little";
  return `${why}; ${nameOf(point)}${sizeOf(point, now)} would do, with a hit ratio of ` +
    `${percent(point.hitRatio)} in place of ${percent(now.hitRatio)}.`;
}

function nameOf({ times }: CurvePoint, isFirst = false): string {
  const name = NAMES[times]!;
  return isFirst ? name[0]!.toUpperCase() + name.slice(1) : name;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

function gain(from: CurvePoint, to: CurvePoint): string {
  return (100 * (to.hitRatio - from.hitRatio)).toFixed(1);
}

/** What to start the server with, in whole MiB, or as it is where it is less than one. A log's ring is not for items. */
function sizeOf({ times, bytes }: CurvePoint, now: CurvePoint): string {
  const size = formatSize(bytes < MIB ? bytes : Math.round(bytes / MIB) * MIB);
  return bytes === times * now.bytes ? ` (${size})` : ` for items (--memory ${size})`;
}
