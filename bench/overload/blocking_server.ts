/// <reference lib="deno.worker" />
/**
 * A server of live.ts: the real serve() and a real worker, whose event loop stands still for some seconds, once, as it
 * would in a pause of the garbage collector or in a command that takes too long.
 */

import { runWorker, serve, type ServePlatform } from "../../server/mod.ts";

/** When the worker stands still after its start, and for how long, in milliseconds. */
export const BLOCK_AFTER_MS = 2500;
export const BLOCK_MS = 3000;

function platform(args: readonly string[]): ServePlatform {
  return {
    args,
    env: {},
    limits: { totalMemoryBytes: 2 ** 31, containerMemoryBytes: 0, cpus: 2 },
    canSharePort: true,
    denoVersion: Deno.version.deno,
    spawn: (name) => new Worker(import.meta.url, { type: "module", name }),
    onReload: () => {},
    onSignal: (handler) => Deno.addSignalListener("SIGTERM", () => handler("SIGTERM")),
    out: console.log,
    err: console.error,
    exit: Deno.exit,
  };
}

if ("WorkerGlobalScope" in globalThis) {
  runWorker(self);
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  setTimeout(() => Atomics.wait(nothing, 0, 0, BLOCK_MS), BLOCK_AFTER_MS);
} else if (import.meta.main) await serve(platform(Deno.args));
