// Deadlines of fields: HEXPIRE and its forms with their conditions, HTTL and its forms, HPERSIST, as Redis 7.4 has them.
// A field with a deadline in the past is removed, and with the last field the key.

import { type HashView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { growthProblem, openView } from "../items.ts";
import { fieldDeadlineOf, fieldsProblem } from "./field_arguments.ts";
import { findField } from "./fields.ts";

/** What is answered for a field. */
const FieldOutcome = { absent: -2, lasting: -1, unmet: 0, done: 1, removed: 2 } as const;
const CONDITIONS: readonly string[] = ["NX", "XX", "GT", "LT"];
/** Bytes that deadlines may take in a hash, besides those of each field. */
const DEADLINES_BYTES = 32;

/** HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]. */
export function hexpire(context: CommandContext, args: Args, reply: Reply): void {
  setDeadlines(context, args, reply, 1000, context.cache.now(), "hexpire");
}

/** HPEXPIRE key milliseconds …. */
export function hpexpire(context: CommandContext, args: Args, reply: Reply): void {
  setDeadlines(context, args, reply, 1, context.cache.now(), "hpexpire");
}

/** HEXPIREAT key unix-seconds …. */
export function hexpireat(context: CommandContext, args: Args, reply: Reply): void {
  setDeadlines(context, args, reply, 1000, 0, "hexpireat");
}

/** HPEXPIREAT key unix-milliseconds …. */
export function hpexpireat(context: CommandContext, args: Args, reply: Reply): void {
  setDeadlines(context, args, reply, 1, 0, "hpexpireat");
}

function setDeadlines(
  context: CommandContext,
  args: Args,
  reply: Reply,
  unitMs: number,
  baseMs: number,
  name: string,
): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  const deadlineMs = fieldDeadlineOf(args, 1, unitMs, baseMs, name);
  if (typeof deadlineMs !== "number") return reply.fail(deadlineMs);
  const condition = CONDITIONS.includes(tokenOf(args, 2)) ? tokenOf(args, 2) : "";
  const at = condition === "" ? 2 : 3;
  const problem = fieldsProblem(args, at, name) ??
    growthProblem(context, view, args.lengths[0]!, args.count - at - 2, DEADLINES_BYTES);
  if (problem !== null) return reply.fail(problem);
  reply.array(args.count - at - 2);
  for (let i = at + 2; i < args.count; i++) {
    const isThere = opening === Opening.found && findField(view, args, i);
    if (!isThere) reply.integer(FieldOutcome.absent);
    else if (!allows(condition, view.deadlineMs, deadlineMs)) reply.integer(FieldOutcome.unmet);
    else reply.integer(setFieldDeadline(context, view, args, i, deadlineMs));
  }
  view.close();
}

/** Whether a condition allows a new deadline in place of the old one (0: none, for ever). */
function allows(condition: string, oldMs: number, newMs: number): boolean {
  switch (condition) {
    case "NX":
      return oldMs === 0;
    case "XX":
      return oldMs !== 0;
    case "GT":
      return oldMs !== 0 && newMs > oldMs;
    case "LT":
      return oldMs === 0 || newMs < oldMs;
  }
  return true;
}

/**
 * Gives the field at the cursor, which argument `index` names, another deadline, 0 for none. Removes it where that has
 * passed. Returns what is answered for it.
 */
export function setFieldDeadline(
  context: CommandContext,
  view: HashView,
  { bytes, starts, lengths }: Args,
  index: number,
  deadlineMs: number,
): number {
  const [start, length] = [starts[index]!, lengths[index]!];
  if (deadlineMs !== 0 && deadlineMs <= context.cache.now()) {
    view.remove(bytes, start, length);
    return FieldOutcome.removed;
  }
  const { valueBytes } = view;
  const scratch = context.reserveScratch(valueBytes);
  view.readValue(scratch, 0);
  view.put(bytes, start, length, scratch, 0, valueBytes, deadlineMs);
  return FieldOutcome.done;
}

/** HTTL key FIELDS numfields field [field ...]: seconds left, rounded up; -1 for ever, -2 not there. */
export function httl(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadlines(context, args, reply, 1000, context.cache.now(), "httl");
}

/** HPTTL …: milliseconds left. */
export function hpttl(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadlines(context, args, reply, 1, context.cache.now(), "hpttl");
}

/** HEXPIRETIME …: the deadlines in seconds since 1970. */
export function hexpiretime(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadlines(context, args, reply, 1000, 0, "hexpiretime");
}

/** HPEXPIRETIME …: the deadlines in milliseconds since 1970. */
export function hpexpiretime(context: CommandContext, args: Args, reply: Reply): void {
  answerDeadlines(context, args, reply, 1, 0, "hpexpiretime");
}

function answerDeadlines(
  context: CommandContext,
  args: Args,
  reply: Reply,
  unitMs: number,
  baseMs: number,
  name: string,
): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const problem = fieldsProblem(args, 1, name);
  if (problem !== null) return reply.fail(problem);
  reply.array(args.count - 3);
  for (let i = 3; i < args.count; i++) {
    if (opening === Opening.absent || !findField(view, args, i)) {
      reply.integer(FieldOutcome.absent);
      continue;
    }
    const { deadlineMs } = view;
    if (deadlineMs === 0) reply.integer(FieldOutcome.lasting);
    else reply.integer(Math.ceil((deadlineMs - baseMs) / unitMs));
  }
}

/** HPERSIST key FIELDS numfields field [field ...]: 1 where a deadline was taken away, -1 where there is none. */
export function hpersist(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  const problem = fieldsProblem(args, 1, "hpersist");
  if (problem !== null) return reply.fail(problem);
  reply.array(args.count - 3);
  for (let i = 3; i < args.count; i++) {
    const isThere = opening === Opening.found && findField(view, args, i);
    if (!isThere) reply.integer(FieldOutcome.absent);
    else if (view.deadlineMs === 0) reply.integer(FieldOutcome.lasting);
    else reply.integer(setFieldDeadline(context, view, args, i, 0));
  }
  view.close();
}
