// XCLAIM: entries that are pending become another consumer's. What is pending though its entry is gone is dropped on the
// way. All that is to be done is found out before anything is changed.

import { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, shownText, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, oneLine, refused } from "../failures.ts";
import { growthProblem } from "../items.ts";
import { BAD_ID, IdForm, readId } from "../streams/stream_ids.ts";
import { closeQuietly, enterConsumer, noGroup, openGroup } from "./finding.ts";
import { answerClaimed, type Claim, claimEntry, hasEntry, sizeOfClaimed } from "./claiming.ts";

const [KEY, CONSUMER, MIN_IDLE, FIRST_ID] = [0, 2, 3, 4];
/** What the records of a consumer and of one that is pending take. */
const RECORD_BYTES = 64;
const BAD_MIN_IDLE = refused("Invalid min-idle-time argument for XCLAIM");

interface Options extends Claim {
  isForced: boolean;
  /** How many ids there are. */
  idCount: number;
  /** The group's last id becomes this, if that is behind it. */
  readonly lastId: StreamId;
}

/**
 * XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-ms] [RETRYCOUNT count] [FORCE] [JUSTID]
 * [LASTID id].
 */
export function xclaim(context: CommandContext, args: Args, reply: Reply): void {
  const found = openGroup(context, args, KEY, true, reply);
  if (found === "refused") return;
  if (found === "nothing") return reply.fail(noGroup(args, KEY, KEY + 1));
  const minIdle = integerOf(args, MIN_IDLE);
  if (minIdle === undefined) return reply.fail(BAD_MIN_IDLE);
  const nowMs = context.cache.now();
  const options = optionsOf(args, nowMs);
  if ("code" in options) return reply.fail(options);
  const { stream } = context.views;
  const count = plan(context, args, options, Math.max(0, Number(minIdle)), nowMs, reply);
  if (count < 0) return reply.fail(ANSWER_TOO_LARGE);
  const keyBytes = args.lengths[KEY]!;
  const problem = growthProblem(
    context,
    stream,
    keyBytes,
    2 * count + 2,
    (2 * count + 2) * RECORD_BYTES + 2 * args.lengths[CONSUMER]!,
  );
  if (problem !== null) return reply.fail(problem);
  const { group, ids, id, pending } = context.views.groups;
  if (options.lastId.compare(group.last) > 0) {
    group.last.copy(options.lastId);
    group.save();
  }
  for (let i = 0; i < options.idCount; i++) {
    readId(args, FIRST_ID + i, id);
    if (!hasEntry(stream, id) && pending.find(group, id)) pending.remove();
  }
  if (ids.count > 0) enterConsumer(context, args, CONSUMER);
  for (let i = 0; i < ids.count; i++) claimEntry(context, ids.read(i, id), options);
  answerClaimed(context, options, reply);
  closeQuietly(context);
}

/** Lists what is to be claimed. Returns how many, or -1 where an answer cannot hold them. */
function plan(
  context: CommandContext,
  args: Args,
  options: Options,
  minIdleMs: number,
  nowMs: number,
  reply: Reply,
): number {
  const { stream, groups: { group, pending, ids, id } } = context.views;
  ids.clear();
  let bytes = 0;
  const seen = new Set<string>();
  for (let i = 0; i < options.idCount; i++) {
    readId(args, FIRST_ID + i, id);
    if (!hasEntry(stream, id)) continue;
    bytes += sizeOfClaimed(context, options);
    const isPending = pending.find(group, id);
    if (!isPending && !options.isForced) continue;
    // One that is named twice was claimed just now, the second time.
    const isAgain = minIdleMs > 0 && seen.has(idWord(id));
    const idleMs = isAgain ? nowMs - options.timeMs : nowMs - pending.deliveredMs;
    if ((isPending || isAgain) && minIdleMs > 0 && idleMs < minIdleMs) continue;
    if (minIdleMs > 0) seen.add(idWord(id));
    ids.add(id);
    if (bytes > reply.bytesLeft) return -1;
  }
  return ids.count;
}

function idWord({ msHigh, msLow, seqHigh, seqLow }: StreamId): string {
  return `${msHigh} ${msLow} ${seqHigh} ${seqLow}`;
}

/** The ids, and the options behind them. */
function optionsOf(args: Args, nowMs: number): Options | Failure {
  const lastId = new StreamId();
  let at = FIRST_ID;
  while (at < args.count && readId(args, at, lastId) !== IdForm.invalid) at++;
  const options = {
    idCount: at - FIRST_ID,
    isForced: false,
    isBare: false,
    timeMs: -1,
    deliveries: -1,
    lastId: lastId.set(0, 0),
  };
  for (; at < args.count; at++) {
    const token = tokenOf(args, at);
    const hasMore = at + 1 < args.count;
    if (token === "FORCE") options.isForced = true;
    else if (token === "JUSTID") options.isBare = true;
    else if (hasMore && (token === "IDLE" || token === "TIME" || token === "RETRYCOUNT")) {
      const number = integerOf(args, ++at);
      if (number === undefined) return refused(`Invalid ${token} option argument for XCLAIM`);
      if (token === "RETRYCOUNT") options.deliveries = Number(number);
      else options.timeMs = token === "IDLE" ? nowMs - Number(number) : Number(number);
    } else if (hasMore && token === "LASTID") {
      if (readId(args, ++at, lastId) === IdForm.invalid) return BAD_ID;
    } else return refused(oneLine(`Unrecognized XCLAIM option '${shownText(args, at)}'`));
  }
  if (options.timeMs < 0 || options.timeMs > nowMs) options.timeMs = nowMs;
  return options;
}
