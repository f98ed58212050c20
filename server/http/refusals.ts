// What clients of the JSON and store routes are told when a command is refused or an answer cannot be
// composed: a status and a sentence that says what to do. Knows no route and composes no response.

import { AnswerProblem } from "../codecs/json_answers.ts";
import type { Failure, FailureKind } from "../contract/reply.ts";

/** A status, and a message for people. */
export type Refusal = readonly [status: number, message: string];

/** What those are told who come while the data are still being loaded. */
export const LOADING_MESSAGE =
  "Data are still being loaded, see GET /ready. Nothing has changed; try again in a moment.";

/** What those are told whom the breaker does not let in. */
export const SHED_MESSAGE = "Server is overloaded. Nothing has changed; try again in a moment.";

/** What those are told whose write was carried out and may be lost. */
export const NOT_DURABLE_MESSAGE = "Write was carried out but could not be written to disk: it " +
  "may or may not outlive a crash. Read it before you write again.";

const REFUSALS: Readonly<Record<FailureKind, Refusal>> = {
  unknownCommand: [400, "Command is not known."],
  syntax: [400, "Options contradict each other or are not known."],
  arity: [400, "Too many or too few arguments."],
  notInteger: [409, "Value is not a 64-bit integer. Put one, such as 0, before counting."],
  overflow: [409, "Result would not fit a 64-bit integer."],
  wrongType: [409, "Value is no string. Send a command for its type, such as LRANGE, to POST /."],
  badExpire: [400, "Time to live is not valid. Send seconds above 0."],
  tooLarge: [413, "Item is too large for this cache. Send less or start it with more memory."],
  answerTooLarge: [413, "Answer would be too large. Ask for fewer keys at a time."],
  refused: [400, "Command was refused."],
  busy: [503, "Key is locked by other requests. Nothing has changed; try again in a moment."],
  logFailing: [
    503,
    "Log cannot be written, so nothing may change: nothing has. See GET /health, then try again.",
  ],
  logFull: [503, "Log takes no more for now. Nothing has changed; try again in a moment."],
  notDurable: [503, NOT_DURABLE_MESSAGE],
  loading: [503, LOADING_MESSAGE],
  shed: [503, SHED_MESSAGE],
  paused: [503, "Clients are paused. Nothing has changed; try again in a moment."],
};

const PROBLEMS: Readonly<Record<AnswerProblem, Refusal>> = {
  [AnswerProblem.notText]: [409, "Value is not UTF-8 text. Read it with GET /get/{key}."],
  [AnswerProblem.tooLarge]: [
    413,
    "Answer would be too large. Ask for fewer keys at a time, or for one with GET /get/{key}.",
  ],
};

/** What to say of a command that was refused, or of an answer that cannot be composed. */
export function refusalOf(problem: Failure | AnswerProblem): Refusal {
  return typeof problem === "number" ? PROBLEMS[problem] : REFUSALS[problem.kind];
}
