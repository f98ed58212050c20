// Who may have everything that is stored, or change it in bulk: those who may give commands of
// administration over HTTP. The rules are those of command_routes.ts.

import { error } from "../answers.ts";
import { mayAdminister } from "../command_routes.ts";
import type { HttpContext } from "../context.ts";

const NO_ADMIN =
  "Administration over HTTP needs a server with --admin or --token, and never comes " +
  "from a browser. Start it with one of them.";

/** Why this request may not be about all that is stored, or null. */
export function adminRefusal(context: HttpContext, request: Request): Response | null {
  return mayAdminister(context, request) ? null : error(403, NO_ADMIN);
}
