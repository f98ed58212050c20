// Who may ask: the Host header against DNS rebinding, the Origin header against other sites' pages,
// the bearer token. Works on strings; knows no route and answers nothing itself.

import type { Config } from "../config/config.ts";
import { sameSecret } from "../contract/same_bytes.ts";
import { isLoopback, parseHost } from "../config/addresses.ts";

/** Decides for one listener. */
export class Admission {
  readonly #allowed: ReadonlySet<string>;
  readonly #anyHost: boolean;
  readonly #origins: ReadonlySet<string>;
  readonly #token: Uint8Array | null;
  /** The last prefix that was found good: most requests come with the same one. */
  #goodPrefix = "\0";

  /** `trusted` is a listener that no web page can reach, such as a Unix socket. */
  constructor(config: Config, trusted: boolean) {
    this.#allowed = new Set([...config.allowHosts, config.host.toLowerCase()]);
    const listensToAll = config.host === "0.0.0.0" || config.host === "::";
    // Beyond loopback a name that leads here is up to whoever set it up, unless hosts are listed.
    const open = config.allowHosts.length === 0 && (listensToAll || !isLoopback(config.host));
    this.#anyHost = trusted || open;
    this.#origins = new Set(config.allowOrigins);
    this.#token = config.token === undefined ? null : new TextEncoder().encode(config.token);
  }

  /** Whether requests have to bear a token. */
  get needsToken(): boolean {
    return this.#token !== null;
  }

  /** Whether pages of other origins may ask. */
  get allowsOrigins(): boolean {
    return this.#origins.size > 0;
  }

  /** Where the path begins in `url` when its host is allowed, else -1. */
  pathStart(url: string): number {
    if (url.startsWith(this.#goodPrefix)) return this.#goodPrefix.length - 1;
    const authority = url.indexOf("://") + 3;
    const slash = url.indexOf("/", authority);
    const start = slash < 0 ? url.length : slash;
    if (!this.#anyHost && !this.#hostAllowed(url.slice(authority, start).toLowerCase())) return -1;
    if (slash > 0) this.#goodPrefix = url.slice(0, slash + 1);
    return start;
  }

  #hostAllowed(authority: string): boolean {
    if (this.#allowed.has(authority)) return true;
    const bare = parseHost(authority.replace(/:\d{1,5}$/, ""));
    return bare !== undefined && (isLoopback(bare) || this.#allowed.has(bare));
  }

  /** Whether a request with this Origin header (null: none) to `ownOrigin` may change data. */
  originAllowed(origin: string | null, ownOrigin: string): boolean {
    return origin === null || origin === ownOrigin || this.#origins.has(origin);
  }

  /** Whether answers to this origin may be read by its pages. */
  sharesWith(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /** Whether the Authorization header is right. Takes the same time whatever it holds. */
  tokenMatches(authorization: string | null): boolean {
    const wanted = this.#token;
    if (wanted === null) return true;
    const match = /^bearer +(.*)$/i.exec(authorization ?? "");
    const given = new TextEncoder().encode(match === null ? "" : match[1]!.trim());
    return sameSecret(wanted, given, 0, given.length);
  }
}
