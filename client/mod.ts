// The client's door: what main.ts needs to run a command, or to see that there is none. Everything else
// in this folder is internal.

import type { ClientPlatform } from "./platform.ts";

export type {
  ByteSink,
  ByteSource,
  ClientPlatform,
  ClientTerminal,
  ServerOption,
} from "./platform.ts";
export { serverArguments } from "./server_arguments.ts";

/** Runs a command of the client; returns the exit code. The server's threads do without what it needs. */
export async function runClient(
  args: readonly string[],
  platform: ClientPlatform,
): Promise<number> {
  const { runClient } = await import("./run.ts");
  return await runClient(args, platform);
}
