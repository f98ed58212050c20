// MODULE: there are none, and none can be loaded. Who asks for them is told so, as libraries do that use what a module
// would offer.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";

const HELP = ["LIST", "    Return a list of loaded modules: none."];
const NO_MODULES = refused("modules cannot be loaded: this server has none");

/** MODULE LIST | LOAD | LOADEX | UNLOAD | HELP, of which the number of arguments is right. */
export function modules(_context: CommandContext, args: Args, reply: Reply): void {
  switch (tokenOf(args, 0)) {
    case "LIST":
      return reply.array(0);
    case "HELP":
      return answerHelp("MODULE", HELP, reply);
    default:
      return reply.fail(NO_MODULES);
  }
}
