/**
 * Starts and ends slabkv, redis-server and the bare loop for the benchmark of the Redis protocol, each a process of its own on
 * free ports of 127.0.0.1. Waits until they answer PING; knows nothing else of what they say.
 */

import { ChildServers, freePort, untilReady } from "../child_servers.ts";
import { ping } from "./load.ts";

/** A server that runs. */
export interface Server {
  readonly name: string;
  readonly kind: "slabkv" | "redis" | "bare";
  /** Threads that serve clients; undefined for those that are there to compare with. */
  readonly workers: number | undefined;
  readonly pid: number;
  /** The port of the Redis protocol. */
  readonly port: number;
}

const HOSTNAME = "127.0.0.1";

/** The servers of one run; disposing of it ends them all. */
export class Servers extends ChildServers {
  /** Starts slabkv: the command line without workers, ports and memory, and the values of two of those. */
  async startSlabkv(
    command: readonly string[],
    workers: number,
    memory = "512MiB",
  ): Promise<Server> {
    const port = freePort();
    const args = ["--workers", String(workers), "--port", "0"];
    args.push("--resp-port", String(port), "--memory", memory);
    const pid = await this.#start([...command, ...args], port);
    return { kind: "slabkv", name: "slabkv", workers, pid, port };
  }

  /** Starts redis-server without persistence. */
  async startRedis(): Promise<Server> {
    const port = freePort();
    const args = ["--port", String(port), "--bind", HOSTNAME, "--save", "", "--appendonly", "no"];
    const pid = await this.#start(["redis-server", ...args], port);
    return { kind: "redis", name: "Redis", workers: undefined, pid, port };
  }

  /** Starts the bare loop of reads and writes. */
  async startBare(): Promise<Server> {
    const port = freePort();
    const script = new URL("bare_server.ts", import.meta.url).href;
    const command = [Deno.execPath(), "run", "-A", "--quiet", script];
    const pid = await this.#start([...command, String(port)], port);
    return { kind: "bare", name: "bare loop", workers: undefined, pid, port };
  }

  /** Starts a command and waits until its port answers PING; answers the process's number. */
  async #start(command: readonly string[], port: number): Promise<number> {
    const child = this.spawn(command, "null");
    await untilReady(child, command[0]!, () => ping(port));
    return child.pid;
  }
}
