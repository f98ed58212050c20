// The store routes, for values that are bytes: PUT and DELETE /store/{key}, GET /get/{key}.
// Same commands as the JSON routes; keys come percent-encoded in the path, values as bodies.

import { OutcomeKind } from "../codecs/collected_reply.ts";
import { decodePathKey, TAKES_NONE, TAKES_TTL } from "../codecs/query.ts";
import { DEL, GET, GET_AGAIN, SET } from "../commands/table.ts";
import type { HttpContext } from "./context.ts";
import { problemAnswer, refusal } from "./json_routes.ts";
import { LARGE_BYTES, readLarge } from "./large_answers.ts";

const BYTES_TYPE = "application/octet-stream";
const BYTES_INIT: ResponseInit = { headers: { "content-type": BYTES_TYPE } };
const NOT_FOUND = "No value found for key";

function notFound(): Response {
  return new Response(NOT_FOUND, { status: 404 });
}

/** GET /get/{key}; `start` is where the key begins in `url`. */
export function storeGet(context: HttpContext, url: string, start: number): Response {
  const { args, found, storeLimits } = context;
  const problem = decodePathKey(url, start, args, storeLimits, TAKES_NONE, found);
  if (problem !== null) return problemAnswer(problem);
  const { failure } = context.run(GET, LARGE_BYTES);
  if (failure?.kind !== "answerTooLarge") return answerGet(context);
  return readLarge(context, (maxBytes) => {
    const { failure } = context.run(GET_AGAIN, maxBytes);
    return failure?.kind === "answerTooLarge" ? null : answerGet(context);
  });
}

/** The answer to the GET that has been run. */
function answerGet({ reply, largeAnswers }: HttpContext): Response {
  if (reply.failure !== null) return refusal(reply.failure);
  if (reply.kinds[0] === OutcomeKind.miss) return notFound();
  const from = reply.starts[0]!;
  const to = from + reply.lengths[0]!;
  if (to - from > LARGE_BYTES) return largeAnswers.answer(reply.release(), BYTES_TYPE);
  // Response copies the bytes, so the buffer may be used again at once.
  return new Response(reply.bytes.subarray(from, to) as BodyInit, BYTES_INIT);
}

/** POST or PUT /store/{key}, with ?ttl= if wanted. */
export function storePut(
  context: HttpContext,
  request: Request,
  url: string,
  start: number,
): Response | Promise<Response> {
  return context.bodies.read(request, context.storeBodyBytes, (body) => {
    const { args, found, storeLimits } = context;
    const problem = decodePathKey(url, start, args, storeLimits, TAKES_TTL, found);
    if (problem !== null) return problemAnswer(problem);
    args.pushBytes(body, 0, body.length);
    if (found.ttlMs > 0) {
      args.pushAscii("PX");
      args.pushAscii(String(found.ttlMs));
    }
    const reply = context.run(SET);
    if (reply.failure !== null) return refusal(reply.failure);
    return context.whenDurable(new Response(null));
  });
}

/** DELETE /store/{key} */
export function storeDelete(
  context: HttpContext,
  url: string,
  start: number,
): Response | Promise<Response> {
  const { args, found, storeLimits } = context;
  const problem = decodePathKey(url, start, args, storeLimits, TAKES_NONE, found);
  if (problem !== null) return problemAnswer(problem);
  const reply = context.run(DEL);
  if (reply.failure !== null) return refusal(reply.failure);
  return context.whenDurable(reply.integers[0] === 0 ? notFound() : new Response(null));
}
