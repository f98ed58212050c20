// Commands that give members scores or take members away: ZADD, ZINCRBY, ZREM. What GEOADD needs of them is
// here too. With one member and no option ZADD is one search and one change: no list, string or closure.

import { removeMembers } from "../members/removals.ts";
import { Opening, type SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { sameWord } from "../../contract/same_bytes.ts";
import { NOT_FLOAT, refused, SYNTAX } from "../failures.ts";
import { growthProblem, openView } from "../items.ts";
import { scoreOf } from "./scores.ts";

/** Options of ZADD, as bits. */
export const AddOption = { nx: 1, xx: 2, gt: 4, lt: 8, ch: 16, incr: 32 } as const;

const WORDS = ["NX", "XX", "GT", "LT", "CH", "INCR"] as const;
const { nx: NX, xx: XX, gt: GT, lt: LT, ch: CH, incr: INCR } = AddOption;
/** What ZADD does not need to look at a member for before it stores it. */
const PLAIN = 0;
/** No option begins below this, and nearly every score does. */
const FIRST_LETTER = 0x41;

const NX_AND_XX = refused("XX and NX options at the same time are not compatible");
const NX_AND_OTHERS = refused(
  "GT, LT, and/or NX options at the same time are not compatible",
);
const INCR_OF_MANY = refused("INCR option supports a single increment-element pair");
const NOT_A_NUMBER = refused("resulting score is not a number (NaN)");

/** What has become of a member. */
export const Change = { none: 0, updated: 1, added: 2 } as const;
/** One of the values of the constant of the same name. */
export type Change = typeof Change[keyof typeof Change];

/** ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]. */
export function zadd(context: CommandContext, args: Args, reply: Reply): void {
  let options = 0;
  let first = 1;
  for (let option; first < args.count && (option = addOptionOf(args, first)) !== 0; first++) {
    options |= option;
  }
  const problem = addProblem(args, options, first);
  if (problem !== null) return reply.fail(problem);
  for (let i = first; i < args.count; i += 2) {
    if (Number.isNaN(scoreOf(args, i))) return reply.fail(NOT_FLOAT);
  }
  if ((options & INCR) !== 0) increment(context, args, first, options, reply);
  else addAll(context, args, first, options, reply);
}

/** The option that argument `index` is, or 0. */
function addOptionOf(args: Args, index: number): number {
  const start = args.starts[index]!;
  const length = args.lengths[index]!;
  if (length < 2 || length > 4 || args.bytes[start]! < FIRST_LETTER) return 0;
  for (let i = 0; i < WORDS.length; i++) {
    if (sameWord(args.bytes, start, length, WORDS[i]!)) return 1 << i;
  }
  return 0;
}

function addProblem(args: Args, options: number, first: number): Failure | null {
  const words = args.count - first;
  if (words === 0 || words % 2 !== 0) return SYNTAX;
  if (options === PLAIN) return null;
  if ((options & NX) !== 0 && (options & XX) !== 0) return NX_AND_XX;
  const exclusive = options & (NX | GT | LT);
  if ((exclusive & GT) !== 0 && exclusive !== GT) return NX_AND_OTHERS;
  if ((exclusive & LT) !== 0 && exclusive !== LT) return NX_AND_OTHERS;
  return (options & INCR) !== 0 && words > 2 ? INCR_OF_MANY : null;
}

/** Gives members their scores: pairs from argument `first` on. Answers how many are new, or were changed. */
function addAll(
  context: CommandContext,
  args: Args,
  first: number,
  options: number,
  reply: Reply,
): void {
  const view = context.views.sortedSet;
  if (!openToAdd(context, view, args, first + 1, 2, options, reply)) return;
  const { bytes, starts, lengths } = args;
  let added = 0;
  let updated = 0;
  for (let i = first; i < args.count; i += 2) {
    const score = scoreOf(args, i);
    const change = addMember(view, bytes, starts[i + 1]!, lengths[i + 1]!, score, options);
    if (change === Change.added) added++;
    else updated += change;
  }
  view.close();
  reply.integer((options & CH) !== 0 ? added + updated : added);
}

/**
 * Opens the first key for members: argument `first`, and every `step` from there on. Returns false where it has
 * answered instead.
 */
export function openToAdd(
  context: CommandContext,
  view: SortedSetView,
  args: Args,
  first: number,
  step: number,
  options: number,
  reply: Reply,
): boolean {
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return false;
  if (opening === Opening.absent && (options & XX) !== 0) {
    if ((options & INCR) !== 0) reply.miss();
    else reply.integer(0);
    return false;
  }
  let count = 0;
  let bytes = 0;
  for (let i = first; i < args.count; i += step, count++) bytes += args.lengths[i]!;
  const problem = growthProblem(context, view, args.lengths[0]!, count, bytes);
  if (problem !== null) reply.fail(problem);
  return problem === null;
}

/** Gives a member a score as the options say. `updated` means that it has another one than before. */
export function addMember(
  view: SortedSetView,
  bytes: Uint8Array,
  start: number,
  length: number,
  score: number,
  options: number,
): Change {
  // As in a small set of Redis, there is no zero below zero.
  const stored = score + 0;
  if (options === PLAIN) return view.put(bytes, start, length, stored) ? Change.added : Change.none;
  const isKnown = view.find(bytes, start, length);
  if (isKnown && !mayChange(view.score, stored, options)) return Change.none;
  if (!isKnown && (options & XX) !== 0) return Change.none;
  view.put(bytes, start, length, stored);
  return isKnown ? Change.updated : Change.added;
}

/** Whether a member with the score `old` gets another one. */
function mayChange(old: number, score: number, options: number): boolean {
  if ((options & NX) !== 0 || score === old) return false;
  if ((options & GT) !== 0 && score < old) return false;
  return (options & LT) === 0 || score < old;
}

/** ZINCRBY key increment member: the new score. */
export function zincrby(context: CommandContext, args: Args, reply: Reply): void {
  if (Number.isNaN(scoreOf(args, 1))) {
    // Redis reads it as ZADD with INCR, where an option leaves half a pair.
    return reply.fail(addOptionOf(args, 1) !== 0 ? SYNTAX : NOT_FLOAT);
  }
  increment(context, args, 1, INCR, reply);
}

/** Adds argument `first` to the score of the member after it. Answers the score, or a miss where it stays. */
function increment(
  context: CommandContext,
  args: Args,
  first: number,
  options: number,
  reply: Reply,
): void {
  const view = context.views.sortedSet;
  if (!openToAdd(context, view, args, first + 1, 2, options, reply)) return;
  const { bytes } = args;
  const start = args.starts[first + 1]!;
  const length = args.lengths[first + 1]!;
  const isKnown = view.find(bytes, start, length);
  const old = isKnown ? view.score : 0;
  if ((options & (isKnown ? NX : XX)) !== 0) return reply.miss();
  const by = scoreOf(args, first);
  const score = isKnown ? old + by : by;
  if (Number.isNaN(score)) return reply.fail(NOT_A_NUMBER);
  if (isKnown && (options & GT) !== 0 && score <= old) return reply.miss();
  if (isKnown && (options & LT) !== 0 && score >= old) return reply.miss();
  view.put(bytes, start, length, score + 0);
  view.close();
  reply.double(score);
}

/** ZREM key member [member ...]: how many were there. */
export function zrem(context: CommandContext, args: Args, reply: Reply): void {
  removeMembers(context, context.views.sortedSet, args, reply);
}
