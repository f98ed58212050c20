// XREAD: the entries of one or more streams behind given ids, and with BLOCK those that come. Unlike a range it may be
// answered in part, since who reads goes on from the last id: an answer has as many entries as fit.

import { Opening, StreamId, type StreamView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { Taken, type Waiting } from "../../contract/commands/waits.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { opened } from "../blocking/take_or_wait.ts";
import { ANSWER_TOO_LARGE, refused } from "../failures.ts";
import { getItem, openView } from "../items.ts";
import { answerable, type AnswerBudget, answerEntries } from "./entry_answers.ts";
import { ReadOptions, waitingRead } from "./read_options.ts";
import { BAD_ID, IdForm, readId } from "./stream_ids.ts";

const NEW_ID_HERE = refused(
  "The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
);
const DOLLAR = 0x24;
const GREATER = 0x3e;

/** What a client that waits has noted: behind which id it reads each of its streams, and how. */
interface ReadNote {
  readonly options: ReadOptions;
  readonly after: readonly StreamId[];
}

/** XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]. */
export function xread(context: CommandContext, args: Args, reply: Reply): void {
  const options = new ReadOptions();
  const problem = options.read(args, false);
  if (problem !== null) return reply.fail(problem);
  const after: StreamId[] = [];
  const absent: number[] = [];
  let opening: Opening = Opening.absent;
  for (let i = 0; i < options.streamCount; i++) {
    const id = new StreamId();
    const found = findAfter(context, args, i, options, id, reply);
    if (typeof found === "object") return reply.fail(found);
    if (found === Opening.wrongType) return;
    opening = found;
    after.push(id);
    if (found === Opening.absent) absent.push(i);
  }
  // As in Redis, which looks for each key again, a miss counts twice.
  for (const i of absent) getItem(context, args, i, options.streamsAt + i);
  // The only one is open still.
  const isAnswered = options.streamCount > 1
    ? answerNew(context, args, { options, after }, reply)
    : opening === Opening.found &&
      answerOpened(context, args, options.streamsAt, options.count, after[0]!, reply);
  if (isAnswered) return;
  if (options.blockMs < 0 || context.isAtomic || context.waits === null) return reply.missArray();
  context.waitNote = { options, after } satisfies ReadNote;
  context.mustWait = true;
}

/**
 * Answers what is new in the open stream whose key is argument `index`, up to `most` entries (0: all), behind an id.
 * Returns false where there is nothing.
 */
function answerOpened(
  context: CommandContext,
  args: Args,
  index: number,
  most: number,
  after: StreamId,
  reply: Reply,
): boolean {
  const { stream } = context.views;
  const news = seekNew(stream, after);
  if (news === 0) return false;
  const count = fitting(context, stream, news, most, { left: reply.bytesLeft });
  if (count === 0) {
    reply.fail(ANSWER_TOO_LARGE);
    return true;
  }
  beginStreams(context, 1, reply);
  beginStream(context, args, index, reply);
  answerEntries(context, stream, count, false, reply);
  return true;
}

/** Sets `id` to that behind which stream `i` is to be read. Returns why there is none; the wrong type is answered. */
function findAfter(
  context: CommandContext,
  args: Args,
  i: number,
  options: ReadOptions,
  id: StreamId,
  reply: Reply,
): Failure | Opening {
  const { stream, streamHeader: header } = context.views;
  const index = options.streamsAt + i;
  const opening = openView(context, stream, args, i, index, reply, true);
  if (opening === Opening.wrongType) return opening;
  const idAt = index + options.streamCount;
  if (isByte(args, idAt, DOLLAR)) {
    if (opening === Opening.absent) return opening;
    header.read(stream);
    id.copy(header.lastId);
    return opening;
  }
  if (isByte(args, idAt, GREATER)) return NEW_ID_HERE;
  return readId(args, idAt, id) === IdForm.invalid ? BAD_ID : opening;
}

/** Answers what is new in any of the streams. Returns false where there is nothing. */
function answerNew(context: CommandContext, args: Args, note: ReadNote, reply: Reply): boolean {
  const { options: { streamsAt, streamCount, count: most }, after } = note;
  const { stream } = context.views;
  const counts = context.reserveAddresses(streamCount);
  const budget: AnswerBudget = { left: reply.bytesLeft };
  let found = 0;
  let isTooLarge = false;
  for (let i = 0; i < streamCount; i++) {
    counts[i] = 0;
    if (opened(context, stream, args, i, streamsAt + i) !== Taken.answered) continue;
    const news = seekNew(stream, after[i]!);
    if (news === 0) continue;
    counts[i] = fitting(context, stream, news, most, budget);
    if (counts[i]! > 0) found++;
    else isTooLarge = true;
  }
  if (found === 0 && !isTooLarge) return false;
  if (found === 0) {
    reply.fail(ANSWER_TOO_LARGE);
    return true;
  }
  beginStreams(context, found, reply);
  for (let i = 0; i < streamCount; i++) {
    if (counts[i] === 0) continue;
    opened(context, stream, args, i, streamsAt + i);
    seekNew(stream, after[i]!);
    beginStream(context, args, streamsAt + i, reply);
    answerEntries(context, stream, counts[i]!, false, reply);
  }
  return true;
}

/** Puts the cursor on the first entry behind an id. Returns how many there are from there on. */
export function seekNew(stream: StreamView, after: StreamId): number {
  const { head } = stream;
  const { score } = after;
  const length = after.writeKey(head, 0);
  if (!stream.seekRecord(score, head, 0, length)) return 0;
  if (stream.isAt(score, head, 0, length) && !stream.next()) return 0;
  return stream.count - stream.place;
}

/** How many of `news` entries from the cursor on are to be answered: `most` (0: all), but no more than fit. */
function fitting(
  context: CommandContext,
  stream: StreamView,
  news: number,
  most: number,
  budget: AnswerBudget,
): number {
  const wanted = most === 0 ? news : Math.min(news, most);
  const place = stream.count - news;
  return answerable(stream, context.views.streamEntry, place, wanted, false, budget);
}

/** Begins an answer with entries of `count` streams. */
export function beginStreams({ session }: CommandContext, count: number, reply: Reply): void {
  if (session.protocol === 3) reply.map(count);
  else reply.array(count);
}

/** Begins the part of it that is about the stream whose key is argument `index`; its entries follow. */
export function beginStream(
  { session }: CommandContext,
  args: Args,
  index: number,
  reply: Reply,
): void {
  if (session.protocol !== 3) reply.array(2);
  answerBytes(args.bytes, args.starts[index]!, args.lengths[index]!, reply);
}

function isByte(args: Args, index: number, byte: number): boolean {
  return args.lengths[index] === 1 && args.bytes[args.starts[index]!] === byte;
}

/** How XREAD waits with BLOCK. */
export const STREAM_READ: Waiting<CommandContext> = {
  kind: "stream",
  isShared: true,
  awaitsAll: true,
  ...waitingRead(false),
  take(context, args, key, index, reply) {
    const { options, after } = context.waitNote as ReadNote;
    const taken = opened(context, context.views.stream, args, key, index);
    if (taken !== Taken.answered) return taken;
    const id = after[index - options.streamsAt]!;
    const isAnswered = answerOpened(context, args, index, options.count, id, reply);
    return isAnswered ? Taken.answered : Taken.nothing;
  },
  nothing: (reply) => reply.missArray(),
};
