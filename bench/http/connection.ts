/**
 * One keep-alive HTTP/1.1 connection for load generators: sends bytes that are ready, takes one
 * answer at a time and parses as little of it as it can. Knows no workload.
 */

const BUFFER_BYTES = 128 * 1024;
const CONTENT_LENGTH = new TextEncoder().encode("content-length:");
const CONNECTION_CLOSE = new TextEncoder().encode("connection: close");

/** A connection to a server on loopback that has at most one request under way. */
export class HttpConnection {
  /** Where the last answer lies; overwritten by the next exchange. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  /** The status of the last answer. */
  status = 0;
  /** Where the body of the last answer begins in `bytes`. */
  bodyStart = 0;
  /** Where the body of the last answer ends in `bytes`. */
  bodyEnd = 0;
  readonly #port: number;
  #conn: Deno.TcpConn;
  #mustReopen = false;

  private constructor(port: number, conn: Deno.TcpConn) {
    this.#port = port;
    this.#conn = conn;
  }

  /** Connects to a port of 127.0.0.1. */
  static async open(port: number): Promise<HttpConnection> {
    return new HttpConnection(port, await connect(port));
  }

  /**
   * Sends one request and waits for its answer, then found in `status`, `bodyStart`, `bodyEnd`.
   * Throws when the connection ends or the answer isn't HTTP/1.1 with a Content-Length.
   */
  async exchange(request: Uint8Array): Promise<void> {
    if (this.#mustReopen) await this.#reopen();
    let sent = await this.#conn.write(request);
    while (sent < request.length) sent += await this.#conn.write(request.subarray(sent));
    let filled = 0;
    let end = -1;
    do {
      const space = filled === 0 ? this.bytes : this.bytes.subarray(filled);
      const count = await this.#conn.read(space);
      if (count === null) throw new Error("The server closed a connection before it answered");
      filled += count;
      if (end < 0) end = this.#parseHead(filled);
      if (end > BUFFER_BYTES) throw new Error(`An answer has ${end} bytes`);
    } while (end < 0 || filled < end);
    if (filled > end) throw new Error("More bytes than one answer");
    this.bodyEnd = end;
  }

  /** The body of the last answer as text. */
  body(): string {
    return new TextDecoder().decode(this.bytes.subarray(this.bodyStart, this.bodyEnd));
  }

  /** Ends the connection; an exchange under way throws. */
  close(): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #reopen(): Promise<void> {
    this.#mustReopen = false;
    this.#conn.close();
    this.#conn = await connect(this.#port);
  }

  /** Where the answer ends, or -1 while its head is incomplete. */
  #parseHead(filled: number): number {
    const bytes = this.bytes;
    let length = -1;
    for (let i = 12; i + 2 < filled; i++) {
      if (bytes[i] !== 10) continue;
      const first = bytes[i + 1]!;
      if (first === 13) {
        if (length < 0) throw new Error("An answer without Content-Length");
        this.status = (bytes[9]! - 48) * 100 + (bytes[10]! - 48) * 10 + bytes[11]! - 48;
        this.bodyStart = i + 3;
        return this.bodyStart + length;
      }
      if ((first | 32) !== 99) continue;
      if (startsWith(bytes, i + 1, CONTENT_LENGTH)) {
        length = integerAt(bytes, i + 1 + CONTENT_LENGTH.length);
      } else if (startsWith(bytes, i + 1, CONNECTION_CLOSE)) {
        this.#mustReopen = true;
      }
    }
    return -1;
  }
}

async function connect(port: number): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  return conn;
}

function startsWith(bytes: Uint8Array, at: number, lowerCase: Uint8Array): boolean {
  for (let i = 0; i < lowerCase.length; i++) {
    if ((bytes[at + i]! | 32) !== lowerCase[i]) return false;
  }
  return true;
}

function integerAt(bytes: Uint8Array, at: number): number {
  let i = at;
  while (bytes[i] === 32) i++;
  let value = 0;
  while (bytes[i]! >= 48 && bytes[i]! <= 57) value = value * 10 + bytes[i++]! - 48;
  return value;
}
