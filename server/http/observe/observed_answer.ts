// The answers of routes that tell of the server: JSON that nothing on the way may keep or take for something else. Knows no
// facts, and of queries only whether there is one.

import { ServerRefusal } from "../../contract/server.ts";
import { error, overloaded } from "../answers.ts";
import type { HttpContext } from "../context.ts";
import { LARGE_BYTES } from "../large_answers.ts";

/** What every such answer says of itself. */
export const OBSERVED_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

const JSON_TYPE = "application/json";
/** Most bytes of UTF-8 that a unit of a string's length takes. */
const MAX_CHAR_BYTES = 3;
const encoder = new TextEncoder();

/** Facts as JSON; a large answer goes out bit by bit, and counts as memory meanwhile. */
export function observed(context: HttpContext, facts: unknown): Response {
  return observedText(context, JSON.stringify(facts));
}

/** The same for what is a text already, of another type if wanted. */
export function observedText(
  { largeAnswers }: HttpContext,
  text: string,
  type = JSON_TYPE,
): Response {
  const headers = { "content-type": type, ...OBSERVED_HEADERS };
  if (text.length * MAX_CHAR_BYTES <= LARGE_BYTES) return new Response(text, { headers });
  const bytes = encoder.encode(text);
  if (bytes.length <= LARGE_BYTES) return new Response(bytes, { headers });
  const response = largeAnswers.answer(bytes, type);
  for (const [name, value] of Object.entries(OBSERVED_HEADERS)) {
    // What must not be compressed on its way says so there already.
    response.headers.append(name, value);
  }
  return response;
}

/** The answer that `facts` resolves with, or 503 where it cannot be had now. */
export async function observedLater(
  context: HttpContext,
  facts: () => Promise<unknown>,
): Promise<Response> {
  try {
    return observed(context, await facts());
  } catch (refusal) {
    if (!(refusal instanceof ServerRefusal)) throw refusal;
    const why = refusal.message.replace(/, try again$/, "");
    return overloaded(`Server cannot tell now: ${why}. Try again in a moment.`);
  }
}

/** The refusal of a query, which begins at `query` in `url`, to a route that takes none; or null. */
export function noQuery(query: number): Response | null {
  return query < 0 ? null : error(400, "This route takes no query string. Leave it out.");
}
