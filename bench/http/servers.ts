/**
 * Starts and ends the servers of the HTTP benchmark, each a process of its own on a free port of 127.0.0.1.
 * Knows how to wait for each, not what they answer.
 */

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

/** What ends a run early; Windows has no SIGTERM. */
const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Where slabkv is started. */
const projectRoot = new URL("../../", import.meta.url);

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
    const child = this.#spawn([...command, ...args], "null");
    await untilHealthy(port, child);
    const name = workers === "1" ? "slabkv" : `slabkv --workers ${workers}`;
    return { name, pid: child.pid, port, storesItems: true, hasBatches: true };
  }

  /** Starts a server of this folder, which prints its port, and waits for that. */
  async startScript(name: string, script: string, storesItems: boolean): Promise<Server> {
    const path = new URL(script, import.meta.url).href;
    const command = [Deno.execPath(), "run", "--no-lock", "--allow-net=127.0.0.1", path];
    const child = this.#spawn(command, "piped");
    const port = await firstInteger(child.stdout);
    return { name, pid: child.pid, port, storesItems, hasBatches: false };
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

  #spawn(command: readonly string[], stdout: "piped" | "null"): Deno.ChildProcess {
    const [file, ...args] = command;
    const env = ownEnvironment();
    const child = new Deno.Command(file!, {
      args,
      cwd: projectRoot,
      env,
      clearEnv: true,
      stdin: "null",
      stdout,
      stderr: "inherit",
    }).spawn();
    this.#children.push(child);
    return child;
  }
}

/** The environment without what would change where a server listens or how slabkv is configured. */
function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(Deno.env.toObject());
  return Object.fromEntries(
    entries.filter(([name]) => name !== "DENO_SERVE_ADDRESS" && !name.startsWith("SLABKV_")),
  );
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilHealthy(port: number, child: Deno.ChildProcess): Promise<void> {
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  const deadlineMs = Date.now() + startMs;
  while (Date.now() < deadlineMs && !hasEnded) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      await response.body?.cancel();
      if (response.status === 200) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Cannot start slabkv: ${hasEnded ? "it ended" : "no answer from /health"}`);
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

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
