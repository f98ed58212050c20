// FUNCTION: there are scripts here, but no libraries of functions. What asks for them or deletes them is
// answered as by a Redis that has none; what would load one is refused.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { shownText, tokenOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { tooManyArguments } from "../subcommands.ts";

const HELP = [
  "LIST [LIBRARYNAME <pattern>] [WITHCODE] | STATS",
  "    The functions: none.",
  "FLUSH [ASYNC|SYNC]",
  "    Deletes all of them.",
];
const NO_LIBRARIES = refused("functions cannot be loaded: this server has scripts only, send EVAL");
const NOTHING_RUNS = refused("No scripts in execution right now.", "NOTBUSY");
const NO_LIBRARY = refused("Library not found");
const NO_NAME = refused("library name argument was not given");
const BAD_FLUSH = refused("FUNCTION FLUSH only supports SYNC|ASYNC option");

type Subcommand = (args: Args, reply: Reply) => void;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  HELP: (_args, reply) => answerHelp("FUNCTION", HELP, reply),
  LIST: list,
  FLUSH: (args, reply) => {
    if (args.count > 2) return reply.fail(tooManyArguments("FUNCTION", args));
    const mode = args.count === 2 ? tokenOf(args, 1) : "SYNC";
    if (mode === "SYNC" || mode === "ASYNC") reply.ok();
    else reply.fail(BAD_FLUSH);
  },
  STATS: (_args, reply) => {
    reply.map(2);
    reply.text("running_script");
    reply.miss();
    reply.text("engines");
    reply.map(0);
  },
  KILL: (_args, reply) => reply.fail(NOTHING_RUNS),
  DELETE: (_args, reply) => reply.fail(NO_LIBRARY),
  LOAD: (_args, reply) => reply.fail(NO_LIBRARIES),
  RESTORE: (_args, reply) => reply.fail(NO_LIBRARIES),
  DUMP: (_args, reply) => reply.fail(refused("there are no functions to dump")),
};

/** FUNCTION subcommand [argument ...], of which the number of arguments is right. */
export function functions(_context: CommandContext, args: Args, reply: Reply): void {
  SUBCOMMANDS[tokenOf(args, 0)]!(args, reply);
}

function list(args: Args, reply: Reply): void {
  for (let i = 1; i < args.count; i++) {
    const word = tokenOf(args, i);
    if (word === "WITHCODE") continue;
    if (word !== "LIBRARYNAME") {
      return reply.fail(refused(`Unknown argument ${shownText(args, i)}`));
    }
    if (++i === args.count) return reply.fail(NO_NAME);
  }
  reply.array(0);
}
