// The server's door: what main.ts needs to run it, in the main thread and in a worker, and to tell
// of its options and addresses. Everything else in this folder is its own affair.

import type { LoaderScope } from "./disk/loading/loader.ts";

export { authorityOf } from "./config/addresses.ts";
export { OPTION_ROWS } from "./config/options.ts";
export { libcPaths, libcSockets } from "./process/libc_sockets.ts";
export { serve, type ServePlatform } from "./process/serve.ts";
export { runWorker, type WorkerScope } from "./process/worker.ts";

export type { LoaderScope };

/** Loads in this thread what main says. Threads that do not load do without what it needs. */
export async function runLoader(scope: LoaderScope): Promise<void> {
  const { runLoader } = await import("./disk/loading/loader.ts");
  runLoader(scope);
}
