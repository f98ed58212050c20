// Random members of a collection, as HRANDFIELD, SRANDMEMBER and ZRANDMEMBER have them: so many different
// ones, or with a negative count so many that may repeat. Knows no type.

import type { CommandContext } from "../../contract/command.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { MAX_INT64, MIN_INT64 } from "../integers.ts";
import { ByteList } from "./byte_list.ts";
import { beginPair, beginPairs, hasNestedPairs } from "./pairs.ts";
import { MAX_MEMBERS_AT_ONCE } from "./whole_answers.ts";

/** Most members that are drawn one by one: each takes a way through the tree. */
const MAX_DRAWN = 10_000;
/** What a member that is drawn, or looked at, counts in a transaction, where bytes that are copied are bounded. */
const DRAW_BYTES = 512;
const LOOK_BYTES = 32;
/** From one in so many on, all members are walked over instead. */
const WALK_SHARE = 16;

const OUT_OF_RANGE = refused(
  `value is out of range, value must between ${-MAX_INT64} and ${MAX_INT64}`,
);
const PAIRS_OUT_OF_RANGE = refused("value is out of range");
const TOO_MANY_DRAWN = refused(
  `too many random members at once: at most ${MAX_DRAWN} where they may repeat, are a small part, or there are ` +
    `more than ${MAX_MEMBERS_AT_ONCE}, so ask for fewer`,
);

/** What a draw asks for. */
export interface DrawOptions {
  /** How many different members, or below zero how many that may repeat. */
  readonly count: number;
  /** Whether what stands beside a member is wanted too. */
  readonly hasPairs: boolean;
}

/** Reads `count [word]` from argument `from` on; without a `word` (an empty one) nothing may follow. */
export function drawOptionsOf(args: Args, from: number, word: string): DrawOptions | Failure {
  const count = integerOf(args, from);
  if (count === undefined) return NOT_INTEGER;
  if (count === MIN_INT64) return OUT_OF_RANGE;
  const hasPairs = args.count > from + 1;
  if (hasPairs && (args.count > from + 2 || tokenOf(args, from + 1) !== word)) return SYNTAX;
  if (hasPairs && (count > MAX_INT64 / 2n || count < -MAX_INT64 / 2n)) return PAIRS_OUT_OF_RANGE;
  return { count: Number(count), hasPairs };
}

/** A whole number from 0 to below `bound`. */
export function randomBelow(bound: number): number {
  return Math.floor(Math.random() * bound);
}

/**
 * `count` different numbers below `bound`, ascending. Robert Floyd's algorithm (J. Bentley, "Programming
 * pearls: a sample of brilliance", CACM 30(9), 1987).
 */
export function randomPlaces(count: number, bound: number): Int32Array {
  const chosen = new Set<number>();
  for (let last = bound - count; last < bound; last++) {
    const place = randomBelow(last + 1);
    chosen.add(chosen.has(place) ? last : place);
  }
  return Int32Array.from(chosen).sort();
}

/** A collection as a draw sees it. */
export interface DrawnMembers {
  readonly count: number;
  seek(index: number): boolean;
  next(): boolean;
  readonly memberBytes: number;
  readMember(to: Uint8Array, at: number): void;
}

/** Members that were drawn, until they are answered. */
class Draw {
  readonly list = new ByteList();
  readonly #members: DrawnMembers;
  readonly #addBeside: ((list: ByteList) => void) | null;
  readonly #maxBytes: number;

  constructor(
    members: DrawnMembers,
    addBeside: ((list: ByteList) => void) | null,
    maxBytes: number,
  ) {
    this.#members = members;
    this.#addBeside = addBeside;
    this.#maxBytes = maxBytes;
  }

  /** Adds the member at the cursor. Returns false where an answer cannot hold it. */
  add(): boolean {
    const { list } = this;
    const { memberBytes } = this.#members;
    if (list.answerBytes + memberBytes > this.#maxBytes) return false;
    const at = list.reserve(memberBytes);
    this.#members.readMember(list.bytes, at);
    list.commit(memberBytes);
    this.#addBeside?.(list);
    return list.answerBytes <= this.#maxBytes;
  }

  /** Adds each of `count` members with the same chance, in order, by walking over all. */
  walk(count: number): boolean {
    const { count: total } = this.#members;
    this.#members.seek(0);
    // Algorithm S: Knuth, The Art of Computer Programming 2, 3.4.2.
    for (let place = 0, left = count; left > 0; place++, this.#members.next()) {
      if (randomBelow(total - place) >= left) continue;
      if (!this.add()) return false;
      left--;
    }
    return true;
  }

  /** Adds `count` different members, a small part of all. */
  pick(count: number): boolean {
    for (const place of randomPlaces(count, this.#members.count)) {
      this.#members.seek(place);
      if (!this.add()) return false;
    }
    return true;
  }

  /** Adds `count` members that may repeat. */
  repeat(count: number): boolean {
    for (let i = 0; i < count; i++) {
      this.#members.seek(randomBelow(this.#members.count));
      if (!this.add()) return false;
    }
    return true;
  }
}

/**
 * Answers `wanted` different members, or below zero so many that may repeat, of a collection that is not
 * empty. `addBeside` adds to the list what stands beside the member at the cursor; null: nothing is
 * wanted. `answerBeside` answers what was added, the next entry.
 */
export function answerRandomMembers(
  context: CommandContext,
  members: DrawnMembers,
  wanted: number,
  addBeside: ((list: ByteList) => void) | null,
  reply: Reply,
  answerBeside: (list: ByteList, reply: Reply) => void = (list) => list.answerNext(reply),
): void {
  const { count: total } = members;
  const count = wanted < 0 ? -wanted : Math.min(wanted, total);
  const isShort = total <= MAX_MEMBERS_AT_ONCE;
  const isWalk = wanted > 0 && count * WALK_SHARE >= total && isShort;
  if (!isWalk && count > MAX_DRAWN) {
    return reply.fail(TOO_MANY_DRAWN);
  }
  const draw = new Draw(members, addBeside, reply.bytesLeft);
  const hasAll = wanted < 0 ? draw.repeat(count) : isWalk ? draw.walk(count) : draw.pick(count);
  context.copiedBytes += isWalk ? total * LOOK_BYTES : count * DRAW_BYTES;
  if (!hasAll) return reply.fail(ANSWER_TOO_LARGE);
  const { list } = draw;
  if (addBeside === null) return list.answer(reply);
  const isNested = hasNestedPairs(context);
  beginPairs(isNested, count, reply);
  for (let i = 0; i < count; i++) {
    beginPair(isNested, reply);
    list.answerNext(reply);
    answerBeside(list, reply);
  }
}
