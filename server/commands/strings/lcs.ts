// LCS: what two values have in common, as its length, its bytes or the ranges of both values. The time
// and memory of it grow with the product of the lengths, so that is bounded.

import { ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { mayAnswer } from "../answer_text.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { getItem, shardOfKey } from "../items.ts";
import {
  type CommonRange,
  CommonSubsequence,
  MAX_TABLE_WORDS,
  tableWords,
} from "./common_subsequence.ts";

const BOTH = refused("If you want both the length and indexes, please just use IDX.");
const TOO_LONG = refused(
  "strings are too long for LCS: the length of the first, times that of the second rounded up to 32, " +
    "may be at most 16777216",
);
const NOT_STRINGS = refused("The specified keys must contain string values");
/** More than a range takes in an answer. */
const RANGE_BYTES = 96;
/** What a word of the table counts for inside EXEC, in copied bytes: two large ones are enough. */
const WORD_COST = 16;

interface Options {
  isLength: boolean;
  isRanges: boolean;
  hasLengths: boolean;
  minLength: number;
}

/** LCS key key [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN] */
export function lcs(context: CommandContext, args: Args, reply: Reply): void {
  const lengths = [0, 1].map((key) => lengthOf(context, args, key));
  if (lengths.includes(-1)) return reply.fail(NOT_STRINGS);
  const options = parseOptions(args);
  if ("code" in options) return reply.fail(options);
  const [firstBytes, secondBytes] = [lengths[0]!, lengths[1]!];
  const words = tableWords(firstBytes, secondBytes);
  if (words > MAX_TABLE_WORDS) return reply.fail(TOO_LONG);
  const scratch = context.reserveScratch(firstBytes + secondBytes);
  context.copiedBytes += WORD_COST * words;
  readValue(context, args, 0, scratch, 0);
  readValue(context, args, 1, scratch, firstBytes);
  const a = scratch.subarray(0, firstBytes);
  const common = new CommonSubsequence(
    a,
    scratch.subarray(firstBytes, firstBytes + secondBytes),
  );
  if (options.isLength) reply.integer(common.length);
  else if (options.isRanges) answerRanges(common, options, reply);
  else answerBytesOf(common, a, reply);
  common.end();
}

/** The length of a value, 0 where there is none, -1 where it is no string. */
function lengthOf(context: CommandContext, args: Args, key: number): number {
  const address = getItem(context, args, key, key);
  if (address === 0) return 0;
  const shard = shardOfKey(context, key);
  return shard.typeLocked(address) === ItemType.string ? shard.valueBytesLocked(address) : -1;
}

function parseOptions(args: Args): Options | Failure {
  const options = { isLength: false, isRanges: false, hasLengths: false, minLength: 0 };
  for (let i = 2; i < args.count; i++) {
    const word = tokenOf(args, i);
    if (word === "LEN") options.isLength = true;
    else if (word === "IDX") options.isRanges = true;
    else if (word === "WITHMATCHLEN") options.hasLengths = true;
    else if (word === "MINMATCHLEN" && i + 1 < args.count) {
      const least = integerOf(args, ++i);
      if (least === undefined) return NOT_INTEGER;
      options.minLength = Number(least);
    } else return SYNTAX;
  }
  return options.isLength && options.isRanges ? BOTH : options;
}

/** Copies the value of key number `key`, if it is there. */
function readValue(
  context: CommandContext,
  args: Args,
  key: number,
  to: Uint8Array,
  at: number,
): void {
  const shard = shardOfKey(context, key);
  const { bytes, starts, lengths } = args;
  const address = shard.peekLocked(context.hashes[key]!, bytes, starts[key]!, lengths[key]!);
  if (address !== 0) shard.readValueLocked(address, to, at);
}

function answerBytesOf(common: CommonSubsequence, a: Uint8Array, reply: Reply): void {
  if (!mayAnswer(common.length, reply)) return;
  const at = reply.reserve(common.length);
  let end = at + common.length;
  for (const { first, length } of common.ranges()) {
    end -= length;
    reply.bytes.set(a.subarray(first, first + length), end);
  }
  reply.value(at, common.length);
}

function answerRanges(common: CommonSubsequence, options: Options, reply: Reply): void {
  const ranges = common.ranges().filter(({ length }) => length >= options.minLength);
  if (!mayAnswer(ranges.length * RANGE_BYTES, reply)) return;
  reply.map(2);
  reply.text("matches");
  reply.array(ranges.length);
  for (const range of ranges) answerRange(range, options.hasLengths, reply);
  reply.text("len");
  reply.integer(common.length);
}

function answerRange({ first, second, length }: CommonRange, hasLength: boolean, reply: Reply) {
  reply.array(hasLength ? 3 : 2);
  for (const start of [first, second]) {
    reply.array(2);
    reply.integer(start);
    reply.integer(start + length - 1);
  }
  if (hasLength) reply.integer(length);
}
