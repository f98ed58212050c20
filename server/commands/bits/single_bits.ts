// SETBIT and GETBIT: one bit of a string. What is behind its end counts as zero, and setting it makes the string as
// long as needed.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { openBytes, writeProblem } from "../items.ts";
import { BAD_BIT, BAD_OFFSET, bitOffsetOf, byteOf, shiftOf } from "./bit_offsets.ts";

/** SETBIT key offset value: the bit as it was. */
export function setbit(context: CommandContext, args: Args, reply: Reply): void {
  const offset = bitOffsetOf(args, 1);
  if (offset < 0) return reply.fail(BAD_OFFSET);
  const bit = integerOf(args, 2);
  if (bit !== 0 && bit !== 1) return reply.fail(BAD_BIT);
  const view = context.views.bytes;
  if (openBytes(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  const index = byteOf(offset);
  const shift = shiftOf(offset);
  const old = view.byteAt(index);
  const byte = (old & ~(1 << shift)) | (bit << shift);
  if (byte !== old || index >= view.length) {
    const problem = writeProblem(context, view, args.lengths[0]!, index, 1);
    if (problem !== null) return reply.fail(problem);
    view.setByte(index, byte);
    view.close();
  }
  reply.integer((old >>> shift) & 1);
}

/** GETBIT key offset. */
export function getbit(context: CommandContext, args: Args, reply: Reply): void {
  const offset = bitOffsetOf(args, 1);
  if (offset < 0) return reply.fail(BAD_OFFSET);
  const view = context.views.bytes;
  if (openBytes(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  reply.integer((view.byteAt(byteOf(offset)) >>> shiftOf(offset)) & 1);
}
