// COMMAND: describes the command table to redis-cli and to client libraries. The table comes with the
// context, since it has a row for this command too.

import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { SYNTAX } from "../failures.ts";
import { lowerPatternOf, PATTERN_TOO_LONG } from "../pattern_argument.ts";
import { mayAnswer } from "../answer_text.ts";
import { answerHelp } from "../help.ts";
import { tokenOf } from "../argument_text.ts";
import { type CommandFacts, factsOf, type KeySpec } from "./command_facts.ts";
import { commandKeys } from "./command_keys.ts";

const HELP = [
  "(no subcommand)",
  "    Details of all commands.",
  "COUNT | LIST [FILTERBY PATTERN <pattern>|ACLCAT <category>|MODULE <name>]",
  "    How many there are, and their names.",
  "INFO [<name> ...] | DOCS [<name> ...]",
  "    Details and descriptions.",
  "GETKEYS <full-command> | GETKEYSANDFLAGS <full-command>",
  "    The keys of a command, and what it does with them.",
];

/** More than what is answered of one command or subcommand, and of one name. */
const MAX_INFO_BYTES = 1024;
const MAX_NAME_BYTES = 128;
const encoder = new TextEncoder();

/** COMMAND [COUNT | LIST | INFO | DOCS | GETKEYS | GETKEYSANDFLAGS | HELP]. */
export function command({ commands }: CommandContext, args: Args, reply: Reply): void {
  if (args.count === 0) return answerInfos(commands.map(factsOf), reply);
  const token = tokenOf(args, 0);
  if (token === "COUNT") reply.integer(commands.length);
  else if (token === "LIST") list(commands, args, reply);
  else if (token === "INFO") answerInfos(named(commands, args), reply);
  else if (token === "DOCS") docs(commands, args, reply);
  else if (token === "GETKEYS") commandKeys(commands, args, reply, false);
  else if (token === "GETKEYSANDFLAGS") commandKeys(commands, args, reply, true);
  else answerHelp("COMMAND", HELP, reply);
}

/** What the arguments after the first name; without names all commands. Unknown: undefined. */
function named(commands: readonly Command[], args: Args): readonly (CommandFacts | undefined)[] {
  if (args.count === 1) return commands.map(factsOf);
  // There may be thousands of names.
  const known = new Map(everything(commands).map((facts) => [facts.name, facts]));
  return Array.from(
    { length: args.count - 1 },
    (_, i) => known.get(tokenOf(args, i + 1).toLowerCase()),
  );
}

/** All commands and subcommands. */
function everything(commands: readonly Command[]): CommandFacts[] {
  return commands.map(factsOf).flatMap((facts) => [facts, ...facts.subcommands]);
}

/** More than what is answered of these, with their subcommands. */
function maxBytes(all: readonly (CommandFacts | undefined)[]): number {
  return all.reduce((sum, one) => sum + MAX_INFO_BYTES * (1 + (one?.subcommands.length ?? 0)), 0);
}

function answerInfos(all: readonly (CommandFacts | undefined)[], reply: Reply): void {
  if (!mayAnswer(maxBytes(all), reply)) return;
  reply.array(all.length);
  for (const facts of all) {
    if (facts === undefined) reply.miss();
    else answerInfo(facts, reply);
  }
}

function answerInfo(facts: CommandFacts, reply: Reply): void {
  const { name, arity, flags, specs, categories, tips, subcommands } = facts;
  reply.array(10);
  reply.text(name);
  reply.integer(arity);
  answerWords(flags, reply);
  for (const place of keyRange(specs)) reply.integer(place);
  answerWords(categories.map((category) => `@${category}`), reply);
  reply.set(tips.length);
  for (const tip of tips) reply.text(tip);
  reply.set(specs.length);
  for (const [i, spec] of specs.entries()) answerSpec(spec, facts.notes[i], reply);
  if (subcommands.length === 0) return reply.set(0);
  reply.array(subcommands.length);
  for (const subcommand of subcommands) answerInfo(subcommand, reply);
}

/** First key, last key and step, as Redis told of them before it had specifications. */
function keyRange(specs: readonly KeySpec[]): readonly [first: number, last: number, step: number] {
  const plain = specs.filter(({ index, keyword, lastKey }) =>
    index > 0 && keyword === "" && lastKey !== null
  );
  const [from, to] = [plain[0], plain.at(-1)];
  if (from?.index !== specs[0]?.index || from?.lastKey == null || to?.lastKey == null) {
    return [0, 0, 0];
  }
  return [from.index, to.lastKey < 0 ? to.lastKey : to.index + to.lastKey, from.step];
}

function answerSpec(spec: KeySpec, note: string | undefined, reply: Reply): void {
  reply.map(note === undefined ? 3 : 4);
  if (note !== undefined) {
    reply.text("notes");
    reply.text(note);
  }
  reply.text("flags");
  answerWords(spec.flags, reply);
  if (spec.index === 0) {
    answerPart("begin_search", "unknown", [], reply);
    return answerPart("find_keys", "unknown", [], reply);
  }
  if (spec.keyword === "") answerPart("begin_search", "index", [["index", spec.index]], reply);
  else {
    const places = [["keyword", spec.keyword], ["startfrom", spec.index]] as const;
    answerPart("begin_search", "keyword", places, reply);
  }
  if (spec.lastKey === null) {
    const places = [["keynumidx", 0], ["firstkey", 1], ["keystep", spec.step]] as const;
    return answerPart("find_keys", "keynum", places, reply);
  }
  const { lastKey, step, limit } = spec;
  const places = [["lastkey", lastKey], ["keystep", step], ["limit", limit]] as const;
  answerPart("find_keys", "range", places, reply);
}

function answerPart(
  name: string,
  type: string,
  places: readonly (readonly [string, number | string])[],
  reply: Reply,
): void {
  reply.text(name);
  reply.map(2);
  reply.text("type");
  reply.text(type);
  reply.text("spec");
  reply.map(places.length);
  for (const [place, value] of places) {
    reply.text(place);
    if (typeof value === "string") reply.text(value);
    else reply.integer(value);
  }
}

function answerWords(words: readonly string[], reply: Reply): void {
  reply.set(words.length);
  for (const word of words) reply.status(word);
}

function docs(commands: readonly Command[], args: Args, reply: Reply): void {
  const known = named(commands, args).filter((entry) => entry !== undefined);
  if (!mayAnswer(maxBytes(known), reply)) return;
  answerDocs(known, reply);
}

function answerDocs(all: readonly CommandFacts[], reply: Reply): void {
  reply.map(all.length);
  for (const { name, summary, since, group, subcommands } of all) {
    reply.text(name);
    reply.map(subcommands.length === 0 ? 3 : 4);
    for (const [field, value] of Object.entries({ summary, since, group })) {
      reply.text(field);
      reply.text(value);
    }
    if (subcommands.length === 0) continue;
    reply.text("subcommands");
    answerDocs(subcommands, reply);
  }
}

function list(commands: readonly Command[], args: Args, reply: Reply): void {
  let all = everything(commands);
  if (args.count > 1) {
    if (args.count !== 4 || tokenOf(args, 1) !== "FILTERBY") return reply.fail(SYNTAX);
    const by = tokenOf(args, 2);
    if (by === "PATTERN") {
      const glob = lowerPatternOf(args, 3);
      if (glob === null) return reply.fail(PATTERN_TOO_LONG);
      all = all.filter(({ name }) => glob.matches(encoder.encode(name), 0, name.length));
    } else if (by === "ACLCAT") {
      const category = tokenOf(args, 3).toLowerCase();
      all = all.filter(({ categories }) => categories.includes(category));
    } else if (by === "MODULE") all = [];
    else return reply.fail(SYNTAX);
  }
  if (!mayAnswer(all.length * MAX_NAME_BYTES, reply)) return;
  reply.array(all.length);
  for (const { name } of all) reply.text(name);
}
