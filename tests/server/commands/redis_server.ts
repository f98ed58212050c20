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

/** A running redis-server and one connection to it. */
export class RedisServer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #conn: Deno.Conn;

  private constructor(process: Deno.ChildProcess, conn: Deno.Conn) {
    this.#process = process;
    this.#conn = conn;
  }

  /** Starts one on a free port, with nothing on disk. */
  static async start(): Promise<RedisServer> {
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
    ];
    const options = { args, stdout: "null", stderr: "null" } as const;
    const process = new Deno.Command("redis-server", options).spawn();
    for (;;) {
      try {
        return new RedisServer(process, await Deno.connect({ hostname: "127.0.0.1", port }));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Sends a line, as Speaker.say() does. */
  async say(line: string): Promise<string> {
    const command = encodeCommand(wordsOf(line));
    for (let at = 0; at < command.length;) at += await this.#conn.write(command.subarray(at));
    let bytes = new Uint8Array(0);
    const chunk = new Uint8Array(65536);
    for (;;) {
      const count = await this.#conn.read(chunk);
      if (count === null) throw new Error(`redis-server closed the connection after ${line}`);
      const longer = new Uint8Array(bytes.length + count);
      longer.set(bytes);
      longer.set(chunk.subarray(0, count), bytes.length);
      bytes = longer;
      const answer = readAnswer(bytes, 0);
      if (answer !== null) return answer.text;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#conn.close();
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}
