// Commands on single fields of a hash: HSET, HMSET, HSETNX, HGET, HMGET, HDEL, HEXISTS, HSTRLEN.
// They run with the key's shard locked, and do what Redis 7 does.

import { removeMembers } from "../members/removals.ts";
import { type HashView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE, wrongArity } from "../failures.ts";
import { answerMemberValue, growthProblem, openView } from "../items.ts";

/** Up to this length a value is answered without a look at the space that is left. */
const SMALL_BYTES = 4096;
/** Bytes that a value takes in an answer besides its own. */
const FRAME_BYTES = 16;

/** HSET key field value [field value ...]: how many fields are new. Their deadlines go. */
export function hset(context: CommandContext, args: Args, reply: Reply): void {
  const added = setFields(context, args, reply, "hset");
  if (added >= 0) reply.integer(added);
}

/** HMSET key field value [field value ...]: the older form, which answers OK. */
export function hmset(context: CommandContext, args: Args, reply: Reply): void {
  if (setFields(context, args, reply, "hmset") >= 0) reply.ok();
}

/** Sets the fields from argument 1 on. Returns how many are new, or -1 where it was refused. */
function setFields(context: CommandContext, args: Args, reply: Reply, name: string): number {
  const { bytes, starts, lengths, count } = args;
  if ((count & 1) === 0) {
    reply.fail(wrongArity(name));
    return -1;
  }
  const view = context.views.hash;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return -1;
  let total = 0;
  for (let i = 1; i < count; i++) total += lengths[i]!;
  const problem = growthProblem(context, view, lengths[0]!, count >> 1, total);
  if (problem !== null) {
    reply.fail(problem);
    return -1;
  }
  let added = 0;
  for (let i = 1; i < count; i += 2) {
    if (view.put(bytes, starts[i]!, lengths[i]!, bytes, starts[i + 1]!, lengths[i + 1]!)) added++;
  }
  view.close();
  return added;
}

/** HSETNX key field value: 1, or 0 where the field is there. */
export function hsetnx(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const { bytes, starts, lengths } = args;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  if (view.find(bytes, starts[1]!, lengths[1]!)) return reply.integer(0);
  const problem = growthProblem(context, view, lengths[0]!, 1, lengths[1]! + lengths[2]!);
  if (problem !== null) return reply.fail(problem);
  view.put(bytes, starts[1]!, lengths[1]!, bytes, starts[2]!, lengths[2]!);
  view.close();
  reply.integer(1);
}

/** HGET key field: its value, or a miss. */
export function hget(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent || !findField(view, args, 1)) return reply.miss();
  const length = view.valueBytes;
  if (length > SMALL_BYTES && length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerMemberValue(view, reply);
}

/** HMGET key field [field ...]: the values in the order of the fields, with misses among them. */
export function hmget(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  if (openView(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  if (mayAnswerFields(view, args, 1, reply)) answerFields(view, args, 1, reply);
}

/** Whether an answer can hold the values of the fields from argument `from` on; else it is refused. */
export function mayAnswerFields(view: HashView, args: Args, from: number, reply: Reply): boolean {
  const { bytesLeft } = reply;
  // As often as the same field may be asked for, no value is longer than all that there is.
  if ((args.count - from) * (view.byteBound + FRAME_BYTES) <= bytesLeft) return true;
  let total = 0;
  for (let i = from; i < args.count; i++) {
    total += FRAME_BYTES;
    if (findField(view, args, i)) total += view.valueBytes;
    if (total <= bytesLeft) continue;
    reply.fail(ANSWER_TOO_LARGE);
    return false;
  }
  return true;
}

/** Answers the values of the fields from argument `from` on, which an answer can hold. */
export function answerFields(view: HashView, args: Args, from: number, reply: Reply): void {
  reply.array(args.count - from);
  for (let i = from; i < args.count; i++) {
    if (findField(view, args, i)) answerMemberValue(view, reply);
    else reply.miss();
  }
}

/** Puts the cursor on the field that argument `index` names. Returns false if there is none. */
export function findField(view: HashView, args: Args, index: number): boolean {
  return view.find(args.bytes, args.starts[index]!, args.lengths[index]!);
}

/** HDEL key field [field ...]: how many were there. With the last one the key goes. */
export function hdel(context: CommandContext, args: Args, reply: Reply): void {
  removeMembers(context, context.views.hash, args, reply);
}

/** HEXISTS key field: 1 where it is there. */
export function hexists(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  reply.integer(opening === Opening.found && findField(view, args, 1) ? 1 : 0);
}

/** HSTRLEN key field: the length of its value, 0 where it is not there. */
export function hstrlen(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const isThere = opening === Opening.found && findField(view, args, 1);
  reply.integer(isThere ? view.valueBytes : 0);
}
