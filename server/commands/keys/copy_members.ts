// Copies a collection of many members to another key, which may be in another shard: reads all of them, then adds
// them there, since adding may evict what is read. Small ones are copied as bytes; see keys.ts.

import { type Collection, ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { grownBytes, grownPlaces } from "../../contract/growing_bytes.ts";
import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { growthProblem, shardOfKey } from "../items.ts";

/** Most members that are copied at once: each takes a microsecond or two, and others wait for the locks. */
export const MAX_COPIED_MEMBERS = 20_000;

/** The refusal of more. */
export const TOO_MANY_COPIED: Failure = refused(
  `too many members to copy at once: at most ${MAX_COPIED_MEMBERS}, see slabkv export and import for larger ones`,
);

/** Members that were read, with what belongs to each. */
class Members {
  count = 0;
  usedBytes = 0;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
  /** Of each: the length of the member, and that of its value. */
  lengths: Int32Array = new Int32Array(256);
  /** Of each: its score, or its deadline. */
  readonly numbers: number[] = [];

  /** Adds a member. Returns the place in `bytes` to write it to, its value behind it. */
  add(memberBytes: number, valueBytes: number, number: number): number {
    const at = this.usedBytes;
    this.usedBytes += memberBytes + valueBytes;
    if (this.usedBytes > this.bytes.length) {
      this.bytes = grownBytes(this.bytes, at, this.usedBytes);
    }
    const place = 2 * this.count++;
    if (place === this.lengths.length) this.lengths = grownPlaces(this.lengths, place + 2);
    this.lengths[place] = memberBytes;
    this.lengths[place + 1] = valueBytes;
    this.numbers.push(number);
    return at;
  }
}

/** The view that a context has for collections of this type. */
export function viewOfType({ views }: CommandContext, type: ItemType): Collection {
  if (type === ItemType.list) return views.list;
  if (type === ItemType.set) return views.set;
  return type === ItemType.hash ? views.hash : views.sortedSet;
}

/**
 * Copies the collection of key 0 to key 1, which is argument `index`, in stored database `to`, with its deadline. Returns
 * why that cannot be, or null.
 */
export function copyMembers(
  context: CommandContext,
  args: Args,
  index: number,
  to: number,
  type: ItemType,
  deadlineMs: number,
): Failure | null {
  const { hashes, database } = context;
  const { bytes, starts, lengths } = args;
  const view = viewOfType(context, type);
  view.open(shardOfKey(context, 0), database, hashes[0]!, bytes, starts[0]!, lengths[0]!, false);
  if (view.count > MAX_COPIED_MEMBERS) return TOO_MANY_COPIED;
  const members = membersOf(context, view);
  context.copiedBytes += 2 * members.usedBytes;
  const shard = shardOfKey(context, 1);
  const [start, length] = [starts[index]!, lengths[index]!];
  view.openEmpty(shard, to, hashes[1]!, bytes, start, length);
  const problem = growthProblem(context, view, length, members.count, members.usedBytes);
  // It is not closed then, and so changes nothing.
  if (problem !== null) return problem;
  addMembers(context, view, members);
  view.close();
  const address = shard.peekLocked(hashes[1]!, bytes, start, length);
  if (deadlineMs !== 0 && address !== 0) shard.setDeadlineLocked(address, deadlineMs);
  return null;
}

function membersOf({ views: { hash, sortedSet } }: CommandContext, view: Collection): Members {
  const members = new Members();
  for (let more = view.seek(0); more; more = view.next()) {
    const { memberBytes } = view;
    const valueBytes = view === hash ? hash.valueBytes : 0;
    const number = view === hash ? hash.deadlineMs : view === sortedSet ? sortedSet.score : 0;
    const at = members.add(memberBytes, valueBytes, number);
    view.readMember(members.bytes, at);
    if (view === hash) hash.readValue(members.bytes, at + memberBytes);
  }
  return members;
}

function addMembers({ views }: CommandContext, view: Collection, members: Members): void {
  const { list, set, hash, sortedSet } = views;
  const { bytes, lengths, numbers } = members;
  let at = 0;
  for (let i = 0; i < members.count; i++) {
    const memberBytes = lengths[2 * i]!;
    const valueBytes = lengths[2 * i + 1]!;
    if (view === list) list.insert(i, bytes, at, memberBytes);
    else if (view === set) set.add(bytes, at, memberBytes);
    else if (view === sortedSet) sortedSet.put(bytes, at, memberBytes, numbers[i]!);
    else hash.put(bytes, at, memberBytes, bytes, at + memberBytes, valueBytes, numbers[i]!);
    at += memberBytes + valueBytes;
  }
}
