// Works out which members of several sets belong to their intersection, union or difference. Members stay
// where they are: a mark for each says whether it belongs to the result, so nothing is held twice. How much may
// be looked at is bounded, since the shards of all sets are locked meanwhile.

import { hashKey, Opening, type SetView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { openView } from "../items.ts";
import { SeenHashes } from "./seen_hashes.ts";

/** What one command may look at: a member of a set is 1, which takes 15 to 20 ns. */
const MAX_LOOKS = 200_000;
/** To find a member in a set, or to open one, takes as long as to look at so many. */
const FIND_LOOKS = 10;
/** To find out whether the hash of a member was seen. */
const HASH_LOOKS = 4;
/** What a look counts in a transaction, where bytes that are copied are bounded. */
const LOOK_BYTES = 32;

/** The refusal of more looks than {@linkcode MAX_LOOKS}. */
export const SETS_TOO_LARGE: Failure = refused(
  `sets are too large together: at most ${MAX_LOOKS} members may be looked at, and a member to be ` +
    `found in another set counts as ${FIND_LOOKS}, so name fewer or smaller ones`,
);

/** Sets that a command is given, and marks on those of their members that are its result. */
export class MarkedMembers {
  /** How many members are marked. */
  count = 0;
  /** Bytes of the marked members; right after {@linkcode measure}. */
  bytes = 0;
  /** Whether more had to be looked at than may be. Marks mean nothing then. */
  isTooMuch = false;
  readonly #context: CommandContext;
  readonly #args: Args;
  readonly #reply: Reply;
  readonly #firstKey: number;
  readonly #firstArgument: number;
  /** How many members each set has; a key that is not there is an empty set. */
  readonly #counts: Int32Array;
  /** The sets whose members may be marked, in order. */
  #bases: Int32Array = new Int32Array(0);
  /** A bit for each member of these. */
  #marks = new Uint32Array(0);
  #looksLeft = MAX_LOOKS;
  /** The set that the second view has open, or -1. */
  #other = -1;

  /** Key number `firstKey`, which is argument `firstArgument`, is the first of `count` sets. */
  constructor(
    context: CommandContext,
    args: Args,
    firstKey: number,
    firstArgument: number,
    count: number,
    reply: Reply,
  ) {
    this.#context = context;
    this.#args = args;
    this.#reply = reply;
    this.#firstKey = firstKey;
    this.#firstArgument = firstArgument;
    this.#counts = new Int32Array(count);
  }

  /** Counts the members of all sets. Returns false where a value is none; then that is refused. */
  open(): boolean {
    const { set } = this.#context.views;
    for (let i = 0; i < this.#counts.length; i++) {
      const opening = this.#openSet(i, set, true);
      if (opening === Opening.wrongType) return false;
      if (opening === Opening.found) this.#counts[i] = set.count;
    }
    return true;
  }

  #openSet(index: number, view: SetView, isRead = false): Opening {
    const key = this.#firstKey + index;
    const at = this.#firstArgument + index;
    return openView(this.#context, view, this.#args, key, at, this.#reply, isRead);
  }

  /** Marks the members that all sets have, or about `most` of them. */
  intersect(most: number): void {
    const counts = this.#counts;
    const order = Int32Array.from(counts.keys()).sort((a, b) => counts[a]! - counts[b]!);
    if (counts[order[0]!] === 0) return;
    this.#markAll(order.slice(0, 1));
    for (let i = 1; i < order.length && this.count > 0 && !this.isTooMuch; i++) {
      this.#filter(order[i]!, true, i === order.length - 1 ? most : Infinity);
    }
  }

  /** Marks the members of the first set that no other one has. */
  subtract(): void {
    this.#markAll(Int32Array.of(0));
    for (let i = 1; i < this.#counts.length && this.count > 0 && !this.isTooMuch; i++) {
      if (this.#counts[i]! > 0) this.#filter(i, false, Infinity);
    }
  }

  /** Marks each member of any set once. */
  unite(): void {
    this.#markAll(Int32Array.from(this.#counts.keys()).filter((i) => this.#counts[i]! > 0));
    if (this.#bases.length > 1 && !this.isTooMuch) this.#unmarkRepeated();
  }

  /** Marks all members of these sets. */
  #markAll(bases: Int32Array): void {
    let total = 0;
    for (const base of bases) total += this.#counts[base]!;
    this.#bases = bases;
    if (!this.#look(total)) return;
    this.#marks = new Uint32Array(Math.ceil(total / 32)).fill(0xffffffff);
    this.count = total;
  }

  /** Takes so many looks from what is left. Returns false where there are too few. */
  #look(looks: number): boolean {
    this.#looksLeft -= looks;
    this.#context.copiedBytes += looks * LOOK_BYTES;
    this.isTooMuch ||= this.#looksLeft < 0;
    return !this.isTooMuch;
  }

  /** Keeps the marks of members that set `other` has, or has not; of the first `most` only. */
  #filter(other: number, keepsShared: boolean, most: number): void {
    const [base] = this.#bases;
    const { set } = this.#context.views;
    this.#openSet(base!, set);
    const count = this.#counts[base!]!;
    let kept = 0;
    set.seek(0);
    for (let place = 0; place < count; place++, set.next()) {
      if (!this.#isMarked(place)) continue;
      if (kept < most) {
        if (!this.#look(FIND_LOOKS)) return;
        if (this.#isIn(other, set) === keepsShared) {
          kept++;
          continue;
        }
      }
      this.#unmark(place);
    }
    this.count = kept;
  }

  /** Whether set `other` has the member at the cursor of `view`. */
  #isIn(other: number, view: SetView): boolean {
    const { otherSet } = this.#context.views;
    if (this.#other !== other) {
      this.#look(FIND_LOOKS);
      this.#openSet(other, otherSet);
      this.#other = other;
    }
    return otherSet.find(this.#member(view), 0, view.memberBytes);
  }

  /** The bytes of the member at the cursor, until the next call. */
  #member(view: SetView): Uint8Array {
    const bytes = this.#context.reserveScratch(view.memberBytes);
    view.readMember(bytes, 0);
    return bytes;
  }

  /** Takes the marks from members that a set before has, too. */
  #unmarkRepeated(): void {
    const { set } = this.#context.views;
    const [first] = this.#bases;
    const last = this.#bases.at(-1)!;
    const seen = new SeenHashes(this.count - this.#counts[last]!);
    let place = 0;
    for (const base of this.#bases) {
      const count = this.#counts[base]!;
      if (!this.#look(count * HASH_LOOKS)) return;
      this.#openSet(base, set);
      set.seek(0);
      for (let i = 0; i < count; i++, place++, set.next()) {
        const hash = hashKey(this.#member(set), 0, set.memberBytes);
        if (base !== first && this.#isRepeated(seen, hash, base, set)) this.#unmark(place);
        else if (base !== last) seen.add(hash, base);
        if (this.isTooMuch) return;
      }
    }
  }

  /** Whether a set before `base` has the member at the cursor. Those whose members have its hash are asked. */
  #isRepeated(seen: SeenHashes, hash: number, base: number, view: SetView): boolean {
    for (let at = seen.first(hash); at >= 0; at = seen.next(at, hash)) {
      const other = seen.setAt(at);
      if (other === base) continue;
      if (!this.#look(FIND_LOOKS)) return false;
      if (this.#isIn(other, view)) return true;
    }
    return false;
  }

  #isMarked(place: number): boolean {
    return (this.#marks[place >>> 5]! & (1 << (place & 31))) !== 0;
  }

  #unmark(place: number): void {
    this.#marks[place >>> 5]! &= ~(1 << (place & 31));
    this.count--;
  }

  /** Calls `visit` with a set whose cursor is on a marked member, for each of them. */
  visit(visit: (view: SetView) => void): void {
    const { set } = this.#context.views;
    let place = 0;
    for (const base of this.#bases) {
      this.#openSet(base, set);
      set.seek(0);
      for (let i = this.#counts[base]!; i > 0; i--, place++, set.next()) {
        if (this.#isMarked(place)) visit(set);
      }
    }
  }

  /** Adds up the bytes of the marked members. */
  measure(): void {
    this.bytes = 0;
    if (this.count > 0) this.visit((view) => this.bytes += view.memberBytes);
  }
}
