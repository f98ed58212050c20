// DEBUG: what test harnesses send. What is harmless here is answered; what would look into memory or
// break something is refused.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { shownText, textOf, tokenOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { NOT_FLOAT, refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { tooManyArguments } from "../subcommands.ts";

const HELP = [
  "SLEEP <seconds>",
  "    Answers later. Other clients do not wait.",
  "SET-ACTIVE-EXPIRE 0|1 | QUICKLIST-PACKED-THRESHOLD <size> | CHANGE-REPL-ID | PAUSE-CRON 0|1",
  "REPLYBUFFER <option> <value> | SET-DISABLE-DENY-SCRIPTS 0|1",
  "    Answer OK, without an effect.",
  "PROTOCOL string|integer|double|null|array|set|map",
  "    An answer of that kind.",
  "ERROR <text>",
  "    An error of that text.",
];
const MAX_SLEEP_SECONDS = 60;
const KINDS = ["string", "integer", "double", "null", "array", "set", "map"];
const BAD_KIND = refused(
  `Wrong protocol type name. Please use one of the following: ${KINDS.join("|")}`,
);
const NO_RELOAD = refused("data are loaded at a start only, see SAVE and --data-dir");
const NOT_HERE = refused(
  "values are not kept in objects, send OBJECT ENCODING or MEMORY USAGE in place of it",
);

/** Subcommands without an effect, and how many arguments each takes. */
const WITHOUT_EFFECT: Readonly<Record<string, number>> = {
  "SET-ACTIVE-EXPIRE": 1,
  "QUICKLIST-PACKED-THRESHOLD": 1,
  "CHANGE-REPL-ID": 0,
  "PAUSE-CRON": 1,
  "REPLYBUFFER": 2,
  "SET-DISABLE-DENY-SCRIPTS": 1,
};

/** DEBUG subcommand [argument ...]. */
export function debug(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const token = tokenOf(args, 0);
  const count = args.count - 1;
  if (token === "HELP") return answerHelp("DEBUG", HELP, reply);
  if (token === "SLEEP" && count === 1) return sleep(context, args, reply);
  if (WITHOUT_EFFECT[token] === count) return reply.ok();
  if (token === "PROTOCOL" && count === 1) return answerKind(tokenOf(args, 1), reply);
  if (token === "ERROR" && count === 1) return answerError(args, reply);
  if (token === "RELOAD" || token === "LOADAOF") return reply.fail(NO_RELOAD);
  if (token === "OBJECT" && count >= 1) return reply.fail(NOT_HERE);
  reply.fail(tooManyArguments("DEBUG", args));
}

/** Ends if its client leaves. */
function sleep(context: CommandContext, args: Args, reply: Reply): void | Promise<number | void> {
  const seconds = Number(textOf(args, 1));
  if (!(seconds >= 0 && seconds <= MAX_SLEEP_SECONDS)) return reply.fail(NOT_FLOAT);
  const { session } = context;
  return later(context, reply, async () => {
    // Thousands may sleep, so nobody looks now and then whether his client is still there.
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, seconds * 1000);
    session.onLeave = resolve;
    // Ends at once with its connection, which gives way to others where memory is short.
    session.isHeld = true;
    if (session.hasLeft) resolve();
    await promise;
    session.onLeave = null;
    session.isHeld = false;
    clearTimeout(timer);
    reply.ok();
    // Those who try the slow log out count on it.
    return seconds * 1000;
  });
}

/** An error of which the first word is the code. */
function answerError(args: Args, reply: Reply): void {
  const [code = "", ...words] = shownText(args, 1).split(" ");
  reply.fail(refused(words.join(" "), code));
}

function answerKind(kind: string, reply: Reply): void {
  if (kind === "STRING") return reply.text("Hello World");
  if (kind === "INTEGER") return reply.integer(12345);
  if (kind === "DOUBLE") return reply.double(3.141);
  if (kind === "NULL") return reply.miss();
  if (kind === "ARRAY" || kind === "SET") {
    if (kind === "ARRAY") reply.array(3);
    else reply.set(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
    return;
  }
  if (kind !== "MAP") return reply.fail(BAD_KIND);
  reply.map(3);
  for (let i = 0; i < 3; i++) {
    reply.integer(i);
    reply.integer(i === 1 ? 1 : 0);
  }
}
