// DUMP: a value as Redis writes it, for RESTORE here or there. Collections that Redis would keep compact are
// written compact, so that small ones come out byte for byte as from Redis.

import {
  type HashView,
  hasMembers,
  ItemType,
  type Shard,
  type SortedSetView,
} from "../../../cache/mod.ts";
import { MAX_DOUBLE_BYTES, writeDouble } from "../../contract/numbers/double_bytes.ts";
import { isSketch, writeSketch } from "../../contract/collections/sketch_payloads.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { DumpType, DumpWriter } from "../../rdb/dump_writer.ts";
import { ListpackWriter } from "../../rdb/listpack_writer.ts";
import { IntsetWriter } from "../../rdb/intset_writer.ts";
import { ANSWER_TOO_LARGE, refused } from "../failures.ts";
import { getItem, openView } from "../items.ts";
import { MAX_DUMPED_MEMBERS, TOO_MANY_DUMPED, viewOfType } from "./dump_limits.ts";
import { mayAnswerMembers } from "../members/whole_answers.ts";
import { writeStream } from "./stream_dump.ts";
import { isCompactHash, isCompactSortedSet, isIntegerSet } from "./encodings.ts";

/** A node of a list takes no more bytes, unless it is one element. */
const MAX_NODE_BYTES = 8192;
/** What Redis takes an element for besides its bytes. */
const ELEMENT_BYTES = 8;
/** What is left of an answer's bytes for the head and the end of a payload. */
const FRAME_BYTES = 64;

const NO_FORM = refused("values of this type have no form that DUMP could write");

/** DUMP key: the payload, or a miss. */
export function dump(context: CommandContext, args: Args, reply: Reply): void {
  const { shard } = context;
  const address = getItem(context, args, 0, 0);
  if (address === 0) return reply.miss();
  const writer = new DumpWriter();
  const type = shard.typeLocked(address);
  if (isSketch(type)) {
    const length = mayCopy(shard.valueBytesLocked(address), reply);
    if (length < 0) return;
    const scratch = context.reserveScratch(length);
    shard.readValueLocked(address, scratch, 0);
    writeSketch(writer, type, scratch, 0, length);
  } else if (type === ItemType.string) {
    if (!writeString(context, shard, address, writer, reply)) return;
  } else if (!writeCollection(context, args, type, writer, reply)) return;
  writer.end();
  if (writer.length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerBytes(writer.bytes, 0, writer.length, reply);
}

/** How many bytes of a value may be copied: all, or -1 where it has refused. */
function mayCopy(length: number, reply: Reply): number {
  if (length + FRAME_BYTES <= reply.bytesLeft) return length;
  reply.fail(ANSWER_TOO_LARGE);
  return -1;
}

function writeString(
  context: CommandContext,
  shard: Shard,
  address: number,
  writer: DumpWriter,
  reply: Reply,
): boolean {
  const length = mayCopy(shard.valueBytesLocked(address), reply);
  if (length < 0) return false;
  const scratch = context.reserveScratch(length);
  shard.readValueLocked(address, scratch, 0);
  writer.begin(DumpType.string);
  writer.string(scratch, 0, length);
  return true;
}

/** Writes the collection of key 0. Refuses and returns false where it is too large, or has no form. */
function writeCollection(
  context: CommandContext,
  args: Args,
  type: ItemType,
  writer: DumpWriter,
  reply: Reply,
): boolean {
  if (!hasMembers(type)) {
    reply.fail(NO_FORM);
    return false;
  }
  const { list, set, hash, stream } = context.views;
  const view = viewOfType(context, type);
  openView(context, view, args, 0, 0, reply, false);
  // What is pending in a stream has two records.
  if (view.count > MAX_DUMPED_MEMBERS * (view === stream ? 2 : 1)) {
    reply.fail(TOO_MANY_DUMPED);
    return false;
  }
  if (!mayAnswerMembers(view, 0, view.count, view === hash ? "both" : "member", reply)) {
    return false;
  }
  if (view === list) writeList(context, writer);
  else if (view === set) writeSet(context, writer);
  else if (view === hash) writeHash(context, writer);
  else if (view === stream) writeStream(context, writer);
  else writeSortedSet(context, writer);
  return true;
}

/** Copies the member at the cursor to the scratch. Returns its length. */
function memberOf(
  context: CommandContext,
  view: { readonly memberBytes: number; readMember(to: Uint8Array, at: number): void },
): number {
  const length = view.memberBytes;
  view.readMember(context.reserveScratch(length), 0);
  return length;
}

function valueOf(context: CommandContext, view: HashView): number {
  const length = view.valueBytes;
  view.readValue(context.reserveScratch(length), 0);
  return length;
}

function writeList(context: CommandContext, writer: DumpWriter): void {
  const { list } = context.views;
  // How many nodes there are stands in front of them, and is known behind the last.
  const nodes = new DumpWriter();
  const node = new ListpackWriter();
  let count = 1;
  for (let more = list.seek(0); more; more = list.next()) {
    const length = memberOf(context, list);
    if (node.count > 0 && node.length + 1 + length + ELEMENT_BYTES > MAX_NODE_BYTES) {
      nodes.node(node);
      node.begin();
      count++;
    }
    node.add(context.scratch, 0, length);
  }
  nodes.node(node);
  writer.begin(DumpType.list);
  writer.count(count);
  writer.append(nodes);
}

function writeSet(context: CommandContext, writer: DumpWriter): void {
  const { set } = context.views;
  if (isIntegerSet(context)) {
    const integers = new IntsetWriter();
    for (let more = set.seek(0); more; more = set.next()) {
      integers.add(context.scratch, 0, memberOf(context, set));
    }
    const bytes = integers.end();
    writer.begin(DumpType.intset);
    writer.string(bytes, 0, bytes.length);
    return;
  }
  writer.begin(DumpType.set);
  writer.count(set.count);
  for (let more = set.seek(0); more; more = set.next()) {
    const length = memberOf(context, set);
    writer.string(context.scratch, 0, length);
  }
}

function writeHash(context: CommandContext, writer: DumpWriter): void {
  const { hash } = context.views;
  let earliestMs = 0;
  for (let more = hash.seek(0); more; more = hash.next()) {
    const { deadlineMs } = hash;
    if (deadlineMs !== 0 && (earliestMs === 0 || deadlineMs < earliestMs)) earliestMs = deadlineMs;
  }
  if (earliestMs !== 0) return writeHashWithTimes(context, writer, earliestMs);
  const pack = isCompactHash(context) ? new ListpackWriter() : null;
  writer.begin(pack === null ? DumpType.hash : DumpType.packedHash);
  if (pack === null) writer.count(hash.count);
  const to = pack === null
    ? (length: number) => writer.string(context.scratch, 0, length)
    : (length: number) => pack.add(context.scratch, 0, length);
  for (let more = hash.seek(0); more; more = hash.next()) {
    to(memberOf(context, hash));
    to(valueOf(context, hash));
  }
  if (pack !== null) writer.listpack(pack);
}

function writeHashWithTimes(context: CommandContext, writer: DumpWriter, earliestMs: number): void {
  const { hash } = context.views;
  writer.begin(DumpType.hashWithTimes);
  writer.time(earliestMs);
  writer.count(hash.count);
  for (let more = hash.seek(0); more; more = hash.next()) {
    const { deadlineMs } = hash;
    writer.bigCount(deadlineMs === 0 ? 0 : deadlineMs - earliestMs + 1);
    const fieldBytes = memberOf(context, hash);
    writer.string(context.scratch, 0, fieldBytes);
    const valueBytes = valueOf(context, hash);
    writer.string(context.scratch, 0, valueBytes);
  }
}

function writeSortedSet(context: CommandContext, writer: DumpWriter): void {
  const { sortedSet } = context.views;
  if (isCompactSortedSet(context)) {
    const pack = new ListpackWriter();
    for (let more = sortedSet.seek(0); more; more = sortedSet.next()) {
      const length = memberOf(context, sortedSet);
      pack.add(context.scratch, 0, length);
      addScore(context, sortedSet, pack);
    }
    writer.begin(DumpType.packedSortedSet);
    return writer.listpack(pack);
  }
  writer.begin(DumpType.sortedSet);
  writer.count(sortedSet.count);
  // From the highest score down, as Redis does it: each goes in front of those that are there.
  for (let more = sortedSet.seek(sortedSet.count - 1); more; more = sortedSet.previous()) {
    const length = memberOf(context, sortedSet);
    writer.string(context.scratch, 0, length);
    writer.score(sortedSet.score);
  }
}

function addScore(context: CommandContext, view: SortedSetView, pack: ListpackWriter): void {
  const scratch = context.reserveScratch(MAX_DOUBLE_BYTES);
  pack.add(scratch, 0, writeDouble(view.score, scratch, 0));
}
