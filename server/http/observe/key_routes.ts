// The routes that tell of single keys, and their rows: the hottest ones. They read query strings and answer; what is
// told is made in server/observe/keys.

import { Problem } from "../../codecs/json_checks.ts";
import { ServerRefusal } from "../../contract/server.ts";
import { hotFacts } from "../../observe/keys/hot_facts.ts";
import { json, overloaded } from "../answers.ts";
import type { Route, RouteHandler } from "../context.ts";
import { problemAnswer } from "../json_routes.ts";
import { countOf } from "./parameters.ts";

/** How many keys are listed unless the request says so. */
const COUNT = 20;
const TOO_MANY = "Too many ask for this. Try again in a moment.";
const NO_STORE = { "cache-control": "no-store" };

/** Facts that nobody on the way may keep. */
function answer(facts: object): Response {
  return json(JSON.stringify(facts), 200, NO_STORE);
}

/** GET /stats/hot */
const hot: RouteHandler = async ({ server, cache }, _request, url, query) => {
  const count = countOf(url, query, COUNT);
  if (count instanceof Problem) return problemAnswer(count);
  try {
    const answers = await server.hotKeys();
    return answer(hotFacts(answers, count, (hash) => cache.shardOf(hash).index));
  } catch (error) {
    if (error instanceof ServerRefusal) return overloaded(TOO_MANY);
    throw error;
  }
};

/** The rows. */
export const KEY_ROUTES: readonly Route[] = [
  {
    path: "/stats/hot",
    methods: { GET: hot },
    observes: true,
    summary: "The keys that clients ask for most",
  },
];
