// The routes that show how the server does while it runs, and their rows. Each reads what others measure and keep, and is
// answered by any worker for all of them.

import { error, overloaded } from "../answers.ts";
import { latencyAnswer } from "../../observe/live/group_latency.ts";
import type { HttpContext, Route, RouteHandler } from "../context.ts";
import { clientsRoute, commandsRoute, slowRoute } from "./list_routes.ts";
import {
  noQuery,
  observed,
  OBSERVED_HEADERS,
  observedLater,
  observedText,
} from "./observed_answer.ts";

const LIVE_PATH = "/stats/live";
const EVENT_HEADERS = {
  ...OBSERVED_HEADERS,
  "content-type": "text/event-stream",
  // Nothing on the way may keep events or hold them back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
} as const;
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
  const refused = noQuery(query);
  if (refused !== null) return refused;
  if (isForeign(context, request)) return error(403, FOREIGN);
  const stream = observation.live.open();
  if (stream === null) return overloaded(TOO_MANY);
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: EVENT_HEADERS,
  });
};

/** GET /stats/history */
const history: RouteHandler = (context, _request, _url, query) => {
  return noQuery(query) ?? observedText(context, context.observation.historyText());
};

/** GET /stats/shards */
const shards: RouteHandler = (context, _request, _url, query) => {
  const refused = noQuery(query);
  if (refused !== null) return refused;
  return observedLater(context, () => context.observation.shards.facts());
};

/** GET /stats/latency */
const latency: RouteHandler = (context, _request, _url, query) => {
  const { cache, figures } = context.observation;
  return noQuery(query) ?? observed(context, latencyAnswer(cache, figures));
};

/** The rows. */
export const LIVE_ROUTES: readonly Route[] = [
  {
    path: LIVE_PATH,
    methods: { GET: live },
    observes: true,
    summary: "How the server does, once a second, as server-sent events",
  },
  {
    path: "/stats/history",
    methods: { GET: history },
    observes: true,
    summary: "The last hour, a point every five seconds",
  },
  {
    path: "/stats/shards",
    methods: { GET: shards },
    observes: true,
    summary: "A picture of every shard: what lies in some of its slots",
  },
  {
    path: "/stats/latency",
    methods: { GET: latency },
    observes: true,
    summary: "How long commands take, by group, and what waits",
  },
  {
    path: "/stats/slow",
    methods: { GET: slowRoute },
    observes: true,
    summary: "The latest slow commands",
  },
  {
    path: "/stats/clients",
    methods: { GET: clientsRoute },
    observes: true,
    summary: "Connections of the raw protocols",
  },
  {
    path: "/stats/commands",
    methods: { GET: commandsRoute },
    observes: true,
    summary: "The command table",
  },
];
