// ACL: there is one user, default, who may do everything once he has shown the token. What asks about
// him is answered; what would change him is refused.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { integerOf, shownText, textOf, tokenOf } from "../argument_text.ts";
import { mayAnswer } from "../answer_text.ts";
import { NOT_INTEGER, refused, wrongArity } from "../failures.ts";
import { tooManyArguments } from "../subcommands.ts";
import { answerHelp } from "../help.ts";
import { CATEGORIES, factsOf } from "./command_facts.ts";

const HELP = [
  "WHOAMI | USERS | LIST | GETUSER <name>",
  "    The one user, default.",
  "CAT [<category>]",
  "    Categories of commands, or the commands of one.",
  "DRYRUN <user> <command> [<argument> ...]",
  "    Whether the user may run a command.",
  "GENPASS [<bits>]",
  "    A random password.",
  "LOG [<count> | RESET]",
  "    Denied commands: none are recorded.",
];
const ONE_USER = refused(
  "there is one user, default, whose password is the token: start slabkv with --token",
);
const NO_FILE = refused("this server is not configured to use an ACL file");
const BAD_BITS = refused(
  "ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
);
const KEPT_USER = refused("The 'default' user cannot be removed");
const DEFAULT_BITS = 256;
const MAX_BITS = 4096;
const MAX_NAME_BYTES = 128;

type Subcommand = (context: CommandContext, args: Args, reply: Reply) => void;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  HELP: (_context, _args, reply) => answerHelp("ACL", HELP, reply),
  WHOAMI: (_context, _args, reply) => reply.text("default"),
  USERS: (_context, _args, reply) => answerList(["default"], reply),
  LIST: ({ server }, _args, reply) => {
    const password = server.config.token === undefined ? "nopass " : "";
    answerList([`user default on ${password}~* &* +@all`], reply);
  },
  CAT: categories,
  GETUSER: getUser,
  DRYRUN: dryRun,
  GENPASS: generate,
  LOG: (_context, args, reply) => {
    if (args.count === 1) reply.array(0);
    else if (tokenOf(args, 1) === "RESET") reply.ok();
    else if (integerOf(args, 1) === undefined) reply.fail(NOT_INTEGER);
    else reply.array(0);
  },
  DELUSER: (_context, args, reply) => {
    for (let i = 1; i < args.count; i++) {
      if (textOf(args, i) === "default") return reply.fail(KEPT_USER);
    }
    reply.integer(0);
  },
  SETUSER: (_context, _args, reply) => reply.fail(ONE_USER),
  SAVE: (_context, _args, reply) => reply.fail(NO_FILE),
  LOAD: (_context, _args, reply) => reply.fail(NO_FILE),
};

/** ACL subcommand [argument ...], of which the number of arguments is right. */
export function acl(context: CommandContext, args: Args, reply: Reply): void {
  SUBCOMMANDS[tokenOf(args, 0)]!(context, args, reply);
}

function answerList(words: readonly string[], reply: Reply): void {
  reply.array(words.length);
  for (const word of words) reply.text(word);
}

function categories({ commands }: CommandContext, args: Args, reply: Reply): void {
  if (args.count === 1) return answerList(CATEGORIES, reply);
  const category = tokenOf(args, 1).toLowerCase();
  if (!CATEGORIES.includes(category)) {
    return reply.fail(refused(`Unknown category '${shownText(args, 1)}'`));
  }
  const names = commands.map(factsOf)
    .flatMap((facts) => [facts, ...facts.subcommands])
    .filter((facts) => facts.categories.includes(category))
    .map(({ name }) => name);
  if (mayAnswer(names.length * MAX_NAME_BYTES, reply)) answerList(names, reply);
}

function getUser({ server }: CommandContext, args: Args, reply: Reply): void {
  if (textOf(args, 1) !== "default") return reply.miss();
  reply.map(6);
  const flags = server.config.token === undefined ? ["on", "nopass"] : ["on"];
  reply.text("flags");
  reply.set(flags.length);
  for (const flag of flags) reply.text(flag);
  reply.text("passwords");
  reply.array(0);
  for (const [field, value] of [["commands", "+@all"], ["keys", "~*"], ["channels", "&*"]]) {
    reply.text(field!);
    reply.text(value!);
  }
  reply.text("selectors");
  reply.array(0);
}

function dryRun({ commands }: CommandContext, args: Args, reply: Reply): void {
  if (textOf(args, 1) !== "default") {
    return reply.fail(refused(`User '${shownText(args, 1)}' not found`));
  }
  const name = tokenOf(args, 2);
  const found = commands.find((entry) => entry.name === name);
  if (found === undefined) {
    return reply.fail(refused(`Command '${shownText(args, 2)}' not found`));
  }
  const count = args.count - 3;
  const [min, max] = found.arity;
  if (count < min || count > max) return reply.fail(wrongArity(name));
  reply.ok();
}

function generate(_context: CommandContext, args: Args, reply: Reply): void {
  if (args.count > 2) return reply.fail(tooManyArguments("ACL", args));
  const bits = args.count === 1 ? DEFAULT_BITS : integerOf(args, 1);
  if (bits === undefined) return reply.fail(NOT_INTEGER);
  if (bits <= 0 || bits > MAX_BITS) return reply.fail(BAD_BITS);
  const digits = Math.ceil(Number(bits) / 4);
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2)));
  reply.text(bytes.toHex().slice(0, digits));
}
