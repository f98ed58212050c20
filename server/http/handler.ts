// The handler of one listener: admits a request, then routes it. The two hottest routes are tried
// first, by comparing strings in place; everything else goes through the table.

import { addCounter } from "../../cache/mod.ts";
import { errorText } from "../codecs/json_answers.ts";
import { errorAnswer } from "../codecs/json_command_reply.ts";
import type { ServerRegion } from "../contract/counters.ts";
import { type Gate, WorkerMode } from "../contract/breaker/gate.ts";
import { isOwnOrigin } from "./admin/own_page.ts";
import { Admission } from "./admission.ts";
import { CLOSE, error, methodNotAllowed, overloaded, preflight, RETRY, share } from "./answers.ts";
import type { HttpContext } from "./context.ts";
import { getRoute, putRoute } from "./json_routes.ts";
import { SlowClient } from "./large_answers.ts";
import { LOADING_MESSAGE, SHED_MESSAGE } from "./refusals.ts";
import type { RequestAccess } from "./request_access.ts";
import {
  isChangingPath,
  isCommandPath,
  isObservingPath,
  isOpenPath,
  isRootPath,
  route,
} from "./routes.ts";
import { asCommandError, isCommandRequest } from "./command_routes.ts";
import { LOADING, SHED } from "../commands/failures.ts";
import { isEventPath } from "./events/event_routes.ts";
import { isLivePath } from "./observe/live_routes.ts";
import { isSocketPath, tokenOfProtocols } from "./websocket_route.ts";

/** While clients are to spread, one answer in this many asks its client to reconnect. */
const SPREAD_ONE_IN = 200;

const SHED_TEXT = errorText(SHED_MESSAGE);
const SHED_COMMAND_TEXT = errorAnswer(`${SHED.code} ${SHED_MESSAGE}`);
const SHED_INIT: ResponseInit = {
  status: 503,
  headers: { "content-type": "application/json", ...RETRY },
};
const STOPPING = "Server is stopping. Ask another one, or this one later.";
const STOPPING_HEADERS = { ...RETRY, ...CLOSE };
const HOST_REFUSED = "Host is not allowed. Ask by an address of this server, or --allow-host it.";
const TOKEN_REFUSED = "Token is missing or wrong. Send Authorization: Bearer TOKEN.";
const BEARER = { "www-authenticate": "Bearer" };
const READ_ONLY = "The dashboard may change nothing. Start slabkv without --dashboard read.";
const ORIGIN_REFUSED = "Origin is not allowed. Start slabkv with --allow-origin to allow it.";

/** What a handler needs to know of its worker. */
export interface HandlerOptions {
  readonly context: HttpContext;
  readonly region: ServerRegion;
  readonly actor: number;
  /** Whether the listener is one that web pages cannot reach. */
  readonly trusted: boolean;
  /** Called with an exception that a request has caused: a bug. */
  readonly onBug: (error: unknown) => void;
}

/** Handles the requests of one listener. */
export class HttpHandler {
  readonly #context: HttpContext;
  readonly #admission: Admission;
  readonly #access: RequestAccess;
  readonly #gate: Gate;
  readonly #words: Int32Array;
  readonly #requestsWord: number;
  readonly #errorsWord: number;
  readonly #checksHeaders: boolean;
  readonly #onBug: (error: unknown) => void;
  readonly #look = (response: Response): Response => this.#looked(response);
  #answered = 0;

  constructor(options: HandlerOptions) {
    this.#context = options.context;
    this.#admission = new Admission(options.context.config, options.trusted);
    this.#access = options.context.access;
    this.#gate = options.context.gate;
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
    return this.#gate.isOpen ? this.#answer(request) : this.#answerInMode(request);
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
      // A page of another site may open a socket, and unlike a GET it may read the answers. It may open streams.
      if (staysOpen(url, path)) {
        const problem = this.#originProblem(request, url, path);
        if (problem !== null) return error(403, problem);
      }
      return route(context, request, method, url, path);
    }
    if (method === "HEAD") return this.#head(request, url, path);
    // A page of another site may send a POST without asking first; it always names its origin.
    const problem = this.#originProblem(request, url, path);
    if (problem !== null) return this.#refusal(request, path, 403, problem);
    if (method === "POST" && url.length === path + 4 && url.endsWith("/put")) {
      return putRoute(context, request, url, -1);
    }
    return route(context, request, method, url, path);
  }

  /** Why a request is refused that names the page which sends it; or null. */
  #originProblem(request: Request, url: string, path: number): string | null {
    const origin = this.#context.access.header(request, "origin");
    if (origin === null) return null;
    if (!this.#admission.originAllowed(origin, url.slice(0, path))) return ORIGIN_REFUSED;
    const isReading = this.#context.config.dashboard !== "read" || !isOwnOrigin(origin, url) ||
      !isChangingPath(url, path);
    return isReading ? null : READ_ONLY;
  }

  async #head(request: Request, url: string, path: number): Promise<Response> {
    // What a HEAD answers has no use for a socket or stream, and must not open one.
    if (staysOpen(url, path)) return methodNotAllowed("GET");
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
    const isOpen = isOpenPath(url, path) || this.#asksForPage(request, method, url, path);
    const response = isOpen || this.#bearsToken(request, url, path)
      ? await this.#routed(request, method, url, path)
      : await this.#refusal(request, path, 401, TOKEN_REFUSED, BEARER);
    this.#looked(response);
    if (shared && response.status !== 101) share(response, origin);
    return response;
  }

  #bearsToken(request: Request, url: string, path: number): boolean {
    const authorization = authorizationOf(this.#context.access, request, url, path);
    if (this.#admission.tokenMatches(authorization)) return true;
    // Who brings none at all has not tried to guess it.
    if (authorization !== null) this.#context.noteFailedToken(request);
    return false;
  }

  #answerInMode(request: Request): Response | Promise<Response> {
    const { mode } = this.#gate;
    if (mode === WorkerMode.open || mode === WorkerMode.spreading) {
      if (this.#gate.isShedding && !this.#isProbe(request) && this.#gate.refuses()) {
        return this.#shed(request);
      }
      return mode === WorkerMode.open ? this.#answer(request) : this.#answerOne(request);
    }
    if (this.#isProbe(request)) return this.#answer(request);
    return mode === WorkerMode.draining
      ? this.#refuse(request, STOPPING, STOPPING_HEADERS)
      : this.#refuse(request, LOADING_MESSAGE, RETRY, LOADING.code);
  }

  /** Answers, and asks one client in many to reconnect. */
  async #answerOne(request: Request): Promise<Response> {
    const response = await this.#answer(request);
    // A socket that has just been opened is to stay, and its answer must not say otherwise.
    if (response.status === 101 || ++this.#answered % SPREAD_ONE_IN !== 0) return response;
    response.headers.set("connection", "close");
    return response;
  }

  /**
   * Whether it asks about the server itself, or may go on to ask. Such requests are always answered, so that
   * somebody can see why others are not.
   */
  #isProbe(request: Request): boolean {
    const { url, method } = request;
    const path = this.#admission.pathStart(url);
    if (path < 0) return false;
    return isObservingPath(url, path) || this.#asksForPage(request, method, url, path) ||
      method === "OPTIONS" && this.#admission.allowsOrigins;
  }

  /** Whether a browser asks for the dashboard, which anybody may have: it is data that need a token. */
  #asksForPage(request: Request, method: string, url: string, path: number): boolean {
    return isRootPath(url, path) && (method === "GET" || method === "HEAD") &&
      this.#context.dashboard.isWanted(request);
  }

  async #refuse(
    request: Request,
    message: string,
    headers: Readonly<Record<string, string>>,
    code?: string,
  ): Promise<Response> {
    const path = this.#admission.pathStart(request.url);
    return this.#looked(await this.#refusal(request, path, 503, message, headers, code));
  }

  /** Refuses a request that the breaker does not let in, for as little as may be: there are very many. */
  #shed(request: Request): Response {
    this.#context.refusals.shed();
    const { url, method } = request;
    const path = this.#admission.pathStart(url);
    const isCommand = path >= 0 && isCommandRequest(method, url, path) || isCommandPath(url, path);
    const response = new Response(isCommand ? SHED_COMMAND_TEXT : SHED_TEXT, SHED_INIT);
    if (this.#admission.allowsOrigins) {
      const origin = this.#access.header(request, "origin");
      if (origin !== null && this.#admission.sharesWith(origin)) share(response, origin);
    }
    return this.#looked(response);
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

/** Whether a path is answered with what stays open. */
function staysOpen(url: string, path: number): boolean {
  return isSocketPath(url, path) || isEventPath(url, path) || isLivePath(url, path);
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
