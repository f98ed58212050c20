// The routes that list what the server knows of commands and clients: slow commands, connections, the command table.
// Each asks the server around the cache, as the commands of the same purpose do.

import { COMMANDS } from "../../commands/table.ts";
import { MAX_ARGUMENTS } from "../../contract/command.ts";
import type { ClientFacts, CommandFacts, SlowFacts } from "../../observe/facts/answers.ts";
import type { RouteHandler } from "../context.ts";
import { countOf, noQuery, observed, observedLater } from "./observed_answer.ts";

const SLOW_COUNT = 20;
const CLIENT_COUNT = 100;
/** A field of a line of CLIENT LIST, with its value; paths of sockets may have spaces. */
const FIELD = /([a-z-]+)=(.*?)(?= [a-z-]+=|$)/g;

const decoder = new TextDecoder();

/** GET /stats/slow */
export const slowRoute: RouteHandler = (context, _request, url, query) => {
  const { server } = context;
  const count = countOf(url, query, SLOW_COUNT);
  if (count instanceof Response) return count;
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
  const { server } = context;
  const count = countOf(url, query, CLIENT_COUNT);
  if (count instanceof Response) return count;
  return observedLater(context, async (): Promise<ClientFacts> => {
    const lines = await server.clients();
    return lines === null ? { total: null, clients: [] } : clientFacts(lines, count);
  });
};

/** The first `count` clients of a list of lines, and how many there are. */
function clientFacts(lines: Uint8Array, count: number): ClientFacts {
  const clients: Record<string, string>[] = [];
  let total = 0;
  for (let from = 0, end; (end = lines.indexOf(0x0a, from)) >= 0; from = end + 1) {
    if (total++ >= count) continue;
    const line = decoder.decode(lines.subarray(from, end));
    clients.push(
      Object.fromEntries([...line.matchAll(FIELD)].map(([, name, value]) => [name, value])),
    );
  }
  return { total, clients };
}

/** GET /stats/commands */
export const commandsRoute: RouteHandler = (context, _request, _url, query) => {
  return noQuery(query) ?? observed(context, COMMAND_FACTS);
};

const COMMAND_FACTS: CommandFacts = {
  commands: COMMANDS.map(({ name, group, summary, flags, arity: [min, max] }) => ({
    name,
    group,
    summary,
    flags,
    arity: [min, Math.min(max, MAX_ARGUMENTS)],
  })),
};
