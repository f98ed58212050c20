/// <reference lib="deno.worker" />
// A server of start_test.ts: the real serve(), workers and loaders, but that loaders are told nothing
// before a line comes from stdin.

import { runLoader, runWorker, serve } from "../../../../../server/mod.ts";
import { platformOf } from "./process_platform.ts";

async function runMain(args: readonly string[]): Promise<void> {
  const released = Deno.stdin.read(new Uint8Array(1));
  const spawn = (name: string) => {
    const worker = new Worker(import.meta.url, { type: "module", name });
    if (!name.startsWith("loader-")) return worker;
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: unknown) => void released.then(() => post(message));
    return worker;
  };
  await serve(platformOf(args, spawn));
}

if (!("WorkerGlobalScope" in globalThis)) await runMain(Deno.args);
else if (self.name.startsWith("loader-")) runLoader(self);
else runWorker(self);
