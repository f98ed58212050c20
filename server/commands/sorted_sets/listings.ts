// Commands that answer some members of a sorted set: ZRANDMEMBER draws them, ZSCAN walks over all of them, a
// part at a time.

import { Opening, type SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { doubleText, MAX_DOUBLE_BYTES } from "../../contract/numbers/double_bytes.ts";
import type { Reply } from "../../contract/reply.ts";
import { writeAscii } from "../../contract/text_bytes.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { answerMember, openView } from "../items.ts";
import type { ByteList } from "../members/byte_list.ts";
import { answerNoMembers, answerScan } from "../members/member_scan.ts";
import { answerRandomMembers, drawOptionsOf, randomBelow } from "../members/random_members.ts";
import { BAD_CURSOR, cursorOf, scanOptionsOf } from "../members/scan_arguments.ts";

/** Whole numbers up to here have no exponent in a scan, since Redis keeps them as integers in small sets. */
const MAX_WHOLE = 2 ** 62;

/** ZRANDMEMBER key [count [WITHSCORES]]: a member, or a list of them. */
export function zrandmember(context: CommandContext, args: Args, reply: Reply): void {
  const options = args.count > 1 ? drawOptionsOf(args, 1, "WITHSCORES") : null;
  if (options !== null && "kind" in options) return reply.fail(options);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (options === null) {
    if (opening === Opening.absent) return reply.miss();
    view.seek(randomBelow(view.count));
    if (view.memberBytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
    return answerMember(view, reply);
  }
  if (opening === Opening.absent || options.count === 0) return reply.array(0);
  const add = options.hasPairs ? (list: ByteList) => addScore(view, list) : null;
  answerRandomMembers(context, view, options.count, add, reply, answerScore);
}

/** Adds the score at the cursor to a list. */
function addScore(view: SortedSetView, list: ByteList): void {
  const score = new Uint8Array(Float64Array.of(view.score).buffer);
  list.add(score, 0, score.length);
}

/** Answers such a score. */
function answerScore(list: ByteList, reply: Reply): void {
  reply.double(new Float64Array(list.takeNext().slice().buffer)[0]!);
}

/** ZSCAN key cursor [MATCH pattern] [COUNT n]: the next cursor, and members with their scores. */
export function zscan(context: CommandContext, args: Args, reply: Reply): void {
  const view = context.views.sortedSet;
  const cursor = cursorOf(args, 1);
  if (cursor === undefined) return reply.fail(BAD_CURSOR);
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return answerNoMembers(reply);
  const options = scanOptionsOf(args, 2, "");
  if ("kind" in options) return reply.fail(options);
  answerScan(context, view, cursor, options, (list) => addScoreText(view, list), reply);
}

/** Adds the score at the cursor as a scan has it. */
function addScoreText(view: SortedSetView, list: ByteList): void {
  const { score } = view;
  const isWhole = Math.floor(score) === score && Math.abs(score) <= MAX_WHOLE;
  const at = list.reserve(MAX_DOUBLE_BYTES);
  const text = isWhole ? String(BigInt(score)) : doubleText(score);
  list.commit(writeAscii(text, list.bytes, at));
}
