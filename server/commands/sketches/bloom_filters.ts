// BF.RESERVE, BF.ADD, BF.MADD and BF.INSERT: Bloom filters are made and filled as by RedisBloom, with the same
// bits.

import { openTyped } from "../items.ts";
import { AddResult, type BloomFilter, ItemType, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { OUT_OF_MEMORY, refused, WRONG_TYPE } from "../failures.ts";
import {
  type BloomOptions,
  chainOptions,
  insertOptions,
  reserveOptions,
  USUAL_OPTIONS,
} from "./bloom_options.ts";
import { keyProblem, MAX_PROBES, PROBE_BYTES, tooManyProbes } from "./refusals.ts";

export const NOT_FOUND = refused("not found");
const EXISTS = refused("item exists");
const NO_SPACE = refused("Insufficient memory to create filter");
const FULL = refused("non scaling filter is full");
const EXHAUSTED = refused("problem inserting into filter");

/** Opens the filter of the first argument, and reads its header if it is there. */
export function openBloom(context: CommandContext, args: Args, isRead: boolean): Opening {
  const filter = context.sketches.bloom;
  const opening = openTyped(context, filter.view, args, 0, 0, ItemType.bloom, isRead);
  if (opening === Opening.found) filter.load();
  return opening;
}

/** BF.RESERVE key error_rate capacity [EXPANSION expansion] [NONSCALING]. */
export function bfReserve(context: CommandContext, args: Args, reply: Reply): void {
  const options = reserveOptions(args);
  if ("kind" in options) return reply.fail(options);
  const opening = openBloom(context, args, false);
  if (opening !== Opening.absent) {
    return reply.fail(opening === Opening.found ? EXISTS : WRONG_TYPE);
  }
  const problem = make(context, args, options);
  if (problem !== null) return reply.fail(problem);
  context.sketches.bloom.view.close();
  reply.ok();
}

/** Makes a filter in the value that was found absent. Returns why it cannot, or null. */
function make(context: CommandContext, args: Args, options: BloomOptions): Failure | null {
  const problem = keyProblem(context, args, 0);
  if (problem !== null) return problem;
  const filter = context.sketches.bloom;
  const { capacity, errorRate, expansion, isFixed } = options;
  return filter.create(capacity, errorRate, expansion, chainOptions(isFixed)) ? null : NO_SPACE;
}

/** BF.ADD key item: whether it is new. */
export function bfAdd(context: CommandContext, args: Args, reply: Reply): void {
  if (!openFor(context, args, USUAL_OPTIONS, reply)) return;
  const { bloom } = context.sketches;
  const result = bloom.add(args.bytes, args.starts[1]!, args.lengths[1]!);
  if (result === AddResult.known) bloom.view.touch();
  bloom.view.close();
  answer(result, reply);
}

/** BF.MADD key item…: whether each is new. */
export function bfMadd(context: CommandContext, args: Args, reply: Reply): void {
  addAll(context, args, USUAL_OPTIONS, reply);
}

/** BF.INSERT key [options] ITEMS item…: the same, in a filter that is made as the options say. */
export function bfInsert(context: CommandContext, args: Args, reply: Reply): void {
  const options = insertOptions(args);
  if ("kind" in options) reply.fail(options);
  else addAll(context, args, options, reply);
}

/** Opens the filter, or makes it. Refuses and returns false if it cannot. */
function openFor(
  context: CommandContext,
  args: Args,
  options: BloomOptions,
  reply: Reply,
): boolean {
  const opening = openBloom(context, args, false);
  if (opening === Opening.found) return true;
  if (opening === Opening.wrongType) reply.fail(WRONG_TYPE);
  else if (!options.isMade) reply.fail(NOT_FOUND);
  else {
    const problem = make(context, args, options);
    if (problem === null) return true;
    reply.fail(problem);
  }
  return false;
}

function addAll(context: CommandContext, args: Args, options: BloomOptions, reply: Reply): void {
  if (!openFor(context, args, options, reply)) return;
  const filter = context.sketches.bloom;
  const items = args.count - options.itemsAt;
  if (!mayProbe(context, filter, items, reply)) return;
  const results = context.reserveScratch(items);
  let done = 0;
  let isOver = false;
  while (done < items && !isOver) {
    const i = options.itemsAt + done;
    const result = filter.add(args.bytes, args.starts[i]!, args.lengths[i]!);
    results[done++] = result;
    isOver = result > AddResult.known;
  }
  filter.view.touch();
  filter.view.close();
  reply.array(done);
  for (let i = 0; i < done; i++) answer(results[i] as AddResult, reply);
}

/** Whether one command may look at so many items of this filter; else refuses. */
export function mayProbe(
  context: CommandContext,
  filter: BloomFilter,
  items: number,
  reply: Reply,
): boolean {
  const { probes } = filter;
  context.copiedBytes += items * probes * PROBE_BYTES;
  if (items * probes <= MAX_PROBES || items === 1) return true;
  reply.fail(tooManyProbes(probes));
  return false;
}

function answer(result: AddResult, reply: Reply): void {
  if (result <= AddResult.known) reply.boolean(result === AddResult.added);
  else if (result === AddResult.full) reply.fail(FULL);
  else reply.fail(result === AddResult.noSpace ? OUT_OF_MEMORY : EXHAUSTED);
}
