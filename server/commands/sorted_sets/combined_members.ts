// Works out the union, intersection or difference of several sorted sets, or sets, whose members count as 1. They
// are opened one after the other, and what belongs to the result is collected. How much may be looked at is
// bounded, since the shards of all of them are locked meanwhile.

import { Opening, type SetView, type SortedSetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../../contract/reply.ts";
import { refused, WRONG_TYPE } from "../failures.ts";
import { aggregated, type CombineOptions, weighted } from "./combine_options.ts";
import { MemberIndex, ScoredMembers } from "./scored_members.ts";

/** What one command may look at: to pass over a member is 1. */
const MAX_LOOKS = 100_000;
/** To collect a member takes as long as to pass over so many, and so does to find one. */
const COLLECT_LOOKS = 4;
const FIND_LOOKS = 8;
/** The same for a member to enter a hash table. */
const INDEX_LOOKS = 2;
/** Places that are looked at in a hash table for each member, and count no more. */
const FREE_PROBES = 4;
/** What a look counts in a transaction, where bytes that are copied are bounded. */
const LOOK_BYTES = 32;

/** The refusal of more looks than {@linkcode MAX_LOOKS}. */
export const SETS_TOO_LARGE: Failure = refused(
  `sets are too large together: at most ${MAX_LOOKS / COLLECT_LOOKS} members may be collected, ` +
    `or ${Math.floor(MAX_LOOKS / (COLLECT_LOOKS + FIND_LOOKS))} found in another one, and ` +
    `${MAX_ANSWER_BYTES} bytes, so name fewer or smaller ones`,
);

/** The sets of a command, and the members that belong to its result. */
export class CombinedMembers {
  /** The members; those that do not belong to the result are removed. */
  members: ScoredMembers = new ScoredMembers(0);
  /** Whether more had to be looked at than may be. The members mean nothing then. */
  isTooMuch = false;
  readonly #context: CommandContext;
  readonly #args: Args;
  readonly #firstKey: number;
  readonly #firstArgument: number;
  /** How many members each set has; a key that is not there is an empty set. */
  readonly #counts: Int32Array;
  #looksLeft = MAX_LOOKS;
  /** The set that is open. */
  #source: SetView | SortedSetView;
  #isScored = false;

  /** Key number `firstKey`, which is argument `firstArgument`, is the first of `count` sets. */
  constructor(
    context: CommandContext,
    args: Args,
    firstKey: number,
    firstArgument: number,
    count: number,
  ) {
    this.#context = context;
    this.#args = args;
    this.#firstKey = firstKey;
    this.#firstArgument = firstArgument;
    this.#counts = new Int32Array(count);
    this.#source = context.views.sortedSet;
  }

  /** Counts the members of all sets. Returns false where a value is none; then that is refused. */
  open(reply: Reply): boolean {
    for (let i = 0; i < this.#counts.length; i++) {
      if (!this.#openSet(i, true)) {
        reply.fail(WRONG_TYPE);
        return false;
      }
      this.#counts[i] = this.#source.count;
    }
    return true;
  }

  /** Opens set number `index`. Returns false where the value is of another type. */
  #openSet(index: number, isRead: boolean): boolean {
    const { sortedSet, set } = this.#context.views;
    this.#source = sortedSet;
    this.#isScored = true;
    if (this.#openAs(index, isRead) !== Opening.wrongType) return true;
    this.#source = set;
    this.#isScored = false;
    return this.#openAs(index, false) !== Opening.wrongType;
  }

  #openAs(index: number, isRead: boolean): Opening {
    const { cache, database, hashes } = this.#context;
    const { bytes, starts, lengths } = this.#args;
    const hash = hashes[this.#firstKey + index]!;
    const at = this.#firstArgument + index;
    const shard = cache.shardOf(hash);
    return this.#source.open(shard, database, hash, bytes, starts[at]!, lengths[at]!, isRead);
  }

  /** The score at the cursor. */
  get #score(): number {
    return this.#isScored ? (this.#source as SortedSetView).score : 1;
  }

  /** Takes so many looks from what is left. Returns false where there are too few. */
  #look(looks: number): boolean {
    this.#looksLeft -= looks;
    this.#context.copiedBytes += looks * LOOK_BYTES;
    this.isTooMuch ||= this.#looksLeft < 0 || this.members.usedBytes > MAX_ANSWER_BYTES;
    return !this.isTooMuch;
  }

  /** The sets, the smallest first; of the same size in the order in which they were given. */
  #bySize(): Int32Array {
    const counts = this.#counts;
    return Int32Array.from(counts.keys()).sort((a, b) => counts[a]! - counts[b]! || a - b);
  }

  /** Collects each member of any set once. */
  unite({ weights, aggregate }: CombineOptions): void {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (!this.#look(COLLECT_LOOKS * total)) return;
    const members = this.members = new ScoredMembers(total);
    const index = new MemberIndex(members, total);
    for (const set of this.#bySize()) {
      const count = this.#counts[set]!;
      if (count === 0) continue;
      this.#openSet(set, false);
      const source = this.#source;
      source.seek(0);
      const before = index.probes;
      for (let i = 0; i < count; i++, source.next()) {
        members.copy(source);
        const known = index.find(true);
        const score = weighted(weights[set]!, this.#score);
        if (known < 0) members.keep(score);
        else members.scores[known] = aggregated(aggregate, members.scores[known]!, score);
        if (index.probes - before > MAX_LOOKS || members.usedBytes > MAX_ANSWER_BYTES) break;
      }
      if (!this.#look(Math.max(0, index.probes - before - FREE_PROBES * count))) return;
    }
  }

  /** Collects the members that all sets have. */
  intersect({ weights, aggregate }: CombineOptions): void {
    const [first, ...others] = this.#bySize();
    if (!this.#collect(first!, weights[first!]!)) return;
    const { members } = this;
    const { bytes, starts, lengths, scores } = members;
    for (const set of others) {
      if (members.left === 0 || !this.#look(FIND_LOOKS * (1 + members.left))) return;
      this.#openSet(set, false);
      for (let i = 0; i < members.count; i++) {
        if (members.isRemoved(i)) continue;
        if (this.#source.find(bytes, starts[i]!, lengths[i]!)) {
          // Redis makes no 0 of what is no number here; the aggregate does.
          const score = this.#score * weights[set]!;
          scores[i] = aggregated(aggregate, scores[i]!, score);
        } else members.remove(i);
      }
    }
  }

  /** Collects the members of the first set that no other one has. */
  subtract(): void {
    if (!this.#collect(0, 1)) return;
    const { members } = this;
    let index: MemberIndex | null = null;
    for (let set = 1; set < this.#counts.length && members.left > 0; set++) {
      const count = this.#counts[set]!;
      if (count === 0) continue;
      const isSmaller = count < members.left;
      if (isSmaller && index === null) {
        if (!this.#look(INDEX_LOOKS * members.count)) return;
        index = MemberIndex.of(members);
      }
      if (!this.#look(FIND_LOOKS * (1 + Math.min(count, members.left)))) return;
      this.#openSet(set, false);
      if (!isSmaller) this.#removeKnown();
      else if (!this.#removeFound(index!, count)) return;
    }
  }

  /** Removes the members that the open set has. */
  #removeKnown(): void {
    const { members, members: { bytes, starts, lengths } } = this;
    for (let i = 0; i < members.count; i++) {
      if (members.isRemoved(i)) continue;
      if (this.#source.find(bytes, starts[i]!, lengths[i]!)) members.remove(i);
    }
  }

  /** The same, member by member of the open set, which has `count`. Returns false where that takes too long. */
  #removeFound(index: MemberIndex, count: number): boolean {
    const { members } = this;
    const before = index.probes;
    const source = this.#source;
    source.seek(0);
    for (let i = 0; i < count && index.probes - before <= MAX_LOOKS; i++, source.next()) {
      members.copy(source);
      const known = index.find(false);
      if (known >= 0 && !members.isRemoved(known)) members.remove(known);
    }
    return this.#look(Math.max(0, index.probes - before - FREE_PROBES * count));
  }

  /** Collects all members of one set. */
  #collect(set: number, weight: number): boolean {
    const count = this.#counts[set]!;
    if (!this.#look(COLLECT_LOOKS * count)) return false;
    // With a place for one that is only looked for.
    const members = this.members = new ScoredMembers(count + 1);
    this.#openSet(set, false);
    const source = this.#source;
    if (count > 0) source.seek(0);
    for (let i = 0; i < count && members.usedBytes <= MAX_ANSWER_BYTES; i++, source.next()) {
      members.add(source, weighted(weight, this.#score));
    }
    return this.#look(0);
  }
}
