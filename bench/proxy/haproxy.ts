/**
 * The real HAProxy with deploy/haproxy.cfg, on free ports and in front of a server on other ones. For tests and the
 * benchmark of slow clients; where there is no HAProxy, both say so.
 */

import { freePort } from "../child_servers.ts";

/** The configuration as it is shipped. */
const CONFIG = new URL("../../deploy/haproxy.cfg", import.meta.url);
/** How long it may take to listen. */
const START_MS = 5000;

/** Where a proxy listens, or what is behind it. */
export interface ProxyPorts {
  readonly http: number;
  readonly resp: number;
}

/** The text of the configuration for other ports, which are those of 127.0.0.1. */
export function rendered(config: string, listen: ProxyPorts, server: ProxyPorts): string {
  return config
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${listen.http}`)
    .replaceAll("127.0.0.1:6379", `127.0.0.1:${listen.resp}`)
    .replaceAll("127.0.0.1:7171", `127.0.0.1:${server.http}`)
    .replaceAll("check port 7171", `check port ${server.http}`)
    .replaceAll("127.0.0.1:6380", `127.0.0.1:${server.resp}`);
}

/** Daemons are often outside the PATH of users. */
function environment(): Record<string, string> {
  return { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };
}

/** Whether there is an HAProxy on this machine. */
export async function hasHaproxy(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("haproxy", { args: ["-v"], env: environment() })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A running HAProxy. */
export class Haproxy implements AsyncDisposable {
  readonly ports: ProxyPorts;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(child: Deno.ChildProcess, folder: string, ports: ProxyPorts) {
    this.#child = child;
    this.#folder = folder;
    this.ports = ports;
  }

  /** Starts it in front of a server; `change` may change the configuration that is shipped. */
  static async start(
    server: ProxyPorts,
    change: (config: string) => string = (config) => config,
  ): Promise<Haproxy> {
    const ports = { http: freePort(), resp: freePort() };
    const folder = await Deno.makeTempDir({ prefix: "slabkv-haproxy-" });
    const path = `${folder}/haproxy.cfg`;
    await Deno.writeTextFile(
      path,
      rendered(change(await Deno.readTextFile(CONFIG)), ports, server),
    );
    const child = new Deno.Command("haproxy", {
      args: ["-db", "-f", path],
      env: environment(),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const proxy = new Haproxy(child, folder, ports);
    try {
      await proxy.#listens();
      return proxy;
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #listens(): Promise<void> {
    let hasEnded = false;
    this.#child.status.then(() => hasEnded = true);
    for (const endMs = Date.now() + START_MS; Date.now() < endMs && !hasEnded;) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.ports.http })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    throw new Error(`Cannot start haproxy: it ${hasEnded ? "ended" : "does not listen"}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
