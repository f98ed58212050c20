// Commands that are names for several: refuses subcommands that do not exist, and calls of the others
// with too few or too many arguments, before any of them runs or is queued.

import type { Args } from "../contract/args.ts";
import type { CommandRow } from "../contract/command.ts";
import type { Failure } from "../contract/reply.ts";
import { shownText, tokenOf } from "./argument_text.ts";
import { refused, unknownSubcommand, wrongArity } from "./failures.ts";
import { SUBCOMMAND_LINES } from "./subcommand_lines.ts";

/** The arity of each subcommand as Redis counts it, with both names, by "NAME SUBCOMMAND". */
const ARITIES: ReadonlyMap<string, number> = new Map(
  SUBCOMMAND_LINES.map((line) => {
    const [name = "", arity] = line.split(/: .*? \| /, 2);
    return [name, parseInt(arity!)];
  }),
);

/** Why a call of `name` names no subcommand or has the wrong number of arguments, or null. */
export function subcommandProblem(name: string, args: Args): Failure | null {
  const token = tokenOf(args, 0);
  const arity = ARITIES.get(`${name} ${token}`);
  if (arity === undefined) return unknownSubcommand(name, args);
  const count = args.count + 1;
  const isRight = arity > 0 ? count === arity : count >= -arity;
  return isRight ? null : wrongArity(`${name}|${token}`);
}

/** The refusal of more arguments than any form of a subcommand takes. */
export function tooManyArguments(name: string, args: Args): Failure {
  const word = shownText(args, 0);
  return refused(
    `unknown subcommand or wrong number of arguments for '${word}'. Try ${name} HELP.`,
  );
}

/** The row of a command with subcommands, whose function is only called with one of them. */
export function withSubcommands(row: CommandRow): CommandRow {
  const { name, run } = row;
  return {
    ...row,
    run(context, args, reply) {
      if (args.count === 0) return run(context, args, reply);
      const problem = subcommandProblem(name, args);
      if (problem !== null) return reply.fail(problem);
      context.session.lastCommand = `${name}|${tokenOf(args, 0)}`;
      return run(context, args, reply);
    },
    problem: (args) => args.count === 0 ? null : subcommandProblem(name, args),
  };
}
