// A server with a worker in trouble, as a process: troubled_server.ts, and what its clients see.

import { freePort, readLines } from "../../../../bench/child_servers.ts";
import { RawClient } from "../../../wire/raw_client.ts";
import type { Trouble } from "./troubled_server.ts";

/** Longest time until a server notices: a start may take 10 s. */
export const NOTICE_MS = 40_000;

/** The server; disposing of it ends it. */
export class TroubledServer implements AsyncDisposable {
  readonly port = freePort();
  text = "";
  code: number | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;

  constructor(trouble: Trouble, more: readonly string[] = []) {
    const program = new URL("./troubled_server.ts", import.meta.url).pathname;
    const options = ["--port", `${this.port}`, "--workers", "2", "--memory", "16MiB", ...more];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, trouble, ...options],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const note = (line: string) => this.text += `${line}\n`;
    const { stdout, stderr, status } = this.#child;
    this.#done = Promise.all([
      readLines(stdout, note),
      readLines(stderr, note),
      status.then(({ code }) => this.code = code),
    ]);
  }

  /** Asks for the key whose shard the worker has locked; the status, or 0 where there is no answer. */
  async ask(): Promise<number> {
    try {
      using client = await RawClient.connect({ hostname: "127.0.0.1", port: this.port });
      return (await client.ask("GET /get?key=k")).status;
    } catch {
      return 0;
    }
  }

  /** Puts a key; the status, or 0 where there is no answer. */
  async put(key: string, value: string): Promise<number> {
    try {
      using client = await RawClient.connect({ hostname: "127.0.0.1", port: this.port }, 500);
      return (await client.ask(`POST /put ${JSON.stringify({ key, value })}`)).status;
    } catch {
      return 0;
    }
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }

  async ended(): Promise<number | undefined> {
    await this.#done;
    return this.code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.code === undefined) this.#child.kill("SIGKILL");
    await this.#done;
  }
}
