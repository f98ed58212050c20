// Rows of the command table about scripts: the few that scripts.ts knows. They find and lock their
// keys themselves, since how many there are stands in an argument.

import { type CommandRow, MAX_ARGUMENTS, row } from "../../contract/command.ts";
import { evalScript, evalSha } from "./scripts.ts";

/** The commands about scripts. */
export const SCRIPT_ROWS: readonly CommandRow[] = [
  row(
    "EVAL",
    [2, MAX_ARGUMENTS],
    ["write", "nomulti"],
    "scripting",
    null,
    "Runs a window of @upstash/ratelimit by its Lua text; there are no other scripts",
    evalScript,
  ),
  row(
    "EVALSHA",
    [2, MAX_ARGUMENTS],
    ["write", "nomulti"],
    "scripting",
    null,
    "Runs a window of @upstash/ratelimit by the SHA-1 of its Lua text",
    evalSha,
  ),
];
