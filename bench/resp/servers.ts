/**
 * Starts and ends slabkv and redis-server for the benchmark of the Redis protocol, each a process of its own on
 * free ports of 127.0.0.1. Waits until they answer PING; knows nothing else of what they say.
 */

import { ChildServers, untilReady } from "../child_servers.ts";
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

const HOSTNAME = "127.0.0.1";

/** The servers of one run; disposing of it ends them all. */
export class Servers extends ChildServers {
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
    const args = ["--port", String(port), "--bind", HOSTNAME, "--save", "", "--appendonly", "no"];
    const pid = await this.#start(["redis-server", ...args], port);
    return { name: "Redis", workers: undefined, pid, port };
  }

  /** Starts a command and waits until its port answers PING; answers the process's number. */
  async #start(command: readonly string[], port: number): Promise<number> {
    const child = this.spawn(command, "null");
    await untilReady(child, command[0]!, () => ping(port));
    return child.pid;
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
  using one = Deno.listen({ hostname: HOSTNAME, port: 0 });
  using other = Deno.listen({ hostname: HOSTNAME, port: 0 });
  return [one.addr.port, other.addr.port];
}
