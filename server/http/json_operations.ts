// One operation of the JSON routes inside a message: its fields go in, the body that the route
// answers comes out. Same codecs, same commands, same texts as the routes; knows no transport.

import { OutcomeKind } from "../codecs/collected_reply.ts";
import {
  type AnswerBody,
  CONDITION_NOT_MET,
  countText,
  DELETE_OK,
  errorText,
  MISS,
  PUT_OK,
} from "../codecs/json_answers.ts";
import type { Problem } from "../codecs/json_checks.ts";
import {
  type Fields,
  readDelete,
  readIncr,
  readMget,
  readMput,
  readPut,
} from "../codecs/json_slow.ts";
import { DEL, GETMETA, INCRBY, MGET, MPUT, SET } from "../commands/table.ts";
import type { HttpContext } from "./context.ts";
import { PROBLEMS, refusalText } from "./json_routes.ts";

/** Runs one operation; returns the body of its answer. */
export type Operation = (context: HttpContext, fields: Fields) => string;

/** The operations, by name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["put", put],
  ["get", get],
  ["delete", remove],
  ["incr", incr],
  ["mget", mget],
  ["mput", mput],
]);

function problemText(problem: Problem): string {
  return errorText(problem.message);
}

const decoder = new TextDecoder();

function textOr(body: AnswerBody): string {
  if (typeof body === "string") return body;
  return typeof body === "number" ? errorText(PROBLEMS[body][1]) : decoder.decode(body);
}

function put(context: HttpContext, fields: Fields): string {
  const problem = readPut(fields, context.args, context.jsonLimits);
  if (problem !== null) return problemText(problem);
  const reply = context.run(SET);
  if (reply.failure !== null) return errorText(refusalText(reply.failure));
  return reply.kinds[0] === OutcomeKind.ok ? PUT_OK : CONDITION_NOT_MET;
}

function get(context: HttpContext, { meta, ...fields }: Fields): string {
  const { args, answers, jsonLimits } = context;
  if (meta !== undefined && typeof meta !== "boolean") {
    return errorText('Field "meta" is not valid. Send true or false.');
  }
  const problem = readDelete(fields, args, jsonLimits);
  if (problem !== null) return problemText(problem);
  if (meta !== true) {
    const hit = context.runGet();
    if (hit.failure !== null) return errorText(refusalText(hit.failure));
    return hit.isHit ? textOr(answers.hit(args, hit)) : MISS;
  }
  const reply = context.run(GETMETA);
  if (reply.failure !== null) return errorText(refusalText(reply.failure));
  return reply.kinds[0] === OutcomeKind.miss ? MISS : textOr(answers.hitWithMeta(args, reply));
}

function remove(context: HttpContext, fields: Fields): string {
  const problem = readDelete(fields, context.args, context.jsonLimits);
  if (problem !== null) return problemText(problem);
  const reply = context.run(DEL);
  if (reply.failure !== null) return errorText(refusalText(reply.failure));
  return reply.integers[0] === 0 ? MISS : DELETE_OK;
}

function incr(context: HttpContext, fields: Fields): string {
  const { args, answers, jsonLimits } = context;
  const problem = readIncr(fields, args, jsonLimits);
  if (problem !== null) return problemText(problem);
  const reply = context.run(INCRBY);
  return reply.failure === null
    ? textOr(answers.sum(args, reply))
    : errorText(refusalText(reply.failure));
}

function mput(context: HttpContext, fields: Fields): string {
  const problem = readMput(fields, context.args, context.jsonLimits);
  if (problem !== null) return problemText(problem);
  const reply = context.run(MPUT);
  if (reply.failure !== null) return errorText(refusalText(reply.failure));
  return countText(Number(reply.integers[0]));
}

function mget(context: HttpContext, fields: Fields): string {
  const { args, answers, jsonLimits } = context;
  const problem = readMget(fields, args, jsonLimits);
  if (problem !== null) return problemText(problem);
  const reply = context.run(MGET);
  return reply.failure === null
    ? textOr(answers.items(args, reply))
    : errorText(refusalText(reply.failure));
}
