// One listener of one worker: Deno.serve on a TCP address or a Unix socket, kept up.
// Running out of file descriptors ends a Deno.serve, though not its connections; it is started
// again until somebody shuts it down.

import { messageOf } from "../contract/error_text.ts";
import { type Credentials, type Listen, withCredentials } from "../contract/listen.ts";
import type { HttpHandler } from "./handler.ts";

const TCP_BACKLOG = 4096;
const RETRY_MS = 100;

/** Serves one address. */
export class HttpListener {
  #listen: Listen;
  readonly #handler: HttpHandler;
  readonly #compress: boolean;
  readonly #warn: (error: unknown) => void;
  #server: Deno.HttpServer | undefined;
  /** Ends the server with all its connections. */
  #end = new AbortController();
  #down = false;

  /** `warn` is told why a listener had to be started again. */
  constructor(
    listen: Listen,
    handler: HttpHandler,
    compress: boolean,
    warn: (error: unknown) => void,
  ) {
    this.#listen = listen;
    this.#handler = handler;
    this.#compress = compress;
    this.#warn = warn;
  }

  /** Binds and serves. Throws Error when the address cannot be bound. */
  start(): void {
    const end = new AbortController();
    const server = this.#serve(end.signal);
    this.#server = server;
    this.#end = end;
    server.finished.then(
      () => this.#restart(server, undefined),
      (error) => this.#restart(server, error),
    );
  }

  #serve(signal: AbortSignal): Deno.HttpServer {
    const handler = (request: Request) => this.#handler.handle(request);
    const common = {
      signal,
      automaticCompression: this.#compress,
      onListen: () => {},
      onError: (error: unknown) => this.#handler.onError(error),
    };
    const { unixPath, unixMode, hostname, port, cert, key } = this.#listen;
    if (unixPath !== undefined) {
      const server = Deno.serve({ ...common, path: unixPath }, handler);
      if (unixMode !== undefined) Deno.chmodSync(unixPath, unixMode);
      return server;
    }
    const tcp = { ...common, hostname, port, reusePort: true, tcpBacklog: TCP_BACKLOG };
    if (cert === undefined || key === undefined) return Deno.serve(tcp, handler);
    try {
      return Deno.serve({ ...tcp, cert, key }, handler);
    } catch (error) {
      throw new Error(`Cannot listen with --tls-cert and --tls-key: ${messageOf(error)}`);
    }
  }

  #restart(server: Deno.HttpServer, error: unknown): void {
    if (this.#down || server !== this.#server) return;
    this.#retry(error ?? "listener ended");
  }

  #retry(error: unknown): void {
    this.#warn(error);
    setTimeout(() => this.#tryStart(), RETRY_MS);
  }

  #tryStart(): void {
    if (this.#down) return;
    try {
      this.start();
    } catch (cause) {
      this.#retry(cause);
    }
  }

  /**
   * Listens anew, with other credentials. Returns what ends the listener before it, which until then
   * takes connections too; undefined if there is nothing to renew.
   */
  renew(credentials: Credentials): (() => Promise<void>) | undefined {
    const before = this.#server;
    if (this.#down || this.#listen.cert === undefined || before === undefined) return undefined;
    this.#listen = withCredentials(this.#listen, credentials);
    this.start();
    return () => before.shutdown();
  }

  /**
   * Closes all connections at once, whatever they are at, WebSockets among them, and listens anew.
   * Resolves when Deno has let go of what it held for them.
   */
  async cut(): Promise<void> {
    const before = this.#server;
    const end = this.#end;
    if (this.#down || before === undefined) return;
    this.#server = undefined;
    const isUnix = this.#listen.unixPath !== undefined;
    // A port has both for a moment, so that nobody is refused. A Unix socket goes with its server.
    if (!isUnix) this.#tryStart();
    end.abort();
    await before.finished.catch(() => {});
    if (isUnix) this.#tryStart();
  }

  /** Stops listening; resolves when its requests in work have ended. */
  async shutdown(): Promise<void> {
    this.#down = true;
    await this.#server?.shutdown();
  }
}
