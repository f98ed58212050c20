/**
 * Opens connections to a server, plain, with TLS or over a Unix socket. If it cannot, says why in one
 * line. Does not know what is sent over them.
 *
 * @module
 */

import { formatDuration } from "../server/config/units.ts";
import { ClientError } from "./platform.ts";
import type { Target } from "./target.ts";

/** How to reach a server and get in. */
export interface Access {
  readonly target: Target;
  /** The secret that the server asks for. */
  readonly token: string | undefined;
  /** How long a connection, or a request and its answer, may take. */
  readonly timeoutMs: number;
  /** PEM of authorities to trust besides the well-known ones. */
  readonly caCerts: string[];
}

/**
 * Opens a connection.
 *
 * @param access the server
 * @param signal gives up; closes the connection if it is open already
 * @returns the connection, over which requests can be sent at once
 */
export async function openConnection(access: Access, signal: AbortSignal): Promise<Deno.Conn> {
  const { target, caCerts } = access;
  if (target.unixPath !== undefined) {
    return closedBy(signal, await Deno.connect({ transport: "unix", path: target.unixPath }));
  }
  const { hostname, port } = target;
  const tcp = await Deno.connect({ hostname, port, signal });
  tcp.setNoDelay(true);
  if (!target.isTls) return closedBy(signal, tcp);
  const tls = await Deno.startTls(tcp, { hostname, caCerts, alpnProtocols: ["http/1.1"] });
  closedBy(signal, tls);
  await tls.handshake();
  return tls;
}

/** Writes all bytes to a connection. */
export async function writeBytes(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}

/** Closes a connection, which may be closed already. */
export function closeConnection(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/**
 * Says why a request to the server failed.
 *
 * @param access the server
 * @param error the error that was thrown while connecting, sending or reading
 * @param signal the signal that gives up after the timeout
 * @returns an error with one line that says what to do
 */
export function explain(access: Access, error: unknown, signal: AbortSignal): ClientError {
  if (error instanceof ClientError) return error;
  const { url, isTls } = access.target;
  const message = error instanceof Error ? error.message : String(error);
  const cannot = `Cannot reach ${url}:`;
  const elsewhere = "Is slabkv running there? Another address goes into --url or SLABKV_URL";
  if (signal.aborted) {
    return new ClientError(`${cannot} no answer within ${formatDuration(access.timeoutMs)}`);
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return new ClientError(`${cannot} connection refused. ${elsewhere}`);
  }
  if (error instanceof Deno.errors.NotFound) {
    return new ClientError(`${cannot} no such socket. ${elsewhere}`);
  }
  if (/lookup address|resolve/i.test(message)) {
    return new ClientError(`${cannot} host name not found. ${elsewhere}`);
  }
  if (/CaUsedAsEndEntity/.test(message)) {
    const why =
      "its certificate is that of an authority (CA:TRUE), as openssl req -x509 makes them";
    return new ClientError(
      `${cannot} ${why}. Make one with -addext basicConstraints=CA:FALSE and trust it with --ca FILE`,
    );
  }
  if (/certificate/i.test(message)) {
    return new ClientError(`${cannot} ${message}. Give the authority to trust with --ca FILE`);
  }
  const hint = isTls ? "Does it speak https?" : "Does it speak http, and not https?";
  return new ClientError(`${cannot} ${message}. ${hint}`);
}

function closedBy(signal: AbortSignal, conn: Deno.Conn): Deno.Conn {
  signal.addEventListener("abort", () => closeConnection(conn), { once: true });
  if (signal.aborted) closeConnection(conn);
  return conn;
}
