// What a request of Deno.serve knows but tells only at a price: one header without a Headers object,
// a body that has already arrived without a promise, and where it came from. The object behind the
// request has both; it is not public, so it is believed only where it looks and answers as expected,
// and everything works, slower, where it does not. bench/http/request_access.ts, Deno 2.9: `headers`
// costs 0.3 µs for a request of three headers, more for more, and `bytes()` 0.2 µs more than this.

import { authorityOf } from "../config/addresses.ts";
import { escapedAndCut } from "../contract/log/plain_text.ts";
import type { RequestOrigin, RequestTrace } from "../contract/log/slow_requests.ts";
import { validTraceparent } from "../contract/log/trace_context.ts";

/** So much of a path is shown. */
const MAX_PATH_CHARS = 64;
/** Paths that go on with a key at most. */
const PLAIN_PATH = /^\/(?:store|get|stats)\//;

interface InnerBody {
  readonly streamOrStatic?: { body?: unknown; consumed?: unknown };
}

/** An address as it looks on either transport. */
interface RemoteAddress {
  readonly hostname?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
}

interface InnerRequest {
  readonly body?: InnerBody | null;
  readonly remoteAddr?: RemoteAddress;
  header(name: string): string | null;
}

type Inward = Record<symbol, InnerRequest>;

/** Reads requests of one Deno.serve after the other; what it has found out once holds for all. */
export class RequestAccess implements RequestOrigin {
  /** The symbol under which requests keep their inner request; null where there is none such. */
  #symbol: symbol | null | undefined;
  /** The request at work, or the address of the client that is answered otherwise. */
  current: Request | string = "";

  /** The value of the header `name` (lower case) of `request`, or null. */
  header(request: Request, name: string): string | null {
    const symbol = this.#symbolOf(request);
    if (symbol === null) return request.headers.get(name);
    return (request as unknown as Inward)[symbol]!.header(name);
  }

  /**
   * The whole body of `request` if all of it has arrived, else null: then it is still to be read.
   * It is the only copy; whoever takes it must not read the request's body as well.
   */
  arrivedBody(request: Request): Uint8Array<ArrayBuffer> | null {
    const symbol = this.#symbolOf(request);
    if (symbol === null) return null;
    const held = (request as unknown as Inward)[symbol]!.body?.streamOrStatic;
    if (held === undefined || held.consumed !== false) return null;
    const { body } = held;
    return body instanceof Uint8Array ? body as Uint8Array<ArrayBuffer> : null;
  }

  /** Where `request` came from, as "127.0.0.1:50000" or a socket's path; empty where nobody knows. */
  addressOf(request: Request): string {
    const symbol = this.#symbolOf(request);
    if (symbol === null) return "";
    try {
      return addressText((request as unknown as Inward)[symbol]!.remoteAddr ?? {});
    } catch {
      // The connection is gone, and with it what was known of it.
      return "";
    }
  }

  /** How the client at work has come. */
  get protocol(): "http" | "websocket" {
    return typeof this.current === "string" ? "websocket" : "http";
  }

  /** Where the client at work is. */
  address(): string {
    const { current } = this;
    return typeof current === "string" ? current : this.addressOf(current);
  }

  /** What the request at work says of itself; null: a message is at work. */
  trace(): RequestTrace | null {
    const { current } = this;
    return typeof current === "string" ? null : this.traceOf(current);
  }

  /** What `request` says of itself. */
  traceOf(request: Request): RequestTrace {
    const { method, url } = request;
    const path = escapedAndCut(shownPath(new URL(url).pathname), MAX_PATH_CHARS);
    return { method, path, traceparent: validTraceparent(this.header(request, "traceparent")) };
  }

  #symbolOf(request: Request): symbol | null {
    if (this.#symbol === undefined) this.#symbol = findSymbol(request);
    return this.#symbol;
  }
}

/** Paths of commands have values and tokens behind the command's name, which nobody is to see. */
function shownPath(path: string): string {
  if (PLAIN_PATH.test(path)) return path;
  const end = path.indexOf("/", 1);
  return end < 0 ? path : `${path.slice(0, end)}/...`;
}

/** One request of the REST interface, whose commands may be at work while others come. */
export class RestOrigin implements RequestOrigin {
  readonly protocol = "rest";
  readonly #access: RequestAccess;
  readonly #request: Request;

  constructor(access: RequestAccess, request: Request) {
    this.#access = access;
    this.#request = request;
  }

  address(): string {
    return this.#access.addressOf(this.#request);
  }

  trace(): RequestTrace {
    return this.#access.traceOf(this.#request);
  }
}

function addressText({ hostname, port, path }: RemoteAddress): string {
  if (typeof path === "string") return path;
  return typeof hostname === "string" && typeof port === "number"
    ? authorityOf(hostname, port)
    : "";
}

/** Finds the symbol, and believes in it only if it answers what the public way does. */
function findSymbol(request: Request): symbol | null {
  const symbol = Object.getOwnPropertySymbols(request).find((s) => s.description === "request");
  if (symbol === undefined) return null;
  const inner = (request as unknown as Inward)[symbol];
  if (typeof inner?.header !== "function") return null;
  for (const name of ["host", "user-agent", "content-length", "x-not-there"]) {
    if (inner.header(name) !== request.headers.get(name)) return null;
  }
  return symbol;
}
