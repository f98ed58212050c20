// PFADD, PFCOUNT and PFMERGE, on strings that are byte for byte those of redis-server 7.0. Knows no register:
// the view does.

import { openTyped } from "../items.ts";
import {
  type HyperLogLogView,
  ItemType,
  Opening,
  REGISTERS,
  SetResult,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { OUT_OF_MEMORY, refused, WRONG_TYPE } from "../failures.ts";
import { keyProblem } from "./refusals.ts";

export const NO_HYPERLOGLOG = refused("Key is not a valid HyperLogLog string value.", "WRONGTYPE");
export const CORRUPT_HYPERLOGLOG = refused("Corrupted HLL object detected", "INVALIDOBJ");
/** More than this would take more than about 2 ms under the locks. */
const MAX_MERGED = 128;
const TOO_MANY = refused(
  `too many HyperLogLogs at once: at most ${MAX_MERGED}, merge some of them first (PFMERGE)`,
);
/** To merge one takes as long as to copy so many bytes, and so does a count. */
const MERGED_BYTES = 64 * 1024;

/** What {@linkcode openLog} says where it has refused. */
const REFUSED = -1;

/** Opens key number `key`, argument `index`, and reads it; of a dense one the header only, unless `isWhole`. */
export function openLog(
  context: CommandContext,
  args: Args,
  key: number,
  index: number,
  reply: Reply,
  isRead: boolean,
  isWhole: boolean,
): Opening | typeof REFUSED {
  const view = context.sketches.hyperLogLog;
  const opening = openTyped(context, view.view, args, key, index, ItemType.string, isRead);
  if (opening === Opening.absent) {
    view.clear();
    return opening;
  }
  if (opening === Opening.wrongType) reply.fail(WRONG_TYPE);
  else if (isWhole ? view.loadAll() : view.load()) return opening;
  else reply.fail(NO_HYPERLOGLOG);
  return REFUSED;
}

/** PFADD key [member…]: whether the count may have changed. */
export function pfadd(context: CommandContext, args: Args, reply: Reply): void {
  const opening = openLog(context, args, 0, 0, reply, false, false);
  if (opening === REFUSED) return;
  const view = context.sketches.hyperLogLog;
  if (opening === Opening.absent) {
    const problem = keyProblem(context, args, 0);
    if (problem !== null) return reply.fail(problem);
  }
  let isChanged = opening === Opening.absent;
  for (let i = 1; i < args.count; i++) {
    const result = view.add(args.bytes, args.starts[i]!, args.lengths[i]!);
    if (result === SetResult.raised) isChanged = true;
    else if (result === SetResult.corrupt) return closeCorrupt(view, isChanged, reply);
    else if (result === SetResult.noSpace) return closeFull(view, reply);
  }
  if (!isChanged) view.view.touch();
  else if (!view.store()) return closeFull(view, reply);
  else view.view.close();
  reply.integer(isChanged ? 1 : 0);
}

/** As in Redis the members before the one that met the damage stay. */
function closeCorrupt(view: HyperLogLogView, isChanged: boolean, reply: Reply): void {
  if (isChanged && view.store()) view.view.close();
  reply.fail(CORRUPT_HYPERLOGLOG);
}

/** Keeps what was stored, and refuses the rest. */
function closeFull({ view }: HyperLogLogView, reply: Reply): void {
  view.close();
  reply.fail(OUT_OF_MEMORY);
}

/** PFCOUNT key [key…]: how many different members were added, to all of them together. */
export function pfcount(context: CommandContext, args: Args, reply: Reply): void {
  if (args.count > 1) return countMerged(context, args, reply);
  const opening = openLog(context, args, 0, 0, reply, true, false);
  if (opening === REFUSED) return;
  if (opening === Opening.absent) return reply.integer(0);
  context.copiedBytes += MERGED_BYTES;
  const count = context.sketches.hyperLogLog.count();
  if (count === undefined) reply.fail(CORRUPT_HYPERLOGLOG);
  else answerCount(count, reply);
}

/** Only registers that no member can make give more than a number is exact for. */
function answerCount(count: number | bigint, reply: Reply): void {
  reply.integer(Number.isSafeInteger(count) ? count : BigInt(count));
}

function countMerged(context: CommandContext, args: Args, reply: Reply): void {
  const registers = new Uint8Array(REGISTERS);
  if (mergeAll(context, args, registers, reply) < 0) return;
  answerCount(context.sketches.hyperLogLog.log.countOf(registers), reply);
}

/**
 * Raises `registers` to those of all keys. Returns how many of them are dense, or -1 where it has refused.
 */
function mergeAll(
  context: CommandContext,
  args: Args,
  registers: Uint8Array,
  reply: Reply,
): number {
  let merged = 0;
  let dense = 0;
  for (let i = 0; i < args.count; i++) {
    const opening = openLog(context, args, i, i, reply, true, true);
    if (opening === REFUSED) return -1;
    if (opening === Opening.absent) continue;
    const { log } = context.sketches.hyperLogLog;
    merged++;
    context.copiedBytes += MERGED_BYTES;
    if (merged > MAX_MERGED || !log.mergeInto(registers)) {
      reply.fail(merged > MAX_MERGED ? TOO_MANY : CORRUPT_HYPERLOGLOG);
      return -1;
    }
    if (!log.isSparse) dense++;
  }
  return dense;
}

/** PFMERGE destination [source…]: OK. The destination is one of what is merged. */
export function pfmerge(context: CommandContext, args: Args, reply: Reply): void {
  const problem = keyProblem(context, args, 0);
  if (problem !== null) return reply.fail(problem);
  const registers = new Uint8Array(REGISTERS);
  const dense = mergeAll(context, args, registers, reply);
  if (dense < 0 || openLog(context, args, 0, 0, reply, false, true) === REFUSED) return;
  const view = context.sketches.hyperLogLog;
  if (dense > 0) view.log.makeDense();
  view.log.raiseTo(registers);
  if (!view.store()) return closeFull(view, reply);
  view.view.close();
  reply.ok();
}
