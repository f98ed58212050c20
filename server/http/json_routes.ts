// The JSON routes: /put, /get, /delete, /incr, /mput, /mget. Each decodes, runs an operation and
// answers; what the operations are stands in json_operations.ts, what is valid in the codecs.

import { type AnswerBody, CONDITION_NOT_MET, MISS } from "../codecs/json_answers.ts";
import type { Problem } from "../codecs/json_decode.ts";
import { checkQueryKey, decodeQueryKey, TAKES_META, TAKES_NONE } from "../codecs/query.ts";
import type { Failure } from "../contract/reply.ts";
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
function respond(context: HttpContext, operation: JsonOperation): Response {
  const body: AnswerBody | Failure = runOperation(context, operation);
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
  return respond(context, found.meta ? READ_META : READ);
}

/** DELETE /delete?key=k */
export function deleteRoute(
  context: HttpContext,
  _request: Request,
  url: string,
  query: number,
): Response {
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
      return problem === null ? respond(context, operation) : problemAnswer(problem);
    };
    if (repeatsKey) return bodies.read(request, jsonBodyBytes, work);
    // With thousands of keys each, many of these would hold up the others for long.
    return bodies.read(
      request,
      jsonBodyBytes,
      (body) => query >= 0 ? noQuery() : slices.whenFree(() => work(body)),
    );
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
