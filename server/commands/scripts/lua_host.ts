// What the Lua machine of a worker asks of the server around it: commands, their names, a look at the clock now and
// then, and the log.

import type { LuaHost } from "../../lua/machine.ts";
import { COMPATIBLE_VERSION } from "../compatible_version.ts";
import { findCommand } from "../find.ts";
import { SUBCOMMAND_LINES } from "../subcommand_lines.ts";

/** Makes it. `call` carries out a command, `check` is called every quarter of a millisecond. */
export function luaHost(
  call: LuaHost["call"],
  check: () => void,
  log: (level: number, text: string) => void,
): LuaHost {
  return { redisVersion: COMPATIBLE_VERSION, call, check, log, isCommand };
}

function isCommand(name: string, subcommand: string | undefined): boolean {
  const bytes = new TextEncoder().encode(name);
  const command = findCommand(bytes, 0, bytes.length);
  if (command === null || command.problem === undefined) return command !== null;
  const start = `${command.name} ${subcommand?.toUpperCase()}: `;
  return subcommand === undefined || SUBCOMMAND_LINES.some((line) => line.startsWith(start));
}
