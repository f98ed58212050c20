// Reads a command from the path of a URL, /set/foo/bar?EX=100, as people write it with curl for the REST
// interface. Decides what is valid. Knows no command, no route and no answer.

import { CommandProblem, type JsonCommand, MAX_JSON_ARGUMENTS } from "./json_command.ts";

const NOT_TEXT = new CommandProblem("ERR path is not valid, send UTF-8, percent-encoded");
const NOT_UTF8 = new CommandProblem("ERR body is not valid UTF-8");
const TOO_MANY = new CommandProblem(
  `ERR too many arguments, send at most ${MAX_JSON_ARGUMENTS}`,
);
/** Carries the token of those who cannot set headers; it is no argument. */
const TOKEN_NAME = "_token";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
  return command.length > MAX_JSON_ARGUMENTS + 1 ? TOO_MANY : command;
}

function unescaped(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
