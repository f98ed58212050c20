/**
 * Reads addresses as people write them: IPv4, IPv6 with or without brackets, and host names. Knows
 * which of them only this machine can reach. Resolves nothing and opens nothing.
 *
 * @module
 */

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const HOST_NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.(?!$)|$))+$/i;
const AUTHORITY = /^(\[[^\]]*\]|[^:[\]]+)(?::(\d{1,5}))?$/;

/**
 * Brings an address to listen on into the form that sockets take.
 *
 * @param text an IPv4 or IPv6 address or a host name; brackets around IPv6 are dropped
 * @returns the address, or undefined if it is none
 */
export function parseHost(text: string): string | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (bare.includes(":")) return canonicalIpv6(bare) === undefined ? undefined : bare;
  if (bare !== text) return undefined;
  const digitsOnly = /^[\d.]+$/.test(text);
  return (digitsOnly ? IPV4 : HOST_NAME).test(text) ? text.toLowerCase() : undefined;
}

/**
 * Brings an entry of the list of allowed Host headers into lower case.
 *
 * @param text a host, with or without a port; IPv6 in brackets
 * @returns the entry, or undefined if it is no host
 */
export function parseAuthority(text: string): string | undefined {
  const match = AUTHORITY.exec(text);
  if (match === null || Number(match[2] ?? 0) > 65535) return undefined;
  return parseHost(match[1]!) === undefined ? undefined : text.toLowerCase();
}

/**
 * Writes an address and a port as one word, as URLs and error messages have it.
 *
 * @param host an address, IPv6 without brackets
 * @param port a port
 * @returns the two with a colon between them; IPv6 in brackets
 */
export function authorityOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Checks an entry of the list of allowed origins.
 *
 * @param text a scheme, a host and a port unless it is the scheme's own: "https://example.com"
 * @returns the origin as browsers send it, or undefined if it is none
 */
export function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.origin === text.toLowerCase() ? url.origin : undefined;
}

/**
 * Tells whether only this machine can connect to a listener on this address.
 *
 * @param host an address from parseHost()
 * @returns true for 127.0.0.0/8, ::1, the same inside IPv6, and localhost
 */
export function isLoopback(host: string): boolean {
  if (IPV4.test(host)) return host.startsWith("127.");
  if (host.includes(":")) {
    const canonical = canonicalIpv6(host);
    // 127.0.0.0/8 inside IPv6 is two groups; the first is 7f00 to 7fff.
    return canonical === "::1" || /^::ffff:7f[0-9a-f]{2}:/.test(canonical ?? "");
  }
  return host === "localhost" || host.endsWith(".localhost");
}

// The URL parser knows every spelling of an IPv6 address, but no zone (fe80::1%eth0).
function canonicalIpv6(text: string): string | undefined {
  const [address = "", zone] = text.split("%", 2);
  if (zone === "" || /[^0-9a-f:.]/i.test(address)) return undefined;
  return URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1);
}
