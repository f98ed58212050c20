// Commands that look for an element in one list: LPOS, LINSERT, LREM. How many elements they may look at is
// bounded, since the list's shard is locked meanwhile.

import { type ListView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { grownPlaces } from "../../contract/growing_bytes.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { growthProblem, openView } from "../items.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { MIN_INT64 } from "../integers.ts";
import { MAX_MEMBERS_AT_ONCE } from "../members/whole_answers.ts";

/** Most runs of equal elements that one LREM removes: each takes a way through the tree. */
const MAX_REMOVED_RUNS = 5000;

/** What an element that is looked at counts in a transaction, where bytes that are copied are bounded. */
const LOOK_BYTES = 32;

const ZERO_RANK = refused(
  "RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
    "or use negative to start from the end of the list",
);
const NEGATIVE_COUNT = refused("COUNT can't be negative");
const NEGATIVE_MAXLEN = refused("MAXLEN can't be negative");
const SEARCH_TOO_LONG = refused(
  `too many elements to look at: at most ${MAX_MEMBERS_AT_ONCE} of a list at once`,
);
const POSITIONS_TOO_MANY = refused(
  `too many elements to look at: at most ${MAX_MEMBERS_AT_ONCE} at once, give a MAXLEN`,
);
const REMOVED_TOO_MANY = refused(
  `too many places to remove from: at most ${MAX_REMOVED_RUNS} at once, give a smaller count`,
);

/** Looks for an element from one end of a list on. */
class Search {
  /** How many elements were looked at. */
  looked = 0;
  /** How many may be looked at. */
  readonly most: number;
  readonly #context: CommandContext;
  readonly #view: ListView;
  readonly #isForward: boolean;
  readonly #args: Args;
  readonly #wanted: number;

  /** A search for argument `wanted`, from the last element backwards unless it `isForward`. */
  constructor(
    context: CommandContext,
    view: ListView,
    args: Args,
    wanted: number,
    isForward: boolean,
    most: number,
  ) {
    this.#context = context;
    this.#view = view;
    this.#args = args;
    this.#wanted = wanted;
    this.#isForward = isForward;
    this.most = Math.min(most, view.count, MAX_MEMBERS_AT_ONCE);
    view.seek(isForward ? 0 : view.count - 1);
  }

  /** Whether it has ended because of its bound: others may follow. */
  get isCut(): boolean {
    return this.looked === MAX_MEMBERS_AT_ONCE && this.looked < this.#view.count;
  }

  /** The place of the next equal element, or -1. */
  next(): number {
    const view = this.#view;
    const wanted = this.#wanted;
    const { bytes, starts, lengths } = this.#args;
    while (this.looked < this.most) {
      const isFound = view.isMember(bytes, starts[wanted]!, lengths[wanted]!);
      const steps = this.looked++;
      this.#context.copiedBytes += LOOK_BYTES;
      if (this.looked < this.most) {
        if (this.#isForward) view.next();
        else view.previous();
      }
      if (isFound) return this.#isForward ? steps : view.count - 1 - steps;
    }
    return -1;
  }
}

/** What LPOS asks for. */
interface LposOptions {
  /** Which of the matches is the first that counts. */
  readonly rank: number;
  readonly isForward: boolean;
  /** Most matches to answer, 0 for all; -1: one, and not as a list. */
  readonly count: number;
  /** Most elements to look at. */
  readonly maxLength: number;
}

function lposOptions(args: Args): LposOptions | Failure {
  let rank: number | bigint = 1;
  let count = -1;
  let maxLength = 0;
  for (let i = 2; i < args.count; i += 2) {
    const token = i + 1 < args.count ? tokenOf(args, i) : "";
    const number = token === "" ? undefined : integerOf(args, i + 1);
    if (token === "RANK") {
      if (number === undefined) return NOT_INTEGER;
      if (number === 0) return ZERO_RANK;
      rank = number;
    } else if (token === "COUNT") {
      if (number === undefined || number < 0) return NEGATIVE_COUNT;
      count = Number(number);
    } else if (token === "MAXLEN") {
      if (number === undefined || number < 0) return NEGATIVE_MAXLEN;
      maxLength = Number(number);
    } else return SYNTAX;
  }
  // Redis negates the smallest number to itself, below every count of matches.
  const size = rank === MIN_INT64 ? 1 : Math.abs(Number(rank));
  return { rank: size, isForward: rank > 0, count, maxLength: maxLength || Infinity };
}

/** LPOS key element [RANK rank] [COUNT matches] [MAXLEN length]: where it is; several places as a list. */
export function lpos(context: CommandContext, args: Args, reply: Reply): void {
  const options = lposOptions(args);
  if ("code" in options) return reply.fail(options);
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.found) return findPlaces(context, view, args, options, reply);
  if (options.count < 0) reply.miss();
  else reply.array(0);
}

function findPlaces(
  context: CommandContext,
  view: ListView,
  args: Args,
  { rank, isForward, count, maxLength }: LposOptions,
  reply: Reply,
): void {
  const search = new Search(context, view, args, 1, isForward, maxLength);
  const most = count < 0 ? 1 : count === 0 ? Infinity : count;
  let places = new Int32Array(16);
  let found = 0;
  let matches = 0;
  for (let place = 0; found < most;) {
    place = search.next();
    if (place < 0) break;
    if (++matches < rank) continue;
    if (found === places.length) places = grownPlaces(places, found + 1);
    places[found++] = place;
  }
  if (found < most && search.isCut && search.looked < maxLength) {
    return reply.fail(POSITIONS_TOO_MANY);
  }
  if (count >= 0) reply.array(found);
  else if (found === 0) return reply.miss();
  for (let i = 0; i < found; i++) reply.integer(places[i]!);
}

/** LINSERT key BEFORE|AFTER pivot element: the new length; -1 without the pivot, 0 without the list. */
export function linsert(context: CommandContext, args: Args, reply: Reply): void {
  const token = tokenOf(args, 1);
  if (token !== "BEFORE" && token !== "AFTER") return reply.fail(SYNTAX);
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  const search = new Search(context, view, args, 2, true, Infinity);
  const place = search.next();
  if (place < 0) return search.isCut ? reply.fail(SEARCH_TOO_LONG) : reply.integer(-1);
  const length = args.lengths[3]!;
  const problem = growthProblem(context, view, args.lengths[0]!, 1, length);
  if (problem !== null) return reply.fail(problem);
  view.insert(token === "BEFORE" ? place : place + 1, args.bytes, args.starts[3]!, length);
  const { count } = view;
  view.close();
  reply.integer(count);
}

/** LREM key count element: how many were removed, from the end where the count is below 0; 0 means all. */
export function lrem(context: CommandContext, args: Args, reply: Reply): void {
  const count = integerOf(args, 1);
  if (count === undefined) return reply.fail(NOT_INTEGER);
  const view = context.views.list;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  const isForward = count >= 0;
  const most = count === 0 || count === MIN_INT64 ? Infinity : Math.abs(Number(count));
  const runs = new Runs();
  const search = new Search(context, view, args, 2, isForward, Infinity);
  while (runs.total < most) {
    const place = search.next();
    if (place < 0) break;
    if (!runs.add(place)) return reply.fail(REMOVED_TOO_MANY);
  }
  if (runs.total < most && search.isCut) return reply.fail(SEARCH_TOO_LONG);
  runs.removeFrom(view, isForward);
  if (runs.total > 0) view.close();
  reply.integer(runs.total);
}

/** Places in a list, in order or from behind: runs of places beside each other are one. */
class Runs {
  /** How many places there are. */
  total = 0;
  #starts = new Int32Array(16);
  #lengths = new Int32Array(16);
  #count = 0;

  /** Adds a place. Returns false where there are too many runs. */
  add(place: number): boolean {
    const last = this.#count - 1;
    this.total++;
    if (last >= 0) {
      const start = this.#starts[last]!;
      const isBefore = place === start - 1;
      if (isBefore || place === start + this.#lengths[last]!) {
        if (isBefore) this.#starts[last] = place;
        this.#lengths[last]!++;
        return true;
      }
    }
    if (this.#count === MAX_REMOVED_RUNS) return false;
    if (this.#count === this.#starts.length) {
      this.#starts = grownPlaces(this.#starts, this.#count + 1);
      this.#lengths = grownPlaces(this.#lengths, this.#count + 1);
    }
    this.#starts[this.#count] = place;
    this.#lengths[this.#count++] = 1;
    return true;
  }

  /** Removes all of them, those that are behind first, so that the places of the others stay right. */
  removeFrom(view: ListView, isAscending: boolean): void {
    for (let i = 0; i < this.#count; i++) {
      const run = isAscending ? this.#count - 1 - i : i;
      view.removeRange(this.#starts[run]!, this.#lengths[run]!);
    }
  }
}
