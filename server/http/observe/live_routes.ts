// The routes that show how the server does while it runs, and their rows. Each reads what others measure and keep, and is
// answered by any worker for all of them.

import { error, overloaded } from "../answers.ts";
import type { HttpContext, Route, RouteHandler } from "../context.ts";

const LIVE_PATH = "/stats/live";
const EVENT_HEADERS = {
  "content-type": "text/event-stream",
  // Nothing on the way may keep events or hold them back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;
const NO_QUERY = "This route takes no query string.";
const FOREIGN = "Page of another site may not listen. Ask from a page of this server.";
const TOO_MANY = "Too many listen already. Close another dashboard, or try again in a moment.";

/** Whether the path of `url` from `path` is answered with a stream that stays open. */
export function isLivePath(url: string, path: number): boolean {
  const end = path + LIVE_PATH.length;
  return url.startsWith(LIVE_PATH, path) && (url.length === end || /[?#]/.test(url[end]!));
}

/**
 * Whether a page of another site has its browser ask, as for a picture: such a request names no origin, and would keep a
 * place that others need. Browsers say so to addresses that they trust, this machine's own among them.
 */
function isForeign({ access }: HttpContext, request: Request): boolean {
  const site = access.header(request, "sec-fetch-site");
  return (site === "cross-site" || site === "same-site") &&
    access.header(request, "origin") === null;
}

/** GET /stats/live */
const live: RouteHandler = (context, request, _url, query) => {
  const { observation } = context;
  if (query >= 0) return error(400, NO_QUERY);
  if (isForeign(context, request)) return error(403, FOREIGN);
  const stream = observation.live.open();
  if (stream === null) return overloaded(TOO_MANY);
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: EVENT_HEADERS,
  });
};

/** The rows. */
export const LIVE_ROUTES: readonly Route[] = [
  {
    path: LIVE_PATH,
    methods: { GET: live },
    observes: true,
    summary: "How the server does, once a second, as server-sent events",
  },
];
