// Commands on what several sets have in common or not: SINTER, SUNION and SDIFF, their forms that store the
// result, and SINTERCARD. A key that is not there is an empty set.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { MAX_ANSWER_BYTES, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, refused, SYNTAX } from "../failures.ts";
import { answerMember, deleteItem, growthProblem, openEmptyView } from "../items.ts";
import { MarkedMembers, SETS_TOO_LARGE } from "./marked_members.ts";

/** Most members of a set that a command stores: as many as one SADD could add. */
const MAX_STORED = 30_000;
/** Bytes that a member takes in an answer besides its own. */
const FRAME_BYTES = 16;

const NUMKEYS_NOT_POSITIVE = refused("numkeys should be greater than 0");
const TOO_MANY_KEYS = refused("Number of keys can't be greater than number of args");
const NEGATIVE_LIMIT = refused("LIMIT can't be negative");
const TOO_MANY_STORED = refused(
  `result is too large to be stored: at most ${MAX_STORED} members and ${MAX_ANSWER_BYTES} bytes`,
);

/** Marks the members of the result. */
type Operation = (members: MarkedMembers) => void;

const intersect: Operation = (members) => members.intersect(Infinity);
const unite: Operation = (members) => members.unite();
const subtract: Operation = (members) => members.subtract();

/** SINTER key [key ...]: the members that all have. */
export function sinter(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, intersect, reply);
}

/** SUNION key [key ...]: the members that any has. */
export function sunion(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, unite, reply);
}

/** SDIFF key [key ...]: the members of the first one that no other has. */
export function sdiff(context: CommandContext, args: Args, reply: Reply): void {
  answerResult(context, args, subtract, reply);
}

function answerResult(
  context: CommandContext,
  args: Args,
  operation: Operation,
  reply: Reply,
): void {
  const members = new MarkedMembers(context, args, 0, 0, args.count, reply);
  if (!members.open()) return;
  operation(members);
  if (members.isTooMuch) return reply.fail(SETS_TOO_LARGE);
  members.measure();
  if (members.bytes + members.count * FRAME_BYTES > reply.bytesLeft) {
    return reply.fail(ANSWER_TOO_LARGE);
  }
  reply.set(members.count);
  if (members.count > 0) members.visit((view) => answerMember(view, reply));
}

/** SINTERSTORE destination key [key ...]: how many members the result has. */
export function sinterstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, intersect, reply);
}

/** SUNIONSTORE destination key [key ...]. */
export function sunionstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, unite, reply);
}

/** SDIFFSTORE destination key [key ...]. */
export function sdiffstore(context: CommandContext, args: Args, reply: Reply): void {
  storeResult(context, args, subtract, reply);
}

function storeResult(
  context: CommandContext,
  args: Args,
  operation: Operation,
  reply: Reply,
): void {
  const members = new MarkedMembers(context, args, 1, 1, args.count - 1, reply);
  if (!members.open()) return;
  operation(members);
  if (members.isTooMuch) return reply.fail(SETS_TOO_LARGE);
  members.measure();
  const { count, bytes } = members;
  if (count > MAX_STORED || bytes > MAX_ANSWER_BYTES) return reply.fail(TOO_MANY_STORED);
  if (count === 0) deleteItem(context, args, 0, 0);
  else if (!storeMembers(context, args, members, reply)) return;
  reply.integer(count);
}

/** Stores the marked members under key 0. Returns false where it has refused. */
function storeMembers(
  context: CommandContext,
  args: Args,
  members: MarkedMembers,
  reply: Reply,
): boolean {
  const { count, bytes } = members;
  // What is stored may evict the sets, or be one of them. So it is copied first.
  const copies = context.reserveScratch(bytes);
  const lengths = new Int32Array(count);
  let [index, at] = [0, 0];
  members.visit((view) => {
    view.readMember(copies, at);
    lengths[index] = view.memberBytes;
    at += lengths[index++]!;
  });
  const target = context.views.otherSet;
  openEmptyView(context, target, args, 0, 0);
  const problem = growthProblem(context, target, args.lengths[0]!, count, bytes);
  if (problem !== null) {
    reply.fail(problem);
    return false;
  }
  for (let i = 0, start = 0; i < count; start += lengths[i++]!) {
    target.add(copies, start, lengths[i]!);
  }
  target.close();
  return true;
}

/** SINTERCARD numkeys key [key ...] [LIMIT limit]: how many members all have. */
export function sintercard(context: CommandContext, args: Args, reply: Reply): void {
  const keys = integerOf(args, 0);
  if (keys === undefined || keys < 1) return reply.fail(NUMKEYS_NOT_POSITIVE);
  if (keys > args.count - 1) return reply.fail(TOO_MANY_KEYS);
  let limit = 0;
  for (let i = 1 + Number(keys); i < args.count; i += 2) {
    if (i + 1 === args.count || tokenOf(args, i) !== "LIMIT") return reply.fail(SYNTAX);
    const wanted = integerOf(args, i + 1);
    if (wanted === undefined || wanted < 0) return reply.fail(NEGATIVE_LIMIT);
    limit = Number(wanted);
  }
  const members = new MarkedMembers(context, args, 0, 1, Number(keys), reply);
  if (!members.open()) return;
  members.intersect(limit || Infinity);
  if (members.isTooMuch) return reply.fail(SETS_TOO_LARGE);
  reply.integer(limit === 0 ? members.count : Math.min(members.count, limit));
}
