// Commands that count: INCR, DECR and their forms, on values that are numbers as text. Integers have
// 64 bits, fractions what Redis has, so that 0.1 and 0.2 make 0.3.

import { KEEP_DEADLINE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { isOtherType, peekItem, storeItem, storeProblem } from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { writeAscii } from "../../contract/text_bytes.ts";
import {
  addLongDoubles,
  formatLongDouble,
  INFINITE,
  type LongDouble,
  MAX_NUMBER_CHARS,
  parseLongDouble,
  ZERO,
} from "./long_doubles.ts";
import { NOT_FLOAT, NOT_INTEGER, OVERFLOW, refused } from "../failures.ts";
import { addIntegers, MAX_INT64_CHARS, MIN_INT64, parseInteger } from "../integers.ts";
import { integerOf } from "../argument_text.ts";

const DECREMENT_OVERFLOW = refused("decrement would overflow");
/** A digit of a fraction takes about as long as copying so many bytes: 5,000 of them 0.5 ms. */
export const DIGIT_BYTES = 128;
/** The refusal of a sum that is no number. */
export const NOT_FINITE = refused("increment would produce NaN or Infinity");

/** INCR key. */
export function incr(context: CommandContext, args: Args, reply: Reply): void {
  add(context, args, 1, reply);
}

/** DECR key. */
export function decr(context: CommandContext, args: Args, reply: Reply): void {
  add(context, args, -1, reply);
}

/** INCRBY key increment: the new value. A missing key counts as 0. The deadline stays. */
export function incrBy(context: CommandContext, args: Args, reply: Reply): void {
  const by = integerOf(args, 1);
  if (by === undefined) return reply.fail(NOT_INTEGER);
  add(context, args, by, reply);
}

/** DECRBY key decrement. */
export function decrBy(context: CommandContext, args: Args, reply: Reply): void {
  const by = integerOf(args, 1);
  if (by === undefined) return reply.fail(NOT_INTEGER);
  if (by === MIN_INT64) return reply.fail(DECREMENT_OVERFLOW);
  add(context, args, -by, reply);
}

function add(context: CommandContext, args: Args, by: number | bigint, reply: Reply): void {
  const address = peekItem(context, args, 0, 0);
  if (isOtherType(context.shard, address, reply)) return;
  const old = address === 0 ? 0 : storedInteger(context, address);
  if (old === undefined) return reply.fail(NOT_INTEGER);
  const sum = addIntegers(old, by);
  if (sum === undefined) return reply.fail(OVERFLOW);
  if (storeText(context, args, sum.toString(), reply)) reply.integer(sum);
}

function storedInteger(
  { shard, scratch }: CommandContext,
  address: number,
): number | bigint | undefined {
  const length = shard.valueBytesLocked(address);
  if (length > MAX_INT64_CHARS) return undefined;
  shard.readValueLocked(address, scratch, 0);
  return parseInteger(scratch, 0, length);
}

/**
 * Stores ASCII text under the key, and leaves the text in the scratch. The deadline stays. Refuses and
 * returns false if it cannot.
 */
function storeText(context: CommandContext, args: Args, text: string, reply: Reply): boolean {
  const problem = storeProblem(context, args.lengths[0]!, text.length);
  if (problem !== null) {
    reply.fail(problem);
    return false;
  }
  const { scratch } = context;
  const length = writeAscii(text, scratch, 0);
  return storeItem(context, args, 0, 0, scratch, 0, length, KEEP_DEADLINE);
}

/** INCRBYFLOAT key increment: the new value as text. */
export function incrByFloat(context: CommandContext, args: Args, reply: Reply): void {
  const address = peekItem(context, args, 0, 0);
  if (isOtherType(context.shard, address, reply)) return;
  const by = parseLongDouble(args.bytes, args.starts[1]!, args.lengths[1]!);
  const old = address === 0 ? ZERO : storedNumber(context, address);
  if (by === undefined || old === undefined) return reply.fail(NOT_FLOAT);
  const sum = addLongDoubles(old, by);
  if (sum === INFINITE) return reply.fail(NOT_FINITE);
  const text = formatLongDouble(sum);
  context.copiedBytes += DIGIT_BYTES * text.length;
  if (storeText(context, args, text, reply)) answerBytes(context.scratch, 0, text.length, reply);
}

function storedNumber({ shard, scratch }: CommandContext, address: number): LongDouble | undefined {
  const length = shard.valueBytesLocked(address);
  if (length > MAX_NUMBER_CHARS) return undefined;
  shard.readValueLocked(address, scratch, 0);
  return parseLongDouble(scratch, 0, length);
}
