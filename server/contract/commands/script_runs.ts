// What runs scripts in one worker, as commands and EXEC see it. An interface; it is carried out in
// commands/scripts/.

import type { Args } from "../args.ts";
import type { Reply } from "../reply.ts";

/** How a script is named, and whether it may write. */
export interface ScriptCall {
  readonly isBySha: boolean;
  readonly isReadOnly: boolean;
}

/** Runs the scripts of one worker, whose commands run with a `Context`. */
export interface ScriptRuns<Context> {
  /** Whether scripts can be run at once: what runs them is loaded by the first one. */
  readonly isReady: boolean;
  /** Resolves when that is so. */
  prepare(): Promise<void>;
  /** EVAL and its kin. */
  run(context: Context, args: Args, reply: Reply, call: ScriptCall): void | Promise<number | void>;
  /** SCRIPT, of which the subcommand and the number of arguments are right. */
  command(context: Context, args: Args, reply: Reply): void | Promise<number | void>;
}
