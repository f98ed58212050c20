// Whether this server's own page asks, the dashboard, and what that may do. Browsers name the origin of the page with whatever
// changes something, and no page can leave that out or name another one. A page of another site that has its name lead here
// is at its own origin too, so a name that anybody can give this address is not trusted without the token.

import { isLoopback, parseHost } from "../../config/addresses.ts";
import type { Config } from "../../config/config.ts";
import type { HttpContext } from "../context.ts";
import type { RequestAccess } from "../request_access.ts";

const IP_ADDRESS = /^(?:[\d.]+|\[.*\])$/;

/** The host and port that a request was sent to, as the URL has them. */
function authorityOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/**
 * Whether a page of this server sends the request, by its Origin header: one at the same host and port, or at the same name
 * behind a proxy that ends TLS.
 */
export function isOwnOrigin(origin: string | null, url: string): boolean {
  return origin !== null && origin.replace(/^https?:\/\//, "") === authorityOf(url);
}

/** Whether the dashboard may give commands of administration, where a token or --admin lets others do so. */
export function mayAdministerByPage({ access, config }: HttpContext, request: Request): boolean {
  if (config.dashboard !== "on") return false;
  const { url } = request;
  const origin = access.header(request, "origin");
  if (origin === null || !isOwnOrigin(origin, url)) return false;
  const site = access.header(request, "sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const isSame = url.startsWith(`${origin}/`) || config.allowOrigins.includes(origin);
  // A token has been borne by now, and no other site knows it.
  return isSame && (config.token !== undefined || isTrustedHost(config, authorityOf(url)));
}

/** Whether no other site can have its name lead to this address: it is none, or one that the operator knows. */
function isTrustedHost({ allowHosts, host }: Config, authority: string): boolean {
  // Then other names have been refused before.
  if (allowHosts.length > 0) return true;
  const bare = authority.replace(/:\d{1,5}$/, "");
  const name = parseHost(bare);
  return name !== undefined &&
    (IP_ADDRESS.test(bare) || isLoopback(name) || name === host.toLowerCase());
}

/** Whether a request may change something: under --dashboard read no page of this server may, whatever it sends. */
export function mayChangeByPage({ access, config }: HttpContext, request: Request): boolean {
  if (config.dashboard !== "read") return true;
  const { method, url } = request;
  const origin = access.header(request, "origin");
  if (origin !== null) return !isOwnOrigin(origin, url);
  // Pages name no origin with what is to change nothing.
  return method !== "GET" && method !== "HEAD" || isNoBrowser(access, request);
}

/** What browsers send of their own accord and pages cannot leave out; Node's fetch() sends a sec-fetch-mode, too. */
const BROWSER_HEADERS = ["origin", "sec-fetch-site"];
/**
 * How all browsers call themselves. The headers above are not in a GET for a page's picture where the
 * address is neither https nor this machine's own, and pages can change this one only after asking.
 */
const BROWSER_AGENT = /^Mozilla\//i;

/** Whether nothing shows that a browser asks, of its own accord or for a page. */
export function isNoBrowser(access: RequestAccess, request: Request): boolean {
  return BROWSER_HEADERS.every((name) => access.header(request, name) === null) &&
    !BROWSER_AGENT.test(access.header(request, "user-agent") ?? "");
}
