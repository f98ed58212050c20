// What the commands on deadlines of fields have in common: FIELDS with a number and the names behind it, and times.
// The refusals are those of Redis 8.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { badExpire, NOT_INTEGER, refused, wrongArity } from "../failures.ts";

/** No deadline of a field is later, as in Redis: the year 4199. */
const MAX_FIELD_DEADLINE_MS = 2 ** 46 - 1;

/** The refusal of a call without FIELDS. */
export const NO_FIELDS = refused(
  "Mandatory argument FIELDS is missing or not at the right position",
);
const NO_COUNT = refused("Number of fields must be a positive integer");
const NO_COUNT_TO_EXPIRE = refused("Parameter `numFields` should be greater than 0");
const OTHER_COUNT = refused("The `numfields` parameter must match the number of arguments");
const NEGATIVE = refused("invalid expire time, must be >= 0");

/** Why what begins at argument `at` is not `FIELDS numfields field [field ...]`, or null. */
export function fieldsProblem(args: Args, at: number, name: string): Failure | null {
  if (at >= args.count || tokenOf(args, at) !== "FIELDS") return NO_FIELDS;
  if (at + 1 === args.count) return wrongArity(name);
  const count = integerOf(args, at + 1);
  if (count === undefined || count < 1) {
    return name.endsWith("expire") || name.endsWith("expireat") ? NO_COUNT_TO_EXPIRE : NO_COUNT;
  }
  return Number(count) === args.count - at - 2 ? null : OTHER_COUNT;
}

/**
 * The deadline that argument `index` means, in units of `unitMs` after `baseMs`, or why it means none. It may have passed
 * already.
 */
export function fieldDeadlineOf(
  args: Args,
  index: number,
  unitMs: number,
  baseMs: number,
  name: string,
): number | Failure {
  const amount = integerOf(args, index);
  if (amount === undefined) return NOT_INTEGER;
  if (amount < 0) return NEGATIVE;
  const deadlineMs = Number(amount) * unitMs + baseMs;
  return deadlineMs > MAX_FIELD_DEADLINE_MS ? badExpire(name) : deadlineMs;
}

/** In which unit a word such as EX says when a field expires. Undefined: it says nothing of that. */
export function unitOf(token: string): { unitMs: number; isDate: boolean } | undefined {
  switch (token) {
    case "EX":
      return { unitMs: 1000, isDate: false };
    case "PX":
      return { unitMs: 1, isDate: false };
    case "EXAT":
      return { unitMs: 1000, isDate: true };
    case "PXAT":
      return { unitMs: 1, isDate: true };
  }
  return undefined;
}
