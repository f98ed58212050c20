// HINCRBY and HINCRBYFLOAT: fields that are numbers as text. Integers have 64 bits, fractions what Redis has.
// The deadline of a field stays.

import { type HashView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { writeAscii } from "../../contract/text_bytes.ts";
import { integerOf } from "../argument_text.ts";
import { NOT_FLOAT, NOT_INTEGER, OVERFLOW, refused } from "../failures.ts";
import { addIntegers, MAX_INT64_CHARS, parseInteger } from "../integers.ts";
import { growthProblem, openView } from "../items.ts";
import { DIGIT_BYTES, NOT_FINITE } from "../strings/counters.ts";
import {
  addLongDoubles,
  formatLongDouble,
  INFINITE,
  type LongDouble,
  MAX_NUMBER_CHARS,
  parseLongDouble,
  ZERO,
} from "../strings/long_doubles.ts";
import { findField } from "./fields.ts";

const VALUE_NOT_INTEGER = refused("hash value is not an integer");
const VALUE_NOT_FLOAT = refused("hash value is not a float");
const INFINITE_ARGUMENT = refused("value is NaN or Infinity");

/** HINCRBY key field increment: the new value. A missing field counts as 0. */
export function hincrby(context: CommandContext, args: Args, reply: Reply): void {
  const by = integerOf(args, 2);
  if (by === undefined) return reply.fail(NOT_INTEGER);
  const view = context.views.hash;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  const isThere = findField(view, args, 1);
  const old = isThere ? storedInteger(view, context.scratch) : 0;
  if (old === undefined) return reply.fail(VALUE_NOT_INTEGER);
  const sum = addIntegers(old, by);
  if (sum === undefined) return reply.fail(OVERFLOW);
  const deadlineMs = isThere ? view.deadlineMs : 0;
  if (putText(context, view, args, sum.toString(), deadlineMs, reply)) reply.integer(sum);
}

function storedInteger(view: HashView, scratch: Uint8Array): number | bigint | undefined {
  const length = view.valueBytes;
  if (length > MAX_INT64_CHARS) return undefined;
  view.readValue(scratch, 0);
  return parseInteger(scratch, 0, length);
}

/** Stores ASCII text in the field, and leaves it in the scratch. Refuses and returns false if it cannot. */
function putText(
  context: CommandContext,
  view: HashView,
  args: Args,
  text: string,
  deadlineMs: number,
  reply: Reply,
): boolean {
  const { bytes, starts, lengths } = args;
  const problem = growthProblem(context, view, lengths[0]!, 1, lengths[1]! + text.length);
  if (problem !== null) {
    reply.fail(problem);
    return false;
  }
  const { scratch } = context;
  const length = writeAscii(text, scratch, 0);
  view.put(bytes, starts[1]!, lengths[1]!, scratch, 0, length, deadlineMs);
  view.close();
  return true;
}

/** HINCRBYFLOAT key field increment: the new value as text. */
export function hincrbyfloat(context: CommandContext, args: Args, reply: Reply): void {
  const by = parseLongDouble(args.bytes, args.starts[2]!, args.lengths[2]!);
  if (by === undefined) return reply.fail(NOT_FLOAT);
  if (by === INFINITE) return reply.fail(INFINITE_ARGUMENT);
  const view = context.views.hash;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  const isThere = findField(view, args, 1);
  const old = isThere ? storedNumber(view, context.scratch) : ZERO;
  if (old === undefined) return reply.fail(VALUE_NOT_FLOAT);
  const sum = addLongDoubles(old, by);
  if (sum === INFINITE) return reply.fail(NOT_FINITE);
  const text = formatLongDouble(sum);
  context.copiedBytes += DIGIT_BYTES * text.length;
  const deadlineMs = isThere ? view.deadlineMs : 0;
  if (!putText(context, view, args, text, deadlineMs, reply)) return;
  answerBytes(context.scratch, 0, text.length, reply);
}

function storedNumber(view: HashView, scratch: Uint8Array): LongDouble | undefined {
  const length = view.valueBytes;
  if (length > MAX_NUMBER_CHARS) return undefined;
  view.readValue(scratch, 0);
  return parseLongDouble(scratch, 0, length);
}
