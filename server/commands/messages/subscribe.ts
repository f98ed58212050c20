// SUBSCRIBE, PSUBSCRIBE and SSUBSCRIBE, and how each is ended. Each name is answered by a message of its own, with
// how many subscriptions the client has then. The answers wait until all workers know of them.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { Topic } from "../../contract/messages/topic.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { type PushReply, type Session, Silence } from "../../contract/session.ts";
import { NO_MEMORY, refused } from "../failures.ts";
import { nameProblem, patternProblem } from "./channel_names.ts";

const TOO_MANY = refused("too many subscriptions, end some or try again later");

/** One kind of subscription as its commands have it. */
interface Kind {
  readonly topic: Topic;
  /** The words that answers begin with. */
  readonly begun: string;
  readonly ended: string;
  readonly name: string;
  readonly problem: (args: Args, index: number) => Failure | null;
}

const CHANNEL: Kind = {
  topic: Topic.channel,
  begun: "subscribe",
  ended: "unsubscribe",
  name: "SUBSCRIBE",
  problem: nameProblem,
};
const PATTERN: Kind = {
  topic: Topic.pattern,
  begun: "psubscribe",
  ended: "punsubscribe",
  name: "PSUBSCRIBE",
  problem: patternProblem,
};
const SHARD_CHANNEL: Kind = {
  topic: Topic.shardChannel,
  begun: "ssubscribe",
  ended: "sunsubscribe",
  name: "SSUBSCRIBE",
  problem: nameProblem,
};

/** SUBSCRIBE channel [channel ...] */
export function subscribe(context: CommandContext, args: Args, reply: Reply): void {
  begin(context, CHANNEL, args, reply);
}

/** PSUBSCRIBE pattern [pattern ...] */
export function subscribePatterns(context: CommandContext, args: Args, reply: Reply): void {
  begin(context, PATTERN, args, reply);
}

/** SSUBSCRIBE shardchannel [shardchannel ...] */
export function subscribeShards(context: CommandContext, args: Args, reply: Reply): void {
  begin(context, SHARD_CHANNEL, args, reply);
}

/** UNSUBSCRIBE [channel ...] */
export function unsubscribe(context: CommandContext, args: Args, reply: Reply): void {
  end(context, CHANNEL, args, reply);
}

/** PUNSUBSCRIBE [pattern ...] */
export function unsubscribePatterns(context: CommandContext, args: Args, reply: Reply): void {
  end(context, PATTERN, args, reply);
}

/** SUNSUBSCRIBE [shardchannel ...] */
export function unsubscribeShards(context: CommandContext, args: Args, reply: Reply): void {
  end(context, SHARD_CHANNEL, args, reply);
}

function begin(context: CommandContext, kind: Kind, args: Args, reply: Reply): void {
  const { session, messages } = context;
  if (session.sink === null) return reply.fail(needsConnection(kind));
  for (let i = 0; i < args.count; i++) {
    const problem = kind.problem(args, i);
    if (problem !== null) return reply.fail(problem);
  }
  for (let i = 0; i < args.count; i++) {
    const outcome = messages.subscribe(session, kind.topic, args.bytesOf(i));
    if (outcome === "noMemory") return reply.fail(NO_MEMORY);
    if (outcome === "tooMany") return reply.fail(TOO_MANY);
    session.mustSettle = true;
    answer(kind, kind.begun, session, args.bytesOf(i), reply);
  }
}

function end(context: CommandContext, kind: Kind, args: Args, reply: Reply): void {
  const { session, messages } = context;
  if (session.sink === null) return reply.fail(needsConnection(kind));
  const names = args.count === 0
    ? messages.namesOf(session, kind.topic)
    : Array.from({ length: args.count }, (_, i) => args.bytesOf(i));
  for (const name of names) {
    messages.unsubscribe(session, kind.topic, name);
    answer(kind, kind.ended, session, name, reply);
  }
  if (names.length === 0) answer(kind, kind.ended, session, null, reply);
}

/** How many subscriptions a client has that commands of this kind count together. */
function countOf({ subscriptions }: Session, topic: Topic): number {
  if (subscriptions === null) return 0;
  const { counts } = subscriptions;
  if (topic === Topic.shardChannel) return counts[topic]!;
  return counts[Topic.channel]! + counts[Topic.pattern]!;
}

function answer(
  { topic }: Kind,
  word: string,
  session: Session,
  name: Uint8Array | null,
  reply: Reply,
): void {
  const count = countOf(session, topic);
  // These are messages, too, so CLIENT REPLY does not keep them back. Whoever has a sink has a push.
  if (session.silence === Silence.none) return compose(word, name, count, reply as PushReply);
  session.push!((pushed) => compose(word, name, count, pushed));
}

function compose(word: string, name: Uint8Array | null, count: number, reply: PushReply): void {
  reply.push(3);
  reply.text(word);
  if (name === null) reply.miss();
  else answerBytes(name, 0, name.length, reply);
  reply.integer(count);
}

function needsConnection({ name }: Kind): Failure {
  return refused(
    `${name} needs a connection of the Redis protocol, or GET /${name.toLowerCase()}/{name}`,
  );
}
