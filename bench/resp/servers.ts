/**
 * Starts and ends slabkv and redis-server for the benchmark of the Redis protocol, each a process of its own on
 * free ports of 127.0.0.1. Waits until they answer PING; knows nothing else of what they say.
 */

import { ping } from "./load.ts";

/** A server that runs. */
export interface Server {
  readonly name: string;
  /** Threads that serve clients; undefined for Redis. */
  readonly workers: number | undefined;
  readonly pid: number;
  /** The port of the Redis protocol. */
  readonly port: number;
}

/** What ends a run early; Windows has no SIGTERM. */
const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Where the servers are started. */
const projectRoot = new URL("../../", import.meta.url);
const hostname = "127.0.0.1";
const startMs = 20_000;
const stopMs = 6_000;

/** The servers of one run; disposing of it ends them all. */
export class Servers implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];
  readonly #onSignal = () => {
    for (const child of this.#children) kill(child, "SIGKILL");
    Deno.exit(130);
  };

  constructor() {
    for (const signal of signals) Deno.addSignalListener(signal, this.#onSignal);
  }

  /** Starts slabkv: the command line without workers, ports and memory, and the value of --workers. */
  async startSlabkv(command: readonly string[], workers: number): Promise<Server> {
    const [port, httpPort] = freePorts();
    const args = ["--workers", String(workers), "--port", String(httpPort)];
    args.push("--resp-port", String(port), "--memory", "512MiB");
    const pid = await this.#start([...command, ...args], port);
    return { name: "slabkv", workers, pid, port };
  }

  /** Starts redis-server without persistence. */
  async startRedis(): Promise<Server> {
    const [port] = freePorts();
    const args = ["--port", String(port), "--bind", hostname, "--save", "", "--appendonly", "no"];
    const pid = await this.#start(["redis-server", ...args], port);
    return { name: "Redis", workers: undefined, pid, port };
  }

  /** Ends every server: asks first, then insists. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of signals) Deno.removeSignalListener(signal, this.#onSignal);
    await Promise.all(
      this.#children.splice(0).map(async (child) => {
        kill(child, "SIGTERM");
        const timer = setTimeout(() => kill(child, "SIGKILL"), stopMs);
        await child.status;
        clearTimeout(timer);
      }),
    );
  }

  /** Starts a command and waits until its port answers PING; answers the process's number. */
  async #start([file, ...args]: readonly string[], port: number): Promise<number> {
    const entries = Object.entries(Deno.env.toObject());
    const env = Object.fromEntries(entries.filter(([name]) => !name.startsWith("SLABKV_")));
    const child = new Deno.Command(file!, {
      args,
      cwd: projectRoot,
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    this.#children.push(child);
    let hasEnded = false;
    child.status.then(() => hasEnded = true);
    const deadlineMs = Date.now() + startMs;
    while (Date.now() < deadlineMs && !hasEnded) {
      if (await ping(port)) return child.pid;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`Cannot start ${file}: ${hasEnded ? "it ended" : "no answer to PING"}`);
  }
}

/** The first line that a program prints of its version; undefined if it is not on PATH. */
export async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).split("\n")[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Two ports that are free, and not the same. */
function freePorts(): [number, number] {
  using one = Deno.listen({ hostname, port: 0 });
  using other = Deno.listen({ hostname, port: 0 });
  return [one.addr.port, other.addr.port];
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
