// A redis-server of its own for a test, where there is one on PATH: the oracle for answers and
// texts of errors. Ends with the test.

import { encodeCommand, readAnswer, wordsOf } from "./notation.ts";

/** Whether redis-server of a version that the tables are about can be run. */
export async function hasRedis(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("v=7.");
  } catch {
    return false;
  }
}

/** A connection to a redis-server. */
export class RedisConnection {
  readonly #conn: Deno.Conn;

  protected constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects to a server that runs. */
  static async open(port: number): Promise<RedisConnection> {
    return new RedisConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends a line, as Speaker.say() does. */
  async say(line: string): Promise<string> {
    return (await this.exchange(wordsOf(line), readAnswer)).text;
  }

  /** Sends a command; resolves with what `read` makes of the answer, once it finds one. */
  async exchange<T extends { readonly end: number }>(
    words: readonly Uint8Array[],
    read: (bytes: Uint8Array, at: number) => T | null,
  ): Promise<T> {
    const command = encodeCommand(words);
    for (let at = 0; at < command.length;) at += await this.#conn.write(command.subarray(at));
    let bytes = new Uint8Array(0);
    const chunk = new Uint8Array(65536);
    for (;;) {
      const count = await this.#conn.read(chunk);
      if (count === null) throw new Error("redis-server closed the connection");
      const longer = new Uint8Array(bytes.length + count);
      longer.set(bytes);
      longer.set(chunk.subarray(0, count), bytes.length);
      bytes = longer;
      const answer = read(bytes, 0);
      if (answer !== null) return answer;
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#conn.close();
  }
}

/** A running redis-server and one connection to it. */
export class RedisServer extends RedisConnection implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly port: number;
  readonly #others: RedisConnection[] = [];

  private constructor(process: Deno.ChildProcess, port: number, conn: Deno.Conn) {
    super(conn);
    this.#process = process;
    this.port = port;
  }

  /** Starts one on a free port, with nothing on disk unless `more` options say otherwise. */
  static async start(...more: readonly string[]): Promise<RedisServer> {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr as Deno.NetAddr;
    probe.close();
    const args = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      ...more,
    ];
    // SORT ALPHA compares as the locale says.
    const options = { args, stdout: "null", stderr: "null", env: { LC_ALL: "C" } } as const;
    const process = new Deno.Command("redis-server", options).spawn();
    for (;;) {
      try {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port });
        return new RedisServer(process, port, conn);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Opens another connection, which ends with the server. */
  async another(): Promise<RedisConnection> {
    const connection = await RedisConnection.open(this.port);
    this.#others.push(connection);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of [this, ...this.#others]) connection.close();
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}
