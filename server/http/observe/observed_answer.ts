// The answers of routes that tell of the server, and what they take in their query: JSON that nothing on the way may keep or
// take for something else. Knows no facts.

import { ServerRefusal } from "../../contract/server.ts";
import { error, json, overloaded } from "../answers.ts";
import type { HttpContext } from "../context.ts";
import { LARGE_BYTES } from "../large_answers.ts";

/** What every such answer says of itself. */
export const OBSERVED_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Most entries that may be asked for. */
const MAX_COUNT = 100;
const BAD_COUNT =
  `Query parameter "count" is not valid. Send a whole number from 1 to ${MAX_COUNT}.`;

const encoder = new TextEncoder();

/** Facts as JSON; a large answer goes out bit by bit, and counts as memory meanwhile. */
export function observed(context: HttpContext, facts: unknown): Response {
  return observedText(context, JSON.stringify(facts));
}

/** The same for what is JSON already. */
export function observedText({ largeAnswers }: HttpContext, text: string): Response {
  if (text.length <= LARGE_BYTES) return json(text, 200, OBSERVED_HEADERS);
  const response = largeAnswers.answer(encoder.encode(text), "application/json");
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
    return overloaded(`Server cannot tell now: ${refusal.message}. Try again in a moment.`);
  }
}

/** The refusal of a query, which begins at `query` in `url`, to a route that takes none; or null. */
export function noQuery(query: number): Response | null {
  return query < 0 ? null : error(400, "This route takes no query string.");
}

/**
 * The parameters of a query, which begins at `query` in `url`; or why they are refused. `names` are those that the route
 * takes; of one that is given twice the last counts.
 */
export function parametersOf(
  url: string,
  query: number,
  names: readonly string[],
): ReadonlyMap<string, string> | Response {
  const found = new Map<string, string>();
  if (query < 0) return found;
  const [text = ""] = url.slice(query).split("#", 1);
  for (const [name, value] of new URLSearchParams(text)) {
    if (!names.includes(name)) {
      const takes = names.map((one) => `"${one}"`).join(", ");
      const shown = JSON.stringify(name.slice(0, 64));
      return error(400, `Unknown query parameter ${shown}. This route takes ${takes}.`);
    }
    found.set(name, value);
  }
  return found;
}

/** How many entries are asked for, `fallback` unless a query says so; or why that is refused. */
export function countOf(url: string, query: number, fallback: number): number | Response {
  const parameters = parametersOf(url, query, ["count"]);
  if (parameters instanceof Response) return parameters;
  const text = parameters.get("count");
  if (text === undefined) return fallback;
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= MAX_COUNT ? count : error(400, BAD_COUNT);
}
