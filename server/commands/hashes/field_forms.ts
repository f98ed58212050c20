// HGETDEL, HGETEX and HSETEX, as Redis 8 has them: fields that are read and removed, or read or set together with
// their deadline.

import { type HashView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, shownText, tokenOf } from "../argument_text.ts";
import { refused, wrongArity } from "../failures.ts";
import { answerMemberValue, growthProblem, openView } from "../items.ts";
import { setFieldDeadline } from "./deadlines.ts";
import { fieldDeadlineOf, fieldsProblem, NO_FIELDS, unitOf } from "./field_arguments.ts";
import { findField, mayAnswerFields } from "./fields.ts";

/** Bytes that deadlines may take in a hash, besides those of each field. */
const DEADLINES_BYTES = 32;
/** In the place of a deadline: the old one stays. */
const KEEP = -1;
const MAX_FIELDS = 2 ** 31 - 1;

const NO_TIME = refused("missing expire time");
const TWO_CONDITIONS = refused("Only one of FXX or FNX arguments can be specified");
const TWO_TIMES = refused(
  "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
);
const BAD_COUNT = refused("invalid number of fields");

/** HGETDEL key FIELDS numfields field [field ...]: the values, with misses among them; their fields go. */
export function hgetdel(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const problem = fieldsProblem(args, 1, "hgetdel");
  if (problem !== null) return reply.fail(problem);
  if (!mayAnswerFields(view, args, 3, reply)) return;
  reply.array(args.count - 3);
  for (let i = 3; i < args.count; i++) {
    if (opening === Opening.absent || !findField(view, args, i)) {
      reply.miss();
      continue;
    }
    answerMemberValue(view, reply);
    view.remove(args.bytes, args.starts[i]!, args.lengths[i]!);
  }
  view.close();
}

/**
 * HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...]: the values, with misses
 * among them; their fields get another deadline.
 */
export function hgetex(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const word = tokenOf(args, 1);
  const unit = unitOf(word);
  const deadlineMs = unit === undefined
    ? word === "PERSIST" ? 0 : KEEP
    : timeAt(context, args, 2, unit, "hgetex");
  if (typeof deadlineMs !== "number") return reply.fail(deadlineMs);
  const at = unit !== undefined ? 3 : deadlineMs === 0 ? 2 : 1;
  const problem = fieldsProblem(args, at, "hgetex") ??
    growthProblem(context, view, args.lengths[0]!, args.count - at - 2, DEADLINES_BYTES);
  if (problem !== null) return reply.fail(problem);
  if (!mayAnswerFields(view, args, at + 2, reply)) return;
  reply.array(args.count - at - 2);
  for (let i = at + 2; i < args.count; i++) {
    if (opening === Opening.absent || !findField(view, args, i)) {
      reply.miss();
      continue;
    }
    answerMemberValue(view, reply);
    if (deadlineMs !== KEEP) setFieldDeadline(context, view, args, i, deadlineMs);
  }
  view.close();
}

function timeAt(
  context: CommandContext,
  args: Args,
  index: number,
  { unitMs, isDate }: { unitMs: number; isDate: boolean },
  name: string,
): number | Failure {
  return fieldDeadlineOf(args, index, unitMs, isDate ? 0 : context.cache.now(), name);
}

/** What a HSETEX asks for. */
interface SetTerms {
  /** The new deadline, 0 for none, or KEEP. */
  readonly deadlineMs: number;
  /** Whether all of the fields have to be there (FXX), or none (FNX). */
  readonly condition: "" | "FXX" | "FNX";
  /** Index of the first field. */
  readonly first: number;
}

/**
 * HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] FIELDS numfields field value [field value ...]: 1, or
 * 0 where the condition does not hold.
 */
export function hsetex(context: CommandContext, args: Args, reply: Reply): void {
  const terms = setTermsOf(context, args);
  if ("kind" in terms) return reply.fail(terms);
  const view = context.views.hash;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  const { first, condition } = terms;
  for (let i = first; i < args.count && condition !== ""; i += 2) {
    if (findField(view, args, i) !== (condition === "FXX")) return reply.integer(0);
  }
  let total = DEADLINES_BYTES;
  for (let i = first; i < args.count; i++) total += args.lengths[i]!;
  const count = (args.count - first) / 2;
  const problem = growthProblem(context, view, args.lengths[0]!, count, total);
  if (problem !== null) return reply.fail(problem);
  setFields(context, view, args, terms);
  view.close();
  reply.integer(1);
}

function setFields(
  context: CommandContext,
  view: HashView,
  args: Args,
  { first, deadlineMs }: SetTerms,
): void {
  const { bytes, starts, lengths, count } = args;
  const isPast = deadlineMs > 0 && deadlineMs <= context.cache.now();
  for (let i = first; i < count; i += 2) {
    const [start, length] = [starts[i]!, lengths[i]!];
    if (isPast) {
      view.remove(bytes, start, length);
      continue;
    }
    const oldMs = deadlineMs === KEEP && findField(view, args, i) ? view.deadlineMs : 0;
    const newMs = deadlineMs === KEEP ? oldMs : deadlineMs;
    view.put(bytes, start, length, bytes, starts[i + 1]!, lengths[i + 1]!, newMs);
  }
}

function setTermsOf(context: CommandContext, args: Args): SetTerms | Failure {
  let deadlineMs = 0;
  let condition: SetTerms["condition"] = "";
  let hasTime = false;
  for (let i = 1; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "FIELDS") {
      const problem = pairsProblem(args, i);
      return problem ?? { deadlineMs, condition, first: i + 2 };
    }
    if (token === "FXX" || token === "FNX") {
      if (condition !== "") return TWO_CONDITIONS;
      condition = token;
      continue;
    }
    const unit = unitOf(token);
    if (unit === undefined && token !== "KEEPTTL") {
      return refused(`unknown argument: ${shownText(args, i)}`);
    }
    if (hasTime) return TWO_TIMES;
    hasTime = true;
    if (unit === undefined) {
      deadlineMs = KEEP;
      continue;
    }
    if (++i === args.count) return NO_TIME;
    const time = timeAt(context, args, i, unit, "hsetex");
    if (typeof time !== "number") return time;
    deadlineMs = time;
  }
  return NO_FIELDS;
}

/** Why what begins at argument `at` is not `FIELDS numfields field value [field value ...]`, or null. */
function pairsProblem(args: Args, at: number): Failure | null {
  if (at + 3 >= args.count) return wrongArity("hsetex");
  const count = integerOf(args, at + 1);
  if (count === undefined || count < 1 || count > MAX_FIELDS) return BAD_COUNT;
  return 2 * Number(count) === args.count - at - 2 ? null : wrongArity("hsetex");
}
