/**
 * Starts the servers that are attacked and the one that is not, each a process of its own on free ports of 127.0.0.1.
 * Knows where slabkv says that it listens, and keeps the last lines that it prints.
 */

import { ChildServers, ownCommand, readLines, untilReady } from "../child_servers.ts";
import type { Attack } from "./attack.ts";
import type { Ports } from "./orders.ts";
import type { Victim } from "./measure.ts";

/** The value of --memory, and what it means. */
const MEMORY = "256MiB";
/** The size of the region of a server that is attacked. */
export const REGION_BYTES = 256 * 1024 * 1024;
const HTTP_AND_LOG: readonly string[] = ["--port", "0", "--log-format", "json"];
const MAX_LAST_LINES = 3;
const MAX_LINE_CHARACTERS = 160;

/** The options of a server that is attacked, but for where its HTTP port is and what its log looks like. */
export function optionsFor(attack: Attack): string[] {
  const ports = ["--resp-port", "0", "--text-port", "0"];
  const workers = ["--workers", String(attack.workers ?? 1)];
  const options = attack.options ?? [];
  // An open breaker would refuse the polite client, too.
  const lag = options.includes("--max-lag") ? [] : ["--max-lag", "0"];
  return [...ports, ...workers, "--memory", MEMORY, ...lag, ...options];
}

/** The servers of one run; disposing of it ends them all. */
export class Victims extends ChildServers {
  /** Starts a server for an attack. */
  async start(attack: Attack): Promise<Victim> {
    const command = [...ownCommand(), ...HTTP_AND_LOG, ...optionsFor(attack)];
    const child = this.spawn(command, "piped", "piped");
    const lines: string[] = [];
    let ports: Ports | undefined;
    readLines(child.stdout, (line) => {
      if (line.includes('"event":"start"')) ports = portsOf(JSON.parse(line).addresses);
      else keep(lines, line);
    });
    readLines(child.stderr, (line) => keep(lines, line));
    await untilReady(child, "slabkv", () => Promise.resolve(ports !== undefined));
    return {
      pid: child.pid,
      ports: ports!,
      regionBytes: REGION_BYTES,
      status: child.status,
      kill: (signal) => child.kill(signal),
      lastWords: () => lines.map(wordsOf).join(" / "),
    };
  }
}

/** The server that a measurement compares with. */
export class EchoServers extends ChildServers {
  /** Starts it; returns its port. */
  async start(): Promise<number> {
    const script = new URL("echo_server.ts", import.meta.url).href;
    const command = [Deno.execPath(), "run", "--no-lock", "--allow-net=127.0.0.1", script];
    const child = this.spawn(command, "piped");
    let port = 0;
    readLines(child.stdout, (line) => port = Number(line));
    await untilReady(child, "the server to compare with", () => Promise.resolve(port !== 0));
    return port;
  }
}

/** The ports among the addresses that a server prints at its start. */
export function portsOf(addresses: readonly string[]): Ports {
  const portOf = (scheme: string) => {
    const address = addresses.find((each) => each.startsWith(`${scheme}://`)) ?? "";
    return Number(/:(\d+)$/.exec(address)?.[1] ?? 0);
  };
  return { http: portOf("http"), resp: portOf("redis"), text: portOf("tcp") };
}

function keep(lines: string[], line: string): void {
  lines.push(line.slice(0, 1000));
  if (lines.length > MAX_LAST_LINES) lines.shift();
}

/** A line of the log in short: of one in JSON, its event and message. */
function wordsOf(line: string): string {
  const message = /"message":"([^"]*)"/.exec(line)?.[1] ?? line;
  return message.slice(0, MAX_LINE_CHARACTERS);
}
