// The routes that list what the server knows of commands and clients: slow commands, connections, the command table.
// Each asks the server around the cache, as the commands of the same purpose do.

import { Problem } from "../../codecs/json_checks.ts";
import type { ClientFacts, SlowFacts } from "../../observe/facts/answers.ts";
import type { RouteHandler } from "../context.ts";
import { problemAnswer } from "../json_routes.ts";
import { noQuery, observedLater, observedText } from "./observed_answer.ts";
import { countOf, MAX_COUNT } from "./parameters.ts";

const SLOW_COUNT = 20;

/** GET /stats/slow */
export const slowRoute: RouteHandler = (context, _request, url, query) => {
  const { server } = context;
  const count = countOf(url, query, SLOW_COUNT);
  if (count instanceof Problem) return problemAnswer(count);
  return observedLater(context, async (): Promise<SlowFacts> => ({
    slowerThanUs: Number(server.options()["slowlog-log-slower-than"]),
    commands: (await server.slowLog(count) ?? []).map((entry) => ({
      ...entry,
      tookUs: Math.round(entry.tookUs),
    })),
  }));
};

/** GET /stats/clients */
export const clientsRoute: RouteHandler = (context, _request, url, query) => {
  const count = countOf(url, query, MAX_COUNT);
  if (count instanceof Problem) return problemAnswer(count);
  return observedLater(context, async (): Promise<ClientFacts> => {
    const { total, clients } = await context.observation.clients.get();
    return { total, clients: clients.slice(0, count) };
  });
};

/** GET /stats/commands */
export const commandsRoute: RouteHandler = (context, _request, _url, query) => {
  return noQuery(query) ?? observedText(context, context.observation.commandsText());
};
