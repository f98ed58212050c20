// COMMAND: describes the command table to redis-cli and to client libraries. The table comes with the
// context, since it has a row for this command too.

import type { Args } from "../../contract/args.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import {
  type Command,
  type CommandContext,
  type CommandFlag,
  keyCountOf,
  MAX_ARGUMENTS,
} from "../../contract/command.ts";
import { refused, SYNTAX } from "../failures.ts";
import { PATTERN_TOO_LONG, patternOf } from "../pattern_argument.ts";
import { mayAnswer } from "../answer_text.ts";
import { answerHelp } from "../help.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { subcommandProblem } from "../subcommands.ts";

const FLAG_NAMES: Readonly<Record<CommandFlag, string | null>> = {
  read: "readonly",
  write: "write",
  admin: "admin",
  fast: "fast",
  noauth: "no_auth",
  immediate: null,
  nomulti: "no_multi",
  noslowlog: "skip_slowlog",
  keyspace: null,
};
const HELP = [
  "(no subcommand)",
  "    Details of all commands.",
  "COUNT | LIST [FILTERBY PATTERN <pattern>] | INFO [<name> ...] | DOCS [<name> ...]",
  "    How many there are, their names, details, descriptions.",
  "GETKEYS <full-command>",
  "    The keys of a command.",
];

/** More than what is answered of one command, and of one name. */
const MAX_INFO_BYTES = 1024;
const MAX_NAME_BYTES = 128;
/** Space that a key takes in an answer beside its bytes. */
const KEY_OVERHEAD_BYTES = 16;

/** COMMAND [COUNT | LIST | INFO | DOCS | GETKEYS | HELP]. */
export function command({ commands }: CommandContext, args: Args, reply: Reply): void {
  if (args.count === 0) return answerInfos(commands, reply);
  const problem = commandProblem(args);
  if (problem !== null) return reply.fail(problem);
  const token = tokenOf(args, 0);
  if (token === "COUNT") reply.integer(commands.length);
  else if (token === "LIST") list(commands, args, reply);
  else if (token === "INFO") answerInfos(named(commands, args), reply);
  else if (token === "DOCS") docs(commands, args, reply);
  else if (token === "GETKEYS") getKeys(commands, args, reply);
  else answerHelp("COMMAND", HELP, reply);
}

/** Why a subcommand of COMMAND cannot be right, or null. */
export function commandProblem(args: Args): Failure | null {
  return args.count === 0 ? null : namedProblem(args);
}

const namedProblem = subcommandProblem(
  "COMMAND",
  new Map([
    ["COUNT", [1, 1]],
    ["LIST", [1, MAX_ARGUMENTS]],
    ["INFO", [1, MAX_ARGUMENTS]],
    ["DOCS", [1, MAX_ARGUMENTS]],
    ["GETKEYS", [3, MAX_ARGUMENTS]],
    ["HELP", [1, 1]],
  ]),
);

/** The commands named by the arguments after the first; without names all. Unknown: undefined. */
function named(commands: readonly Command[], args: Args): readonly (Command | undefined)[] {
  if (args.count === 1) return commands;
  return Array.from({ length: args.count - 1 }, (_, i) => {
    const name = tokenOf(args, i + 1);
    return commands.find((entry) => entry.name === name);
  });
}

/** The arity as Redis counts it, with the name. Negative: there may be more arguments. */
function arityOf({ arity: [min, max] }: Command): number {
  return min === max ? min + 1 : -(min + 1);
}

function answerInfos(commands: readonly (Command | undefined)[], reply: Reply): void {
  if (!mayAnswer(commands.length * MAX_INFO_BYTES, reply)) return;
  reply.array(commands.length);
  for (const entry of commands) {
    if (entry === undefined) reply.miss();
    else answerInfo(entry, reply);
  }
}

function answerInfo(entry: Command, reply: Reply): void {
  const { keys } = entry;
  const flags = entry.flags.map((flag) => FLAG_NAMES[flag]).filter((name) => name !== null);
  const categories = [`@${entry.group}`, ...entry.flags.map((flag) => `@${flag}`)];
  reply.array(10);
  reply.text(entry.name.toLowerCase());
  reply.integer(arityOf(entry));
  answerWords(flags, reply);
  reply.integer(keys === null ? 0 : keys.first + 1);
  reply.integer(keys === null ? 0 : lastKey(entry));
  reply.integer(keys === null ? 0 : keys.step);
  answerWords(categories, reply);
  // Tips, key specifications, subcommands.
  for (let i = 0; i < 3; i++) reply.array(0);
}

/** Place of the last key, counted from the name. Negative: counted from the end. */
function lastKey({ keys, arity: [, max] }: Command): number {
  if (keys === null) return 0;
  if (!keys.many) return keys.first + 1;
  const most = keys.most ?? (max === MAX_ARGUMENTS ? Infinity : Math.ceil(max / keys.step));
  if (most === Infinity) return keys.step === 1 ? -1 : -keys.step + 1;
  return keys.first + 1 + (most - 1) * keys.step;
}

function answerWords(words: readonly string[], reply: Reply): void {
  reply.array(words.length);
  for (const word of words) reply.status(word);
}

function docs(commands: readonly Command[], args: Args, reply: Reply): void {
  const known = named(commands, args).filter((entry) => entry !== undefined);
  if (!mayAnswer(known.length * MAX_INFO_BYTES, reply)) return;
  reply.map(known.length);
  for (const { name, summary, group } of known) {
    reply.text(name.toLowerCase());
    reply.map(2);
    reply.text("summary");
    reply.text(summary);
    reply.text("group");
    reply.text(group);
  }
}

function list(commands: readonly Command[], args: Args, reply: Reply): void {
  let names = commands.map(({ name }) => name.toLowerCase());
  if (args.count > 1) {
    const isPattern = args.count === 4 && tokenOf(args, 1) === "FILTERBY" &&
      tokenOf(args, 2) === "PATTERN";
    if (!isPattern) return reply.fail(SYNTAX);
    const glob = patternOf(args, 3);
    if (glob === null) return reply.fail(PATTERN_TOO_LONG);
    names = names.filter((name) => glob.matches(new TextEncoder().encode(name), 0, name.length));
  }
  if (!mayAnswer(names.length * MAX_NAME_BYTES, reply)) return;
  reply.array(names.length);
  for (const name of names) reply.text(name);
}

function getKeys(commands: readonly Command[], args: Args, reply: Reply): void {
  const name = tokenOf(args, 1);
  const found = commands.find((entry) => entry.name === name);
  if (found === undefined) return reply.fail(refused("Invalid command specified"));
  const count = args.count - 2;
  const { keys, keyCountAt, arity: [min, max] } = found;
  const isCounted = keyCountAt !== undefined;
  if (keys === null && !isCounted) return reply.fail(refused("The command has no key arguments"));
  if (count < min || count > max) {
    return reply.fail(refused("Invalid number of arguments specified for command"));
  }
  const places = keys ?? { first: keyCountAt! + 1, step: 1 };
  const keyCount = keys === null ? countedKeys(args, keyCountAt! + 2) : keyCountOf(keys, count);
  let bytes = keyCount * KEY_OVERHEAD_BYTES;
  for (let i = 2; i < args.count; i++) bytes += args.lengths[i]!;
  if (!mayAnswer(bytes, reply)) return;
  reply.array(keyCount);
  for (let key = 0, i = places.first + 2; key < keyCount; key++, i += places.step) {
    answerBytes(args.bytes, args.starts[i]!, args.lengths[i]!, reply);
  }
}

/** How many keys follow argument `at`, by what it says; 0 where that cannot be. */
function countedKeys(args: Args, at: number): number {
  const count = Number(integerOf(args, at) ?? 0);
  return count > 0 && count < args.count - at ? count : 0;
}
