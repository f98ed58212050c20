// Parameters in the query strings of routes that show how the server does. What a route does not know is refused, as
// everywhere.

import { Problem, quoted } from "../../codecs/json_checks.ts";

const MALFORMED = "Query is not valid. Send UTF-8, percent-encoded, such as ?key=caf%C3%A9.";
/** Most that a route lists. */
export const MAX_COUNT = 100;

/**
 * The parameters of a query string that begins at `start` in `url`, or -1: there is none. Of one that is given twice the
 * last counts. Returns why not, if there is one that is not among `known`.
 */
export function parametersOf(
  url: string,
  start: number,
  known: readonly string[],
): ReadonlyMap<string, string> | Problem {
  const found = new Map<string, string>();
  if (start < 0) return found;
  const hash = url.indexOf("#", start);
  const query = url.substring(start, hash < 0 ? url.length : hash);
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.substring(0, equals));
    const value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
    if (name === null || value === null) return new Problem(400, MALFORMED);
    if (!known.includes(name)) return unknownParameter(name, known);
    found.set(name, value);
  }
  return found;
}

/** A name or a value as it was meant, or null. */
function decoded(text: string): string | null {
  if (!text.isWellFormed()) return null;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

function unknownParameter(name: string, known: readonly string[]): Problem {
  const advice = known.length === 0
    ? "This route takes none"
    : `This route takes ${known.join(" and ")}`;
  return new Problem(400, `Unknown query parameter ${quoted(name)}. ${advice}.`);
}

/** The number that a parameter gives, `from` to `to`, or `otherwise` where it is not there. Returns why not, else. */
export function numberOf(
  parameters: ReadonlyMap<string, string>,
  name: string,
  [from, to]: readonly [from: number, to: number],
  otherwise: number,
): number | Problem {
  const text = parameters.get(name);
  if (text === undefined) return otherwise;
  const number = /^[0-9]{1,4}$/.test(text) ? Number(text) : -1;
  if (number >= from && number <= to) return number;
  return new Problem(
    400,
    `Query parameter "${name}" is not valid. Send an integer from ${from} to ${to}.`,
  );
}

/** How many of a list are asked for: `otherwise`, unless there is a count from 1 to {@linkcode MAX_COUNT}. */
export function countOf(url: string, start: number, otherwise: number): number | Problem {
  const parameters = parametersOf(url, start, ["count"]);
  if (parameters instanceof Problem) return parameters;
  return numberOf(parameters, "count", [1, MAX_COUNT], otherwise);
}
