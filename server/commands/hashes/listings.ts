// Commands that look at all fields of a hash: HGETALL, HKEYS, HVALS, HLEN, HRANDFIELD, HSCAN.
// They are refused before the first field is answered where an answer could not hold all.

import { type HashView, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { mayAnswer } from "../answer_text.ts";
import { refused } from "../failures.ts";
import { answerMember, answerMemberValue, openView } from "../items.ts";
import type { ByteList } from "../members/byte_list.ts";
import { answerNoMembers, answerScan } from "../members/member_scan.ts";
import { answerRandomMembers, drawOptionsOf, randomBelow } from "../members/random_members.ts";
import { BAD_CURSOR, cursorOf, scanOptionsOf } from "../members/scan_arguments.ts";
import {
  MAX_MEMBERS_AT_ONCE,
  mayAnswerMembers,
  type MemberPart,
} from "../members/whole_answers.ts";

const EXPIRING = refused(
  "too many fields expire in this hash for random ones to be found, try again in a while",
  "BUSY",
);

/** HGETALL key: all fields with their values. */
export function hgetall(context: CommandContext, args: Args, reply: Reply): void {
  answerAll(context, args, "both", reply);
}

/** HKEYS key: all fields. */
export function hkeys(context: CommandContext, args: Args, reply: Reply): void {
  answerAll(context, args, "member", reply);
}

/** HVALS key: all values. */
export function hvals(context: CommandContext, args: Args, reply: Reply): void {
  answerAll(context, args, "value", reply);
}

/**
 * Opens the hash of argument 0 for a look at all of its fields: those that have expired are removed before, however many
 * there are within bounds.
 */
export function openWhole(context: CommandContext, args: Args, reply: Reply): Opening {
  const { views: { hash: view }, shard, database, hashes } = context;
  let opening = openView(context, view, args, 0, 0, reply, true);
  while (opening === Opening.found && view.isDue && view.count <= MAX_MEMBERS_AT_ONCE) {
    view.sweep(shard, database, hashes[0]!, args.bytes, args.starts[0]!, args.lengths[0]!);
    opening = openView(context, view, args, 0, 0, reply, false);
  }
  return opening;
}

/** HLEN key: how many fields there are. */
export function hlen(context: CommandContext, args: Args, reply: Reply): void {
  if (openWhole(context, args, reply) === Opening.wrongType) return;
  reply.integer(context.views.hash.count);
}

function answerAll(context: CommandContext, args: Args, part: MemberPart, reply: Reply): void {
  const view = context.views.hash;
  if (openWhole(context, args, reply) === Opening.wrongType) return;
  const { count } = view;
  if (!mayAnswerMembers(view, 0, count, part, reply)) return;
  if (part === "both") reply.map(count);
  else reply.array(count);
  for (let i = 0; i < count; i++) {
    if (part !== "value") answerMember(view, reply);
    if (part !== "member") answerMemberValue(view, reply);
    view.next();
  }
}

/** Adds the value at the cursor to a list. */
function addValue(view: HashView, list: ByteList): void {
  const { valueBytes } = view;
  const at = list.reserve(valueBytes);
  view.readValue(list.bytes, at);
  list.commit(valueBytes);
}

/** HRANDFIELD key [count [WITHVALUES]]: a random field, or so many. */
export function hrandfield(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const options = args.count > 1 ? drawOptionsOf(args, 1, "WITHVALUES") : null;
  if (options !== null && "kind" in options) return reply.fail(options);
  const opening = openWhole(context, args, reply);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.found && view.isDue) return reply.fail(EXPIRING);
  if (options === null) {
    if (opening === Opening.absent) return reply.miss();
    view.seek(randomBelow(view.count));
    return mayAnswer(view.memberBytes, reply) ? answerMember(view, reply) : undefined;
  }
  if (opening === Opening.absent || options.count === 0) return reply.array(0);
  const addBeside = options.hasPairs ? (list: ByteList) => addValue(view, list) : null;
  answerRandomMembers(context, view, options.count, addBeside, reply);
}

/** HSCAN key cursor [MATCH pattern] [COUNT n] [NOVALUES]: the next cursor, and fields with values. */
export function hscan(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.hash;
  const cursor = cursorOf(args, 1);
  if (cursor === undefined) return reply.fail(BAD_CURSOR);
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return answerNoMembers(reply);
  const options = scanOptionsOf(args, 2, "NOVALUES");
  if ("kind" in options) return reply.fail(options);
  const addBeside = options.hasNoValues ? null : (list: ByteList) => addValue(view, list);
  answerScan(context, view, cursor, options, addBeside, reply);
}
