// XINFO STREAM: what a stream has and remembers, with FULL also its entries. What it says of radix trees is what a
// Redis of the usual settings would have for as many entries; here there is another tree.

import { Opening, RecordKind, StreamId, type StreamView } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, NO_SUCH_KEY, NOT_INTEGER } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { openView } from "../items.ts";
import { answerGroups, groupBytes, xinfoConsumers, xinfoGroups } from "../stream_groups/info.ts";
import { tooManyArguments } from "../subcommands.ts";
import { answerable, answerEntries, answerEntry, entriesStart } from "./entry_answers.ts";
import { answerId } from "./stream_ids.ts";

const NO_BYTES = new Uint8Array();
/** Entries in a node of Redis. */
const NODE_ENTRIES = 100;
const DEFAULT_COUNT = 10;
const NO_ID = new StreamId();

const HELP = [
  "CONSUMERS <key> <groupname>",
  "    Show consumers of <groupname>.",
  "GROUPS <key>",
  "    Show the stream consumer groups.",
  "STREAM <key> [FULL [COUNT <count>]",
  "    Show information about the stream.",
];

/** XINFO STREAM | GROUPS | CONSUMERS | HELP. */
export function xinfo(context: CommandContext, args: Args, reply: Reply): void {
  const subcommand = tokenOf(args, 0);
  if (subcommand === "HELP") answerHelp("XINFO", HELP, reply);
  else if (subcommand === "GROUPS") xinfoGroups(context, args, reply);
  else if (subcommand === "CONSUMERS") xinfoConsumers(context, args, reply);
  else xinfoStream(context, args, reply);
}

/** XINFO STREAM key [FULL [COUNT count]]. */
function xinfoStream(context: CommandContext, args: Args, reply: Reply): void {
  const { stream } = context.views;
  const opening = openView(context, stream, args, 0, 1, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.fail(NO_SUCH_KEY);
  if (args.count === 2) return answerShort(context, stream, reply);
  const isRight = args.count === 3 || args.count === 5 && tokenOf(args, 3) === "COUNT";
  if (!isRight || tokenOf(args, 2) !== "FULL") return reply.fail(tooManyArguments("XINFO", args));
  const count = args.count === 5 ? integerOf(args, 4) : DEFAULT_COUNT;
  if (count === undefined) return reply.fail(NOT_INTEGER);
  const most = count < 0 ? DEFAULT_COUNT : count === 0 ? Infinity : Number(count);
  answerFull(context, stream, most, reply);
}

/** How many groups there are. */
export function groupCount(stream: StreamView): number {
  // Before them there is the header.
  return stream.rankOfRecord(RecordKind.consumer, NO_BYTES, 0, 0) - 1;
}

function answerShort(context: CommandContext, stream: StreamView, reply: Reply): void {
  const start = entriesStart(stream);
  const groups = groupCount(stream);
  const { streamEntry: entry } = context.views;
  const count = stream.count - start;
  let bytes = 0;
  for (const place of [start, stream.count - 1]) {
    if (count === 0 || !stream.seek(place)) continue;
    const budget = { left: reply.bytesLeft - bytes };
    const isShort = answerable(stream, entry, place, 1, false, budget) === 1;
    if (!isShort) return reply.fail(ANSWER_TOO_LARGE);
    bytes = reply.bytesLeft - budget.left;
  }
  reply.map(10);
  answerHead(context, stream, start, reply);
  reply.text("groups");
  reply.integer(groups);
  reply.text("first-entry");
  answerEntryAt(context, stream, start, count, reply);
  reply.text("last-entry");
  answerEntryAt(context, stream, stream.count - 1, count, reply);
}

function answerEntryAt(
  context: CommandContext,
  stream: StreamView,
  place: number,
  count: number,
  reply: Reply,
): void {
  if (count === 0) return reply.miss();
  stream.seek(place);
  answerEntry(context, stream, context.views.streamEntry, reply);
}

/** Answers the first seven pairs, which both forms have. */
function answerHead(
  context: CommandContext,
  stream: StreamView,
  start: number,
  reply: Reply,
): void {
  const { streamHeader: header, streamEntry: entry } = context.views;
  header.read(stream);
  const length = stream.count - start;
  const nodes = Math.ceil(length / NODE_ENTRIES);
  reply.text("length");
  reply.integer(length);
  reply.text("radix-tree-keys");
  reply.integer(nodes);
  reply.text("radix-tree-nodes");
  reply.integer(nodes + 1);
  reply.text("last-generated-id");
  answerId(context, header.lastId, reply);
  reply.text("max-deleted-entry-id");
  answerId(context, header.maxDeletedId, reply);
  reply.text("entries-added");
  reply.integer(header.entriesAdded);
  reply.text("recorded-first-entry-id");
  if (length > 0 && stream.seek(start)) {
    entry.openHead(stream);
    answerId(context, entry.id, reply);
  } else answerId(context, NO_ID, reply);
}

function answerFull(
  context: CommandContext,
  stream: StreamView,
  most: number,
  reply: Reply,
): void {
  const start = entriesStart(stream);
  const count = Math.min(most, stream.count - start);
  stream.seek(start);
  const budget = { left: reply.bytesLeft };
  if (answerable(stream, context.views.streamEntry, start, count, false, budget) < count) {
    return reply.fail(ANSWER_TOO_LARGE);
  }
  if (groupBytes(context, most) > budget.left) return reply.fail(ANSWER_TOO_LARGE);
  reply.map(9);
  answerHead(context, stream, start, reply);
  reply.text("entries");
  stream.seek(start);
  answerEntries(context, stream, count, false, reply);
  reply.text("groups");
  answerGroups(context, most, reply);
}
