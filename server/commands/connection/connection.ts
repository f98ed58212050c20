// Commands about the connection itself: PING, ECHO, HELLO, AUTH, QUIT, RESET. They change
// the session and no key. CLIENT and SELECT have files of their own.

import type { Args } from "../../contract/args.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { sameSecret } from "../../contract/same_bytes.ts";
import { type Session, Silence } from "../../contract/session.ts";
import { stopTracking } from "./client_tracking.ts";
import { isInSubscribedMode } from "../messages/subscribed_mode.ts";
import type { CommandContext } from "../../contract/command.ts";
import { ANSWER_TOO_LARGE, NO_MEMORY, refused, SYNTAX, wrongArity } from "../failures.ts";
import { COMPATIBLE_VERSION } from "../compatible_version.ts";
import { failingProblem } from "./log_admission.ts";
import { integerOf, isPlainName, shownText, textOf, tokenOf } from "../argument_text.ts";

const NO_PASSWORD_SET = refused(
  "AUTH <password> called without any password configured for the default user. " +
    "Are you sure your configuration is correct?",
);
const WRONG_PASSWORD = refused(
  "invalid username-password pair or user is disabled.",
  "WRONGPASS",
);
const NO_PROTOCOL = refused("unsupported protocol version", "NOPROTO");
const BAD_PROTOCOL = refused("Protocol version is not an integer or out of range");
const HELLO_AUTH = refused(
  "HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH " +
    "<user> <pass> option can be used to authenticate the client and select the RESP protocol " +
    "version at the same time",
  "NOAUTH",
);
const BAD_NAME = refused(
  "Client names cannot contain spaces, newlines or special characters.",
);
/** Longest name that a client may give itself, in characters. */
const MAX_NAME_CHARS = 256;
const LONG_NAME = refused(`Client names cannot be longer than ${MAX_NAME_CHARS} characters`);

const encoder = new TextEncoder();

/** Why argument `index` cannot be a name that CLIENT LIST shows, or null. */
export function nameProblem(args: Args, index: number, bad = BAD_NAME): Failure | null {
  if (args.lengths[index]! > MAX_NAME_CHARS) return LONG_NAME;
  return isPlainName(textOf(args, index)) ? null : bad;
}

/** PING [message]. */
export function ping(context: CommandContext, args: Args, reply: Reply): void {
  // As with Redis, it tells those who look after servers.
  const problem = failingProblem(context, context.log);
  if (problem !== null) reply.fail(problem);
  else if (args.count > 1) reply.fail(wrongArity("ping"));
  else if (isInSubscribedMode(context.session)) pong(args, reply);
  else if (args.count === 0) reply.status("PONG");
  else echo(context, args, reply);
}

/** Answers PING where messages are awaited: as one of them. */
function pong(args: Args, reply: Reply): void {
  const [start, length] = args.count === 0 ? [0, 0] : [args.starts[0]!, args.lengths[0]!];
  if (length > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(2);
  reply.text("pong");
  answerBytes(args.bytes, start, length, reply);
}

/** ECHO message. */
export function echo(_context: CommandContext, args: Args, reply: Reply): void {
  if (args.lengths[0]! > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  answerBytes(args.bytes, args.starts[0]!, args.lengths[0]!, reply);
}

/** QUIT: the connection ends once this is answered. */
export function quit({ session }: CommandContext, _args: Args, reply: Reply): void {
  session.afterReply = "close";
  reply.ok();
}

/** RESET: the connection is again as it was at its start. */
export function reset(context: CommandContext, _args: Args, reply: Reply): void {
  const { session, server } = context;
  stopTracking(context);
  context.messages.end(session);
  session.endTransaction();
  session.rename("name", "");
  session.protocol = 2;
  session.database = 0;
  session.noEvict = false;
  session.noTouch = false;
  session.silence = Silence.none;
  if (server.config.token !== undefined) session.isAuthenticated = false;
  reply.status("RESET");
}

/** AUTH [username] password. */
export function auth(context: CommandContext, args: Args, reply: Reply): void {
  const { server, session } = context;
  if (args.count > 2) return reply.fail(SYNTAX);
  if (server.config.token === undefined && args.count === 1) return reply.fail(NO_PASSWORD_SET);
  const user = args.count === 2 ? textOf(args, 0) : "default";
  if (user !== "default" || !isRightPassword(context, args, args.count - 1)) {
    server.noteFailedToken(session.address);
    return reply.fail(WRONG_PASSWORD);
  }
  session.isAuthenticated = true;
  reply.ok();
}

/** Whether argument `index` is the token. Takes the same time whatever it holds. */
export function isRightPassword({ server }: CommandContext, args: Args, index: number): boolean {
  const { token } = server.config;
  if (token === undefined) return true;
  const { bytes, starts, lengths } = args;
  return sameSecret(encoder.encode(token), bytes, starts[index]!, lengths[index]!);
}

/** HELLO [2 | 3 [AUTH username password] [SETNAME name]]: who the server is, as a map. */
export function hello(context: CommandContext, args: Args, reply: Reply): void {
  const { session } = context;
  let protocol: number | bigint | undefined = session.protocol;
  if (args.count > 0) {
    protocol = integerOf(args, 0);
    if (protocol === undefined) return reply.fail(BAD_PROTOCOL);
    if (protocol !== 2 && protocol !== 3) return reply.fail(NO_PROTOCOL);
  }
  let name: string | null = null;
  for (let i = 1; i < args.count;) {
    const token = tokenOf(args, i);
    if (token === "AUTH" && i + 2 < args.count) {
      if (textOf(args, i + 1) !== "default" || !isRightPassword(context, args, i + 2)) {
        context.server.noteFailedToken(session.address);
        return reply.fail(WRONG_PASSWORD);
      }
      session.isAuthenticated = true;
      i += 3;
    } else if (token === "SETNAME" && i + 1 < args.count) {
      const problem = nameProblem(args, i + 1);
      if (problem !== null) return reply.fail(problem);
      name = textOf(args, i + 1);
      i += 2;
    } else {
      return reply.fail(refused(`Syntax error in HELLO option '${shownText(args, i)}'`));
    }
  }
  if (!session.isAuthenticated) return reply.fail(HELLO_AUTH);
  if (name !== null && !session.rename("name", name)) return reply.fail(NO_MEMORY);
  session.protocol = protocol === 3 ? 3 : 2;
  answerHello(session, reply);
}

function answerHello(session: Session, reply: Reply): void {
  reply.map(7);
  const words: [string, string | number][] = [
    ["server", "redis"],
    ["version", COMPATIBLE_VERSION],
    ["proto", session.protocol],
    ["id", session.id],
    ["mode", "standalone"],
    ["role", "master"],
  ];
  for (const [field, value] of words) {
    reply.text(field);
    if (typeof value === "number") reply.integer(value);
    else reply.text(value);
  }
  reply.text("modules");
  reply.array(0);
}
