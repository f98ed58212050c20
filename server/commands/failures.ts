// The refusals of commands, with the codes and texts of Redis 7 where it has them.
// A refused command has changed nothing.

import type { Args } from "../contract/args.ts";
import type { Failure } from "../contract/reply.ts";
import { textOf } from "./argument_text.ts";

export const SYNTAX: Failure = { kind: "syntax", code: "ERR", message: "syntax error" };
export const NOT_INTEGER: Failure = {
  kind: "notInteger",
  code: "ERR",
  message: "value is not an integer or out of range",
};
export const OVERFLOW: Failure = {
  kind: "overflow",
  code: "ERR",
  message: "increment or decrement would overflow",
};
export const TOO_LARGE: Failure = {
  kind: "tooLarge",
  code: "ERR",
  message: "value is too large for this cache's shards, see --memory and --max-value-bytes",
};
export const ANSWER_TOO_LARGE: Failure = {
  kind: "answerTooLarge",
  code: "ERR",
  message: "answer would be too large, ask for fewer keys at a time",
};
export const BUSY: Failure = {
  kind: "busy",
  code: "BUSY",
  message: "slabkv could not lock the key in time, nothing has changed, try again",
};

export const NO_AUTH: Failure = {
  kind: "refused",
  code: "NOAUTH",
  message: "Authentication required.",
};
export const NO_SUCH_KEY = refused("no such key");
export const NOT_FLOAT = refused("value is not a valid float");
export const NOT_IN_MULTI = refused("Command not allowed inside a transaction");
export const TRANSACTION_TOO_LARGE = refused(
  "transaction is too large: at most 1000 commands and 1 MiB of arguments",
);
export const TRANSACTION_TOO_LONG = refused(
  "transaction takes too long: its commands before this one have copied more than 16 MiB",
);
export const STRING_TOO_LONG = refused("string exceeds maximum allowed size (--max-value-bytes)");
export const BAD_KEY = refused("key is empty or too long, see --max-key");
export const NO_PERSISTENCE = refused("this server keeps nothing on disk");

/** Any other refusal, with the code ERR unless another is given. */
export function refused(message: string, code = "ERR"): Failure {
  return { kind: "refused", code, message };
}

/** The refusal of a subcommand that does not exist. */
export function unknownSubcommand(name: string, args: Args): Failure {
  const word = textOf(args, 0, MAX_SHOWN_BYTES);
  return refused(`unknown subcommand '${oneLine(word)}'. Try ${name} HELP.`);
}

/** Most bytes of a name, and of all arguments, that an error repeats. */
const MAX_SHOWN_BYTES = 128;

/** The refusal of a command that does not exist. */
export function unknownCommand(name: Uint8Array, args: Args): Failure {
  const shown = new TextDecoder().decode(name.subarray(0, MAX_SHOWN_BYTES));
  let words = "";
  for (let i = 0; i < args.count && words.length < MAX_SHOWN_BYTES; i++) {
    words += `'${textOf(args, i, MAX_SHOWN_BYTES - words.length)}' `;
  }
  return refused(oneLine(`unknown command '${shown}', with args beginning with: ${words}`));
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}

/** The refusal of a call with too few or too many arguments. */
export function wrongArity(name: string): Failure {
  const message = `wrong number of arguments for '${name.toLowerCase()}' command`;
  return { kind: "arity", code: "ERR", message };
}

/** The refusal of an expire time that is not positive or too far away. */
export function badExpire(name: string): Failure {
  const message = `invalid expire time in '${name.toLowerCase()}' command`;
  return { kind: "badExpire", code: "ERR", message };
}
