// CMS.MERGE: the counters of several sketches of one shape, each times a weight, become those of another one. All
// are added up before any is written: where one overflows nothing has changed.

import { openTyped } from "../items.ts";
import { ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { OUT_OF_MEMORY, refused } from "../failures.ts";
import { MAX_INT64, MIN_INT64 } from "../integers.ts";
import { openCms } from "./count_min.ts";
import { plainly } from "./refusals.ts";

const BAD_COUNT = plainly("CMS: invalid numkeys");
const NO_KEYS = plainly("CMS: Number of keys must be positive");
const WRONG_KEYS = plainly("CMS: wrong number of keys");
const WRONG_WEIGHTS = plainly("CMS: wrong number of keys/weights");
const BAD_WEIGHT = plainly("CMS: invalid weight value");
const OTHER_SHAPE = plainly("CMS: width/depth is not equal");
const OVERFLOW = plainly("CMS: MERGE overflow");
/** Counters that are read in all: about 2 ms under the locks. With large weights a tenth of them. */
const MAX_COUNTERS = 500_000;
const SLOWER = 10;
const TOO_LARGE = refused(
  `too many counters to merge at once, nothing has changed: at most ${MAX_COUNTERS} of all sources together, ` +
    `or ${MAX_COUNTERS / SLOWER} where the weights are large`,
);
/** Of the weights' sizes: up to this every sum of products of 32-bit counters is exact as a number. */
const MAX_EXACT_WEIGHT = 2 ** 21;
/** Counters that are read at a time. */
const BLOCK = 4096;
const MAX_COUNT = 0xffffffff;
const COPIED_PER_COUNTER = 16;

/** CMS.MERGE destination numkeys source… [WEIGHTS weight…]. */
export function cmsMerge(context: CommandContext, args: Args, reply: Reply): void {
  const { cms, otherCms } = context.sketches;
  if (!openCms(context, cms, args, 0, 0, reply, false)) return;
  const weights = weightsOf(args, reply);
  if (weights === null) return;
  const { depth, width } = cms;
  let sum = 0n;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i];
    if (weight === undefined) return reply.fail(BAD_WEIGHT);
    if (!openCms(context, otherCms, args, i + 1, i + 2, reply, true)) return;
    const { depth: otherDepth, width: otherWidth } = otherCms;
    if (otherDepth !== depth || otherWidth !== width) return reply.fail(OTHER_SHAPE);
    sum += BigInt(otherCms.sum) * BigInt(weight);
  }
  const size = weights.reduce((all: number, weight) => all + Math.abs(Number(weight)), 0);
  const isExact = size <= MAX_EXACT_WEIGHT;
  const counters = depth * width * weights.length;
  context.copiedBytes += counters * COPIED_PER_COUNTER;
  if (counters > MAX_COUNTERS / (isExact ? 1 : SLOWER)) return reply.fail(TOO_LARGE);
  const counts = new Uint32Array(depth * width);
  if (!addUp(context, args, weights as (number | bigint)[], counts, isExact)) {
    return reply.fail(OVERFLOW);
  }
  if (sum < 0n || sum > MAX_INT64) return reply.fail(OVERFLOW);
  if (!cms.writeCounters(0, counts.length, new Uint8Array(counts.buffer))) {
    return reply.fail(OUT_OF_MEMORY);
  }
  cms.setSum(sum);
  cms.view.close();
  reply.ok();
}

/** The weight of each source; undefined for one that is no number. Refuses and returns null. */
function weightsOf(args: Args, reply: Reply): (number | bigint | undefined)[] | null {
  const count = integerOf(args, 1);
  let at = 2;
  while (at < args.count && tokenOf(args, at) !== "WEIGHTS") at++;
  const hasWeights = at < args.count;
  const keys = Number(count);
  if (count === undefined) reply.fail(BAD_COUNT);
  else if (keys <= 0) reply.fail(NO_KEYS);
  else if (!hasWeights && keys !== args.count - 2) reply.fail(WRONG_KEYS);
  else if (hasWeights && (at !== keys + 2 || args.count !== 3 + 2 * keys)) {
    reply.fail(WRONG_WEIGHTS);
  } else {
    return Array.from({ length: keys }, (_, i) => hasWeights ? integerOf(args, at + 1 + i) : 1);
  }
  return null;
}

/** Writes what all counters add up to. Returns false where one of them is below 0 or has more than 32 bits. */
function addUp(
  context: CommandContext,
  args: Args,
  weights: readonly (number | bigint)[],
  counts: Uint32Array,
  isExact: boolean,
): boolean {
  const { otherCms } = context.sketches;
  const read = new Uint32Array(BLOCK);
  const bytes = new Uint8Array(read.buffer);
  const numbers = new Float64Array(BLOCK);
  const integers = isExact ? null : Array<bigint>(BLOCK);
  for (let from = 0; from < counts.length; from += BLOCK) {
    const length = Math.min(BLOCK, counts.length - from);
    numbers.fill(0);
    integers?.fill(0n);
    for (let i = 0; i < weights.length; i++) {
      openTyped(context, otherCms.view, args, i + 1, i + 2, ItemType.cms, false);
      otherCms.readCounters(from, length, bytes);
      if (integers === null) addTo(numbers, read, length, Number(weights[i]));
      else if (!addExactly(integers, read, length, BigInt(weights[i]!))) return false;
    }
    for (let i = 0; i < length; i++) {
      const count = integers === null ? numbers[i]! : Number(integers[i]);
      if (count < 0 || count > MAX_COUNT) return false;
      counts[from + i] = count;
    }
  }
  return true;
}

function addTo(sums: Float64Array, read: Uint32Array, length: number, weight: number): void {
  for (let i = 0; i < length; i++) sums[i]! += read[i]! * weight;
}

/** The same with 64 bits, which it may not exceed at any step. */
function addExactly(sums: bigint[], read: Uint32Array, length: number, weight: bigint): boolean {
  for (let i = 0; i < length; i++) {
    const product = BigInt(read[i]!) * weight;
    const sum = sums[i]! + product;
    if (product < MIN_INT64 || product > MAX_INT64 || sum < MIN_INT64 || sum > MAX_INT64) {
      return false;
    }
    sums[i] = sum;
  }
  return true;
}
