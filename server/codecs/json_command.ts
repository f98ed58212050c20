// Reads commands in JSON, ["SET","k","v","EX",10], and lists of them, as clients of the REST interface
// send them, and in paths, /set/k/v?EX=10, as people write them. Decides what is valid, and makes each argument into bytes. Knows no command, no route and
// no answer.

import type { Args } from "../contract/args.ts";
import { type JsonParts, MAX_JSON_PARTS, partsOf } from "./json_checks.ts";

/** Longest name of a command, in characters. */
const MAX_NAME_CHARS = 64;
/** Most arguments of one command, its name not counted. */
export const MAX_JSON_ARGUMENTS = 30_000;
/** Most commands of one list. */
export const MAX_JSON_COMMANDS = 10_000;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Name and arguments. Null and booleans are words here; numbers are the text that was sent. */
export type JsonCommand = readonly string[];

/** A refused request: the text of its error. It begins with a code. */
export class CommandProblem {
  /** `message` is for people and for code that looks for its first word. */
  constructor(readonly message: string) {}
}

const NOT_UTF8 = new CommandProblem("ERR body is not valid UTF-8");
const NOT_JSON = new CommandProblem(
  'ERR body is not valid JSON, send an array such as ["SET","k","v"]',
);
const NOT_LIST = new CommandProblem(
  'ERR body is not an array of commands, send one such as [["SET","k","v"],["GET","k"]]',
);
const NOT_COMMAND = new CommandProblem(
  'ERR command is not an array that begins with its name, send one such as ["SET","k","v"]',
);
const TOO_MANY_ARGUMENTS = new CommandProblem(
  `ERR too many arguments, send at most ${MAX_JSON_ARGUMENTS}`,
);
const TOO_MANY_IN_LIST = new CommandProblem(
  `ERR too many arguments, send at most ${MAX_JSON_PARTS} in one request`,
);
const TOO_DEEP = new CommandProblem(
  'ERR body has too many lists in each other, send an array such as ["SET","k","v"]',
);
const TOO_MANY_COMMANDS = new CommandProblem(
  `ERR too many commands, send at most ${MAX_JSON_COMMANDS}`,
);

/** Reads a body with one command. `parts` are those of the body. */
export function decodeCommand(
  body: Uint8Array,
  parts: JsonParts = partsOf(body),
): JsonCommand | CommandProblem {
  const parsed = parse(body, parts);
  return parsed instanceof CommandProblem ? parsed : commandOf(parsed);
}

/**
 * Reads a body with a list of commands. In place of a command that is not valid, the result has its
 * problem: the other commands may still be carried out. `parts` are those of the body.
 */
export function decodeCommands(
  body: Uint8Array,
  parts: JsonParts = partsOf(body),
): readonly (JsonCommand | CommandProblem)[] | CommandProblem {
  // Each command is a list, and all of them are in one.
  if (parts.lists > MAX_JSON_COMMANDS + 1 && !parts.isTooDeep) return TOO_MANY_COMMANDS;
  const parsed = parse(body, parts);
  if (parsed instanceof CommandProblem) return parsed;
  if (!Array.isArray(parsed)) return NOT_LIST;
  if (parsed.length > MAX_JSON_COMMANDS) return TOO_MANY_COMMANDS;
  return parsed.map(commandOf);
}

/** Puts the arguments of `command` after its name into `args`. */
export function pushCommand(command: JsonCommand, args: Args): void {
  args.reset();
  for (let i = 1; i < command.length; i++) args.pushText(command[i]!);
}

/** A number in the text of a body, which JSON.parse might round. */
class NumberText {
  constructor(readonly text: string) {}
}

function parse(body: Uint8Array, parts: JsonParts): unknown | CommandProblem {
  if (parts.isTooDeep) return TOO_DEEP;
  if (parts.count > MAX_JSON_PARTS) return TOO_MANY_IN_LIST;
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return NOT_UTF8;
  }
  try {
    // With a function that looks at each value, parsing takes several times as long.
    return parts.hasNumbers ? JSON.parse(text, keepNumberText) : JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

/** Keeps a number as it was written: a double would change 64-bit integers and 1.0. */
function keepNumberText(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? new NumberText(context?.source ?? String(value)) : value;
}

function commandOf(parsed: unknown): JsonCommand | CommandProblem {
  if (!Array.isArray(parsed) || parsed.length === 0) return NOT_COMMAND;
  const list: readonly unknown[] = parsed;
  const name = list[0];
  if (typeof name !== "string" || name.length > MAX_NAME_CHARS) return NOT_COMMAND;
  if (list.length > MAX_JSON_ARGUMENTS + 1) return TOO_MANY_ARGUMENTS;
  const command: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const text = argumentText(list[i]);
    if (text === null) return badArgument(i, "is neither a string, a number, a boolean nor null");
    if (!text.isWellFormed()) return badArgument(i, "contains a lone surrogate");
    command.push(text);
  }
  return command;
}

function badArgument(index: number, what: string): CommandProblem {
  return new CommandProblem(`ERR argument ${index} ${what}`);
}

/** The text of an argument, or null if it is not allowed. */
function argumentText(argument: unknown): string | null {
  if (typeof argument === "string") return argument;
  if (argument instanceof NumberText) return argument.text;
  // The clients also write null for a missing value inside an argument.
  if (argument === null) return "null";
  return typeof argument === "boolean" ? String(argument) : null;
}

const NOT_TEXT = new CommandProblem("ERR path is not valid, send UTF-8, percent-encoded");
/** Carries the token of those who cannot set headers; it is no argument. */
const TOKEN_NAME = "_token";

/**
 * Reads a command: the parts of the path, then the body as one argument if there is any, then the names
 * and values of the query.
 *
 * @param path the path without its first slash, percent-encoded
 * @param query what follows the question mark; empty if there is none
 * @param body the body of the request
 */
export function decodePathCommand(
  path: string,
  query: string,
  body: Uint8Array,
): JsonCommand | CommandProblem {
  const command: string[] = [];
  try {
    for (const part of path.split("/")) command.push(decodeURIComponent(part));
    if (body.length > 0) command.push(decoder.decode(body));
    for (const pair of query === "" ? [] : query.split("&")) {
      const [name = "", ...rest] = pair.split("=");
      if (name === TOKEN_NAME) continue;
      command.push(unescaped(name));
      if (rest.length > 0) command.push(unescaped(rest.join("=")));
    }
  } catch (error) {
    return error instanceof TypeError ? NOT_UTF8 : NOT_TEXT;
  }
  return command.length > MAX_JSON_ARGUMENTS + 1 ? TOO_MANY_ARGUMENTS : command;
}

function unescaped(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
