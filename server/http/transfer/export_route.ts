// GET /export: all items as commands of the Redis protocol, which `slabkv import` and `redis-cli --pipe`
// take. How they are made stands in export_stream.ts.

import { overloaded } from "../answers.ts";
import { adminRefusal } from "../admin/admin_refusal.ts";
import type { HttpContext, RouteHandler } from "../context.ts";

/** GET /export; the header "slabkv-items" says how many there were at the beginning. */
export const exportRoute: RouteHandler = (context: HttpContext, request: Request) => {
  const refused = adminRefusal(context, request);
  if (refused !== null) return refused;
  const headers = {
    "content-type": "application/octet-stream",
    // A compressor on the way would hold up the others.
    "cache-control": "no-store, no-transform",
    "slabkv-items": String(context.exports.itemCount),
  };
  // The answer to a HEAD would be read to its end.
  if (request.method === "HEAD") return new Response(null, { headers });
  const stream = context.exports.begin();
  if (stream === null) {
    return overloaded("Too many large answers on their way. Try again in a moment.");
  }
  return new Response(stream, { headers });
};
