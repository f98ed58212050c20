/**
 * Servers that keep their data in a folder, started, killed without a warning, and started again: slabkv, and
 * redis-server to try the harness itself out. Knows nothing of what they are asked.
 */

import { freePort, ownCommand } from "../child_servers.ts";
import { RespClient } from "./resp_client.ts";
import type { Target } from "./writers.ts";

/** When the log is synced. */
export type Policy = "always" | "everysec" | "no";
/** All of them. */
export const POLICIES: readonly Policy[] = ["always", "everysec", "no"];

/** Longest time that a start may take, and a stop. */
const MAX_WAIT_MS = 60_000;

/** What to start. */
export interface ServerOptions {
  readonly kind: "slabkv" | "redis";
  readonly folder: string;
  readonly policy: Policy;
  /** Further options of slabkv. */
  readonly options?: readonly string[];
  /** The command line that starts slabkv; this checkout's unless given. */
  readonly command?: readonly string[];
}

/** A server that runs. */
export class KilledServer implements AsyncDisposable {
  readonly target: Target;
  readonly #child: Deno.ChildProcess;
  readonly #text: Promise<string>;
  #code: number | undefined;
  /** What it answered last while it was not ready. */
  #lastAnswer = "nothing";

  private constructor(child: Deno.ChildProcess, target: Target) {
    this.#child = child;
    this.target = target;
    this.#text = new Response(child.stderr).text();
    child.status.then(({ code }) => this.#code = code);
  }

  /** Starts a server and waits until it has its data. */
  static async start(options: ServerOptions): Promise<KilledServer> {
    const server = KilledServer.#spawn(options);
    try {
      await server.#ready();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts a server and kills it after a time, ready or not. Throws Error where it ended by itself. */
  static async killAtStart(options: ServerOptions, afterMs: number): Promise<void> {
    await using server = KilledServer.#spawn(options);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (server.#code === undefined) return;
    throw new Error(`Server ended at its start with ${server.#code}: ${await server.#text}`);
  }

  static #spawn(options: ServerOptions): KilledServer {
    const target = {
      respPort: freePort(),
      httpPort: options.kind === "slabkv" ? freePort() : undefined,
    };
    const [file, ...args] = options.kind === "slabkv"
      ? slabkvCommand(options, target)
      : redisCommand(options, target);
    const child = new Deno.Command(file!, {
      args,
      cwd: new URL("../../", import.meta.url),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new KilledServer(child, target);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async #ready(): Promise<void> {
    const endMs = performance.now() + MAX_WAIT_MS;
    while (performance.now() < endMs) {
      if (this.#code !== undefined) {
        throw new Error(`Server ended at its start with ${this.#code}: ${await this.#text}`);
      }
      if (await this.#answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.kill();
    const text = `it answered ${this.#lastAnswer}, and printed ${await this.#text}`;
    throw new Error(`Server has not become ready in time: ${text}`);
  }

  /** Whether it answers a read, which it refuses while it loads. */
  async #answers(): Promise<boolean> {
    try {
      using client = await RespClient.connect(this.target.respPort);
      const [answer] = await client.ask(["GET", "ready?"]);
      this.#lastAnswer = JSON.stringify(answer);
      return answer === null;
    } catch (error) {
      this.#lastAnswer = String(error);
      return false;
    }
  }

  /** Kills it. Returns when that was, by `performance.now()`. */
  async kill(): Promise<number> {
    const killedMs = performance.now();
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#text;
    return killedMs;
  }

  /** Asks it to end and waits until it has. Returns its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    const { code } = await this.#child.status;
    return code;
  }

  /** What it printed on stderr; waits for its end. */
  get stderr(): Promise<string> {
    return this.#text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#text;
  }
}

function slabkvCommand(
  { folder, policy, options = [], command = ownCommand() }: ServerOptions,
  { respPort, httpPort }: Target,
): string[] {
  const ports = ["--port", `${httpPort}`, "--resp-port", `${respPort}`];
  const sizes = ["--memory", "64MiB", "--log-memory", "4MiB", "--workers", "2"];
  const has = (name: string) => options.includes(name);
  const kept = sizes.filter((_, i) => !has(sizes[i - i % 2]!));
  return [...command, ...ports, ...kept, "--data-dir", folder, "--fsync", policy, ...options];
}

function redisCommand({ folder, policy }: ServerOptions, { respPort }: Target): string[] {
  const where = ["--port", `${respPort}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  return ["redis-server", ...where, "--appendonly", "yes", "--appendfsync", policy];
}
