/**
 * A TCP connection of an attacker: sends bytes as they are, reads or does not read. Counts bytes for all connections
 * of a process together. Knows no protocol.
 */

const READ_BYTES = 65_536;
/** Most that one write hands over, so that a process with many connections gets round to all of them. */
const MAX_WRITE_BYTES = 262_144;
const HOSTNAME = "127.0.0.1";

/** What all connections of a process have moved. */
export interface Traffic {
  open: number;
  /** All that were ever opened. */
  opened: number;
  sentBytes: number;
  receivedBytes: number;
  /** The first bytes that came on any of them. */
  firstAnswer: Uint8Array | undefined;
}

/** The traffic of a process that has not begun. */
export function noTraffic(): Traffic {
  return { open: 0, opened: 0, sentBytes: 0, receivedBytes: 0, firstAnswer: undefined };
}

/** One connection. Every method throws when the other side has closed it. */
export class Connection implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #traffic: Traffic;
  #unread = new Uint8Array(0);
  #isOpen = true;

  private constructor(conn: Deno.TcpConn, traffic: Traffic) {
    this.#conn = conn;
    this.#traffic = traffic;
    traffic.open++;
    traffic.opened++;
  }

  /** Connects to a port of this machine. */
  static async open(port: number, traffic: Traffic): Promise<Connection> {
    return new Connection(await Deno.connect({ hostname: HOSTNAME, port }), traffic);
  }

  /** Sends all of it; waits as long as the other side takes nothing. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let sent = 0; sent < bytes.length;) {
      const count = await this.#conn.write(bytes.subarray(sent, sent + MAX_WRITE_BYTES));
      sent += count;
      this.#traffic.sentBytes += count;
    }
  }

  /** Waits for exactly so many bytes. */
  async receive(count: number): Promise<Uint8Array> {
    while (this.#unread.length < count) await this.#more();
    return this.#taken(count);
  }

  /** Waits for bytes up to and with `end`, and returns them as text. */
  async receiveTo(end: string): Promise<string> {
    for (;;) {
      const text = new TextDecoder("latin1").decode(this.#unread);
      const at = text.indexOf(end);
      if (at >= 0) {
        this.#taken(at + end.length);
        return text.slice(0, at + end.length);
      }
      await this.#more();
    }
  }

  /** Reads and forgets what comes, to the end of the connection. Never throws. */
  async discard(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (await this.#read(buffer) > 0) continue;
    } catch {
      // The connection is gone; that is the end too.
    }
    this.close();
  }

  /** Sends the same bytes again and again and forgets the answers, until the connection ends. */
  async flood(bytes: Uint8Array): Promise<void> {
    const ended = this.discard();
    while (this.#isOpen) await this.send(bytes);
    await ended;
  }

  #taken(count: number): Uint8Array {
    const taken = this.#unread.slice(0, count);
    this.#unread = this.#unread.slice(count);
    return taken;
  }

  async #more(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await this.#read(buffer);
    if (count === 0) throw new Deno.errors.UnexpectedEof("Connection ended");
    const whole = new Uint8Array(this.#unread.length + count);
    whole.set(this.#unread);
    whole.set(buffer.subarray(0, count), this.#unread.length);
    this.#unread = whole;
  }

  async #read(buffer: Uint8Array): Promise<number> {
    const count = await this.#conn.read(buffer) ?? 0;
    this.#traffic.receivedBytes += count;
    if (count > 0) this.#traffic.firstAnswer ??= buffer.slice(0, Math.min(count, 100));
    return count;
  }

  /** Ends the connection; with unread bytes, that resets it. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#traffic.open--;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
