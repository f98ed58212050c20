// XAUTOCLAIM: claims what has been pending for long, some at a time, and drops what is pending though its entry is gone.
// All that is to be done is found out before anything is changed.

import { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, refused, SYNTAX } from "../failures.ts";
import { getItem, growthProblem } from "../items.ts";
import { answerId, BAD_ID, type IdRules, readBound } from "../streams/stream_ids.ts";
import { IdList } from "../../contract/collections/group_views.ts";
import { closeQuietly, COST, enterConsumer, noGroup, openGroup } from "./finding.ts";
import { answerClaimed, type Claim, claimEntry, hasEntry, sizeOfClaimed } from "./claiming.ts";

const [KEY, CONSUMER, MIN_IDLE, START, OPTIONS] = [0, 2, 3, 4, 5];
const DEFAULT_COUNT = 100;
/** So many are looked at for each that may be claimed. */
const ATTEMPTS = 10;
/** The largest count of Redis, and the largest that is of use here. */
const MAX_COUNT = (2n ** 63n - 1n) / 16n;
/** Most that are claimed, and looked at, since others wait for the lock: the next call goes on. */
const MAX_CLAIMED = 5000;
const MAX_ATTEMPTS = 20_000;
const RECORD_BYTES = 64;

const BAD_MIN_IDLE = refused("Invalid min-idle-time argument for XAUTOCLAIM");
const BAD_START = refused("invalid start ID for the interval");
const BAD_COUNT = refused("COUNT must be > 0");
const FROM: IdRules = { takesEnds: true };

interface Options extends Claim {
  minIdleMs: number;
  readonly start: StreamId;
  count: number;
}

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]. */
export function xautoclaim(context: CommandContext, args: Args, reply: Reply): void {
  // As in Redis, a miss counts even where the rest is wrong.
  getItem(context, args, 0, KEY);
  const options = optionsOf(args, context.cache.now());
  if ("code" in options) return reply.fail(options);
  const found = openGroup(context, args, KEY, false, reply);
  if (found === "refused") return;
  if (found === "nothing") return reply.fail(noGroup(args, KEY, KEY + 1));
  const { stream, groups: { ids, id, pending, group } } = context.views;
  const gone = new IdList();
  const next = new StreamId();
  if (!plan(context, options, gone, next, reply)) return reply.fail(ANSWER_TOO_LARGE);
  const bytes = (2 * ids.count + 2) * RECORD_BYTES + 2 * args.lengths[CONSUMER]!;
  const problem = growthProblem(context, stream, args.lengths[KEY]!, ids.count + 2, bytes);
  if (problem !== null) return reply.fail(problem);
  for (let i = 0; i < gone.count; i++) {
    if (pending.find(group, gone.read(i, id))) pending.remove();
  }
  if (ids.count > 0) enterConsumer(context, args, CONSUMER);
  for (let i = 0; i < ids.count; i++) claimEntry(context, ids.read(i, id), options);
  reply.array(3);
  answerId(context, next, reply);
  answerClaimed(context, options, reply);
  reply.array(gone.count);
  for (let i = 0; i < gone.count; i++) answerId(context, gone.read(i, id), reply);
  closeQuietly(context);
}

function optionsOf(args: Args, nowMs: number): Options | Failure {
  const minIdle = integerOf(args, MIN_IDLE);
  if (minIdle === undefined) return BAD_MIN_IDLE;
  const start = new StreamId();
  const bound = readBound(args, START, start, FROM);
  if (!bound.isValid) return BAD_ID;
  if (bound.isExcluded && !start.increment()) return BAD_START;
  const options = {
    minIdleMs: Math.max(0, Number(minIdle)),
    start,
    count: DEFAULT_COUNT,
    isBare: false,
    timeMs: nowMs,
    deliveries: -1,
  };
  for (let i = OPTIONS; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "JUSTID") options.isBare = true;
    else if (token === "COUNT" && i + 1 < args.count) {
      const count = integerOf(args, ++i);
      if (count === undefined || count < 1 || count > MAX_COUNT) return BAD_COUNT;
      options.count = Math.min(MAX_CLAIMED, Number(count));
    } else return SYNTAX;
  }
  return options;
}

/** Lists what is to be claimed, what is gone, and where to go on. Returns false where an answer cannot hold the first. */
function plan(
  context: CommandContext,
  options: Options,
  gone: IdList,
  next: StreamId,
  reply: Reply,
): boolean {
  const { stream, groups: { group, pending, ids } } = context.views;
  const { minIdleMs, timeMs, count } = options;
  ids.clear();
  let left = reply.bytesLeft;
  let attempts = Math.min(ATTEMPTS * count, MAX_ATTEMPTS);
  next.copy(options.start);
  let more = pending.seek(group, next);
  for (; more && attempts > 0 && ids.count + gone.count < count; attempts--) {
    next.copy(pending.id);
    context.copiedBytes += COST.run;
    const { deliveredMs } = pending;
    if (!hasEntry(stream, next)) gone.add(next);
    else if (timeMs - deliveredMs >= minIdleMs) {
      left -= sizeOfClaimed(context, options);
      if (left < 0) return ids.count > 0;
      ids.add(next);
    }
    more = pending.find(group, next) && pending.next();
  }
  if (more) next.copy(pending.id);
  else next.set(0, 0);
  return true;
}
