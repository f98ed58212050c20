// What is listed of clients and commands, made of what the server around the cache knows: lines of CLIENT LIST, and rows of the
// command table. Knows no route.

import { type Command, MAX_ARGUMENTS } from "../../contract/command.ts";
import type { ServerFacade } from "../../contract/server.ts";
import type { ClientFacts, CommandFacts } from "../../observe/facts/answers.ts";
import { MAX_COUNT } from "./parameters.ts";

/** A field of a line of CLIENT LIST, with its value; paths of sockets may have spaces. */
const FIELD = /([a-z-]+)=(.*?)(?= [a-z-]+=|$)/g;

const decoder = new TextDecoder();

/** What is shown of the clients of all workers, whose lines `server` knows. Thousands of them take milliseconds. */
export async function findClients(server: Pick<ServerFacade, "clients">): Promise<ClientFacts> {
  const lines = await server.clients();
  return lines === null ? { total: null, clients: [] } : clientFacts(lines, MAX_COUNT);
}

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

/** The command table, as it is shown. */
export function commandFacts(commands: readonly Command[]): CommandFacts {
  return {
    commands: commands.map(({ name, group, summary, flags, arity: [min, max] }) => ({
      name,
      group,
      summary,
      flags,
      arity: [min, Math.min(max, MAX_ARGUMENTS)],
    })),
  };
}
