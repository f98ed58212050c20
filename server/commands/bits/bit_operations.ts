// BITOP: combines strings bit by bit and stores what comes of it. Shorter ones count as filled up with zeros. Words of 32
// bits at a time.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { refused, SYNTAX } from "../failures.ts";
import { deleteItem, openBytes, shardOfKey, storeProblem } from "../items.ts";

/** All strings together may have so many bytes, about 2 ms, or twice the longest that may be stored. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

const ONE_SOURCE = refused("BITOP NOT must be called with a single source key.");

const OPERATIONS: readonly string[] = ["AND", "OR", "XOR", "NOT"];
const [AND, OR, XOR, NOT] = [0, 1, 2, 3];

/** BITOP operation destkey key [key …]: the length of what was stored. */
export function bitop(context: CommandContext, args: Args, reply: Reply): void {
  const operation = OPERATIONS.indexOf(tokenOf(args, 0));
  if (operation < 0) return reply.fail(SYNTAX);
  if (operation === NOT && args.count !== 3) return reply.fail(ONE_SOURCE);
  const view = context.views.bytes;
  let longest = 0;
  let total = 0;
  for (let key = 1; key < args.count - 1; key++) {
    const opening = openBytes(context, view, args, key, key + 1, reply, true);
    if (opening === Opening.wrongType) return;
    longest = Math.max(longest, view.length);
    total += view.length;
  }
  const most = Math.max(MAX_SOURCE_BYTES, 2 * context.server.config.maxValueBytes);
  if (total > most) return reply.fail(tooMuch(most));
  const shard = shardOfKey(context, 0);
  if (longest === 0) {
    deleteItem(context, args, 0, 1);
    return reply.integer(0);
  }
  const problem = storeProblem(context, args.lengths[1]!, longest);
  if (problem !== null) return reply.fail(problem);
  const result = combine(context, args, operation, longest);
  const start = args.starts[1]!;
  const hash = context.hashes[0]!;
  view.openEmpty(shard, context.database, hash, args.bytes, start, args.lengths[1]!, 0);
  view.write(0, result, 0, longest);
  view.close();
  reply.integer(longest);
}

function tooMuch(most: number): Failure {
  return refused(`BITOP takes too long: its source keys may hold ${most} bytes in sum, use fewer`);
}

/** Combines the sources, of which the longest has so many bytes, in the scratch. */
function combine(
  context: CommandContext,
  args: Args,
  operation: number,
  longest: number,
): Uint8Array {
  const words = (longest + 3) >>> 2;
  const scratch = context.reserveScratch(8 * words);
  const all = new Int32Array(scratch.buffer, scratch.byteOffset, 2 * words);
  const result = all.subarray(0, words);
  const other = all.subarray(words);
  readSource(context, args, 1, scratch, 0, 4 * words);
  if (operation === NOT) { for (let i = 0; i < words; i++) result[i] = ~result[i]!; }
  for (let key = 2; key < args.count - 1; key++) {
    readSource(context, args, key, scratch, 4 * words, 4 * words);
    if (operation === AND) { for (let i = 0; i < words; i++) result[i]! &= other[i]!; }
    else if (operation === OR) { for (let i = 0; i < words; i++) result[i]! |= other[i]!; }
    else if (operation === XOR) { for (let i = 0; i < words; i++) result[i]! ^= other[i]!; }
  }
  return scratch;
}

/** Copies the string of key number `key`, and zeros behind it up to `length` bytes. */
function readSource(
  context: CommandContext,
  args: Args,
  key: number,
  to: Uint8Array,
  at: number,
  length: number,
): void {
  const shard = shardOfKey(context, key);
  const index = key + 1;
  const { bytes, starts, lengths } = args;
  const address = shard.peekLocked(context.hashes[key]!, bytes, starts[index]!, lengths[index]!);
  const used = address === 0 ? 0 : shard.valueBytesLocked(address);
  if (used > 0) shard.readValueLocked(address, to, at);
  to.fill(0, at + used, at + length);
  context.copiedBytes += used;
}
