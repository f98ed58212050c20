// Bounds answers of many members of a collection, before the first of them is answered: in bytes, since an
// answer is held in memory, and in number, since the collection's shard is locked meanwhile.

import type { Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE, refused } from "../failures.ts";

/** Most members that one command may look at: each takes about 20 ns, and others wait for the lock. */
export const MAX_MEMBERS_AT_ONCE = 100_000;
/** Bytes that a member or value takes in an answer besides its own. */
const FRAME_BYTES = 16;
/** Bytes that a score takes, with what is around it. */
const SCORE_BYTES = 40;
/** The most that either of them adds to a member. */
const MAX_FRAME_BYTES = FRAME_BYTES + SCORE_BYTES;

/** The refusal of more members than {@linkcode MAX_MEMBERS_AT_ONCE}. */
export const TOO_MANY_MEMBERS = refused(
  `too many members at once: at most ${MAX_MEMBERS_AT_ONCE}, ask for a part or use HSCAN, SSCAN or ZSCAN`,
);

/** A collection whose members can be walked over. */
export interface WalkedMembers {
  readonly count: number;
  /** At least as many bytes as all members and values have in sum. */
  readonly byteBound: number;
  seek(index: number): boolean;
  next(): boolean;
  readonly memberBytes: number;
  /** Only hashes have it. */
  readonly valueBytes?: number;
}

/** What of each member is answered. */
export type MemberPart = "member" | "value" | "both" | "scored";

/**
 * Whether `count` members from place `index` on may be answered; else they are refused. Leaves the cursor at
 * the first of them.
 */
export function mayAnswerMembers(
  members: WalkedMembers,
  index: number,
  count: number,
  part: MemberPart,
  reply: Reply,
): boolean {
  if (count > MAX_MEMBERS_AT_ONCE) {
    reply.fail(TOO_MANY_MEMBERS);
    return false;
  }
  const { bytesLeft } = reply;
  members.seek(index);
  // Most collections are small enough, whatever part of them is wanted: then no member is looked at twice.
  if (members.byteBound + count * MAX_FRAME_BYTES <= bytesLeft) return true;
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += FRAME_BYTES;
    if (part !== "value") total += members.memberBytes;
    if (part === "scored") total += SCORE_BYTES;
    else if (part !== "member") total += members.valueBytes! + FRAME_BYTES;
    if (total > bytesLeft) {
      reply.fail(ANSWER_TOO_LARGE);
      return false;
    }
    members.next();
  }
  members.seek(index);
  return true;
}
