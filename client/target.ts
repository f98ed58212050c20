/**
 * Reads the address of a server from the URL that people write: http, https or a Unix socket. Pure:
 * resolves no name and opens nothing.
 *
 * @module
 */

/** A server's address. */
export interface Target {
  /** The URL as messages show it. */
  readonly url: string;
  readonly isTls: boolean;
  /** Host name or address, IPv6 without brackets; empty for a Unix socket. */
  readonly hostname: string;
  readonly port: number;
  readonly unixPath: string | undefined;
  /** The value of the Host header. */
  readonly authority: string;
  /** The beginning of every path: empty, or "/cache" behind a proxy. */
  readonly prefix: string;
}

/** The address of the server by default. */
export const DEFAULT_URL = "http://127.0.0.1:7171";

/** What parseTarget() accepts, to end a message with. */
export const TARGET_EXPECTED =
  "a URL such as http://127.0.0.1:7171, https://cache.example or unix:/run/slabkv.sock";

/**
 * Reads the URL of a server.
 *
 * @param text http:// or https:// (http:// may be left out), or "unix:" and a path
 * @returns the address, or undefined if it is none
 */
export function parseTarget(text: string): Target | undefined {
  if (text.startsWith("unix:")) return unixTarget(text.slice(5).replace(/^\/\/(?=\/)/, ""));
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") return undefined;
  if (url.username + url.password + url.search + url.hash !== "") return undefined;
  const isTls = url.protocol === "https:";
  const prefix = url.pathname.replace(/\/+$/, "");
  return {
    url: url.origin + prefix,
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || (isTls ? 443 : 80)),
    unixPath: undefined,
    authority: url.host,
    prefix,
  };
}

/**
 * Gives the address of the server on this machine, for commands that run beside it, such as the health
 * check of a container. Its port is that of the server's own variable.
 *
 * @param portText the value of SLABKV_PORT, if it is set
 * @returns the address, or undefined if the variable is no port
 */
export function localTarget(portText: string | undefined): Target | undefined {
  // Kubernetes sets the variable to a URL beside a service named slabkv; the server ignores it too.
  const isUnset = portText === undefined || portText === "" || portText.startsWith("tcp://");
  if (isUnset) return parseTarget(DEFAULT_URL);
  return /^[1-9]\d{0,4}$/.test(portText) ? parseTarget(`http://127.0.0.1:${portText}`) : undefined;
}

function unixTarget(path: string): Target | undefined {
  if (path === "" || path.includes("\0")) return undefined;
  return {
    url: `unix:${path}`,
    isTls: false,
    hostname: "",
    port: 0,
    unixPath: path,
    authority: "localhost",
    prefix: "",
  };
}
