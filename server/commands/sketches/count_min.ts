// CMS.INITBYDIM, CMS.INITBYPROB, CMS.INCRBY, CMS.QUERY and CMS.INFO, as RedisBloom answers them. For one sketch;
// count_min_merge.ts has what is about several.

import { openTyped } from "../items.ts";
import {
  type CountMin,
  countMinBytes,
  depthFor,
  ItemType,
  MAX_COUNTER,
  Opening,
  widthFor,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { OUT_OF_MEMORY, WRONG_TYPE, wrongArity } from "../failures.ts";
import { MAX_INT64 } from "../integers.ts";
import { scoreOf } from "../sorted_sets/scores.ts";
import { keyProblem, MAX_PROBES, plainly, PROBE_BYTES, tooManyProbes } from "./refusals.ts";

const NO_KEY = plainly("CMS: key does not exist");
const KEY_EXISTS = plainly("CMS: key already exists");
const BAD_WIDTH = plainly("CMS: invalid width");
const BAD_DEPTH = plainly("CMS: invalid depth");
const BAD_RATE = plainly("CMS: invalid overestimation value");
const BAD_PROBABILITY = plainly("CMS: invalid prob value");
const BAD_SIZE = plainly("CMS: invalid init arguments");
/** Each row is looked at for each item, and a probability of 2^-100 needs 100. */
const MAX_DEPTH = 1000;
const TOO_DEEP = plainly(`CMS: invalid depth, at most ${MAX_DEPTH} rows`);
const NO_SPACE = plainly("CMS: Insufficient memory to create the key");
const NO_NUMBER = plainly("CMS: Cannot parse number");
const NEGATIVE = plainly("CMS: Number cannot be negative");
const OVERFLOW = plainly("CMS: INCRBY overflow");

/** Opens the sketch of key number `key`, argument `index`. Refuses and returns false if it is not there. */
export function openCms(
  context: CommandContext,
  sketch: CountMin,
  args: Args,
  key: number,
  index: number,
  reply: Reply,
  isRead: boolean,
): boolean {
  const opening = openTyped(context, sketch.view, args, key, index, ItemType.cms, isRead);
  if (opening === Opening.found) {
    sketch.load();
    return true;
  }
  reply.fail(opening === Opening.absent ? NO_KEY : WRONG_TYPE);
  return false;
}

/** CMS.INITBYDIM key width depth. */
export function cmsInitByDim(context: CommandContext, args: Args, reply: Reply): void {
  if (!isAbsent(context, args, reply)) return;
  const width = integerOf(args, 1);
  if (width === undefined || width < 1) return reply.fail(BAD_WIDTH);
  const depth = integerOf(args, 2);
  if (depth === undefined || depth < 1) return reply.fail(BAD_DEPTH);
  make(context, args, width, depth, reply);
}

/** CMS.INITBYPROB key error probability. */
export function cmsInitByProb(context: CommandContext, args: Args, reply: Reply): void {
  if (!isAbsent(context, args, reply)) return;
  const rate = scoreOf(args, 1);
  if (!(rate > 0 && rate < 1)) return reply.fail(BAD_RATE);
  const probability = scoreOf(args, 2);
  if (!(probability > 0 && probability < 1)) return reply.fail(BAD_PROBABILITY);
  make(context, args, widthFor(rate), depthFor(probability), reply);
}

function isAbsent(context: CommandContext, args: Args, reply: Reply): boolean {
  const { view } = context.sketches.cms;
  if (openTyped(context, view, args, 0, 0, ItemType.cms, false) === Opening.absent) return true;
  reply.fail(KEY_EXISTS);
  return false;
}

function make(
  context: CommandContext,
  args: Args,
  width: number | bigint,
  depth: number | bigint,
  reply: Reply,
): void {
  const problem = makeProblem(context, args, Number(width), Number(depth));
  if (problem !== null) return reply.fail(problem);
  const sketch = context.sketches.cms;
  if (!sketch.create(Number(width), Number(depth))) return reply.fail(NO_SPACE);
  sketch.view.close();
  reply.ok();
}

function makeProblem(
  context: CommandContext,
  args: Args,
  width: number,
  depth: number,
): Failure | null {
  if (depth < 1 || width * depth > Number(MAX_INT64)) return BAD_SIZE;
  if (depth > MAX_DEPTH) return TOO_DEEP;
  if (countMinBytes(width, depth) > 2 ** 31) return NO_SPACE;
  return keyProblem(context, args, 0);
}

/** CMS.INCRBY key item increment [item increment…]: the new count of each. */
export function cmsIncrBy(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count % 2 === 0) return reply.fail(wrongArity("CMS.INCRBY"));
  const sketch = context.sketches.cms;
  if (!openCms(context, sketch, args, 0, 0, reply, false)) return;
  const pairs = (args.count - 1) / 2;
  for (let i = 2; i < args.count; i += 2) {
    const by = integerOf(args, i);
    if (by === undefined) return reply.fail(NO_NUMBER);
    if (by < 0) return reply.fail(NEGATIVE);
  }
  if (!mayProbe(context, sketch, pairs, reply)) return;
  reply.array(pairs);
  for (let i = 1; i < args.count; i += 2) {
    const by = integerOf(args, i + 1)!;
    const count = sketch.increase(args.bytes, args.starts[i]!, args.lengths[i]!, by);
    if (count === undefined) reply.fail(OUT_OF_MEMORY, true);
    else if (count === MAX_COUNTER) reply.fail(OVERFLOW, true);
    else reply.integer(count);
  }
  sketch.view.close();
}

function mayProbe(
  context: CommandContext,
  { depth }: CountMin,
  items: number,
  reply: Reply,
): boolean {
  context.copiedBytes += items * depth * PROBE_BYTES;
  if (items * depth <= MAX_PROBES) return true;
  reply.fail(tooManyProbes(depth));
  return false;
}

/** CMS.QUERY key item…: the count of each. */
export function cmsQuery(context: CommandContext, args: Args, reply: Reply): void {
  const sketch = context.sketches.cms;
  if (!openCms(context, sketch, args, 0, 0, reply, true)) return;
  if (!mayProbe(context, sketch, args.count - 1, reply)) return;
  reply.array(args.count - 1);
  for (let i = 1; i < args.count; i++) {
    reply.integer(sketch.query(args.bytes, args.starts[i]!, args.lengths[i]!));
  }
}

/** CMS.INFO key: width, depth and the sum of all counts. */
export function cmsInfo(context: CommandContext, args: Args, reply: Reply): void {
  const sketch = context.sketches.cms;
  if (!openCms(context, sketch, args, 0, 0, reply, true)) return;
  reply.map(3);
  reply.status("width");
  reply.integer(sketch.width);
  reply.status("depth");
  reply.integer(sketch.depth);
  reply.status("count");
  reply.integer(sketch.sum);
}
