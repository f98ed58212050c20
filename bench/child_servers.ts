// Servers of a benchmark, each a process of its own: started with a clean environment, ended
// whatever happens, a signal to the benchmark included. What they are and when they are ready,
// those who extend this know.

/** What ends a run early; Windows has no SIGTERM. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Where the servers are started. */
const PROJECT_ROOT = new URL("../", import.meta.url);

/** How long a server may take to start, and to end before it is killed. */
const START_MS = 20_000;
const STOP_MS = 6_000;

/** The command line that starts this project's server. */
export function ownCommand(): string[] {
  return [Deno.execPath(), "run", "-A", "main.ts"];
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
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

/** Hands over what a program prints line by line, until it ends. */
export async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}

/** The servers of one run; disposing of it ends them all. */
export class ChildServers implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];
  readonly #onSignal = () => {
    for (const child of this.#children) kill(child, "SIGKILL");
    Deno.exit(130);
  };

  constructor() {
    for (const signal of SIGNALS) Deno.addSignalListener(signal, this.#onSignal);
  }

  /** Ends every server: asks first, then insists. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, this.#onSignal);
    await Promise.all(
      this.#children.splice(0).map(async (child) => {
        kill(child, "SIGTERM");
        const timer = setTimeout(() => kill(child, "SIGKILL"), STOP_MS);
        await child.status;
        clearTimeout(timer);
      }),
    );
  }

  /** Starts a command; what it prints on stderr is shown, unless that is "piped". */
  protected spawn(
    command: readonly string[],
    stdout: "piped" | "null",
    stderr: "piped" | "inherit" = "inherit",
  ): Deno.ChildProcess {
    const [file, ...args] = command;
    const child = new Deno.Command(file!, {
      args,
      cwd: PROJECT_ROOT,
      env: ownEnvironment(),
      clearEnv: true,
      stdin: "null",
      stdout,
      stderr,
    }).spawn();
    this.#children.push(child);
    return child;
  }
}

/** Waits until `isReady` holds; throws when the server ends before, or takes too long. */
export async function untilReady(
  child: Deno.ChildProcess,
  what: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  const deadlineMs = Date.now() + START_MS;
  while (Date.now() < deadlineMs && !hasEnded) {
    if (await isReady()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Cannot start ${what}: ${hasEnded ? "it ended" : "it does not answer"}`);
}

/** The environment without what would change where a server listens or how slabkv is configured. */
function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(Deno.env.toObject());
  return Object.fromEntries(
    entries.filter(([name]) => name !== "DENO_SERVE_ADDRESS" && !name.startsWith("SLABKV_")),
  );
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
