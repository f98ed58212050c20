// What tests of the server share: a small region, a configuration as from an empty command line, a
// clock that stands still, and arguments from strings.

import { Cache, Region } from "../../cache/mod.ts";
import {
  ACTOR_NAMES,
  type ServerCache,
  type ServerRegion,
} from "../../server/contract/counters.ts";
import { Args } from "../../server/contract/args.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import { CommandContext } from "../../server/contract/command.ts";
import type { Config } from "../../server/config/config.ts";
import { parseConfig } from "../../server/config/parse.ts";
import { LocalServer } from "../../server/process/local_server.ts";
import { Session } from "../../server/contract/session.ts";

/** The time of every test, in milliseconds since 1970. */
export const NOW_MS = 1_700_000_000_000;

/** A region for main and two workers, with a log ring if that has a size. */
export function newRegion(memoryBytes = 8 * 2 ** 20, logBytes = 0): ServerRegion {
  return Region.create({ memoryBytes, actorCount: 3, names: ACTOR_NAMES, logBytes });
}

/** A cache of actor 1 over a new region, at a fixed time. */
export function newCache(
  region: ServerRegion = newRegion(),
  now: () => number = () => NOW_MS,
): ServerCache {
  return new Cache(region, 1, now);
}

/** The configuration for these arguments on a machine with 4 CPUs and 8 GiB. */
export function configOf(...args: string[]): Config {
  const parsed = parseConfig(args, {}, { totalMemoryBytes: 8 * 2 ** 30, cpus: 4 });
  if (parsed.kind !== "run") throw new Error(`Cannot parse: ${JSON.stringify(parsed)}`);
  return parsed.config;
}

/** Arguments of these texts. */
export function argsOf(...texts: string[]): Args {
  const args = new Args();
  for (const text of texts) args.pushText(text);
  return args;
}

/** A context for commands of a client that may do anything. */
export function contextOf(cache: ServerCache): CommandContext {
  const session = new Session(1, "http", "", "", NOW_MS, true);
  return new CommandContext(cache, new LocalServer(configOf(), NOW_MS), COMMANDS, session);
}
