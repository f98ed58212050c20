// A client that shows every byte: writes requests as they are given, reads answers one by one.
// It knows as much of HTTP/1.1 as it takes to find the end of an answer, and every wait is bounded.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const WAIT_MAX_MS = 8000;

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body as text. */
  readonly text: string;
}

/**
 * The bytes of a request in short form: method and target, then a space and the body, or lines of
 * headers and an empty line and the body: `POST /put {}` or `POST /put\nhost: a\n\n{}`.
 */
export function requestBytes(short: string): Uint8Array<ArrayBuffer> {
  const [, method = "", target, afterSpace, headerText = "", afterLine] =
    /^(\S+) (\S+)(?: ([^]*)|((?:\n[^\n]+)*)(?:\n\n([^]*))?)$/.exec(short)!;
  const bodyText = afterSpace ?? afterLine;
  const lines = headerText.split("\n").slice(1);
  const body = encoder.encode(bodyText ?? "");
  if (!lines.some((line) => /^host:/i.test(line))) lines.unshift("host: localhost");
  const takesBody = bodyText !== undefined || /^(POST|PUT|PATCH)$/.test(method);
  const told = lines.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  if (takesBody && !told) lines.push(`content-length: ${body.length}`);
  return joined(
    encoder.encode(`${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`),
    body,
  );
}

/** Puts byte arrays together. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One connection. */
export class RawClient implements Disposable {
  readonly #conn: Deno.TcpConn | Deno.UnixConn | Deno.TlsConn;
  #unread = new Uint8Array(0);
  #closed = false;
  readonly #maxWaitMs: number;

  /** Gives up when nothing has come for `maxWaitMs`. */
  constructor(conn: Deno.TcpConn | Deno.UnixConn | Deno.TlsConn, maxWaitMs = WAIT_MAX_MS) {
    this.#conn = conn;
    this.#maxWaitMs = maxWaitMs;
  }

  /** Connects to a TCP address. */
  static async connect(address: Deno.ConnectOptions, maxWaitMs?: number): Promise<RawClient> {
    return new RawClient(await Deno.connect(address), maxWaitMs);
  }

  /** Sends bytes as they are. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#conn.write(bytes.subarray(sent));
    }
  }

  /** Sends a request in short form and reads its answer. */
  async ask(short: string): Promise<Answer> {
    await this.send(requestBytes(short));
    return this.receive(short.startsWith("HEAD "));
  }

  /** Reads one answer. Throws Error when the connection ends, or nothing comes in time. */
  async receive(toHead = false): Promise<Answer> {
    let end = -1;
    while ((end = decoder.decode(this.#unread).indexOf("\r\n\r\n")) < 0) await this.#more();
    const [first, ...lines] = decoder.decode(this.#unread.subarray(0, end)).split("\r\n");
    this.#unread = this.#unread.slice(end + 4);
    const status = Number(first!.split(" ")[1]!);
    const headers = new Headers(lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }));
    const empty = toHead || status === 204 || status < 200;
    const body = empty ? new Uint8Array(0) : await this.#body(headers);
    return { status, headers, body, text: decoder.decode(body) };
  }

  async #body(headers: Headers): Promise<Uint8Array> {
    if (headers.get("transfer-encoding") !== "chunked") {
      return this.#take(Number(headers.get("content-length")));
    }
    const chunks: Uint8Array[] = [];
    for (;;) {
      let end = -1;
      while ((end = decoder.decode(this.#unread).indexOf("\r\n")) < 0) await this.#more();
      const size = parseInt(decoder.decode(await this.#take(end + 2)), 16);
      const chunk = await this.#take(size + 2);
      if (size === 0) return joined(...chunks);
      chunks.push(chunk.subarray(0, size));
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#unread.length < length) await this.#more();
    const taken = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    return taken;
  }

  async #more(): Promise<void> {
    if (!(await this.#read())) throw new Error("Connection ended before the answer did");
  }

  /** Reads what there is. Returns false at the end of the connection. */
  async #read(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const timer = setTimeout(() => this.close(), this.#maxWaitMs);
    try {
      const count = await this.#conn.read(buffer);
      if (count === null) return false;
      this.#unread = joined(this.#unread, buffer.subarray(0, count));
      return true;
    } catch (error) {
      if (this.#closed) throw new Error(`Nothing came for ${this.#maxWaitMs} ms`, { cause: error });
      if (error instanceof Deno.errors.ConnectionReset) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads exactly so many bytes, as text. */
  async receiveText(length: number): Promise<string> {
    return decoder.decode(await this.receiveBytes(length));
  }

  /** Reads exactly so many bytes, whatever they are. */
  async receiveBytes(length: number): Promise<Uint8Array> {
    return await this.#take(length);
  }

  /** Reads up to the end of the connection. */
  async receiveRest(): Promise<string> {
    while (await this.#read()) continue;
    return decoder.decode(await this.#take(this.#unread.length));
  }

  /** Says that nothing more will be sent. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Ends the connection. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
