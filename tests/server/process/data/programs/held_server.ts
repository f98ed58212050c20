/// <reference lib="deno.worker" />
// A server of start_test.ts: the real serve(), workers and loaders, but that loaders are told nothing
// before a line comes from stdin.

import { runLoader, runWorker, serve } from "../../../../../server/mod.ts";

async function runMain(args: readonly string[]): Promise<void> {
  const released = Deno.stdin.read(new Uint8Array(1));
  await serve({
    args,
    env: {},
    limits: { totalMemoryBytes: 2 ** 31, containerMemoryBytes: 0, cpus: 2 },
    canSharePort: true,
    denoVersion: Deno.version.deno,
    spawn: (name) => {
      const worker = new Worker(import.meta.url, { type: "module", name });
      if (!name.startsWith("loader-")) return worker;
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message: unknown) => void released.then(() => post(message));
      return worker;
    },
    onReload: () => {},
    onSignal: (handler) => Deno.addSignalListener("SIGTERM", () => handler("SIGTERM")),
    out: console.log,
    err: console.error,
    exit: Deno.exit,
  });
}

if (!("WorkerGlobalScope" in globalThis)) await runMain(Deno.args);
else if (self.name.startsWith("loader-")) runLoader(self);
else runWorker(self);
