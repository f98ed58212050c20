// COMMAND GETKEYS and GETKEYSANDFLAGS: which arguments of a call are keys, and what is done with them.
// Where keys may be stands in the facts about the command; knows no command but SET, whose flags vary.

import type { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { mayAnswer } from "../answer_text.ts";
import { refused } from "../failures.ts";
import { type CommandFacts, factsOf, type KeySpec, keyWords } from "./command_facts.ts";

/** Space that a key takes in an answer beside its bytes, and the flags of one. */
const KEY_OVERHEAD_BYTES = 16;
const FLAGS_BYTES = 64;
/** Of SET: what it does with its key without GET, and with it. */
const SET_FLAGS = ["OW", "update"];
const SET_GET_FLAGS = ["RW", "access", "update"];

/** COMMAND GETKEYS call, or with flags GETKEYSANDFLAGS call. */
export function commandKeys(
  commands: readonly Command[],
  args: Args,
  reply: Reply,
  hasFlags: boolean,
): void {
  const found = factsOfCall(commands, args);
  if (found === undefined) return reply.fail(refused("Invalid command specified"));
  const { arity, specs, flags } = found;
  if (specs.length === 0) return reply.fail(refused("The command has no key arguments"));
  const count = args.count - 1;
  if (arity > 0 ? count !== arity : count < -arity) {
    return reply.fail(refused("Invalid number of arguments specified for command"));
  }
  const numberAt = (at: number) => {
    const number = integerOf(args, at + 1);
    return typeof number === "number" ? number : undefined;
  };
  const keys = [...keyWords(specs, count, numberAt)];
  if (keys.length === 0 && !flags.includes("no_mandatory_keys")) {
    return reply.fail(refused("Invalid arguments specified for command"));
  }
  let bytes = keys.length * (KEY_OVERHEAD_BYTES + (hasFlags ? FLAGS_BYTES : 0));
  for (let i = 2; i < args.count; i++) bytes += args.lengths[i]!;
  if (!mayAnswer(bytes, reply)) return;
  reply.array(keys.length);
  for (const [at, spec] of keys) {
    if (hasFlags) reply.array(2);
    answerBytes(args.bytes, args.starts[at + 1]!, args.lengths[at + 1]!, reply);
    if (hasFlags) answerFlags(found, spec, args, reply);
  }
}

/** The facts about the command that begins with argument 1. */
function factsOfCall(commands: readonly Command[], args: Args): CommandFacts | undefined {
  const word = tokenOf(args, 1);
  const found = commands.find(({ name }) => name === word);
  if (found === undefined) return undefined;
  const facts = factsOf(found);
  if (facts.subcommands.length === 0) return facts;
  const name = `${facts.name}|${tokenOf(args, 2).toLowerCase()}`;
  return facts.subcommands.find((entry) => entry.name === name);
}

function answerFlags({ name }: CommandFacts, spec: KeySpec, args: Args, reply: Reply): void {
  const flags = name === "set" ? setFlags(args) : spec.flags;
  reply.set(flags.length);
  for (const flag of flags) reply.status(flag);
}

function setFlags(args: Args): readonly string[] {
  for (let i = 4; i < args.count; i++) if (tokenOf(args, i) === "GET") return SET_GET_FLAGS;
  return SET_FLAGS;
}
