// The answers to HELP of commands that have subcommands.
// Lines in, a list of words out; knows no command.

import type { Reply } from "../contract/reply.ts";

/** Answers what the subcommands of `name` are. */
export function answerHelp(name: string, lines: readonly string[], reply: Reply): void {
  const all = [
    `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    "HELP",
    "    Print this help.",
  ];
  reply.array(all.length);
  for (const line of all) reply.status(line);
}
