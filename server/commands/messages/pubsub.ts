// PUBSUB: who is subscribed to what, over all workers. Every worker knows the names of all, so nobody
// is asked.

import type { Args } from "../../contract/args.ts";
import type { CommandContext, CommandRun } from "../../contract/command.ts";
import { matchesChannel, Topic } from "../../contract/messages/topic.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { inSlices } from "../deferred_answer.ts";
import { answerHelp } from "../help.ts";
import { PATTERN_TOO_LONG, patternOf } from "../pattern_argument.ts";
import { tooManyArguments } from "../subcommands.ts";

const HELP = [
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
  "SHARDCHANNELS [<pattern>]",
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  "SHARDNUMSUB [<shardchannel> ...]",
  "    Return the number of subscribers for the specified shard level channel(s)",
];
/** What a name takes in an answer beside its bytes. */
const FRAME_BYTES = 16;
/** Names that are compared with a pattern between two looks at the clock. */
const STEP_NAMES = 64;

const SUBCOMMANDS: Readonly<Record<string, CommandRun>> = {
  HELP: (_context, _args, reply) => answerHelp("PUBSUB", HELP, reply),
  CHANNELS: (context, args, reply) => channels(context, Topic.channel, args, reply),
  SHARDCHANNELS: (context, args, reply) => channels(context, Topic.shardChannel, args, reply),
  NUMSUB: (context, args, reply) => counts(context, Topic.channel, args, reply),
  SHARDNUMSUB: (context, args, reply) => counts(context, Topic.shardChannel, args, reply),
  NUMPAT: ({ messages }, _args, reply) => reply.integer(messages.topicCount(Topic.pattern)),
};

/** PUBSUB subcommand [argument ...], of which the number of arguments is right. */
export function pubsub(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  return SUBCOMMANDS[tokenOf(args, 0)]!(context, args, reply);
}

function channels(
  context: CommandContext,
  topic: Topic,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  if (args.count > 2) return reply.fail(tooManyArguments("PUBSUB", args));
  const pattern = args.count === 2 ? args.copyOf(1) : null;
  const glob = pattern === null ? undefined : patternOf(args, 1);
  if (glob === null) return reply.fail(PATTERN_TOO_LONG);
  const names = context.messages.names(topic);
  const found: Uint8Array[] = [];
  let bytes = FRAME_BYTES;
  /** Looks at some more; returns whether that was all, or enough. */
  const step = () => {
    for (let i = 0; i < STEP_NAMES; i++) {
      const { value: name } = names.next();
      if (name === undefined || bytes > reply.bytesLeft) return true;
      if (glob !== undefined && !matchesChannel(glob, pattern!, name)) continue;
      bytes += name.length + FRAME_BYTES;
      found.push(name);
    }
    return false;
  };
  return inSlices(context, reply, step, () => {
    if (bytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
    reply.array(found.length);
    for (const name of found) answerBytes(name, 0, name.length, reply);
  });
}

function counts({ messages }: CommandContext, topic: Topic, args: Args, reply: Reply): void {
  const count = args.count - 1;
  let bytes = FRAME_BYTES;
  for (let i = 1; i <= count; i++) bytes += args.lengths[i]! + 2 * FRAME_BYTES;
  if (bytes > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(2 * count);
  for (let i = 1; i <= count; i++) {
    answerBytes(args.bytes, args.starts[i]!, args.lengths[i]!, reply);
    reply.integer(messages.countOf(topic, args.bytesOf(i)));
  }
}
