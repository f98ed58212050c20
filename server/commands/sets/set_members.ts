// Commands on members of one set: SADD, SREM, SISMEMBER, SMISMEMBER, SCARD, SMEMBERS, SSCAN. Members have no
// order that means anything.

import { removeMembers } from "../members/removals.ts";
import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { answerMember, openView } from "../items.ts";
import { answerNoMembers, answerScan } from "../members/member_scan.ts";
import { argumentsProblem } from "../members/room.ts";
import { BAD_CURSOR, cursorOf, scanOptionsOf } from "../members/scan_arguments.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";

/** SADD key member [member ...]: how many are new. */
export function sadd(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.set;
  if (openView(context, view, args, 0, 0, reply, false) === Opening.wrongType) return;
  const problem = argumentsProblem(context, view, args, 1);
  if (problem !== null) return reply.fail(problem);
  const { bytes, starts, lengths } = args;
  let added = 0;
  for (let i = 1; i < args.count; i++) {
    if (view.add(bytes, starts[i]!, lengths[i]!)) added++;
  }
  if (added > 0) view.close();
  reply.integer(added);
}

/** SREM key member [member ...]: how many were there. */
export function srem(context: CommandContext, args: Args, reply: Reply): void {
  removeMembers(context, context.views.set, args, reply);
}

/** SISMEMBER key member: whether it is there. */
export function sismember(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const isThere = opening === Opening.found &&
    view.find(args.bytes, args.starts[1]!, args.lengths[1]!);
  reply.integer(isThere ? 1 : 0);
}

/** SMISMEMBER key member [member ...]: of each whether it is there. */
export function smismember(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const { bytes, starts, lengths } = args;
  reply.array(args.count - 1);
  for (let i = 1; i < args.count; i++) {
    const isThere = opening === Opening.found && view.find(bytes, starts[i]!, lengths[i]!);
    reply.integer(isThere ? 1 : 0);
  }
}

/** SCARD key: how many members there are. */
export function scard(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.set;
  if (openView(context, view, args, 0, 0, reply, true) === Opening.wrongType) return;
  reply.integer(view.count);
}

/** SMEMBERS key: all members. */
export function smembers(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.set(0);
  const { count } = view;
  if (!mayAnswerMembers(view, 0, count, "member", reply)) return;
  reply.set(count);
  for (let i = 0; i < count; i++) {
    answerMember(view, reply);
    view.next();
  }
}

/** SSCAN key cursor [MATCH pattern] [COUNT n]: the next cursor, and members. */
export function sscan(context: CommandContext, args: Args, reply: Reply): void {
  const cursor = cursorOf(args, 1);
  if (cursor === undefined) return reply.fail(BAD_CURSOR);
  const view = context.views.set;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return answerNoMembers(reply);
  const options = scanOptionsOf(args, 2, "");
  if ("code" in options) return reply.fail(options);
  answerScan(context, view, cursor, options, null, reply);
}
