/**
 * Writes the table of commands as text: all commands, or one with its options. The only facts that it
 * adds are the meanings of exit codes.
 *
 * @module
 */

import { type ClientCommand, COMMANDS, type Operand } from "./commands.ts";
import type { ClientOption } from "./options.ts";

const COLUMNS = 100;
const NAME_COLUMNS = 26;

/**
 * Writes the answer to `slabkv help`.
 *
 * @returns lines of at most 100 characters, with a newline at the end
 */
export function overviewText(): string {
  return [
    "slabkv, a cache server with a fixed amount of memory, and its client",
    "",
    "Usage: slabkv [serve] [options]",
    "       slabkv COMMAND [arguments] [options]",
    "",
    ...Object.values(COMMANDS).map((command) => row(signature(command), command.summary)),
    "",
    "slabkv help COMMAND or slabkv COMMAND --help lists the options of a command.",
    "Exit codes: 0 done or found, 1 not there, 2 not possible; the reason is on stderr.",
    `Lists, hashes and the like: curl -d '["HGETALL","user"]' localhost:7171, or any Redis client.`,
    "",
  ].join("\n");
}

/**
 * Writes the answer to `slabkv help COMMAND`.
 *
 * @param command the command
 * @returns lines of at most 100 characters, with a newline at the end
 */
export function commandText(command: ClientCommand): string {
  const details = command.details.length === 0 ? [] : ["", ...command.details];
  return [
    command.summary,
    "",
    `Usage: slabkv ${signature(command)} [options]`,
    ...details,
    "",
    ...command.options.map((option) => row(optionName(option), optionFacts(option))),
    "",
  ].join("\n");
}

function signature({ name, operands }: ClientCommand): string {
  return [name, ...operands.map(operandText)].join(" ");
}

function operandText({ name, isOptional }: Operand): string {
  return isOptional ? `[${name}]` : name;
}

function optionName({ flag, placeholder }: ClientOption<unknown>): string {
  return placeholder === "" ? `--${flag}` : `--${flag} ${placeholder}`;
}

function optionFacts({ description, fallbackText, variable }: ClientOption<unknown>): string {
  const facts = [fallbackText, variable ?? ""].filter((fact) => fact !== "");
  return facts.length === 0 ? description : `${description} (${facts.join("; ")})`;
}

function row(name: string, text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (NAME_COLUMNS + 2 + line.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  const indent = " ".repeat(NAME_COLUMNS + 2);
  return `  ${name.padEnd(NAME_COLUMNS)}${lines.join(`\n${indent}`)}`;
}
