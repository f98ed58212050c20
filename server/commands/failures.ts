// The refusals of commands, with the codes and texts of Redis 7 where it has them.
// A refused command has changed nothing.

import type { Failure } from "../reply.ts";

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
