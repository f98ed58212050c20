/**
 * Starts and ends the servers of the HTTP benchmark, each a process of its own on a free port of 127.0.0.1.
 * Knows how to wait for each, not what they answer.
 */

import { ChildServers, freePort, untilReady } from "../child_servers.ts";

/** A server that runs. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** Whether reads are answered from what was stored; false for the floor. */
  readonly storesItems: boolean;
  /** Whether it has /mput and /mget. */
  readonly hasBatches: boolean;
}

/** The servers of one run; disposing of it ends them all. */
export class Servers extends ChildServers {
  /**
   * Starts slabkv and waits until it answers /health.
   *
   * @param command The command line without --workers, --port and --memory.
   * @param workers The value of --workers.
   * @param memory The value of --memory.
   */
  async startSlabkv(
    command: readonly string[],
    workers: string,
    memory = "256MiB",
  ): Promise<Server> {
    const port = freePort();
    const args = ["--workers", workers, "--port", String(port), "--memory", memory];
    const child = this.spawn([...command, ...args], "null");
    await untilReady(child, "slabkv", () => isHealthy(port));
    const name = workers === "1" ? "slabkv" : `slabkv --workers ${workers}`;
    return { name, pid: child.pid, port, storesItems: true, hasBatches: true };
  }

  /** Starts a server of this folder, which prints its port, and waits for that. */
  async startScript(
    name: string,
    script: string,
    storesItems: boolean,
    args: readonly string[] = [],
  ): Promise<Server> {
    const path = new URL(script, import.meta.url).href;
    const command = [Deno.execPath(), "run", "--no-lock", "--allow-net=127.0.0.1", path];
    const child = this.spawn([...command, ...args], "piped");
    const port = await firstInteger(child.stdout);
    return { name, pid: child.pid, port, storesItems, hasBatches: false };
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    await response.body?.cancel();
    return response.status === 200;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

async function firstInteger(stdout: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Cannot start a server: it ended before it printed its port");
    text += value;
  }
  return Number.parseInt(text, 10);
}
