// COMMAND GETKEYS and GETKEYSANDFLAGS: which arguments of a call are keys, and what is done with them.
// Where keys may be stands in the facts about the command; knows no command but SET, whose flags vary.

import { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import { placeKeys } from "../../contract/keys/key_places.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { mayAnswer } from "../answer_text.ts";
import { refused } from "../failures.ts";
import {
  type CallWords,
  type CommandFacts,
  factsOf,
  type KeySpec,
  keyWords,
} from "./command_facts.ts";

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
  const keys = specs.some(({ index }) => index === 0)
    ? placedKeys(commands, found, args)
    : keyWords(specs, wordsOf(args));
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

/**
 * The same as {@linkcode keyWords}, by the row of a command. The first key is what the first specification
 * is about, others what the last is about.
 */
function placedKeys(
  commands: readonly Command[],
  { name, specs }: CommandFacts,
  args: Args,
): [word: number, spec: KeySpec][] {
  const places = commands.find((command) => command.name.toLowerCase() === name)!.keys!;
  const call = new Args();
  call.overPlaces(args.bytes, args.starts, args.lengths, 2, args.count);
  const indexes = new Int32Array(call.count);
  return Array.from(
    indexes.subarray(0, placeKeys(places, call, indexes)),
    (index, key) => [index + 1, specs.at(key === 0 ? 0 : -1)!],
  );
}

/** The call that begins with argument 1. */
function wordsOf(args: Args): CallWords {
  return {
    count: args.count - 1,
    numberAt(word) {
      const number = integerOf(args, word + 1);
      return typeof number === "number" ? number : undefined;
    },
    placeOf(keyword, from) {
      for (let i = from; i < args.count - 2; i++) if (tokenOf(args, i + 1) === keyword) return i;
      return 0;
    },
  };
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
