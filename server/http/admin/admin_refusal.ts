// Who may ask for what is about all of the server or its data: those who may give commands of
// administration over HTTP. The rules are those of command_routes.ts.

import { error } from "../answers.ts";
import { mayAdminister } from "../command_routes.ts";
import type { HttpContext } from "../context.ts";

/** The refusal of administration to those who may not. */
const NO_ADMINISTRATION =
  "Administration over HTTP needs --admin or --token, and never comes from a browser but the dashboard. " +
  "Start slabkv with one of them.";

/** Why this request may not be about administration, or null. */
export function adminRefusal(context: HttpContext, request: Request): Response | null {
  return mayAdminister(context, request) ? null : error(403, NO_ADMINISTRATION);
}
