// The JSON routes: /put, /get, /delete, /incr, /mput, /mget. Each is decode, run a command, answer;
// what is valid is decided by the codec, what happens by the command.

import { OutcomeKind } from "../codecs/collected_reply.ts";
import {
  type AnswerBody,
  AnswerProblem,
  CONDITION_NOT_MET,
  countText,
  DELETE_OK,
  MISS,
  PUT_OK,
} from "../codecs/json_answers.ts";
import {
  decodeDelete,
  decodeIncr,
  decodeMget,
  decodeMput,
  decodePut,
  type Problem,
} from "../codecs/json_decode.ts";
import { checkQueryKey, decodeQueryKey, TAKES_META, TAKES_NONE } from "../codecs/query.ts";
import { DEL, GETMETA, INCRBY, MGET, MPUT, SET } from "../commands/table.ts";
import type { Failure, FailureKind } from "../contract/reply.ts";
import { error, json, jsonOk, overloaded } from "./answers.ts";
import type { HttpContext } from "./context.ts";
import { largeAnswer } from "./large_answer.ts";

/** Handles a request for one route; `query` is where its query string begins, or -1. */
export type RouteHandler = (
  context: HttpContext,
  request: Request,
  url: string,
  query: number,
) => Response | Promise<Response>;

/** Status and message of a refused command on the HTTP routes. */
const REFUSALS: Readonly<Record<FailureKind, readonly [status: number, message: string]>> = {
  syntax: [400, "Options contradict each other or are not known."],
  arity: [400, "Too many or too few arguments."],
  notInteger: [409, "Value is not a 64-bit integer. Put one, such as 0, before counting."],
  overflow: [409, "Result would not fit a 64-bit integer."],
  badExpire: [400, "Time to live is not valid. Send seconds above 0."],
  tooLarge: [413, "Item is too large for this cache. Send less or start it with more memory."],
  answerTooLarge: [413, "Answer would be too large. Ask for fewer keys at a time."],
  refused: [400, "Command was refused."],
  busy: [503, "Key is locked by other requests. Nothing has changed; try again in a moment."],
};

/** The words for a command that was refused. */
export function refusalText(failure: Failure): string {
  return REFUSALS[failure.kind][1];
}

/** The answer to a command that was refused. */
export function refusal(reply: { readonly failure: Failure | null }): Response {
  const [status, message] = REFUSALS[reply.failure?.kind ?? "busy"];
  return status === 503 ? overloaded(message) : error(status, message);
}

/** The answer to a request that its codec refused. */
export function problemAnswer(problem: Problem): Response {
  return error(problem.status, problem.message);
}

function miss(context: HttpContext): Response {
  return context.config.missStatus === 200 ? jsonOk(MISS) : json(MISS, 404);
}

/** Status and message of an answer that cannot be composed. */
export const PROBLEMS: Readonly<Record<AnswerProblem, readonly [status: number, message: string]>> =
  {
    [AnswerProblem.notText]: [409, "Value is not UTF-8 text. Read it with GET /get/{key}."],
    [AnswerProblem.tooLarge]: [
      413,
      "Answer would be too large. Ask for fewer keys at a time, or for one with GET /get/{key}.",
    ],
  };

function composed(context: HttpContext, body: AnswerBody): Response {
  if (typeof body === "string") return jsonOk(body);
  if (typeof body !== "number") return largeAnswer(body, "application/json", context.bodies);
  const [status, message] = PROBLEMS[body];
  return error(status, message);
}

/** GET /get?key=k */
export function getRoute(
  context: HttpContext,
  _request: Request,
  url: string,
  query: number,
): Response {
  const { args, found, answers, jsonLimits } = context;
  const problem = decodeQueryKey(url, query, args, jsonLimits, TAKES_META, found);
  if (problem !== null) return problemAnswer(problem);
  if (found.meta) return getMeta(context);
  const hit = context.runGet();
  if (hit.failure !== null) return refusal(hit);
  return hit.isHit ? composed(context, answers.hit(args, hit)) : miss(context);
}

function getMeta(context: HttpContext): Response {
  const reply = context.run(GETMETA);
  if (reply.failure !== null) return refusal(reply);
  if (reply.kinds[0] === OutcomeKind.miss) return miss(context);
  return composed(context, context.answers.hitWithMeta(context.args, reply));
}

/** POST /put */
export const putRoute: RouteHandler = (context, request, url, query) =>
  context.bodies.read(request, context.jsonBodyBytes, (body) => {
    const problem = decodePut(body, context.args, context.jsonLimits) ??
      checkRepeatedKey(context, url, query);
    if (problem !== null) return problemAnswer(problem);
    const reply = context.run(SET);
    if (reply.failure !== null) return refusal(reply);
    return reply.kinds[0] === OutcomeKind.ok ? jsonOk(PUT_OK) : json(CONDITION_NOT_MET, 409);
  });

/** DELETE /delete?key=k */
export function deleteRoute(
  context: HttpContext,
  _request: Request,
  url: string,
  query: number,
): Response {
  const { args, found, jsonLimits } = context;
  const problem = decodeQueryKey(url, query, args, jsonLimits, TAKES_NONE, found);
  return problem === null ? runDelete(context) : problemAnswer(problem);
}

/** POST /delete */
export const deleteBodyRoute: RouteHandler = (context, request, url, query) =>
  context.bodies.read(request, context.jsonBodyBytes, (body) => {
    const problem = decodeDelete(body, context.args, context.jsonLimits) ??
      checkRepeatedKey(context, url, query);
    return problem === null ? runDelete(context) : problemAnswer(problem);
  });

function runDelete(context: HttpContext): Response {
  const reply = context.run(DEL);
  if (reply.failure !== null) return refusal(reply);
  return reply.integers[0] === 0 ? miss(context) : jsonOk(DELETE_OK);
}

/** POST /incr */
export const incrRoute: RouteHandler = (context, request, url, query) =>
  context.bodies.read(request, context.jsonBodyBytes, (body) => {
    const { args, answers, jsonLimits } = context;
    const problem = decodeIncr(body, args, jsonLimits) ?? checkRepeatedKey(context, url, query);
    if (problem !== null) return problemAnswer(problem);
    const reply = context.run(INCRBY);
    return reply.failure !== null ? refusal(reply) : composed(context, answers.sum(args, reply));
  });

/** POST /mput */
export const mputRoute: RouteHandler = (context, request, _url, query) =>
  context.bodies.read(request, context.jsonBodyBytes, (body) => {
    if (query >= 0) return noQuery();
    const problem = decodeMput(body, context.args, context.jsonLimits);
    if (problem !== null) return problemAnswer(problem);
    const reply = context.run(MPUT);
    return reply.failure !== null ? refusal(reply) : jsonOk(countText(Number(reply.integers[0])));
  });

/** POST /mget */
export const mgetRoute: RouteHandler = (context, request, _url, query) =>
  context.bodies.read(request, context.jsonBodyBytes, (body) => {
    if (query >= 0) return noQuery();
    const { args, answers, jsonLimits } = context;
    const problem = decodeMget(body, args, jsonLimits);
    if (problem !== null) return problemAnswer(problem);
    const reply = context.run(MGET);
    return reply.failure !== null ? refusal(reply) : composed(context, answers.items(args, reply));
  });

function noQuery(): Response {
  return error(400, "This route takes no query string. Send the keys in the body.");
}

/** A put may repeat its key in the query string, for proxies that hash it. */
function checkRepeatedKey(context: HttpContext, url: string, query: number): Problem | null {
  if (query < 0) return null;
  const { args, spare, found, jsonLimits } = context;
  return checkQueryKey(url, query, args, jsonLimits, spare, found);
}
