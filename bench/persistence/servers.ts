/**
 * Starts, ends and kills slabkv and redis-server with their data in folders of their own, each on free ports of
 * 127.0.0.1. The folders are gone with the run. Knows when a server has loaded its data; nothing else of what they say.
 */

import { ChildServers, freePort } from "../child_servers.ts";
import { ping } from "../resp/load.ts";
import type { BenchOptions } from "./options.ts";

/** A server that runs. */
export interface Server {
  readonly name: string;
  readonly isRedis: boolean;
  readonly pid: number;
  /** The port of HTTP; 0 for redis-server. */
  readonly httpPort: number;
  /** The port of the Redis protocol. */
  readonly port: number;
  /** Milliseconds from its start until it answered with all its data. */
  readonly startMs: number;
  readonly child: Deno.ChildProcess;
}

/** How a slabkv is started. */
export interface SlabkvSetUp {
  readonly name: string;
  readonly memory: string;
  readonly args: readonly string[];
  readonly workers?: number;
}

const HOSTNAME = "127.0.0.1";
/** How long loading, and writing a last snapshot, may take. */
const PATIENCE_MS = 120_000;
const POLL_MS = 5;

/** The servers of one run and their folders; disposing of it ends and removes them all. */
export class Servers extends ChildServers {
  readonly #options: BenchOptions;
  readonly #folders: string[] = [];

  constructor(options: BenchOptions) {
    super();
    this.#options = options;
  }

  /** A new folder for the data of a server. */
  newFolder(): string {
    const { directory } = this.#options;
    const folder = Deno.makeTempDirSync({ dir: directory, prefix: "slabkv-bench-" });
    this.#folders.push(folder);
    return folder;
  }

  /** Starts slabkv, with one worker unless told otherwise. */
  async startSlabkv({ name, memory, args, workers = 1 }: SlabkvSetUp): Promise<Server> {
    const [httpPort, port] = [freePort(), freePort()];
    const command = [...this.#options.slabkv, "--workers", String(workers), "--memory", memory];
    command.push("--port", String(httpPort), "--resp-port", String(port), ...args);
    return await this.#start(command, { name, isRedis: false, httpPort, port }, async () => {
      const answer = await fetch(`http://${HOSTNAME}:${httpPort}/ready`).catch(() => null);
      await answer?.body?.cancel();
      return answer?.status === 200;
    });
  }

  /** Starts redis-server on a folder. */
  async startRedis(name: string, folder: string, args: readonly string[]): Promise<Server> {
    const port = freePort();
    const command = ["redis-server", "--port", String(port), "--bind", HOSTNAME, "--dir", folder];
    const about = { name, isRedis: true, httpPort: 0, port };
    return await this.#start([...command, ...args], about, () => ping(port));
  }

  /** Ends a server, by SIGTERM or at once, and waits for its end. Returns the milliseconds that took. */
  async end({ name, child }: Server, signal: "SIGTERM" | "SIGKILL"): Promise<number> {
    const startMs = performance.now();
    child.kill(signal);
    const late = Symbol();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise((resolve) => timer = setTimeout(resolve, PATIENCE_MS, late));
    const found = await Promise.race([child.status, timeout]);
    clearTimeout(timer);
    if (found === late) throw new Error(`Cannot end ${name}: it takes too long`);
    return performance.now() - startMs;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const folder of this.#folders.splice(0)) Deno.removeSync(folder, { recursive: true });
  }

  /** Starts a command and waits until `isReady` says that it has its data. */
  async #start(
    command: readonly string[],
    about: Omit<Server, "pid" | "child" | "startMs">,
    isReady: () => Promise<boolean>,
  ): Promise<Server> {
    const fromMs = performance.now();
    const child = this.spawn(command, "null");
    let hasEnded = false;
    child.status.then(() => hasEnded = true);
    while (!await isReady()) {
      if (hasEnded) throw new Error(`Cannot start ${about.name}: it ended`);
      if (performance.now() - fromMs > PATIENCE_MS) {
        throw new Error(`Cannot start ${about.name}: it does not get ready`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return { ...about, pid: child.pid, child, startMs: performance.now() - fromMs };
  }
}
