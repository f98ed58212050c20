// Commands for people who run the server: CONFIG, SLOWLOG, TIME, LOLWUT. Commands about all
// workers ask the server.

import { VERSION } from "../../config/version.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import { type OptionProblem, type SlowEntry, slowEntryBytes } from "../../contract/server.ts";
import type { CommandContext } from "../../contract/command.ts";
import { ANSWER_TOO_LARGE, refused, SYNTAX } from "../failures.ts";
import type { Glob } from "../../contract/keys/glob.ts";
import { answerText, mayAnswer } from "../answer_text.ts";
import { answerHelp } from "../help.ts";
import { tooManyArguments } from "../subcommands.ts";
import { lowerPatternOf, PATTERN_TOO_LONG } from "../pattern_argument.ts";
import { later } from "../deferred_answer.ts";
import { integerOf, shownText, textOf, tokenOf } from "../argument_text.ts";

const SLOWLOG_COUNT = 10;
const MAX_CONFIG_PATTERNS = 100;
const TOO_MANY_PATTERNS = refused(
  `too many patterns, send at most ${MAX_CONFIG_PATTERNS}`,
);
/** More than an option and its value take in an answer. */
const MAX_OPTION_BYTES = 1024;
const encoder = new TextEncoder();

/** CONFIG GET pattern ... | SET name value ... | RESETSTAT | REWRITE | HELP. */
export function config(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const token = tokenOf(args, 0);
  if (token === "GET") return configGet(context, args, reply);
  if (token === "SET") {
    if (args.count % 2 === 0) return reply.fail(SYNTAX);
    return configSet(context, args, reply);
  }
  if (token === "RESETSTAT") {
    if (context.isAtomic) {
      context.server.resetStatsNow();
      return reply.ok();
    }
    return later(context, reply, async () => {
      await context.server.resetStats();
      reply.ok();
    });
  }
  if (token === "REWRITE") {
    return reply.fail(refused("The server is running without a config file"));
  }
  answerHelp("CONFIG", CONFIG_HELP, reply);
}

const CONFIG_HELP = [
  "GET <pattern> [<pattern> ...]",
  "    Options and their values.",
  "SET <name> <value> [<name> <value> ...]",
  "    Sets options in all workers.",
  "RESETSTAT",
  "    Forgets the counts and times of commands.",
];

function configGet({ server }: CommandContext, args: Args, reply: Reply): void {
  if (args.count - 1 > MAX_CONFIG_PATTERNS) return reply.fail(TOO_MANY_PATTERNS);
  const globs: Glob[] = [];
  const asked = new Map<string, string>();
  for (let i = 1; i < args.count; i++) {
    const glob = lowerPatternOf(args, i);
    if (glob === null) return reply.fail(PATTERN_TOO_LONG);
    globs.push(glob);
    asked.set(textOf(args, i).toLowerCase(), textOf(args, i));
  }
  const found = Object.entries(server.options()).filter(([name]) => {
    const bytes = encoder.encode(name);
    return globs.some((glob) => glob.matches(bytes, 0, bytes.length));
  });
  if (!mayAnswer(found.length * MAX_OPTION_BYTES, reply)) return;
  reply.map(found.length);
  for (const [name, value] of found) {
    // A name that is no pattern comes back as it was written, as in Redis.
    reply.text(asked.get(name) ?? name);
    reply.text(value);
  }
}

function configSet(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { server } = context;
  const pairs: [string, string][] = [];
  for (let i = 1; i < args.count; i += 2) {
    const name = textOf(args, i).toLowerCase();
    if (!Object.hasOwn(server.options(), name)) {
      const shown = shownText(args, i);
      return reply.fail(
        refused(`Unknown option or number of arguments for CONFIG SET - '${shown}'`),
      );
    }
    if (pairs.some(([other]) => other === name)) {
      const why = `(possibly related to argument '${name}') - duplicate parameter`;
      return reply.fail(refused(`CONFIG SET failed ${why}`));
    }
    pairs.push([name, textOf(args, i + 1)]);
  }
  if (context.isAtomic) return answerSet(server.setOptionsNow(pairs), reply);
  return later(context, reply, async () => answerSet(await server.setOptions(pairs), reply));
}

function answerSet(problem: OptionProblem | null, reply: Reply): void {
  if (problem === null) return reply.ok();
  const { name, why } = problem;
  reply.fail(refused(`CONFIG SET failed (possibly related to argument '${name}') - ${why}`));
}

/**
 * SLOWLOG GET [count] | LEN | RESET | HELP. Inside EXEC, where nothing may wait, GET and LEN tell of the
 * worker that the client is connected to.
 */
export function slowlog(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const { server, isAtomic } = context;
  const token = tokenOf(args, 0);
  if (token === "GET") {
    if (args.count > 2) return reply.fail(tooManyArguments("SLOWLOG", args));
    const count = args.count === 2 ? integerOf(args, 1) : SLOWLOG_COUNT;
    if (count === undefined || count < -1) {
      return reply.fail(refused("count should be greater than or equal to -1"));
    }
    const most = count === -1 ? Infinity : Number(count);
    if (isAtomic) return answerSlowLog(server.slowLogNow(most), reply);
    return later(context, reply, async () => answerSlowLog(await server.slowLog(most), reply));
  }
  if (token === "LEN") {
    if (isAtomic) return reply.integer(server.slowLogNow(Infinity).length);
    return later(context, reply, async () => reply.integer(await server.slowLogLength()));
  }
  if (token === "RESET") {
    if (isAtomic) {
      server.clearSlowLogNow();
      return reply.ok();
    }
    return later(context, reply, async () => {
      await server.clearSlowLog();
      reply.ok();
    });
  }
  answerHelp("SLOWLOG", SLOWLOG_HELP, reply);
}

const SLOWLOG_HELP = [
  "GET [<count>]",
  "    The latest slow commands of all workers (default: 10, -1 means all): id, time,",
  "    microseconds, words, address and name of the client.",
  "LEN",
  "    How many there are.",
  "RESET",
  "    Forgets them.",
];

function answerSlowLog(entries: readonly SlowEntry[] | null, reply: Reply): void {
  if (entries === null) return reply.fail(ANSWER_TOO_LARGE);
  const bytes = entries.reduce((sum, entry) => sum + 2 * slowEntryBytes(entry), 0);
  if (!mayAnswer(bytes, reply)) return;
  reply.array(entries.length);
  for (const { id, atSeconds, tookUs, words, address, clientName } of entries) {
    reply.array(6);
    reply.integer(id);
    reply.integer(atSeconds);
    reply.integer(Math.round(tookUs));
    reply.array(words.length);
    for (const word of words) reply.text(word);
    reply.text(address);
    reply.text(clientName);
  }
}

/** TIME: seconds since 1970, and microseconds. */
export function time({ cache }: CommandContext, _args: Args, reply: Reply): void {
  const ms = cache.now();
  reply.array(2);
  reply.text(String(Math.floor(ms / 1000)));
  reply.text(String(Math.floor(ms % 1000 * 1000)));
}

/** LOLWUT [VERSION number ...]: Redis paints here. */
export function lolwut(_context: CommandContext, _args: Args, reply: Reply): void {
  answerText(`slabkv ver. ${VERSION}\n`, reply);
}
