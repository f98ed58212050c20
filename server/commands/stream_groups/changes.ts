// XGROUP: groups of a stream are made, moved and destroyed, and so are their consumers. Refuses what Redis refuses, in its
// order.

import { Opening, READ_UNKNOWN, type StreamGroup, type StreamHeader } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { growthProblem, openView } from "../items.ts";
import { BAD_ID, IdForm, type IdRules, readId, STRICT } from "../streams/stream_ids.ts";
import { tooManyArguments } from "../subcommands.ts";
import { findConsumer, findGroup, noSuchGroup } from "./finding.ts";
import { removePending } from "./removing.ts";

const NAME = "XGROUP";
const [KEY, GROUP, ID, CONSUMER] = [1, 2, 3, 3];
const DOLLAR = 0x24;
/** SETID takes "-" and "+", too. */
const MOVED: IdRules = { takesEnds: true };
/** What the records of a group or a consumer take besides its name. */
const RECORD_BYTES = 64;

const NO_KEY = refused(
  "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the " +
    "MKSTREAM option to create an empty stream automatically.",
);
const NEGATIVE_READ = refused("value for ENTRIESREAD must be positive or -1");
const BUSY_GROUP = refused("Consumer Group name already exists", "BUSYGROUP");
const HELP: readonly string[] = [
  "CREATE <key> <groupname> <id|$> [option]",
  "    Create a new consumer group. Options are:",
  "    * MKSTREAM",
  "      Create the empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      Set the group's entries_read counter (internal use).",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Create a new consumer in the specified group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove the specified consumer.",
  "DESTROY <key> <groupname>",
  "    Remove the specified group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set the current group ID and entries_read counter.",
];

interface Options {
  makesStream: boolean;
  entriesRead: bigint;
}

/** XGROUP CREATE | SETID | DESTROY | CREATECONSUMER | DELCONSUMER key group … | HELP. */
export function xgroup(context: CommandContext, args: Args, reply: Reply): void {
  const subcommand = tokenOf(args, 0);
  if (subcommand === "HELP") return answerHelp(NAME, HELP, reply);
  const options = optionsOf(args, subcommand);
  if ("code" in options) return reply.fail(options);
  const { stream, streamHeader: header } = context.views;
  const opening = openView(context, stream, args, 0, KEY, reply, false);
  if (opening === Opening.wrongType) return;
  const isThere = opening === Opening.found;
  if (!isThere && !options.makesStream) return reply.fail(NO_KEY);
  const isKnown = isThere && findGroup(context, stream, args, GROUP);
  if (subcommand === "CREATE") return create(context, args, options, isThere, isKnown, reply);
  if (subcommand === "DESTROY") {
    const { group } = context.views.groups;
    if (isKnown) group.remove();
    stream.close();
    return reply.integer(isKnown ? 1 : 0);
  }
  if (!isKnown) return reply.fail(noSuchGroup(args, KEY, GROUP));
  if (subcommand === "CREATECONSUMER") return createConsumer(context, args, reply);
  if (subcommand === "DELCONSUMER") return removeConsumer(context, args, reply);
  header.read(stream);
  const { group } = context.views.groups;
  if (!readLast(args, header, group, MOVED)) return reply.fail(BAD_ID);
  group.entriesRead = options.entriesRead;
  group.save();
  stream.close();
  reply.ok();
}

/** The options of CREATE and SETID; no other subcommand has more than four words. */
function optionsOf(args: Args, subcommand: string): Options | Failure {
  const options = { makesStream: false, entriesRead: READ_UNKNOWN };
  const isCreate = subcommand === "CREATE";
  for (let i = ID + 1; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (isCreate && token === "MKSTREAM") options.makesStream = true;
    else if (
      (isCreate || subcommand === "SETID") && token === "ENTRIESREAD" && i + 1 < args.count
    ) {
      const count = integerOf(args, ++i);
      if (count === undefined) return NOT_INTEGER;
      if (count < -1) return NEGATIVE_READ;
      options.entriesRead = BigInt(count);
    } else return tooManyArguments(NAME, args);
  }
  return options;
}

/** Reads the id of CREATE and SETID; "$" is the last one of the stream. */
function readLast(
  args: Args,
  header: StreamHeader,
  { last }: StreamGroup,
  rules: IdRules,
): boolean {
  const isDollar = args.lengths[ID] === 1 && args.bytes[args.starts[ID]!] === DOLLAR;
  if (isDollar) last.copy(header.lastId);
  return isDollar || readId(args, ID, last, rules) !== IdForm.invalid;
}

function create(
  context: CommandContext,
  args: Args,
  { entriesRead }: Options,
  isThere: boolean,
  isKnown: boolean,
  reply: Reply,
): void {
  // More words than these are options that are named twice.
  if (args.count > 7) return reply.fail(tooManyArguments(NAME, args));
  const { stream, streamHeader: header, groups: { group } } = context.views;
  if (isThere) header.read(stream);
  else header.clear();
  if (!readLast(args, header, group, STRICT)) return reply.fail(BAD_ID);
  if (isKnown) return reply.fail(BUSY_GROUP);
  const nameBytes = args.lengths[GROUP]!;
  const problem = growthProblem(
    context,
    stream,
    args.lengths[KEY]!,
    2,
    nameBytes + 2 * RECORD_BYTES,
  );
  if (problem !== null) return reply.fail(problem);
  group.number = header.nextGroup++;
  group.entriesRead = entriesRead;
  header.write(stream);
  group.create(stream, args.bytes, args.starts[GROUP]!, nameBytes);
  stream.close();
  reply.ok();
}

function createConsumer(context: CommandContext, args: Args, reply: Reply): void {
  const { stream, groups: { group, consumer } } = context.views;
  if (findConsumer(context, args, CONSUMER)) return reply.integer(0);
  const length = args.lengths[CONSUMER]!;
  const bytes = 2 * (length + RECORD_BYTES);
  const problem = growthProblem(context, stream, args.lengths[KEY]!, 2, bytes);
  if (problem !== null) return reply.fail(problem);
  consumer.create(group, args.bytes, args.starts[CONSUMER]!, length, context.cache.now());
  stream.close();
  reply.integer(1);
}

function removeConsumer(context: CommandContext, args: Args, reply: Reply): void {
  const { stream, groups: { consumer, group } } = context.views;
  if (!findConsumer(context, args, CONSUMER)) return reply.integer(0);
  const count = group.ownedCount(consumer.number);
  const problem = removePending(context, group, consumer.number, count);
  if (problem !== null) return reply.fail(problem);
  consumer.remove();
  stream.close();
  reply.integer(count);
}
