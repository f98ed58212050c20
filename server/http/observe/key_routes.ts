// The routes that tell of single keys, and their rows: the hottest ones, the largest, and any one. They read query strings
// and answer; what is told is made in server/observe/keys and item_look.ts.

import { DATABASE_COUNT } from "../../../cache/mod.ts";
import { MISS } from "../../codecs/json_answers.ts";
import { Problem } from "../../codecs/json_checks.ts";
import { hotFacts } from "../../observe/keys/hot_facts.ts";
import { json, overloaded } from "../answers.ts";
import type { Route, RouteHandler } from "../context.ts";
import { problemAnswer } from "../json_routes.ts";
import { observed, OBSERVED_HEADERS, observedLater } from "./observed_answer.ts";
import { countOf, numberOf, parametersOf } from "./parameters.ts";

/** How many keys are listed unless the request says so. */
const COUNT = 20;
const BUSY = "Key is locked by other requests. Try again in a moment.";
const KEY_MISSING = 'Query parameter "key" is missing. Send it, such as ?key=k.';
const NO_BASE64 = 'Query parameter "key" is not base64. Send it so, or leave base64=1 out.';

/** GET /stats/hot */
const hot: RouteHandler = (context, _request, url, query) => {
  const { observation, cache } = context;
  const count = countOf(url, query, COUNT);
  if (count instanceof Problem) return problemAnswer(count);
  return observedLater(context, async () => {
    return hotFacts(await observation.hot.get(), count, (hash) => cache.shardOf(hash).index);
  });
};

/** GET /stats/big */
const big: RouteHandler = async (context, _request, url, query) => {
  const { observation } = context;
  const count = countOf(url, query, COUNT);
  if (count instanceof Problem) return problemAnswer(count);
  return observed(context, observation.items.big(await observation.big.find(), count));
};

/** GET /stats/item */
const item: RouteHandler = (context, _request, url, query) => {
  const { observation, storeLimits } = context;
  const parameters = parametersOf(url, query, ["key", "base64", "database"]);
  if (parameters instanceof Problem) return problemAnswer(parameters);
  const database = numberOf(parameters, "database", [0, DATABASE_COUNT - 1], 0);
  if (database instanceof Problem) return problemAnswer(database);
  const isBase64 = numberOf(parameters, "base64", [0, 1], 0);
  if (isBase64 instanceof Problem) return problemAnswer(isBase64);
  const key = keyOf(parameters.get("key"), isBase64 === 1, storeLimits.maxKeyBytes);
  if (key instanceof Problem) return problemAnswer(key);
  const facts = observation.items.item(key, database);
  if (facts === "busy") return overloaded(BUSY);
  return facts === null ? json(MISS, 404, OBSERVED_HEADERS) : observed(context, facts);
};

/** The bytes of a key of a query string, or why not. */
function keyOf(
  text: string | undefined,
  isBase64: boolean,
  maxBytes: number,
): Uint8Array | Problem {
  if (text === undefined || text === "") return new Problem(400, KEY_MISSING);
  const key = isBase64 ? bytesOf(text) : new TextEncoder().encode(text);
  if (key === null || key.length === 0) return new Problem(400, NO_BASE64);
  if (key.length <= maxBytes) return key;
  return new Problem(400, `Query parameter "key" is too long. Send at most ${maxBytes} bytes.`);
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return null;
  }
}

/** The rows. */
export const KEY_ROUTES: readonly Route[] = [
  {
    path: "/stats/hot",
    methods: { GET: hot },
    observes: true,
    summary: "The keys that clients ask for most",
  },
  {
    path: "/stats/big",
    methods: { GET: big },
    observes: true,
    summary: "The largest items, and what each type takes",
  },
  {
    path: "/stats/item",
    methods: { GET: item },
    observes: true,
    summary: "What is known of one item",
  },
];
