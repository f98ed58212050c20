// The program as its user runs it: a process of its own, on loopback and a free port, with the
// permissions of the start task. SLABKV_BIN names another executable to test in its place, such as
// a compiled one. Whoever starts a server disposes of it, and it ends whatever happened.

import { readLines } from "../../bench/child_servers.ts";
import { RawClient } from "./raw_client.ts";

const root = new URL("../../", import.meta.url);
/** What a server of a test may use; small, so that many can run side by side. */
const MEMORY = "64MiB";
/** Longest time that anything a test waits for may take, in milliseconds. */
export const PATIENCE_MS = 10_000;

/** What to run, apart from the options of a test. */
async function program(): Promise<{ path: string; args: string[] }> {
  const binary = Deno.env.get("SLABKV_BIN");
  if (binary !== undefined) return { path: binary, args: [] };
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const [, ...args] = tasks.start.command.split(" ");
  return { path: Deno.execPath(), args };
}

/** The variables that a program needs to run at all; no SLABKV_ one of the tester's own. */
function plainEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "NPM_CONFIG_REGISTRY"];
  const found = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, string] => !!pair[1]));
}

/** Starts the program with exactly these arguments. */
export async function spawn(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Deno.ChildProcess> {
  const { path, args: before } = await program();
  return new Deno.Command(path, {
    args: [...before, ...args],
    env: { ...plainEnvironment(), ...env },
    clearEnv: true,
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program to its end, which has to come soon, and returns what it printed. */
export async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = await spawn(args, env);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Waits until `holds` returns something other than false, asking again and again. */
export async function until<T>(
  what: string,
  holds: () => Promise<T | false> | T | false,
  boundMs: number = PATIENCE_MS,
): Promise<T> {
  const endMs = performance.now() + boundMs;
  while (performance.now() < endMs) {
    const found = await holds();
    if (found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Waited ${boundMs} ms in vain: ${what}`);
}

/** One line of what a server prints with --log-format json. */
export type LogEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** A running server. */
export class TestServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  /** What it has printed so far. */
  readonly events: LogEvent[] = [];
  stderr = "";
  port = 0;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = Promise.all([
      readLines(child.stdout, (line) => this.events.push(JSON.parse(line))),
      readLines(child.stderr, (line) => this.stderr += line + "\n"),
    ]);
  }

  /** Starts a server and waits until it serves. */
  static async start(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<TestServer> {
    const memory = args.includes("--memory") ? [] : ["--memory", MEMORY];
    const workers = args.includes("--workers") ? [] : ["--workers", "1"];
    // Whether a breaker opens, or a request is slow, would depend on how busy the machine is.
    const lag = args.includes("--max-lag") ? [] : ["--max-lag", "0"];
    const slow = args.includes("--slow") ? [] : ["--slow", "off"];
    const fixed = ["--port", "0", "--log-format", "json", ...memory, ...workers, ...lag, ...slow];
    const server = new TestServer(await spawn([...fixed, ...args], env));
    let ended = false;
    server.status.then(() => ended = true);
    try {
      const start = await until("the server has started", () => {
        if (ended) throw new Error(`Server ended at start: ${server.stderr}`);
        return server.event("start") ?? false;
      });
      server.port = Number(/:(\d+)$/.exec((start.addresses as string[])[0]!)![1]);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** The first event of this name, or undefined. */
  event(name: string): LogEvent | undefined {
    return this.events.find(({ event }) => event === name);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Waits until the process has ended and all that it printed has been read. */
  async ended(): Promise<Deno.CommandStatus> {
    await this.#reading;
    return this.status;
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Opens a raw TCP connection. */
  connect(): Promise<RawClient> {
    return RawClient.connect({ hostname: "127.0.0.1", port: this.port });
  }

  /** Sends one request over a connection of its own; returns status and body. */
  async ask(request: string): Promise<string> {
    using client = await this.connect();
    const { status, text } = await client.ask(request);
    return `${status} ${text}`;
  }

  /** The body of /stats. */
  async stats(): Promise<Stats> {
    using client = await this.connect();
    return JSON.parse((await client.ask("GET /stats")).text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#reading;
  }
}

/** The figures of a worker that tests look at. */
export type WorkerFigure =
  | "worker"
  | "inFlight"
  | "bodyBytes"
  | "requests"
  | "hits"
  | "misses"
  | "puts"
  | "deletes"
  | "errors"
  | "eventClients"
  | "lockTimeouts";

/** The answer of /stats, as far as tests look at it. */
export interface Stats {
  readonly items: number;
  readonly expirations: number;
  readonly total: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly workers: readonly Readonly<Record<WorkerFigure, number>>[];
}

/** The port of the Redis protocol of a server that has one. */
export function respPort(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  const resp = addresses.find((address) => address.startsWith("redis://"))!;
  return Number(/:(\d+)$/.exec(resp)![1]);
}
