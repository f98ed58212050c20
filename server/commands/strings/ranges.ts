// Commands on parts of a value: APPEND, STRLEN, GETRANGE, SETRANGE. A value is changed through a view, which
// copies none of the rest of a long one. Its deadline stays.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import { getItem, isOtherType, openBytes, writeProblem } from "../items.ts";
import type { CommandContext } from "../../contract/command.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused } from "../failures.ts";
import { integerOf } from "../argument_text.ts";

/** To pass over so many bytes of a value takes as long as to copy one. */
const PASSED_PER_COPIED = 4;
const OUT_OF_RANGE = refused("offset is out of range");

/** APPEND key value: the new length. */
export function append(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.bytes;
  if (openBytes(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  writeOver(context, args, view.length, 1, reply);
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
  const view = context.views.bytes;
  if (openBytes(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  if (args.lengths[2] === 0) return reply.integer(view.length);
  writeOver(context, args, Number(offset), 2, reply);
}

/** Writes argument `index` over the opened value from byte `offset` on, and answers the new length. */
function writeOver(
  context: CommandContext,
  args: Args,
  offset: number,
  index: number,
  reply: Reply,
): void {
  const view = context.views.bytes;
  const added = args.lengths[index]!;
  const problem = writeProblem(context, view, args.lengths[0]!, offset, added);
  if (problem !== null) return reply.fail(problem);
  // An empty string is stored, too.
  if (added === 0) view.setLength(view.length);
  else view.write(offset, args.bytes, args.starts[index]!, added);
  view.close();
  reply.integer(view.length);
}
