// The server's door: what main.ts needs to run it, in the main thread and in a worker.
// Everything else in this folder is its own affair.

export { serve, type ServeHost } from "./process/serve.ts";
export { runWorker, type WorkerScope } from "./process/worker.ts";
