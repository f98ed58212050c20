// CLIENT: names, numbers and lists of clients. Subcommands about other clients ask the server and wait
// for its answer, so they cannot be part of a transaction.

import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import type { ClientFilter } from "../../contract/server.ts";
import type { CommandContext, CommandRun } from "../../contract/command.ts";
import {
  clientCaching,
  clientGetRedir,
  clientTracking,
  clientTrackingInfo,
} from "./client_tracking.ts";
import { clientPause, clientReply, clientUnblock, clientUnpause } from "./client_pause.ts";
import { clientLine } from "./client_facts.ts";
import { linesOfClients, linesOfKind } from "./client_lines.ts";
import { nameProblem } from "./connection.ts";
import { ANSWER_TOO_LARGE, NO_MEMORY, refused, SYNTAX } from "../failures.ts";
import type { NameField, Session } from "../../contract/session.ts";
import { answerText } from "../answer_text.ts";
import { answerHelp } from "../help.ts";
import { releaseBytes } from "../../contract/growing_bytes.ts";
import { later } from "../deferred_answer.ts";
import { integerOf, shownText, textOf, tokenOf } from "../argument_text.ts";

type Subcommand = CommandRun;

const HELP = [
  "GETNAME | SETNAME <name> | SETINFO LIB-NAME|LIB-VER <value> | ID | INFO",
  "    About this connection.",
  "LIST [TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID <id> ...]",
  "    All clients of all workers, one per line.",
  "KILL <address> | KILL [ID <id>] [ADDR <a>] [LADDR <a>] [USER <u>] [SKIPME YES|NO] [MAXAGE <s>]",
  "    Ends connections.",
  "TRACKING ON|OFF [BCAST] [PREFIX <prefix> ...] [OPTIN] [OPTOUT] [NOLOOP]",
  "    Tells a RESP3 client when what it has read changes.",
  "CACHING YES|NO | TRACKINGINFO | GETREDIR",
  "    Whether the next command is tracked, and how tracking is set.",
  "PAUSE <milliseconds> [WRITE|ALL] | UNPAUSE",
  "    Lets all clients wait for a while, or those that write.",
  "REPLY ON|OFF|SKIP",
  "    Whether this connection is answered.",
  "UNBLOCK <id> [TIMEOUT|ERROR]",
  "    Ends the wait of a client, as BLPOP has it, as if its time were over or with an error.",
  "NO-EVICT ON|OFF, NO-TOUCH ON|OFF",
  "    Kept, without an effect.",
];
const NO_SUCH_CLIENT = refused("No such client");
const BAD_CLIENT_ID = refused("client-id should be greater than 0");
const BAD_MAX_AGE = refused("maxage is not an integer or out of range");
const MAX_AGE_NOT_POSITIVE = refused("maxage should be greater than 0");
const CLIENT_TYPES: readonly string[] = ["NORMAL", "MASTER", "REPLICA", "SLAVE", "PUBSUB"];
const ATTRIBUTES: ReadonlyMap<string, NameField> = new Map([
  ["LIB-NAME", "libraryName"],
  ["LIB-VER", "libraryVersion"],
]);

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  HELP: (_context, _args, reply) => answerHelp("CLIENT", HELP, reply),
  ID: ({ session }, _args, reply) => reply.integer(session.id),
  GETNAME: getName,
  SETNAME: setName,
  SETINFO: setInfo,
  INFO: info,
  LIST: list,
  KILL: kill,
  TRACKING: clientTracking,
  TRACKINGINFO: clientTrackingInfo,
  CACHING: clientCaching,
  PAUSE: clientPause,
  UNPAUSE: clientUnpause,
  REPLY: clientReply,
  UNBLOCK: clientUnblock,
  GETREDIR: clientGetRedir,
  "NO-EVICT": (context, args, reply) => setSwitch(context, args, reply, "noEvict"),
  "NO-TOUCH": (context, args, reply) => setSwitch(context, args, reply, "noTouch"),
};

/** CLIENT subcommand [argument ...], of which the number of arguments is right. */
export function client(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  return SUBCOMMANDS[tokenOf(args, 0)]!(context, args, reply);
}

function getName({ session }: CommandContext, _args: Args, reply: Reply): void {
  if (session.name === "") reply.miss();
  else reply.text(session.name);
}

function setName({ session }: CommandContext, args: Args, reply: Reply): void {
  const problem = nameProblem(args, 1);
  if (problem !== null) return reply.fail(problem);
  rename(session, "name", textOf(args, 1), reply);
}

function setInfo({ session }: CommandContext, args: Args, reply: Reply): void {
  const field = ATTRIBUTES.get(tokenOf(args, 1));
  if (field === undefined) {
    return reply.fail(refused(`Unrecognized option '${shownText(args, 1)}'`));
  }
  const word = tokenOf(args, 1).toLowerCase();
  const bad = refused(`${word} cannot contain spaces, newlines or special characters.`);
  const problem = nameProblem(args, 2, bad);
  if (problem !== null) return reply.fail(problem);
  rename(session, field, textOf(args, 2), reply);
}

/** Keeps a name, which counts as the client's memory. */
function rename(session: Session, field: NameField, name: string, reply: Reply): void {
  if (session.rename(field, name)) reply.ok();
  else reply.fail(NO_MEMORY);
}

function info({ session, cache }: CommandContext, _args: Args, reply: Reply): void {
  answerText(`${clientLine(session, cache.now())}\n`, reply);
}

function setSwitch(
  { session }: CommandContext,
  args: Args,
  reply: Reply,
  field: "noEvict" | "noTouch",
): void {
  const word = tokenOf(args, 1);
  if (word !== "ON" && word !== "OFF") return reply.fail(SYNTAX);
  session[field] = word === "ON";
  reply.ok();
}

function list(context: CommandContext, args: Args, reply: Reply): void | Promise<number | void> {
  let ids: Float64Array | null = null;
  const type = tokenOf(args, args.count > 1 ? 1 : 0);
  const isOtherType = args.count === 3 && type === "TYPE";
  if (type === "ID" && args.count > 2) {
    ids = new Float64Array(args.count - 2);
    for (let i = 2; i < args.count; i++) {
      const id = integerOf(args, i);
      if (id === undefined) return reply.fail(refused("Invalid client ID"));
      ids[i - 2] = Number(id);
    }
    ids.sort();
  } else if (args.count > 1 && !isOtherType) return reply.fail(SYNTAX);
  const kind = isOtherType ? tokenOf(args, 2) : "";
  if (kind !== "" && !CLIENT_TYPES.includes(kind)) return reply.fail(unknownType(args, 2));
  const hasSome = kind === "" || kind === "NORMAL" || kind === "PUBSUB";
  return later(context, reply, async () => {
    const all = hasSome ? await context.server.clients() : new Uint8Array();
    const some = all === null ? null : someLines(all, ids, kind);
    const list = some ?? all;
    if (list === null || list.length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
    reply.verbatim(list);
    // Many may ask for parts of one list.
    if (some !== null) releaseBytes(some);
  });
}

/** The lines of these clients, or of this kind of them; null: all are wanted. */
function someLines(all: Uint8Array, ids: Float64Array | null, kind: string) {
  if (ids !== null) return linesOfClients(all, ids);
  return kind === "" || all.length === 0 ? null : linesOfKind(all, kind === "PUBSUB");
}

function unknownType(args: Args, index: number): Failure {
  return refused(`Unknown client type '${shownText(args, index)}'`);
}

function kill(context: CommandContext, args: Args, reply: Reply): void | Promise<number | void> {
  const isOldForm = args.count === 2;
  const filter = isOldForm ? { address: textOf(args, 1) } : killFilter(context, args, reply);
  if (filter === null) return;
  return later(context, reply, async () => {
    const count = await context.server.killClients(filter);
    if (!isOldForm) reply.integer(count);
    else if (count === 0) reply.fail(NO_SUCH_CLIENT);
    else reply.ok();
  });
}

function killFilter(context: CommandContext, args: Args, reply: Reply): ClientFilter | null {
  const filter: { -readonly [Field in keyof ClientFilter]: ClientFilter[Field] } = {
    exceptId: context.session.id,
  };
  const refuse = (failure = SYNTAX) => {
    reply.fail(failure);
    return null;
  };
  if (args.count % 2 === 0) return refuse();
  for (let i = 1; i < args.count; i += 2) {
    const token = tokenOf(args, i);
    const text = textOf(args, i + 1);
    const number = Number(integerOf(args, i + 1) ?? 0);
    if (token === "ID") {
      if (number <= 0) return refuse(BAD_CLIENT_ID);
      filter.id = number;
    } else if (token === "MAXAGE") {
      if (integerOf(args, i + 1) === undefined) return refuse(BAD_MAX_AGE);
      if (number <= 0) return refuse(MAX_AGE_NOT_POSITIVE);
      filter.minAgeSeconds = number;
    } else if (token === "ADDR") filter.address = text;
    else if (token === "LADDR") filter.localAddress = text;
    else if (token === "SKIPME" && /^(yes|no)$/i.test(text)) {
      if (text.toLowerCase() === "no") delete filter.exceptId;
    } else if (token === "USER") {
      if (text !== "default") return refuse(refused(`No such user '${text}'`));
    } else if (token === "TYPE") {
      if (!CLIENT_TYPES.includes(text.toUpperCase())) return refuse(unknownType(args, i + 1));
      const kind = text.toUpperCase();
      if (kind === "NORMAL" || kind === "PUBSUB") filter.hasChannels = kind === "PUBSUB";
      else filter.id = -1;
    } else return refuse();
  }
  return filter;
}
