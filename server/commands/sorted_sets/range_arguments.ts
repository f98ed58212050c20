// What a range of a sorted set is: by rank, score or member, from either end, perhaps only a part of it.
// Reads the arguments of all commands with ranges, and finds the places of what is in a range.

import type { SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { boundOf, isOpenBound } from "./scores.ts";

const PLUS = 0x2b;
const MINUS = 0x2d;
const OPEN = 0x28;
const CLOSED = 0x5b;

const NOT_SCORES = refused("min or max is not a float");
const NOT_LEX = refused("min or max not valid string range item");
const LIMIT_OF_RANKS = refused(
  "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
const SCORES_OF_LEX = refused("syntax error, WITHSCORES not supported in combination with BYLEX");

/** By what a range is bounded. */
export type RangeKind = "rank" | "score" | "lex";

/** A range, as its arguments say it. */
export class Range {
  kind: RangeKind;
  /** Whether what is last comes first. */
  isReverse: boolean;
  /** Indexes of the arguments that bound it: the lower one and the upper one. For ranks: the first, the last. */
  min: number;
  max: number;
  /** How many to pass over, and how many to take then; below zero: all of them. */
  offset = 0;
  limit = -1;
  hasScores = false;

  /** A range whose bounds are argument `first` and the one after it. */
  constructor(kind: RangeKind, isReverse: boolean, first: number) {
    this.kind = kind;
    this.isReverse = isReverse;
    this.min = first;
    this.max = first + 1;
  }
}

/** What the options of a command may say about its range. */
export interface RangeWords {
  /** BYSCORE and BYLEX. */
  readonly kind: boolean;
  /** REV. */
  readonly reverse: boolean;
  /** WITHSCORES. */
  readonly scores: boolean;
}

/**
 * Reads options from argument `from` on into `range`. Returns why they are refused, or null. Then the bounds
 * of a range by score or member from its end have been exchanged, so that `min` is the lower one.
 */
export function readRangeOptions(
  args: Args,
  from: number,
  words: RangeWords,
  range: Range,
): Failure | null {
  let isKindOpen = words.kind;
  for (let i = from; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (words.scores && token === "WITHSCORES") range.hasScores = true;
    else if (token === "LIMIT" && i + 2 < args.count) {
      const [offset, limit] = [integerOf(args, i + 1), integerOf(args, i + 2)];
      if (offset === undefined || limit === undefined) return NOT_INTEGER;
      range.offset = Number(offset);
      range.limit = Number(limit);
      i += 2;
    } else if (words.reverse && token === "REV" && !range.isReverse) range.isReverse = true;
    else if (isKindOpen && (token === "BYLEX" || token === "BYSCORE")) {
      range.kind = token === "BYLEX" ? "lex" : "score";
      isKindOpen = false;
    } else return SYNTAX;
  }
  if (range.limit !== -1 && range.kind === "rank") return LIMIT_OF_RANKS;
  if (range.hasScores && range.kind === "lex") return SCORES_OF_LEX;
  if (range.isReverse && range.kind !== "rank") [range.min, range.max] = [range.max, range.min];
  return null;
}

/** Why the bounds of a range are none, or null. */
export function boundsProblem(args: Args, { kind, min, max }: Range): Failure | null {
  if (kind === "rank") {
    const areIntegers = integerOf(args, min) !== undefined && integerOf(args, max) !== undefined;
    return areIntegers ? null : NOT_INTEGER;
  }
  if (kind === "score") {
    return Number.isNaN(boundOf(args, min)) || Number.isNaN(boundOf(args, max)) ? NOT_SCORES : null;
  }
  return isLexBound(args, min) && isLexBound(args, max) ? null : NOT_LEX;
}

/** Whether an argument is `-`, `+`, or a member after `[` or `(`. As in C a zero byte ends a sign. */
function isLexBound({ bytes, starts, lengths }: Args, index: number): boolean {
  const length = lengths[index]!;
  if (length === 0) return false;
  const start = starts[index]!;
  const first = bytes[start]!;
  if (first === OPEN || first === CLOSED) return true;
  return (first === PLUS || first === MINUS) && (length === 1 || bytes[start + 1] === 0);
}

/** Places of a sorted set: `count` of them from `first` on, ascending. */
export interface Places {
  first: number;
  count: number;
}

/** The places that a range has in an open sorted set. Its bounds have been checked. */
export function placesOf(view: SortedSetView, args: Args, range: Range): Places {
  if (range.kind === "rank") {
    const start = Number(integerOf(args, range.min));
    const stop = Number(integerOf(args, range.max));
    return placesOfRanks(view.count, start, stop, range.isReverse);
  }
  const [from, to] = range.kind === "score"
    ? [
      view.rankOfScore(boundOf(args, range.min), isOpenBound(args, range.min)),
      view.rankOfScore(boundOf(args, range.max), !isOpenBound(args, range.max)),
    ]
    : [rankOfLex(view, args, range.min, true), rankOfLex(view, args, range.max, false)];
  return limited(from, Math.max(0, to - from), range);
}

/** The places of ranks `start` to `stop` of `count`; below zero they count from the other end. */
export function placesOfRanks(
  count: number,
  start: number,
  stop: number,
  isReverse: boolean,
): Places {
  const from = Math.max(0, start < 0 ? count + start : start);
  const to = Math.min(count - 1, stop < 0 ? count + stop : stop);
  if (from > to) return { first: 0, count: 0 };
  return { first: isReverse ? count - 1 - to : from, count: to - from + 1 };
}

/** How many members are below a bound; a closed upper one, and an open lower one, has its member below it. */
function rankOfLex(view: SortedSetView, args: Args, index: number, isLower: boolean): number {
  const start = args.starts[index]!;
  const sign = args.bytes[start]!;
  if (sign === MINUS) return 0;
  if (sign === PLUS) return view.count;
  const isAfter = isLower === (sign === OPEN);
  return view.rankOfLex(args.bytes, start + 1, args.lengths[index]! - 1, isAfter);
}

/** The part of `count` places from `first` on that LIMIT has left. */
function limited(first: number, count: number, { offset, limit, isReverse }: Range): Places {
  if (offset < 0 || offset >= count) return { first, count: 0 };
  const taken = limit < 0 ? count - offset : Math.min(limit, count - offset);
  return { first: isReverse ? first + count - offset - taken : first + offset, count: taken };
}
