// Rows of the command table for the few scripts that scripts.ts knows. These commands find and lock
// their keys themselves, since an argument says how many keys there are.

import { type CommandRow, MAX_ARGUMENTS, row } from "../../contract/command.ts";
import { evalScript, evalSha } from "./scripts.ts";

/** The commands about scripts. */
export const SCRIPT_ROWS: readonly CommandRow[] = [
  {
    ...row(
      "EVAL",
      [2, MAX_ARGUMENTS],
      ["write", "nomulti"],
      "scripting",
      null,
      "Runs a window of @upstash/ratelimit by its Lua text; there are no other scripts",
      evalScript,
    ),
    keyCountAt: 1,
  },
  {
    ...row(
      "EVALSHA",
      [2, MAX_ARGUMENTS],
      ["write", "nomulti"],
      "scripting",
      null,
      "Runs a window of @upstash/ratelimit by the SHA-1 of its Lua text",
      evalSha,
    ),
    keyCountAt: 1,
  },
];
