// Writes to a socket at once, without a promise: by the system's own call, where Deno says which file
// the socket is. Deno's way takes a round through its loop for what nearly always is done on the spot.
// The file's number is not public, so it is believed only where both of its ends are those of the
// connection; everything works, slower, where it is not to be had.

/** Calls of the C library, as their manuals (man 2) have them; -1 stands for an error. */
export interface SocketCalls {
  send(fd: number, bytes: Uint8Array<ArrayBuffer>, length: bigint, flags: number): number;
  getpeername(
    fd: number,
    address: Uint8Array<ArrayBuffer>,
    length: Uint32Array<ArrayBuffer>,
  ): number;
  getsockname(
    fd: number,
    address: Uint8Array<ArrayBuffer>,
    length: Uint32Array<ArrayBuffer>,
  ): number;
}

/** A connection, as far as it is looked at. */
export type DirectConn = Pick<Deno.Conn, "localAddr" | "remoteAddr">;

/** MSG_DONTWAIT and MSG_NOSIGNAL of Linux. */
const SEND_FLAGS = 0x40 | 0x4000;
/** The symbol's description under which connections have the number of their file. */
const FD_SYMBOL = "Deno.internal.fd";
/** The first bytes of an address, little-endian: AF_INET and AF_INET6. */
const FAMILIES: readonly (number | undefined)[] = [2, 10];
const ADDRESS_BYTES = 28;
/** Lengths up to here need no new BigInt. */
const LENGTHS: readonly bigint[] = Array.from({ length: 1024 }, (_, length) => BigInt(length));

/** The direct way to one socket. */
export class DirectSend {
  readonly #calls: SocketCalls;
  #fd: number;

  private constructor(calls: SocketCalls, fd: number) {
    this.#calls = calls;
    this.#fd = fd;
  }

  /** The direct way to the socket of `conn`; null where there is none, or it speaks TLS. */
  static to(conn: DirectConn, calls: SocketCalls): DirectSend | null {
    // A connection over TLS has this method; nothing may pass it by.
    if ("handshake" in conn) return null;
    const symbol = Object.getOwnPropertySymbols(conn).find((s) => s.description === FD_SYMBOL);
    if (symbol === undefined) return null;
    const fd = (conn as unknown as Record<symbol, unknown>)[symbol];
    if (typeof fd !== "number" || !Number.isInteger(fd) || fd <= 2) return null;
    const isIts = isAt(conn.remoteAddr, fd, calls.getpeername) &&
      isAt(conn.localAddr, fd, calls.getsockname);
    return isIts ? new DirectSend(calls, fd) : null;
  }

  /**
   * Sends the first `length` of `bytes`, as far as the system takes them now. Returns how many it took:
   * none too where the connection is broken, of which the usual way will tell.
   */
  send(bytes: Uint8Array<ArrayBuffer>, length: number): number {
    if (this.#fd < 0) return 0;
    const sent = this.#calls.send(this.#fd, bytes, LENGTHS[length] ?? BigInt(length), SEND_FLAGS);
    return sent > 0 ? sent : 0;
  }

  /** The connection is about to be closed. After that the file may be another one. */
  close(): void {
    this.#fd = -1;
  }
}

/** Whether one end of the socket is at the port of `addr`. */
function isAt(addr: Deno.Addr, fd: number, ask: SocketCalls["getpeername"]): boolean {
  if (addr.transport !== "tcp") return false;
  const address = new Uint8Array(ADDRESS_BYTES);
  if (ask(fd, address, Uint32Array.of(ADDRESS_BYTES)) !== 0) return false;
  const family = address[0]! | address[1]! << 8;
  return FAMILIES.includes(family) && (address[2]! << 8 | address[3]!) === addr.port;
}
