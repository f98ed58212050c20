// The handler of one listener: admits a request, then routes it. The two hottest routes are tried
// first, by comparing strings in place; everything else goes through the table.

import { addCounter } from "../../cache/mod.ts";
import type { ServerRegion } from "../contract/counters.ts";
import { Admission } from "./admission.ts";
import { CLOSE, error, methodNotAllowed, overloaded, RETRY } from "./answers.ts";
import type { HttpContext } from "./context.ts";
import { getRoute, putRoute } from "./json_routes.ts";
import { SlowClient } from "./large_answers.ts";
import { LOADING_MESSAGE } from "./refusals.ts";
import type { RequestAccess } from "./request_access.ts";
import { isCommandPath, isOpenPath, route } from "./routes.ts";
import { asCommandError, isCommandRequest } from "./command_routes.ts";
import { LOADING } from "../commands/failures.ts";
import { isSocketPath, tokenOfProtocols } from "./websocket_route.ts";

/** While shedding, one answer in this many asks its client to reconnect. */
const SHED_ONE_IN = 200;

const STOPPING = "Server is stopping. Ask another one, or this one later.";
const STOPPING_HEADERS = { ...RETRY, ...CLOSE };
const HOST_REFUSED = "Host is not allowed. Ask by an address of this server, or --allow-host it.";
const TOKEN_REFUSED = "Token is missing or wrong. Send Authorization: Bearer TOKEN.";
/** What pages may send; upstash-* are those of @upstash/redis. */
const ALLOWED_HEADERS = "authorization, content-type, upstash-encoding, upstash-sync-token, " +
  "upstash-telemetry-platform, upstash-telemetry-runtime, upstash-telemetry-sdk";
const BEARER = { "www-authenticate": "Bearer" };
const ORIGIN_REFUSED = "Origin is not allowed. Start slabkv with --allow-origin to allow it.";

/** What a handler needs to know of its worker. */
export interface HandlerOptions {
  readonly context: HttpContext;
  readonly region: ServerRegion;
  readonly actor: number;
  /** Whether the listener is one that web pages cannot reach. */
  readonly trusted: boolean;
  /** How requests are treated at first. */
  readonly mode: HandlerMode;
  /** Called with an exception that a request has caused: a bug. */
  readonly onBug: (error: unknown) => void;
}

/** How a handler treats the requests that come to it. */
export type HandlerMode =
  /** As they should be. */
  | "open"
  /** The same, but some clients are asked to reconnect, so that they spread over more workers. */
  | "shedding"
  /** Refused: the server is about to stop, and only what is in work still ends. */
  | "draining"
  /** Refused: the data are still being loaded. */
  | "loading";

/** Handles the requests of one listener. */
export class HttpHandler {
  /** How requests are treated from now on. */
  mode: HandlerMode;
  readonly #context: HttpContext;
  readonly #admission: Admission;
  readonly #access: RequestAccess;
  readonly #words: Int32Array;
  readonly #requestsWord: number;
  readonly #errorsWord: number;
  readonly #checksHeaders: boolean;
  readonly #onBug: (error: unknown) => void;
  readonly #look = (response: Response): Response => this.#looked(response);
  #answered = 0;

  constructor(options: HandlerOptions) {
    this.mode = options.mode;
    this.#context = options.context;
    this.#admission = new Admission(options.context.config, options.trusted);
    this.#access = options.context.access;
    this.#words = options.region.words;
    this.#requestsWord = options.region.counterWord(options.actor, "requests");
    this.#errorsWord = options.region.counterWord(options.actor, "errors");
    this.#checksHeaders = this.#admission.needsToken || this.#admission.allowsOrigins;
    this.#onBug = options.onBug;
  }

  /** Answers one request. */
  handle(request: Request): Response | Promise<Response> {
    addCounter(this.#words, this.#requestsWord, 1);
    this.#access.current = request;
    return this.mode === "open" ? this.#answer(request) : this.#answerInMode(request);
  }

  /** Counts an answer if it is a refusal. Costs those that are not one compare. */
  #looked(response: Response): Response {
    if (response.status >= 400) this.#context.refusals.answered(response.status);
    return response;
  }

  /** A refusal in the form that the clients of its path read. */
  #refusal(
    request: Request,
    path: number,
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    code?: string,
  ): Response | Promise<Response> {
    const refusal = error(status, message, headers);
    const { method, url } = request;
    const isCommand = isCommandRequest(method, url, path) || isCommandPath(url, path);
    return isCommand ? asCommandError(refusal, code) : refusal;
  }

  #answer(request: Request): Response | Promise<Response> {
    const url = request.url;
    const path = this.#admission.pathStart(url);
    if (path < 0) return this.#looked(error(403, HOST_REFUSED));
    const method = request.method;
    if (this.#checksHeaders) return this.#answerChecked(request, method, url, path);
    const response = this.#routed(request, method, url, path);
    return response instanceof Promise ? response.then(this.#look) : this.#looked(response);
  }

  #routed(
    request: Request,
    method: string,
    url: string,
    path: number,
  ): Response | Promise<Response> {
    const context = this.#context;
    if (method === "GET") {
      if (url.startsWith("/get?", path)) return getRoute(context, request, url, path + 5);
      // A page of another site may open a socket, and unlike a GET it may read the answers.
      if (isSocketPath(url, path) && !this.#originAllowed(request, url, path)) {
        return error(403, ORIGIN_REFUSED);
      }
      return route(context, request, method, url, path);
    }
    if (method === "HEAD") return this.#head(request, url, path);
    // A page of another site may send a POST without asking first; it always names its origin.
    if (!this.#originAllowed(request, url, path)) {
      return this.#refusal(request, path, 403, ORIGIN_REFUSED);
    }
    if (method === "POST" && url.length === path + 4 && url.endsWith("/put")) {
      return putRoute(context, request, url, -1);
    }
    return route(context, request, method, url, path);
  }

  #originAllowed(request: Request, url: string, path: number): boolean {
    const origin = this.#context.access.header(request, "origin");
    return origin === null || this.#admission.originAllowed(origin, url.slice(0, path));
  }

  async #head(request: Request, url: string, path: number): Promise<Response> {
    // What a HEAD answers has no use for a socket, and must not open one.
    if (isSocketPath(url, path)) return methodNotAllowed("GET");
    const response = await route(this.#context, request, "GET", url, path);
    const { status, headers } = response;
    if (headers.has("content-length")) await response.body?.cancel();
    else headers.set("content-length", String((await response.bytes()).length));
    return new Response(null, { status, headers });
  }

  /** With a token or foreign origins to look after, which cost header reads. */
  async #answerChecked(
    request: Request,
    method: string,
    url: string,
    path: number,
  ): Promise<Response> {
    const admission = this.#admission;
    const origin = this.#context.access.header(request, "origin");
    const shared = origin !== null && admission.sharesWith(origin);
    if (shared && method === "OPTIONS") return preflight(origin);
    const response = isOpenPath(url, path) || this.#bearsToken(request, url, path)
      ? await this.#routed(request, method, url, path)
      : await this.#refusal(request, path, 401, TOKEN_REFUSED, BEARER);
    this.#looked(response);
    if (shared && response.status !== 101) {
      response.headers.set("access-control-allow-origin", origin);
      response.headers.set("access-control-expose-headers", "upstash-sync-token");
      response.headers.append("vary", "Origin");
    }
    return response;
  }

  #bearsToken(request: Request, url: string, path: number): boolean {
    const authorization = authorizationOf(this.#context.access, request, url, path);
    if (this.#admission.tokenMatches(authorization)) return true;
    // Who brings none at all has not tried to guess it.
    if (authorization !== null) this.#context.noteFailedToken(request);
    return false;
  }

  async #answerInMode(request: Request): Promise<Response> {
    if (this.mode === "draining") return this.#answerProbe(request, STOPPING, STOPPING_HEADERS);
    if (this.mode === "loading") {
      return this.#answerProbe(request, LOADING_MESSAGE, RETRY, LOADING.code);
    }
    const response = await this.#answer(request);
    // A socket that has just been opened is to stay, and its answer must not say otherwise.
    if (response.status === 101 || ++this.#answered % SHED_ONE_IN !== 0) return response;
    response.headers.set("connection", "close");
    return response;
  }

  /** Answers probes and /stats alone, so that somebody can see why it takes so long; refuses all else. */
  async #answerProbe(
    request: Request,
    message: string,
    headers: Readonly<Record<string, string>>,
    code?: string,
  ): Promise<Response> {
    const { url } = request;
    const path = this.#admission.pathStart(url);
    if (path >= 0 && (isOpenPath(url, path) || url.startsWith("/stats", path))) {
      return await this.#answer(request);
    }
    return this.#looked(await this.#refusal(request, path, 503, message, headers, code));
  }

  /** Answers a request that has caused an exception. */
  onError(cause: unknown): Response {
    // The status of an answer that is cut off has long been sent; this one goes nowhere.
    if (cause instanceof SlowClient) return overloaded("Answer was not taken in time.");
    addCounter(this.#words, this.#errorsWord, 1);
    this.#onBug(cause);
    return error(500, "Internal error. The server's log says more.");
  }
}

/** Pages cannot set headers of a WebSocket, so there the token may come as a protocol. */
function authorizationOf(
  access: RequestAccess,
  request: Request,
  url: string,
  path: number,
): string | null {
  const authorization = access.header(request, "authorization");
  if (authorization !== null || !isSocketPath(url, path)) return authorization;
  return tokenOfProtocols(access.header(request, "sec-websocket-protocol"));
}

function preflight(origin: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": "600",
      vary: "Origin",
    },
  });
}
