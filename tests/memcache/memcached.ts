// A memcached of its own for a test, where there is one on PATH: the oracle for answers. Ends with the test.

import { until } from "../wire/server.ts";

/** Whether memcached of the version that slabkv follows can be run. */
export async function hasMemcached(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("memcached", { args: ["-V"] }).output();
    return new TextDecoder().decode(stdout).includes(" 1.6.");
  } catch {
    return false;
  }
}

/** Sends all of `bytes` on a connection of its own, and returns all that is answered. */
export async function exchange(port: number, bytes: Uint8Array): Promise<Uint8Array> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const sent = (async () => {
    try {
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      await conn.closeWrite();
    } catch {
      // The server has closed the connection, and says no more.
    }
  })();
  const chunks: Uint8Array[] = [];
  const chunk = new Uint8Array(65536);
  for (;;) {
    const count = await conn.read(chunk).catch(() => null);
    if (count === null) break;
    chunks.push(chunk.slice(0, count));
  }
  await sent;
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A running memcached. */
export class Memcached implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly port: number;

  private constructor(process: Deno.ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
  }

  /** Starts one on a free port. */
  static async start(...more: readonly string[]): Promise<Memcached> {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr as Deno.NetAddr;
    probe.close();
    const process = new Deno.Command("memcached", {
      args: ["-u", "nobody", "-l", "127.0.0.1", "-p", String(port), "-m", "64", "-t", "1", ...more],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const server = new Memcached(process, port);
    await until("memcached answers", async () => {
      try {
        return (await exchange(port, new TextEncoder().encode("mn\r\n"))).length > 0;
      } catch {
        return false;
      }
    });
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}
