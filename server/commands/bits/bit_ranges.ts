// BITCOUNT and BITPOS: what bits a string has, all of it or a part. The part is copied out of the shard, then looked
// through.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { openBytes } from "../items.ts";
import { countBits, firstBit } from "./bit_count.ts";
import { BitRange, unitOf } from "./bit_offsets.ts";

/** Bytes that are looked through first. */
const FIRST_PART_BYTES = 1024;
const BIT_0_OR_1 = refused("The bit argument must be 1 or 0.");

/** BITCOUNT key [start end [BYTE|BIT]] */
export function bitcount(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.bytes;
  const opening = openBytes(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.integer(0);
  const range = new BitRange();
  range.setAll(view.length);
  if (args.count > 1) {
    if (args.count < 3 || args.count > 4) return reply.fail(SYNTAX);
    const start = integerOf(args, 1);
    const end = integerOf(args, 2);
    if (start === undefined || end === undefined) return reply.fail(NOT_INTEGER);
    if (start < 0 && end < 0 && start > end) return reply.integer(0);
    const inBits = args.count === 4 && unitOf(args, 3);
    if (inBits === null) return reply.fail(SYNTAX);
    range.set(Number(start), Number(end), view.length, inBits);
  }
  const bytes = readRange(context, range);
  if (range.length > 0) {
    bytes[0]! &= ~range.before;
    bytes[range.length - 1]! &= ~range.behind;
  }
  reply.integer(countBits(bytes, range.length));
}

/** BITPOS key bit [start [end [BYTE|BIT]]] */
export function bitpos(context: CommandContext, args: Args, reply: Reply): void {
  const bit = integerOf(args, 1);
  if (bit === undefined) return reply.fail(NOT_INTEGER);
  if (bit !== 0 && bit !== 1) return reply.fail(BIT_0_OR_1);
  const view = context.views.bytes;
  const opening = openBytes(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  // Behind its end a string goes on with zeros, and one that is not there is nothing else.
  if (opening === Opening.absent) return reply.integer(bit === 0 ? 0 : -1);
  const range = new BitRange();
  range.setAll(view.length);
  const hasEnd = args.count > 3;
  if (args.count > 2) {
    if (args.count > 5) return reply.fail(SYNTAX);
    const start = integerOf(args, 2);
    if (start === undefined) return reply.fail(NOT_INTEGER);
    const inBits = args.count > 4 && unitOf(args, 4);
    if (inBits === null) return reply.fail(SYNTAX);
    const end = hasEnd ? integerOf(args, 3) : view.length - 1;
    if (end === undefined) return reply.fail(NOT_INTEGER);
    range.set(Number(start), hasEnd ? Number(end) : Infinity, view.length, inBits);
  }
  if (range.length === 0) return reply.integer(-1);
  const found = firstOf(context, range, bit);
  if (found >= 0) return reply.integer(found);
  reply.integer(bit === 1 || hasEnd ? -1 : 8 * (range.last + 1));
}

/**
 * Number of the first bit in the range of the opened string that is `bit`, or -1. It is often near the start, so the parts
 * that are copied are short ones first.
 */
function firstOf(context: CommandContext, range: BitRange, bit: number): number {
  const part = new BitRange();
  let most = FIRST_PART_BYTES;
  for (let first = range.first; first <= range.last; first += part.length) {
    part.first = first;
    part.last = Math.min(range.last, first + most - 1);
    const bytes = readRange(context, part);
    const [before, behind] = [
      first === range.first ? range.before : 0,
      part.last === range.last ? range.behind : 0,
    ];
    const end = part.length - 1;
    bytes[0] = bit === 1 ? bytes[0]! & ~before : bytes[0]! | before;
    bytes[end] = bit === 1 ? bytes[end]! & ~behind : bytes[end]! | behind;
    const found = firstBit(bytes, part.length, bit);
    if (found >= 0) return 8 * first + found;
    most *= 4;
  }
  return -1;
}

/** Copies the range of the opened string. */
function readRange(context: CommandContext, range: BitRange): Uint8Array {
  const bytes = context.reserveScratch(range.length);
  context.views.bytes.read(range.first, range.length, bytes, 0);
  return bytes;
}
