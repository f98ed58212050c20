// Responses: the few shapes that all routes answer in. JSON bodies go out as strings, since a
// string with one constant header is what Deno.serve sends fastest (bench/http).

import { errorText } from "../codecs/json_answers.ts";

const JSON_TYPE = { "content-type": "application/json" } as const;
const OK_INIT: ResponseInit = { headers: JSON_TYPE };
/** Tells a client to try again in a second. */
export const RETRY: Readonly<Record<string, string>> = { "retry-after": "1" };
/** Ends the connection, which is of no more use. */
export const CLOSE: Readonly<Record<string, string>> = { connection: "close" };

/** A JSON body under 200. */
export function jsonOk(text: string): Response {
  return new Response(text, OK_INIT);
}

/** A JSON body under any status. */
export function json(
  text: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { ...JSON_TYPE, ...headers } });
}

/** An error that says what to do. */
export function error(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return json(errorText(message), status, headers);
}

/** 503 for when trying again a little later will help. */
export function overloaded(message: string): Response {
  return error(503, message, RETRY);
}

/** 408 to a client whose body did not come in time; its connection is of no more use. */
export function bodyTooLate(timeoutMs: number): Response {
  const message = `Request body did not arrive within ${timeoutMs / 1000} s. Send it faster.`;
  return error(408, message, CLOSE);
}

/** 408 to a client whose body comes in drops. */
export function bodyTooSlow(): Response {
  return error(408, "Request body came slower than 1 KiB/s. Send it faster.", CLOSE);
}

/** 413 to a body in more pieces than anybody needs. */
export function bodyTooManyChunks(): Response {
  return error(413, "Request body has too many chunks. Send larger ones.", CLOSE);
}

/** 413 to a body of more than `limit` bytes. */
export function bodyTooLarge(limit: number): Response {
  return error(413, `Request body is too large. Send at most ${limit} bytes.`, CLOSE);
}

/** 405 that names what the path does allow. */
export function methodNotAllowed(allow: string): Response {
  return error(405, `Method not allowed. Use ${allow}.`, { allow });
}

/** What pages may send; upstash-* are those of @upstash/redis. */
const ALLOWED_HEADERS =
  "authorization, cache-control, content-type, upstash-encoding, upstash-sync-token, " +
  "upstash-telemetry-platform, upstash-telemetry-runtime, upstash-telemetry-sdk";

/** Lets pages of this origin read an answer. */
export function share({ headers }: Response, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", "upstash-sync-token");
  headers.append("vary", "Origin");
}

/** The answer to what a browser asks before a page of `origin` may send its request. */
export function preflight(origin: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": "600",
      vary: "Origin",
    },
  });
}
