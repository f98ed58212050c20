// GET and POST /subscribe/{channel}, /psubscribe/{pattern} and /ssubscribe/{channel}: messages as server-sent events,
// in the form in which Upstash has them. Several channels are parts of the path.

import { errorAnswer } from "../../codecs/json_command_reply.ts";
import { CommandProblem, decodePathCommand } from "../../codecs/json_command.ts";
import { MAX_CHANNEL_BYTES } from "../../commands/messages/channel_names.ts";
import { Topic } from "../../contract/messages/topic.ts";
import { MAX_PATTERN_BYTES } from "../../contract/keys/glob.ts";
import { json, RETRY } from "../answers.ts";
import type { HttpContext } from "../context.ts";

/** The commands that are answered so, by name. */
const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ["SUBSCRIBE", Topic.channel],
  ["PSUBSCRIBE", Topic.pattern],
  ["SSUBSCRIBE", Topic.shardChannel],
]);
const HEADERS = {
  "content-type": "text/event-stream",
  // Nothing on the way may hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
} as const;
const PATH = /^\/[ps]?subscribe(?:[/?#]|$)/i;
const NO_BODY = new Uint8Array();
const encoder = new TextEncoder();

/** Whether a command is answered with a stream of events where it is a path. */
export function isEventCommand(name: string): boolean {
  return TOPICS.has(name);
}

/** Whether the path of `url` from `path` is one of a stream of events. */
export function isEventPath(url: string, path: number): boolean {
  return PATH.test(url.slice(path, path + "/psubscribe/".length));
}

/** Answers with the stream of what `name`, in upper case, has in its path from `start` of `url`. */
export async function eventRoute(
  context: HttpContext,
  request: Request,
  url: string,
  start: number,
  name: string,
): Promise<Response> {
  const word = name.toLowerCase();
  const topic = TOPICS.get(name)!;
  const [path = ""] = url.slice(start + 1).split(/[?#]/, 1);
  const words = decodePathCommand(path, "", NO_BODY);
  if (words instanceof CommandProblem) return refused(words.message);
  const names = words.slice(1).filter((part) => part !== "");
  if (names.length === 0) return refused(`ERR wrong number of arguments for '${word}' command`);
  const maxBytes = topic === Topic.pattern ? MAX_PATTERN_BYTES : MAX_CHANNEL_BYTES;
  if (names.some((part) => encoder.encode(part).length > maxBytes)) {
    return refused(`ERR name is too long, send at most ${maxBytes} bytes`);
  }
  const address = context.access.addressOf(request);
  const stream = await context.events.open(topic, word, names, address);
  if (stream !== null) return new Response(stream, { headers: HEADERS });
  return json(errorAnswer("ERR too many clients are subscribed, try again"), 503, RETRY);
}

function refused(text: string): Response {
  return json(errorAnswer(text), 400);
}
