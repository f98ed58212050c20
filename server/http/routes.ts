// The table of HTTP routes with fixed paths, and those that answer about the server itself.
// The 405 answers, the banner at / and the docs derive from this table.

import { snapshotRoute } from "./admin/snapshot_route.ts";
import { VERSION } from "../config/version.ts";
import { error, json, jsonOk, methodNotAllowed, RETRY } from "./answers.ts";
import {
  commandOfPath,
  commandRoute,
  multiExecRoute,
  pathCommandRoute,
  pipelineRoute,
} from "./command_routes.ts";
import type { HttpContext, Route, RouteHandler } from "./context.ts";
import {
  deleteBodyRoute,
  deleteRoute,
  getRoute,
  incrRoute,
  mgetRoute,
  mputRoute,
  putRoute,
} from "./json_routes.ts";
import { DIAGNOSE_ROUTES } from "./observe/diagnose_routes.ts";
import { KEY_ROUTES } from "./observe/key_routes.ts";
import { METRICS_ROUTES } from "./observe/metrics_routes.ts";
import { websocketRoute } from "./websocket_route.ts";
import { observedText } from "./observe/observed_answer.ts";
import { LIVE_ROUTES } from "./observe/live_routes.ts";
import { exportRoute } from "./transfer/export_route.ts";
import { importRoute } from "./transfer/import_route.ts";
import { storeDelete, storeGet, storePut } from "./store_routes.ts";

const health: RouteHandler = ({ status }) => {
  const reason = status.unhealthy();
  if (reason === null) return jsonOk(status.healthText());
  return json(`{"status":"unhealthy","message":${JSON.stringify(reason)}}`, 503);
};

const ready: RouteHandler = ({ status }) => {
  const { state, loading } = status;
  if (state === "ready") return jsonOk('{"status":"ready"}');
  if (loading === null) return json(`{"status":"${state}"}`, 503, RETRY);
  return json(JSON.stringify({ status: "loading", ...loading }), 503, RETRY);
};

const root: RouteHandler = (context, request) => {
  const { config, dashboard } = context;
  if (dashboard.isWanted(request)) return dashboard.answer(request);
  const headers = config.dashboard === "off" ? {} : VARY;
  return json(bannerText(config.websocket), 200, headers);
};

const SOCKET_PATH = "/ws";
/** What is at / depends on who asks. */
const VARY = { vary: "accept" } as const;

/** The routes with fixed paths. */
export const ROUTES: readonly Route[] = [
  { path: "/put", methods: { POST: putRoute }, changes: true, summary: "Store a value" },
  { path: "/get", methods: { GET: getRoute }, summary: "Read a value" },
  {
    path: "/delete",
    methods: { DELETE: deleteRoute, POST: deleteBodyRoute },
    changes: true,
    summary: "Delete a key",
  },
  { path: "/incr", methods: { POST: incrRoute }, changes: true, summary: "Add to an integer" },
  { path: "/mput", methods: { POST: mputRoute }, changes: true, summary: "Store several values" },
  { path: "/mget", methods: { POST: mgetRoute }, summary: "Read several values" },
  { path: "/health", methods: { GET: health }, open: true, summary: "Whether the server works" },
  { path: "/ready", methods: { GET: ready }, open: true, summary: "Whether to send traffic here" },
  {
    path: "/stats",
    methods: { GET: (context) => observedText(context, context.status.statsText()) },
    observes: true,
    summary: "Counters and sizes",
  },
  ...LIVE_ROUTES,
  ...KEY_ROUTES,
  ...DIAGNOSE_ROUTES,
  ...METRICS_ROUTES,
  {
    path: SOCKET_PATH,
    methods: { GET: websocketRoute },
    changes: true,
    summary: "Requests over a WebSocket",
  },
  {
    path: "/snapshot",
    methods: { POST: snapshotRoute },
    changes: true,
    summary: "Save everything to disk",
  },
  { path: "/pipeline", methods: { POST: pipelineRoute }, summary: "Run several commands" },
  { path: "/multi-exec", methods: { POST: multiExecRoute }, summary: "Run several as one" },
  {
    path: "/export",
    methods: { GET: exportRoute },
    summary: "All items, as commands that store them; for administrators",
  },
  {
    path: "/import",
    methods: { POST: importRoute },
    changes: true,
    summary: "Run commands that store items; for administrators",
  },
  {
    path: "/",
    methods: { GET: root, POST: commandRoute },
    summary: "Name, version and routes, or for browsers the dashboard; run a command",
  },
];

const BY_PATH: ReadonlyMap<string, Route> = new Map(ROUTES.map((route) => [route.path, route]));
const STORE = "/store/";
const STORED_GET = "/get/";
const STORE_METHODS = ["PUT", "POST", "DELETE"];

function bannerText(hasWebsocket: boolean): string {
  const routes = ROUTES.filter(({ path }) => hasWebsocket || path !== SOCKET_PATH)
    .flatMap(({ path, methods }) => Object.keys(methods).map((method) => `${method} ${path}`));
  routes.push(...STORE_METHODS.map((method) => `${method} /store/{key}`), "GET /get/{key}");
  return JSON.stringify({ name: "slabkv", version: VERSION, routes });
}

/** Whether the path of `url` from `start` may be asked for without a token. */
export function isOpenPath(url: string, start: number): boolean {
  return BY_PATH.get(url.slice(start, pathEnd(url, start)))?.open === true;
}

/** Whether the path of `url` from `start` tells of the server itself, and is answered whatever else is refused. */
export function isObservingPath(url: string, start: number): boolean {
  const route = BY_PATH.get(url.slice(start, pathEnd(url, start)));
  return route !== undefined && (route.open === true || route.observes === true);
}

/** Whether what is at the path of `url` from `start` changes something, whatever is sent there. */
export function isChangingPath(url: string, start: number): boolean {
  return url.startsWith(STORE, start) ||
    BY_PATH.get(url.slice(start, pathEnd(url, start)))?.changes === true;
}

/** Whether the path of `url` from `start` is /, whatever follows it. */
export function isRootPath(url: string, start: number): boolean {
  return url.length <= start + 1 || url[start + 1] === "?" || url[start + 1] === "#";
}

function pathEnd(url: string, start: number): number {
  for (let i = start; i < url.length; i++) {
    const char = url.charCodeAt(i);
    if (char === 0x3f || char === 0x23) return i;
  }
  return url.length;
}

/** Whether a path such as /set/foo/bar names a command, and no route has it. */
export function isCommandPath(url: string, start: number): boolean {
  if (url.startsWith(STORE, start) || url.startsWith(STORED_GET, start)) return false;
  return !BY_PATH.has(url.slice(start, pathEnd(url, start))) && commandOfPath(url, start) !== null;
}

/** Answers a request whose path begins at `start` in `url`; HEAD comes here as GET. */
export function route(
  context: HttpContext,
  request: Request,
  method: string,
  url: string,
  start: number,
): Response | Promise<Response> {
  if (url.startsWith(STORE, start)) {
    return storeRoute(context, request, method, url, start + STORE.length);
  }
  if (url.startsWith(STORED_GET, start)) {
    if (method !== "GET") return methodNotAllowed("GET, HEAD");
    return storeGet(context, url, start + STORED_GET.length);
  }
  const end = pathEnd(url, start);
  const found = BY_PATH.get(url.slice(start, end));
  if (found === undefined) {
    const command = commandOfPath(url, start);
    if (command !== null) return pathCommandRoute(context, request, url, start, command);
    return error(404, "Unknown path. GET / lists what there is.");
  }
  if (!Object.hasOwn(found.methods, method)) return methodNotAllowed(allowed(found));
  return found.methods[method]!(context, request, url, url[end] === "?" ? end + 1 : -1);
}

function allowed({ methods }: Route): string {
  return Object.keys(methods).flatMap((name) => name === "GET" ? ["GET", "HEAD"] : name).join(", ");
}

function storeRoute(
  context: HttpContext,
  request: Request,
  method: string,
  url: string,
  start: number,
): Response | Promise<Response> {
  if (method === "PUT" || method === "POST") return storePut(context, request, url, start);
  if (method === "DELETE") return storeDelete(context, url, start);
  return methodNotAllowed(STORE_METHODS.join(", "));
}
