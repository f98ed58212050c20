// Answers of HSCAN, SSCAN and ZSCAN: the next members of a collection from a cursor on. A cursor is a
// place among the hashes of members, so it means the same after changes. Knows no type; what stands
// beside a member (a value, a score) its command adds.

import type { Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import type { Glob } from "../../contract/keys/glob.ts";
import { ByteList } from "./byte_list.ts";
import type { ScanOptions } from "./scan_arguments.ts";

/** Most members that one call looks at, whatever its COUNT. */
const MAX_SCANNED = 10_000;
/** Members between two looks at how much there is to answer: they may have large values. */
const STEP_MEMBERS = 16;

/** What a member that is looked at counts in a transaction, where bytes that are copied are bounded. */
const LOOK_BYTES = 32;

/** A collection as a scan sees it. */
export interface ScannedMembers {
  /** Calls `visit` for about `most` members from `cursor` on; returns the next cursor, 0 at the end. */
  scan(cursor: number, most: number, visit: () => void): number;
  /** Length of the member that is visited. */
  readonly memberBytes: number;
  /** Copies that member to `at`. */
  readMember(to: Uint8Array, at: number): void;
  /** Whether it has expired, so that nobody is to see it. Only hashes have it. */
  readonly isExpired?: boolean;
}

/** What a scan has found so far. */
class MemberScan {
  readonly list = new ByteList();
  seen = 0;
  /** Whether there is more than an answer may hold. */
  isOver = false;
  readonly #members: ScannedMembers;
  readonly #glob: Glob | null;
  readonly #addBeside: ((list: ByteList) => void) | null;
  readonly #maxBytes: number;

  constructor(
    members: ScannedMembers,
    glob: Glob | null,
    addBeside: ((list: ByteList) => void) | null,
    maxBytes: number,
  ) {
    this.#members = members;
    this.#glob = glob;
    this.#addBeside = addBeside;
    this.#maxBytes = maxBytes;
  }

  /** Adds the member that is visited, if it matches. */
  readonly visit = (): void => {
    this.seen++;
    if (this.isOver || this.#members.isExpired) return;
    const { list } = this;
    const { memberBytes } = this.#members;
    if (list.answerBytes + memberBytes > this.#maxBytes) {
      this.isOver = true;
      return;
    }
    const at = list.reserve(memberBytes);
    this.#members.readMember(list.bytes, at);
    if (this.#glob !== null && !this.#glob.matches(list.bytes, at, memberBytes)) return;
    list.commit(memberBytes);
    this.#addBeside?.(list);
    if (list.answerBytes > this.#maxBytes) this.isOver = true;
  };
}

/**
 * Answers with the next cursor and a list of members from `cursor` on. `addBeside` adds to the list what
 * stands beside the member that is visited; null: nothing does. What it costs counts as bytes copied.
 */
export function answerScan(
  cost: { copiedBytes: number },
  members: ScannedMembers,
  cursor: number,
  { glob, count }: ScanOptions,
  addBeside: ((list: ByteList) => void) | null,
  reply: Reply,
): void {
  const maxBytes = reply.bytesLeft;
  const found = new MemberScan(members, glob, addBeside, maxBytes);
  const most = Math.min(count, MAX_SCANNED);
  let next = cursor;
  do {
    next = members.scan(next, Math.min(most - found.seen, STEP_MEMBERS), found.visit);
    if (found.isOver) return reply.fail(ANSWER_TOO_LARGE);
  } while (next !== 0 && found.seen < most && found.list.answerBytes < maxBytes / 2);
  cost.copiedBytes += found.seen * LOOK_BYTES;
  reply.array(2);
  reply.text(String(next));
  found.list.answer(reply);
}

/** Answers a scan of a key that is not there. */
export function answerNoMembers(reply: Reply): void {
  reply.array(2);
  reply.text("0");
  reply.array(0);
}
