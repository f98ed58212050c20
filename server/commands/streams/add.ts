// XADD: finds the id of a new entry, and adds it behind all others. The header is overwritten in place, and no other
// part of the stream is looked at.

import { appendEntry, KeyEventHint, Opening, type StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { refused, wrongArity } from "../failures.ts";
import { growthProblem, openView } from "../items.ts";
import { answerId, IdForm } from "./stream_ids.ts";
import { isStar, TrimOptions } from "./trim_options.ts";
import { trimEntries } from "./trimming.ts";

const WORD_RANGE = 2 ** 32;
const WRONG_ARITY = wrongArity("XADD");
const ZERO_ID = refused("The ID specified in XADD must be greater than 0-0");
const EXHAUSTED = refused(
  "The stream has exhausted the last possible ID, unable to add more items",
);
const NOT_LATER = refused(
  "The ID specified in XADD is equal or smaller than the target stream top item",
);

/** XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value [field value ...]. */
export function xadd(context: CommandContext, args: Args, reply: Reply): void {
  const options = isStar(args, 1) ? null : new TrimOptions();
  const problem = options?.read(args, true) ?? null;
  if (problem !== null) return reply.fail(problem);
  const from = (options?.idAt ?? 1) + 1;
  const words = args.count - from;
  if (words < 2 || words % 2 !== 0) return reply.fail(WRONG_ARITY);
  if (options?.idForm === IdForm.full && options.id.isZero) return reply.fail(ZERO_ID);
  const { stream, streamHeader: header } = context.views;
  const opening = openView(context, stream, args, 0, 0, reply, false);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.found) header.read(stream);
  else if (options?.makesNone) return reply.miss();
  else header.clear();
  if (header.lastId.isLast) return reply.fail(EXHAUSTED);
  if (!advance(header.lastId, options, context.cache.now())) return reply.fail(NOT_LATER);
  let bytes = 0;
  for (let i = from; i < args.count; i++) bytes += args.lengths[i]!;
  const refusal = growthProblem(context, stream, args.lengths[0]!, 1 + words / 8, bytes);
  if (refusal !== null) return reply.fail(refusal);
  context.copiedBytes += bytes;
  header.countAdded();
  if (opening === Opening.found) header.writeAdded(stream);
  else header.write(stream);
  appendEntry(stream, header.lastId, args.bytes, args.starts, args.lengths, from, args.count);
  if (options === null || options.by === "nothing") stream.close();
  else trimAndClose(context, options);
  answerId(context, header.lastId, reply);
}

/** Trims the open stream and closes it, and lets those know who listen to events that it was. */
function trimAndClose({ cache, views }: CommandContext, options: TrimOptions): void {
  const { stream, streamHeader: header } = views;
  const { keyEvents } = cache.region;
  const from = keyEvents?.count ?? 0;
  const trimmed = trimEntries(stream, options, header.nextGroup > 0);
  stream.close();
  if (trimmed > 0) keyEvents?.mark(from, KeyEventHint.isTrimmed);
}

/** Makes of the last id the one of a new entry. Returns false where that would not be later. */
function advance(last: StreamId, options: TrimOptions | null, nowMs: number): boolean {
  if (options === null || options.idForm === IdForm.invalid) {
    if (nowMs > last.msHigh * WORD_RANGE + last.msLow) last.set(nowMs, 0);
    else last.increment();
    return true;
  }
  const { id } = options;
  const isSameMs = id.msHigh === last.msHigh && id.msLow === last.msLow;
  if (options.idForm === IdForm.openSequence && isSameMs) return last.incrementSequence();
  if (id.compare(last) <= 0) return false;
  last.copy(id);
  return true;
}
