// A connection to any server of the Redis protocol that reads every value as one, answers and messages alike, in the
// order in which they come. Every wait is bounded.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const MAX_WAIT_MS = 10_000;

/** A value as read: "+OK", ":1", "$text", "_" for nothing, or a list that begins with its kind. */
export type Value = string | readonly Value[];

/** A connection. */
export class Talker implements Disposable {
  readonly #conn: Deno.Conn;
  #bytes = new Uint8Array(0);
  #at = 0;
  readonly #values: Value[] = [];
  #wake: () => void = () => {};
  /** Whether the server has closed it. */
  isOver = false;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
    void this.#read();
  }

  /** Connects, and speaks version 3 of the protocol if it is asked to. */
  static async open(port: number, protocol: 2 | 3 = 2): Promise<Talker> {
    const talker = new Talker(await Deno.connect({ hostname: "127.0.0.1", port }));
    if (protocol === 3) await talker.ask("HELLO", "3");
    return talker;
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await this.#conn.read(chunk);
        if (count === null) break;
        const rest = this.#bytes.subarray(this.#at);
        this.#bytes = new Uint8Array(rest.length + count);
        this.#bytes.set(rest);
        this.#bytes.set(chunk.subarray(0, count), rest.length);
        this.#at = 0;
        this.#parse();
      }
    } catch {
      // Closed by the test, or lost.
    }
    this.isOver = true;
    this.#wake();
  }

  #parse(): void {
    for (;;) {
      const from = this.#at;
      const value = this.#value();
      if (value === undefined) {
        this.#at = from;
        break;
      }
      this.#values.push(value);
    }
    this.#wake();
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) return undefined;
    const line = decoder.decode(this.#bytes.subarray(this.#at, end - 1));
    this.#at = end + 1;
    return line;
  }

  #value(): Value | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const kind = line[0]!;
    const count = Number(line.slice(1));
    if ("$=".includes(kind)) return count < 0 ? "_" : this.#bulk(count);
    if (!"*>%~".includes(kind)) return line;
    if (count < 0) return "_";
    const items: Value[] = [];
    for (let i = 0; i < (kind === "%" ? 2 * count : count); i++) {
      const item = this.#value();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return [kind, ...items];
  }

  #bulk(length: number): string | undefined {
    if (this.#at + length + 2 > this.#bytes.length) return undefined;
    const text = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length + 2;
    return `$${text}`;
  }

  /** Sends commands at once. */
  async send(...commands: readonly (readonly string[])[]): Promise<void> {
    const text = commands.map((words) =>
      `*${words.length}\r\n` +
      words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`).join("")
    );
    const bytes = encoder.encode(text.join(""));
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** The next value. Throws Error where none comes in time, or the connection has ended. */
  async next(): Promise<Value> {
    const value = await this.nextOrEnd();
    if (value === null) throw new Error("Connection ended");
    return value;
  }

  /** The next value, or null at the end of the connection. */
  async nextOrEnd(): Promise<Value | null> {
    const endMs = Date.now() + MAX_WAIT_MS;
    while (this.#values.length === 0) {
      if (this.isOver) return null;
      if (Date.now() > endMs) throw new Error(`Nothing came for ${MAX_WAIT_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, MAX_WAIT_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#values.shift()!;
  }

  /** The next `count` values. */
  async take(count: number): Promise<Value[]> {
    const values: Value[] = [];
    while (values.length < count) values.push(await this.next());
    return values;
  }

  /** Sends a command and reads one value. */
  async ask(...words: string[]): Promise<Value> {
    await this.send(words);
    return await this.next();
  }

  /** Everything that came before the answer to a PING sent now, which a subscribed client of RESP2 gets as a list. */
  async drain(mark: string): Promise<Value[]> {
    await this.send(["PING", mark]);
    const values: Value[] = [];
    for (;;) {
      const value = await this.next();
      if (value === `$${mark}` || Array.isArray(value) && value[2] === `$${mark}`) return values;
      values.push(value);
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // The other side was faster.
    }
  }
}
