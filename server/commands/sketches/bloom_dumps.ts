// BF.SCANDUMP and BF.LOADCHUNK: a Bloom filter goes out and in a piece at a time, in RedisBloom's format. What comes
// in is checked: none but a filter that could have been made is stored.

import {
  bitsPlace,
  dumpHeader,
  dumpHeaderBytes,
  Opening,
  readDumpHeader,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, OUT_OF_MEMORY, refused, WRONG_TYPE } from "../failures.ts";
import { NOT_FOUND, openBloom } from "./bloom_filters.ts";
import { keyProblem, plainly } from "./refusals.ts";

/** Longest piece. Clients go by what they are told, not by the 16 MiB of RedisBloom. */
const MAX_CHUNK_BYTES = 1024 * 1024;
const NOT_NUMERIC = plainly("Second argument must be numeric");
const LOAD_NOT_NUMERIC = refused("Second argument must be numeric");
const BAD_DATA = refused("received bad data");
const NO_FILTER = refused("invalid offset - no link found");
const CHUNK_TOO_LONG = refused("invalid chunk - Too big for current filter");

/** BF.SCANDUMP key iterator: the next iterator and a piece; 0 and nothing at the end. */
export function bfScandump(context: CommandContext, args: Args, reply: Reply): void {
  const opening = openBloom(context, args, true);
  if (opening !== Opening.found) {
    return reply.fail(opening === Opening.absent ? NOT_FOUND : WRONG_TYPE);
  }
  const iterator = integerOf(args, 1);
  if (iterator === undefined) return reply.fail(NOT_NUMERIC);
  const { bloom } = context.sketches;
  if (iterator === 0) return answerHeader(context, reply);
  const place = bitsPlace(bloom, Number(iterator));
  const length = Math.min(place?.bytesLeft ?? 0, MAX_CHUNK_BYTES);
  if (length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(2);
  reply.integer(place === undefined ? 0 : Number(iterator) + length);
  const at = reply.reserve(length);
  if (place !== undefined) bloom.view.read(place.at, length, reply.bytes, at);
  reply.value(at, length);
}

function answerHeader({ sketches }: CommandContext, reply: Reply): void {
  const length = dumpHeaderBytes(sketches.bloom.count);
  if (length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(2);
  reply.integer(1);
  const at = reply.reserve(length);
  dumpHeader(sketches.bloom, reply.bytes, at);
  reply.value(at, length);
}

/** BF.LOADCHUNK key iterator data: what BF.SCANDUMP has answered. */
export function bfLoadchunk(context: CommandContext, args: Args, reply: Reply): void {
  const iterator = integerOf(args, 1);
  if (iterator === undefined) return reply.fail(LOAD_NOT_NUMERIC);
  const opening = openBloom(context, args, false);
  if (opening === Opening.absent && iterator === 1) return loadHeader(context, args, reply);
  if (opening !== Opening.found) {
    return reply.fail(opening === Opening.absent ? NOT_FOUND : WRONG_TYPE);
  }
  const length = args.lengths[2]!;
  if (iterator <= 0 || iterator < length) return reply.fail(BAD_DATA);
  const { bloom } = context.sketches;
  const place = bitsPlace(bloom, Number(iterator) - length);
  if (place === undefined) return reply.fail(NO_FILTER);
  if (length > place.bytesLeft) return reply.fail(CHUNK_TOO_LONG);
  const isStored = bloom.view.write(place.at, args.bytes, args.starts[2]!, length);
  if (!isStored) return reply.fail(OUT_OF_MEMORY);
  bloom.view.close();
  reply.ok();
}

/** Makes a filter without any bits set, as a header says. */
function loadHeader(context: CommandContext, args: Args, reply: Reply): void {
  const header = readDumpHeader(args.bytes, args.starts[2]!, args.lengths[2]!);
  if (header === undefined) return reply.fail(BAD_DATA);
  const problem = keyProblem(context, args, 0);
  if (problem !== null) return reply.fail(problem);
  const { bloom } = context.sketches;
  if (!bloom.createLike(header)) return reply.fail(OUT_OF_MEMORY);
  bloom.view.close();
  reply.ok();
}
