// The answers to HELP of commands that have subcommands. Makes lines into a list of words; knows no
// command.

import type { Reply } from "../contract/reply.ts";
import { mayAnswer } from "./answer_text.ts";

/** No line of a help is longer. */
const MAX_LINE_BYTES = 256;

/** Answers with the subcommands of `name`. */
export function answerHelp(name: string, lines: readonly string[], reply: Reply): void {
  const all = [
    `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    "HELP",
    "    Prints this help.",
  ];
  if (!mayAnswer(all.length * MAX_LINE_BYTES, reply)) return;
  reply.array(all.length);
  for (const line of all) reply.status(line);
}
