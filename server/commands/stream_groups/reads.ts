// XREADGROUP: entries that a group delivers to one of its consumers, and with BLOCK those that come. An entry goes to
// one consumer; who waits longest is served first.

import { Opening, StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { Taken, type Waiting } from "../../contract/commands/waits.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { opened } from "../blocking/take_or_wait.ts";
import { refused } from "../failures.ts";
import { growthProblem, openView } from "../items.ts";
import type { AnswerBudget } from "../streams/entry_answers.ts";
import { ReadOptions, readOptions, waitingRead } from "../streams/read_options.ts";
import { beginStream, beginStreams } from "../streams/reads.ts";
import { BAD_ID, IdForm, readId } from "../streams/stream_ids.ts";
import {
  type Deliverable,
  deliverAgain,
  deliverNew,
  newEntries,
  pendingEntries,
} from "./deliveries.ts";
import { closeQuietly, enterConsumer, findConsumer, findGroup, noGroup } from "./finding.ts";

const DOLLAR = 0x24;
const GREATER = 0x3e;
/** What the records of a consumer take besides its name. */
const RECORD_BYTES = 64;
const NO_DOLLAR = refused(
  "The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this " +
    "consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just " +
    "return an empty result set.",
);
const KEY_GONE = refused("the stream key no longer exists", "UNBLOCKED");
const GROUP_GONE = refused(
  "the consumer group this client was blocked on no longer exists",
  "NOGROUP",
);

/** What is read of each stream: what is pending behind an id, or what is new where that is null. */
type After = (StreamId | null)[];

/** XREADGROUP GROUP group consumer [COUNT count] [BLOCK ms] [NOACK] STREAMS key [key ...] id [id ...]. */
export function xreadgroup(context: CommandContext, args: Args, reply: Reply): void {
  const options = new ReadOptions();
  const problem = options.read(args, true);
  if (problem !== null) return reply.fail(problem);
  const after: After = [];
  for (let i = 0; i < options.streamCount; i++) {
    const id = readAfter(context, args, i, options, reply);
    if (id === undefined) return;
    after.push(id);
  }
  if (deliver(context, args, options, after, reply)) return;
  if (options.blockMs < 0 || context.isAtomic || context.waits === null) return reply.missArray();
  context.waitNote = options;
  context.mustWait = true;
}

/** What is to be read of stream `i`. Undefined: it has refused. */
function readAfter(
  context: CommandContext,
  args: Args,
  i: number,
  { streamsAt, streamCount, groupAt }: ReadOptions,
  reply: Reply,
): StreamId | null | undefined {
  const { stream } = context.views;
  const index = streamsAt + i;
  const opening = openView(context, stream, args, i, index, reply, true);
  if (opening === Opening.wrongType) return undefined;
  if (opening === Opening.absent || !findGroup(context, stream, args, groupAt)) {
    reply.fail(noGroup(args, index, groupAt, " in XREADGROUP with GROUP option"));
    return undefined;
  }
  const idAt = index + streamCount;
  if (args.lengths[idAt] === 1) {
    const byte = args.bytes[args.starts[idAt]!];
    if (byte === GREATER) return null;
    if (byte === DOLLAR) {
      reply.fail(NO_DOLLAR);
      return undefined;
    }
  }
  const id = new StreamId();
  // The last of all ids means what is new, too.
  if (readId(args, idAt, id) !== IdForm.invalid) return id.isLast ? null : id;
  reply.fail(BAD_ID);
  return undefined;
}

/** Delivers what there is of any stream. Returns false where there is nothing. */
function deliver(
  context: CommandContext,
  args: Args,
  options: ReadOptions,
  after: After,
  reply: Reply,
): boolean {
  const { streamCount, streamsAt } = options;
  const counts = context.reserveAddresses(streamCount);
  const budget: AnswerBudget = { left: reply.bytesLeft };
  const given = new Map<string, number>();
  let [found, failure] = [0, null as Failure | null];
  for (let i = 0; i < streamCount; i++) {
    // With one stream it stays open for what follows.
    const taken = streamCount > 1 && after[i] === null
      ? takenBefore(args, streamsAt + i, given)
      : 0;
    const count = prepare(context, args, i, options, after[i]!, budget, taken);
    if (streamCount > 1) closeQuietly(context);
    counts[i] = typeof count === "number" ? count : 0;
    if (streamCount > 1 && after[i] === null) {
      given.set(wordOf(args, streamsAt + i), taken + counts[i]!);
    }
    if (typeof count !== "number") failure ??= count;
    else if (count > 0 || after[i] !== null) found++;
  }
  if (found === 0) {
    closeQuietly(context);
    if (failure !== null) reply.fail(failure);
    return failure !== null;
  }
  // What does not fit is left for the next time, but what is asked for by its id must not seem to be nothing.
  if (failure !== null && after.some((id) => id !== null)) {
    closeQuietly(context);
    reply.fail(failure);
    return true;
  }
  beginStreams(context, found, reply);
  for (let i = 0; i < streamCount; i++) {
    const id = after[i]!;
    if (counts[i] === 0 && id === null) continue;
    if (streamCount > 1) prepare(context, args, i, options, id, { left: Infinity });
    beginStream(context, args, streamsAt + i, reply);
    if (id === null) deliverNew(context, counts[i]!, options.needsNoAck, reply);
    else deliverAgain(context, reply);
    closeQuietly(context);
  }
  return true;
}

/** How many of the entries that are new in a stream go to the same stream, named before. */
function takenBefore(args: Args, index: number, given: ReadonlyMap<string, number>): number {
  return given.get(wordOf(args, index)) ?? 0;
}

/** A key as a string of its bytes. */
function wordOf(args: Args, index: number): string {
  return args.bytesOf(index).toHex();
}

/** Opens stream `i`, the group and the consumer where it is served. Returns how many entries there are to deliver. */
function prepare(
  context: CommandContext,
  args: Args,
  i: number,
  options: ReadOptions,
  after: StreamId | null,
  budget: AnswerBudget,
  taken = 0,
): Deliverable {
  const { stream } = context.views;
  const index = options.streamsAt + i;
  opened(context, stream, args, i, index);
  findGroup(context, stream, args, options.groupAt);
  if (after === null) {
    const count = newEntries(context, args, index, options, budget, taken);
    // Who finds nothing new is not seen, and not made.
    return count === 0 || typeof count !== "number"
      ? count
      : enter(context, args, index, options) ?? count;
  }
  const problem = enter(context, args, index, options);
  return problem ?? pendingEntries(context, after, options, budget);
}

/** Opens the consumer, which is made where it is not there. Returns why that cannot be, or null. */
function enter(
  context: CommandContext,
  args: Args,
  index: number,
  { groupAt }: ReadOptions,
): Failure | null {
  const at = groupAt + 1;
  if (!findConsumer(context, args, at)) {
    const bytes = 2 * (args.lengths[at]! + RECORD_BYTES);
    const { stream } = context.views;
    const problem = growthProblem(context, stream, args.lengths[index]!, 2, bytes);
    if (problem !== null) return problem;
  }
  enterConsumer(context, args, at);
  return null;
}

/** How XREADGROUP waits with BLOCK. */
export const GROUP_READ: Waiting<CommandContext> = {
  kind: "group",
  awaitsAll: true,
  isToldOfEnd: true,
  scopeAt: (args) => readOptions(args, true).groupAt,
  ...waitingRead(true),
  take(context, args, key, index, reply) {
    const { stream } = context.views;
    const options = context.waitNote as ReadOptions;
    const taken = opened(context, stream, args, key, index);
    if (taken !== Taken.answered) {
      reply.fail(KEY_GONE);
      return Taken.answered;
    }
    if (!findGroup(context, stream, args, options.groupAt)) {
      reply.fail(GROUP_GONE);
      return Taken.answered;
    }
    const count = newEntries(context, args, index, options, { left: reply.bytesLeft });
    if (count === 0) return Taken.nothing;
    const failure = typeof count === "number" ? enter(context, args, index, options) : count;
    if (failure !== null) reply.fail(failure);
    else {
      beginStreams(context, 1, reply);
      beginStream(context, args, index, reply);
      deliverNew(context, count as number, options.needsNoAck, reply);
    }
    closeQuietly(context);
    return Taken.answered;
  },
  nothing: (reply) => reply.missArray(),
};
