// One raw listener of one worker: accepts connections on a TCP address or a Unix socket and has
// them served, until it is closed. When file descriptors run out it waits and tries again.

import { authorityOf } from "../config/addresses.ts";
import { type Credentials, type Listen, withCredentials } from "../contract/listen.ts";
import { Session } from "../contract/session.ts";
import { RawConnection } from "./connection.ts";
import type { RawProtocol } from "./protocols.ts";
import type { RawContext } from "./raw_context.ts";

const TCP_BACKLOG = 4096;
const RETRY_MS = 100;
/** About how long it takes to accept a connection and to begin to serve it. */
const ACCEPT_MS = 0.05;
/** How long a refusal may take to be written. */
const REFUSE_MS = 2000;
/** What a refusal stands between, in a line of each protocol. */
const REFUSAL_LINES = { resp: ["-", "\r\n"], text: ["", "\n"], memcache: ["", "\r\n"] } as const;

/** Accepts for one address. */
export class RawListener {
  #listen: Listen;
  readonly #context: RawContext;
  readonly #protocol: RawProtocol;
  readonly #warn: (error: unknown) => void;
  #listener: Deno.Listener | undefined;
  #isDown = false;

  /** `warn` is told why nothing could be accepted. */
  constructor(
    listen: Listen,
    context: RawContext,
    protocol: RawProtocol,
    warn: (error: unknown) => void,
  ) {
    this.#listen = listen;
    this.#context = context;
    this.#protocol = protocol;
    this.#warn = warn;
  }

  /** Binds and accepts. Throws Error when the address cannot be bound. */
  start(): void {
    this.#listener = this.#bind();
    this.#accept(this.#listener);
  }

  #bind(): Deno.Listener {
    const { unixPath, unixMode, hostname, port, cert, key } = this.#listen;
    if (unixPath !== undefined) {
      const listener = Deno.listen({ transport: "unix", path: unixPath });
      if (unixMode !== undefined) Deno.chmodSync(unixPath, unixMode);
      return listener;
    }
    const tcp = { hostname, port, reusePort: true, tcpBacklog: TCP_BACKLOG };
    if (cert === undefined || key === undefined) return Deno.listen(tcp);
    return Deno.listenTls({ ...tcp, cert, key });
  }

  /** Accepts with other credentials from now on. Connections that are open go on. */
  renew(credentials: Credentials): void {
    const before = this.#listener;
    if (this.#isDown || this.#listen.cert === undefined) return;
    this.#listen = withCredentials(this.#listen, credentials);
    this.start();
    before?.close();
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    const { slices } = this.#context.context.server;
    let wasWell = true;
    while (listener === this.#listener) {
      try {
        this.#serve(await listener.accept());
        wasWell = true;
        slices.spend(ACCEPT_MS);
        if (slices.isOver) await slices.turn();
      } catch (error) {
        if (this.#isDown || listener !== this.#listener) return;
        if (isReset(error)) continue;
        if (wasWell) this.#warn(error);
        wasWell = false;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #serve(conn: Deno.Conn): void {
    const { clients, config, now } = this.#context;
    const id = clients.admit(this.#protocol.name);
    if (id === 0) {
      this.#refuse(conn);
      return;
    }
    this.#context.count("connections");
    const tcp = conn as Partial<Deno.TcpConn>;
    tcp.setNoDelay?.(true);
    tcp.setKeepAlive?.(true);
    const session = new Session(
      id,
      this.#protocol.name,
      addressText(conn.remoteAddr, this.#listen),
      addressText(conn.localAddr, this.#listen),
      now(),
      config.token === undefined,
    );
    void new RawConnection(conn, this.#context, this.#protocol, session).serve();
  }

  async #refuse(conn: Deno.Conn): Promise<void> {
    this.#context.count("clientsRefused");
    const refusal = this.#protocol.refusal("clients");
    const [before, after] = REFUSAL_LINES[this.#protocol.name];
    const line = before + refusal + after;
    const timer = setTimeout(() => close(conn), REFUSE_MS);
    try {
      await conn.write(new TextEncoder().encode(line));
    } catch {
      // The client has gone by itself, or does not read.
    } finally {
      clearTimeout(timer);
      close(conn);
    }
  }

  /** Accepts no more. */
  close(): void {
    this.#isDown = true;
    this.#listener?.close();
  }
}

/** Whether a connection could not be accepted only because its client has already reset it. */
export function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset ||
    (error instanceof Error && /\(os error (103|104|107)\)/.test(error.message));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}

/** An address as Redis writes it. */
function addressText(addr: Deno.Addr, { unixPath = "" }: Listen): string {
  if (addr.transport !== "tcp") return `${unixPath}:0`;
  return authorityOf(addr.hostname, addr.port);
}
