// A server with something to show: a load on it that reads and writes more and less popular keys in pipelines, and
// connections with names.

import { respPort, TestServer } from "../wire/server.ts";

/** What servers of these tests ask for. */
export const TOKEN = "open-sesame";
const BATCH = 200;

/** How much is asked for. */
export interface Load {
  readonly keys: number;
  /** Between two batches. */
  readonly pauseMs: number;
}

/** What a test needs, beside others on the same machine. */
const LIGHT: Load = { keys: 110_000, pauseMs: 10 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A connection of the Redis protocol that sends lines and reads answers as text. */
export class Line implements Disposable {
  private constructor(readonly conn: Deno.Conn) {}

  /** Connects, and says the token. */
  static async to(server: TestServer): Promise<Line> {
    const line = new Line(await Deno.connect({ hostname: "127.0.0.1", port: respPort(server) }));
    await line.ask(`AUTH ${TOKEN}`);
    return line;
  }

  /** Sends lines, and reads until all of them are answered. */
  async ask(...lines: string[]): Promise<string> {
    const bytes = encoder.encode([...lines, "ECHO end-of-answers", ""].join("\r\n"));
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
    return await this.#answers();
  }

  /** Stores any value under any key. */
  async set(key: string | Uint8Array, value: string | Uint8Array): Promise<void> {
    await this.repeat(1, "SET", key, value);
  }

  /** Sends a command of any bytes so many times, and waits for the answers. */
  async repeat(times: number, ...parts: readonly (string | Uint8Array)[]): Promise<void> {
    const blob = new Blob([
      `*${parts.length}\r\n`,
      ...parts.flatMap((part) => {
        const bytes = typeof part === "string" ? encoder.encode(part) : part;
        return [`$${bytes.length}\r\n`, bytes as BufferSource, "\r\n"];
      }),
    ]);
    const all = await new Blob(Array.from({ length: times }, () => blob)).bytes();
    for (let sent = 0; sent < all.length;) sent += await this.conn.write(all.subarray(sent));
    await this.ask();
  }

  async #answers(): Promise<string> {
    const buffer = new Uint8Array(1 << 18);
    let text = "";
    while (!text.endsWith("end-of-answers\r\n")) {
      const count = await this.conn.read(buffer);
      if (count === null) throw new Error("Connection ended before the answer did");
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    return text;
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

/** The n-th command of the load: mostly reads of pages, the more popular ones more often. */
function command(n: number, keys: number): string {
  const page = Math.floor(keys * chance(n) ** 4);
  if (n % 40 === 1) return `HINCRBY visits:${page % 500} day:${n % 365} 1`;
  if (n % 40 === 2) return `ZADD ranking ${n % 10_000} page:${page}`;
  if (n % 4 !== 0) return `GET page:${page}`;
  const body = "lorem ipsum ".repeat(30 + page * 7 % 90);
  const value = `'{"id":${page},"title":"Page ${page}","tags":["news","home"],"body":"${body}"}'`;
  return `SET page:${page} ${value}${page % 3 === 0 ? " EX 120" : ""}`;
}

/** A number from 0 to 1 for each n, the same in every run: the end of SplitMix32. */
function chance(n: number): number {
  let mixed = Math.imul(n ^ (n >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

/** A server under load until it is disposed of. */
export class ShownServer implements AsyncDisposable {
  #isOver = false;
  readonly #load: Promise<void>;

  private constructor(readonly server: TestServer, readonly line: Line, load: Load) {
    this.#load = this.#run(load);
  }

  /** Starts a server with a token, two workers and the Redis protocol. */
  static async start(args: readonly string[] = [], load = LIGHT): Promise<ShownServer> {
    const fixed = ["--token", TOKEN, "--workers", "2", "--resp-port", "0"];
    const server = await TestServer.start([...fixed, ...args]);
    return new ShownServer(server, await Line.to(server), load);
  }

  /** The address of the page. */
  get address(): string {
    return `http://127.0.0.1:${this.server.port}/`;
  }

  async #run({ keys, pauseMs }: Load): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const lines = Array.from({ length: BATCH }, (_, i) => command(turn * BATCH + i, keys));
      await this.line.ask(...lines);
      if (turn % 4 === 0) await this.#askHttp(turn);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** A request by each of two more ways in. */
  async #askHttp(turn: number): Promise<void> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const get = fetch(`${this.address}get?key=page:${turn % 100}`, { headers });
    const body = JSON.stringify(["EXISTS", `page:${turn % 1000}`]);
    const rest = fetch(this.address, { method: "POST", headers, body });
    for (const answer of await Promise.all([get, rest])) await answer.body?.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#load;
    this.line[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
