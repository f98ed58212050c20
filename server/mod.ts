// The server's door: what main.ts needs to run it, in the main thread and in others, and to tell of its
// options and addresses. Everything else in this folder is its own affair. Each thread has only the code
// loaded that its part needs, or a start would take a tenth longer.

import { EarlyMessages, type ThreadScope } from "./early_messages.ts";
import { libcPaths, libcSockets } from "./process/libc_sockets.ts";
import type { ServePlatform } from "./process/serve.ts";

export { authorityOf } from "./config/addresses.ts";
export { OPTION_ROWS } from "./config/options.ts";
export { libcPaths, libcSockets };
export type { ServePlatform, ThreadScope };

/** The calls of the C library that a worker sends by. */
type SocketCalls = ReturnType<typeof libcSockets>;

/** Runs the server until it is told to stop. Only help, version and errors return. */
export async function serve(platform: ServePlatform): Promise<void> {
  const { serve } = await import("./process/serve.ts");
  await serve(platform);
}

/** Serves in this thread, in whose first turn it is to be called. By `calls` answers are sent at once. */
export async function runWorker(scope: ThreadScope, calls?: SocketCalls): Promise<void> {
  const early = new EarlyMessages(scope);
  const { runWorker } = await import("./process/worker.ts");
  runWorker(early, calls);
}

/** Loads in this thread, in whose first turn it is to be called, what main says. */
export async function runLoader(scope: ThreadScope): Promise<void> {
  const early = new EarlyMessages(scope);
  const { runLoader } = await import("./disk/loading/loader.ts");
  runLoader(early);
}
