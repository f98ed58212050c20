// The operations of the JSON interface, one row each: how a body or the fields of a message become
// arguments, the command, and how its outcome becomes the body of an answer. The routes and
// WebSocket read the same rows; knows no transport and no status.

import { OutcomeKind } from "../codecs/collected_reply.ts";
import {
  type AnswerBody,
  CONDITION_NOT_MET,
  countText,
  DELETE_OK,
  MISS,
  PUT_OK,
} from "../codecs/json_answers.ts";
import type { JsonLimits, Problem } from "../codecs/json_checks.ts";
import {
  decodeDelete,
  decodeIncr,
  decodeMget,
  decodeMput,
  decodePut,
} from "../codecs/json_decode.ts";
import {
  type Fields,
  readDelete,
  readIncr,
  readMget,
  readMput,
  readPut,
} from "../codecs/json_slow.ts";
import {
  DEL,
  GET,
  GET_AGAIN,
  GETMETA,
  GETMETA_AGAIN,
  INCRBY,
  MGET,
  MPUT,
  SET,
} from "../commands/table.ts";
import type { Args } from "../contract/args.ts";
import type { Command } from "../contract/command.ts";
import { type Failure, MAX_ANSWER_BYTES } from "../contract/reply.ts";
import type { HttpContext } from "./context.ts";

/** One operation. */
export interface JsonOperation {
  /** Reads a body; returns why not, or null. Reading has no body: its key is in the URL. */
  readonly decodeBody:
    | ((body: Uint8Array, args: Args, limits: JsonLimits) => Problem | null)
    | null;
  /** Reads the fields of a message; returns why not, or null. */
  readonly decodeFields: (fields: Fields, args: Args, limits: JsonLimits) => Problem | null;
  readonly command: Command;
  /** Of one that reads a single value: the command for its second try, with a value that is large. */
  readonly again?: Command;
  /** Makes the body of the answer, of the outcomes in `reply`, or those in `hit` after a GET. */
  readonly compose: (context: HttpContext) => AnswerBody;
}

export const PUT: JsonOperation = {
  decodeBody: decodePut,
  decodeFields: readPut,
  command: SET,
  compose: ({ reply }) => reply.kinds[0] === OutcomeKind.ok ? PUT_OK : CONDITION_NOT_MET,
};

const GET_FIELDS: readonly string[] = ["key", "meta"];

/** Reads the fields of a get but for "meta", which chooses between the next two operations. */
function readGet(fields: Fields, args: Args, limits: JsonLimits): Problem | null {
  return readDelete(fields, args, limits, GET_FIELDS);
}

export const READ: JsonOperation = {
  decodeBody: null,
  decodeFields: readGet,
  command: GET,
  again: GET_AGAIN,
  compose: ({ args, answers, hit }) => hit.isHit ? answers.hit(args, hit) : MISS,
};
/** Reads version and time to live, too. */
export const READ_META: JsonOperation = {
  decodeBody: null,
  decodeFields: readGet,
  command: GETMETA,
  again: GETMETA_AGAIN,
  compose: ({ args, answers, reply }) =>
    reply.kinds[0] === OutcomeKind.miss ? MISS : answers.hitWithMeta(args, reply),
};
export const DELETE: JsonOperation = {
  decodeBody: decodeDelete,
  decodeFields: readDelete,
  command: DEL,
  compose: ({ reply }) => reply.integers[0] === 0 ? MISS : DELETE_OK,
};
export const COUNT: JsonOperation = {
  decodeBody: decodeIncr,
  decodeFields: readIncr,
  command: INCRBY,
  compose: ({ args, answers, reply }) => answers.sum(args, reply),
};
export const PUT_MANY: JsonOperation = {
  decodeBody: decodeMput,
  decodeFields: readMput,
  command: MPUT,
  compose: ({ reply }) => countText(Number(reply.integers[0])),
};
export const READ_MANY: JsonOperation = {
  decodeBody: decodeMget,
  decodeFields: readMget,
  command: MGET,
  compose: ({ args, answers, reply }) => answers.items(args, reply),
};

/** The operations by the names that messages give them. */
export const OPERATIONS: ReadonlyMap<string, JsonOperation> = new Map([
  ["put", PUT],
  ["get", READ],
  ["delete", DELETE],
  ["incr", COUNT],
  ["mget", READ_MANY],
  ["mput", PUT_MANY],
]);

/**
 * Runs an operation with the arguments in `context.args`. Returns the answer's body, or why not: values
 * of more than `maxBytes` together are refused before they are copied. `command` is its own, or the one
 * for a second try.
 */
export function runOperation(
  context: HttpContext,
  { command: own, compose }: JsonOperation,
  maxBytes: number = MAX_ANSWER_BYTES,
  command: Command = own,
): AnswerBody | Failure {
  const { failure } = own === GET
    ? context.runGet(maxBytes, command)
    : context.run(command, maxBytes);
  return failure ?? compose(context);
}
