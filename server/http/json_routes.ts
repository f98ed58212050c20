// The JSON routes: /put, /get, /delete, /incr, /mput, /mget. Each decodes, runs an operation and
// answers; what the operations are stands in json_operations.ts, what is valid in the codecs.

import { type AnswerBody, CONDITION_NOT_MET, MISS } from "../codecs/json_answers.ts";
import type { Problem } from "../codecs/json_decode.ts";
import { checkQueryKey, decodeQueryKey, TAKES_META, TAKES_NONE } from "../codecs/query.ts";
import { type Failure, MAX_ANSWER_BYTES } from "../contract/reply.ts";
import { error, json, jsonOk, overloaded } from "./answers.ts";
import type { HttpContext, RouteHandler } from "./context.ts";
import {
  COUNT,
  DELETE,
  type JsonOperation,
  PUT,
  PUT_MANY,
  READ,
  READ_MANY,
  READ_META,
  runOperation,
} from "./json_operations.ts";
import { LARGE_BYTES, readLarge } from "./large_answers.ts";
import { refusalOf } from "./refusals.ts";

/** The answer to a command that was refused. */
export function refusal(failure: Failure): Response {
  const [status, message] = refusalOf(failure);
  return status === 503 ? overloaded(message) : error(status, message);
}

/** The answer to a request that its codec refused. */
export function problemAnswer(problem: Problem): Response {
  return error(problem.status, problem.message);
}

/** Runs an operation with the arguments in `context.args`, and answers. */
function respond(
  context: HttpContext,
  operation: JsonOperation,
): Response | Promise<Response> {
  return context.whenDurable(answer(context, runOperation(context, operation)));
}

/** The same where there may be many values: no more than there is memory for. */
function respondMany(
  context: HttpContext,
  operation: JsonOperation,
): Response | Promise<Response> {
  const { largeAnswers } = context;
  const maxBytes = Math.min(MAX_ANSWER_BYTES, Math.max(LARGE_BYTES, largeAnswers.maxBytes));
  const body = runOperation(context, operation, maxBytes);
  if (maxBytes < MAX_ANSWER_BYTES && isTooLarge(body)) return largeAnswers.refuse(maxBytes + 1);
  return context.whenDurable(answer(context, body));
}

/** Whether more was asked for than may be copied. */
function isTooLarge(body: AnswerBody | Failure): boolean {
  return typeof body === "object" && "kind" in body && body.kind === "answerTooLarge";
}

function answer(context: HttpContext, body: AnswerBody | Failure): Response {
  if (typeof body === "string") {
    if (body === MISS && context.config.missStatus !== 200) return json(body, 404);
    return body === CONDITION_NOT_MET ? json(body, 409) : jsonOk(body);
  }
  if (body instanceof Uint8Array) return context.largeAnswers.answer(body, "application/json");
  if (typeof body === "object") return refusal(body);
  const [status, message] = refusalOf(body);
  return error(status, message);
}

/** GET /get?key=k */
export function getRoute(
  context: HttpContext,
  _request: Request,
  url: string,
  query: number,
): Response {
  const { args, found, jsonLimits } = context;
  const problem = decodeQueryKey(url, query, args, jsonLimits, TAKES_META, found);
  if (problem !== null) return problemAnswer(problem);
  const operation = found.meta ? READ_META : READ;
  const body = runOperation(context, operation, LARGE_BYTES);
  if (!isTooLarge(body)) return answer(context, body);
  return readLarge(context, (maxBytes) => {
    const large = runOperation(context, operation, maxBytes, operation.again);
    return isTooLarge(large) ? null : answer(context, large);
  });
}

/** DELETE /delete?key=k */
export function deleteRoute(
  context: HttpContext,
  _request: Request,
  url: string,
  query: number,
): Response | Promise<Response> {
  const { args, found, jsonLimits } = context;
  const problem = decodeQueryKey(url, query, args, jsonLimits, TAKES_NONE, found);
  return problem === null ? respond(context, DELETE) : problemAnswer(problem);
}

/**
 * The route of an operation whose arguments come in the body. Where `repeatsKey` is true, its one key
 * may stand in the query string too, for proxies that hash it.
 */
function bodyRoute(operation: JsonOperation, repeatsKey: boolean): RouteHandler {
  const decode = operation.decodeBody!;
  return (context, request, url, query) => {
    const { bodies, jsonBodyBytes, slices } = context;
    const work = (body: Uint8Array) => {
      const { args, spare, found, jsonLimits } = context;
      const problem = decode(body, args, jsonLimits) ??
        (query < 0 ? null : checkQueryKey(url, query, args, jsonLimits, spare, found));
      if (problem !== null) return problemAnswer(problem);
      return repeatsKey ? respond(context, operation) : respondMany(context, operation);
    };
    if (repeatsKey) return bodies.read(request, jsonBodyBytes, work);
    if (query >= 0) return noQuery();
    let hasArrived = true;
    const answer = bodies.read(request, jsonBodyBytes, (body) => {
      // With thousands of keys each, many of these would hold up the others for long. Those whose body
      // has come with the head cannot be made to wait: Deno 2.9 would read on meanwhile, without bound.
      return hasArrived ? slices.counted(() => work(body)) : slices.whenFree(() => work(body));
    });
    hasArrived = false;
    return answer;
  };
}

function noQuery(): Response {
  return error(400, "This route takes no query string. Send the keys in the body.");
}

/** POST /put */
export const putRoute: RouteHandler = bodyRoute(PUT, true);
/** POST /delete */
export const deleteBodyRoute: RouteHandler = bodyRoute(DELETE, true);
/** POST /incr */
export const incrRoute: RouteHandler = bodyRoute(COUNT, true);
/** POST /mput */
export const mputRoute: RouteHandler = bodyRoute(PUT_MANY, false);
/** POST /mget */
export const mgetRoute: RouteHandler = bodyRoute(READ_MANY, false);
