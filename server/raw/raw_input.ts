// The reading side of one raw connection. While a command takes its time and nothing is read, one
// byte is read ahead: so one hears of a client that goes. Knows no protocol.

import type { Session } from "../contract/session.ts";
import type { Access } from "./conn_access.ts";

/** What is read from one client. Never used by two readers at once. */
export class RawInput {
  readonly #conn: Pick<Access, "read">;
  readonly #session: Session;
  /** The byte that was read ahead, or null at the end of the stream. */
  #ahead: Promise<number | null> | undefined;

  /** `session` is told when the client has gone while it was being read ahead. */
  constructor(conn: Pick<Access, "read">, session: Session) {
    this.#conn = conn;
    this.#session = session;
  }

  /** Reads to `to`, which is not empty. Resolves with how many bytes have come; at the end null or 0. */
  read(to: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#ahead === undefined ? this.#conn.read(to) : this.#take(this.#ahead, to);
  }

  /** Begins to read a byte ahead, unless that is under way. */
  readAhead(): void {
    this.#ahead ??= this.#readByte();
  }

  async #readByte(): Promise<number | null> {
    const byte = new Uint8Array(1);
    // An error means that the client is lost, whatever it is.
    const count = await this.#conn.read(byte).catch(() => null);
    if (count === 1) return byte[0]!;
    this.#session.leave();
    return null;
  }

  async #take(ahead: Promise<number | null>, to: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const byte = await ahead;
    this.#ahead = undefined;
    if (byte === null) return null;
    to[0] = byte;
    return 1;
  }
}
