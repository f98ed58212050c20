// Two things that a request of Deno.serve knows but tells only at a price: one header without a
// Headers object, and a body that has already arrived without a promise. The object behind the
// request has both; it is not public, so it is believed only where it looks and answers as expected,
// and everything works, slower, where it does not. bench/http/request_access.ts, Deno 2.9: `headers`
// costs 0.3 µs for a request of three headers, more for more, and `bytes()` 0.2 µs more than this.

interface InnerBody {
  readonly streamOrStatic?: { body?: unknown; consumed?: unknown };
}

interface InnerRequest {
  readonly body?: InnerBody | null;
  header(name: string): string | null;
}

type Inward = Record<symbol, InnerRequest>;

/** Reads requests of one Deno.serve after the other; what it has found out once holds for all. */
export class RequestAccess {
  /** The symbol under which requests keep their inner request; null where there is none such. */
  #symbol: symbol | null | undefined;

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

  #symbolOf(request: Request): symbol | null {
    if (this.#symbol === undefined) this.#symbol = findSymbol(request);
    return this.#symbol;
  }
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
