// Commands on parts of a value: APPEND, STRLEN, GETRANGE, SETRANGE. A changed value is put together in
// the context's scratch and stored whole. Its deadline stays.

import { KEEP_DEADLINE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import { getItem, isOtherType, peekItem, storeItem, storeProblem } from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused, STRING_TOO_LONG } from "../failures.ts";
import { integerOf } from "../argument_text.ts";

/** To pass over so many bytes of a value takes as long as to copy one. */
const PASSED_PER_COPIED = 4;
const OUT_OF_RANGE = refused("offset is out of range");

/** APPEND key value: the new length. */
export function append(context: CommandContext, args: Args, reply: Reply): void {
  const address = peekItem(context, args, 0, 0);
  if (isOtherType(context.shard, address, reply)) return;
  const old = address === 0 ? 0 : context.shard.valueBytesLocked(address);
  storeOver(context, args, address, old, 1, reply);
}

/** STRLEN key: the length of the value; 0 if the key is not there. */
export function strlen(context: CommandContext, args: Args, reply: Reply): void {
  const address = getItem(context, args, 0, 0);
  if (isOtherType(context.shard, address, reply)) return;
  reply.integer(address === 0 ? 0 : context.shard.valueBytesLocked(address));
}

/** GETRANGE key start end: those bytes. Negative numbers count from the end. */
export function getrange(context: CommandContext, args: Args, reply: Reply): void {
  const first = integerOf(args, 1);
  const last = integerOf(args, 2);
  if (first === undefined || last === undefined) return reply.fail(NOT_INTEGER);
  const { shard } = context;
  const address = getItem(context, args, 0, 0);
  if (isOtherType(shard, address, reply)) return;
  const length = address === 0 ? 0 : shard.valueBytesLocked(address);
  const bothNegative = first < 0 && last < 0 && first > last;
  const from = placeIn(length, Number(first));
  const to = Math.min(placeIn(length, Number(last)), length - 1);
  const wanted = length === 0 || bothNegative || from > to ? 0 : to - from + 1;
  if (wanted > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  const at = reply.reserve(wanted);
  if (wanted > 0) {
    shard.readValuePartLocked(address, from, wanted, reply.bytes, at);
    // Inside EXEC others wait for the shard meanwhile.
    context.copiedBytes += Math.floor(from / PASSED_PER_COPIED);
  }
  reply.value(at, wanted);
}

function placeIn(length: number, index: number): number {
  return index < 0 ? Math.max(0, length + index) : index;
}

/** SETRANGE key offset value: the new length. A gap before the offset becomes zero bytes. */
export function setrange(context: CommandContext, args: Args, reply: Reply): void {
  const offset = integerOf(args, 1);
  if (offset === undefined) return reply.fail(NOT_INTEGER);
  if (offset < 0) return reply.fail(OUT_OF_RANGE);
  const address = peekItem(context, args, 0, 0);
  if (isOtherType(context.shard, address, reply)) return;
  if (args.lengths[2] === 0) {
    return reply.integer(address === 0 ? 0 : context.shard.valueBytesLocked(address));
  }
  storeOver(context, args, address, Number(offset), 2, reply);
}

/** Writes argument `index` over the value from byte `offset` on, and answers the new length. */
function storeOver(
  context: CommandContext,
  args: Args,
  address: number,
  offset: number,
  index: number,
  reply: Reply,
): void {
  const { shard, server } = context;
  const old = address === 0 ? 0 : shard.valueBytesLocked(address);
  const added = args.lengths[index]!;
  const length = Math.max(old, offset + added);
  if (length > server.config.maxValueBytes) return reply.fail(STRING_TOO_LONG);
  const problem = storeProblem(context, args.lengths[0]!, length);
  if (problem !== null) return reply.fail(problem);
  const scratch = context.reserveScratch(length);
  if (address !== 0) shard.readValueLocked(address, scratch, 0);
  if (offset > old) scratch.fill(0, old, offset);
  const start = args.starts[index]!;
  scratch.set(args.bytes.subarray(start, start + added), offset);
  storeItem(context, args, 0, 0, scratch, 0, length, KEEP_DEADLINE);
  reply.integer(length);
}
