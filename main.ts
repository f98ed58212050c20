// The program: in the main thread it runs a command or starts the server, in a worker it serves.
// One module for both, so that a bundled or compiled program finds its worker inside itself.

import os from "node:os";
import { resolve } from "node:path";
import process from "node:process";
import {
  type ClientPlatform,
  type ClientTerminal,
  runClient,
  serverArguments,
} from "./client/mod.ts";
import {
  authorityOf,
  libcPaths,
  libcSockets,
  OPTION_ROWS,
  runLoader,
  runWorker,
  serve,
  type ThreadScope,
} from "./server/mod.ts";

/** Begins the names of threads that load. */
const LOADER = "loader-";
const NO_PERMISSIONS = {
  net: false,
  read: false,
  write: false,
  env: false,
  sys: false,
  run: false,
  ffi: false,
} as const;

/**
 * The narrowest permissions with which a worker can do its work. That for the C library it gives up as
 * soon as it has the calls that it needs of it.
 */
function workerPermissions(
  listens: readonly { hostname: string; port: number; unixPath?: string }[],
) {
  const net: string[] = [];
  const paths: string[] = [];
  for (const { hostname, port, unixPath } of listens) {
    if (unixPath !== undefined) {
      paths.push(unixPath);
      net.push(`unix:${resolve(unixPath)}`);
    } else net.push(authorityOf(hostname, port));
  }
  const libraries = libcPaths();
  const files = paths.length > 0 ? paths : false;
  return {
    ...NO_PERMISSIONS,
    net,
    read: files,
    write: files,
    ffi: libraries.length > 0 ? libraries : false,
  } as const;
}

/** What the client's commands need of the process. */
function clientPlatform(): ClientPlatform {
  return {
    env: (name) => Deno.env.get(name),
    stdin: Deno.stdin,
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    columns: () => Deno.consoleSize().columns || 80,
    onInterrupt: (handler) => {
      Deno.addSignalListener("SIGINT", handler);
      return () => Deno.removeSignalListener("SIGINT", handler);
    },
    terminal: Deno.stdin.isTerminal() && Deno.stdout.isTerminal() ? clientTerminal() : undefined,
    serverOptions: () =>
      OPTION_ROWS.map(({ option: { flag, kind, description } }) => {
        return { flag, placeholder: kind.placeholder, description };
      }),
  };
}

/** The terminal of a command that draws on all of it. */
function clientTerminal(): ClientTerminal {
  const isWindows = Deno.build.os === "windows";
  const listen = (signals: readonly Deno.Signal[], handler: () => void) => {
    for (const signal of signals) Deno.addSignalListener(signal, handler);
    return () => signals.forEach((signal) => Deno.removeSignalListener(signal, handler));
  };
  return {
    setRaw: (isRaw) => Deno.stdin.setRaw(isRaw),
    size: () => Deno.consoleSize(),
    onChange: (handler) => listen(isWindows ? ["SIGWINCH"] : ["SIGWINCH", "SIGCONT"], handler),
    onEnd: (handler) =>
      listen(isWindows ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"], handler),
  };
}

/** Where a bar may be drawn. One that is gone must not end the start. */
function terminal() {
  const encoder = new TextEncoder();
  return {
    columns: () => Deno.consoleSize().columns || 80,
    write: (text: string) => {
      try {
        Deno.stderr.writeSync(encoder.encode(text));
      } catch {
        // Nobody looks any more.
      }
    },
  };
}

async function runMain(): Promise<void> {
  const args = serverArguments(Deno.args);
  if (args === undefined) Deno.exit(await runClient(Deno.args, clientPlatform()));
  const env = Deno.env.toObject();
  // Deno would silently listen there instead of on --host and --port.
  Deno.env.delete("DENO_SERVE_ADDRESS");
  await serve({
    args,
    env,
    limits: {
      totalMemoryBytes: os.totalmem(),
      containerMemoryBytes: process.constrainedMemory(),
      cpus: navigator.hardwareConcurrency,
    },
    denoVersion: Deno.version.deno,
    canSharePort: Deno.build.os === "linux",
    spawn: (name, { dataDir }, listens) =>
      new Worker(import.meta.url, {
        type: "module",
        name,
        deno: {
          permissions: name.startsWith(LOADER)
            ? { ...NO_PERMISSIONS, read: [resolve(dataDir!)] }
            : { ...workerPermissions(listens) },
        },
      }),
    onSignal: (handler) => {
      const signals: Deno.Signal[] = Deno.build.os === "windows"
        ? ["SIGINT", "SIGBREAK"]
        : ["SIGINT", "SIGTERM"];
      for (const signal of signals) Deno.addSignalListener(signal, () => handler(signal));
    },
    onReload: (handler) => {
      if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", handler);
    },
    out: console.log,
    err: console.error,
    terminal: Deno.stderr.isTerminal() ? terminal() : undefined,
    exit: Deno.exit,
  });
}

/** Ends the process with one line where Deno was started with too few permissions. */
function refusePermissions(error: unknown): never {
  if (!(error instanceof Deno.errors.NotCapable)) throw error;
  console.error(
    `slabkv: Cannot run: ${error.message}. Or use \`deno task start\`, which allows what is needed`,
  );
  Deno.exit(2);
}

if (!("WorkerGlobalScope" in globalThis)) await runMain().catch(refusePermissions);
else if (self.name.startsWith(LOADER)) await runLoader(globalThis as unknown as ThreadScope);
else {
  const calls = libcSockets();
  Deno.permissions.revokeSync({ name: "ffi" });
  await runWorker(globalThis as unknown as ThreadScope, calls);
}
