// The client's door: what main.ts needs to run a command, or to see that there is none. Everything else
// in this folder is internal.

export type { ByteSink, ByteSource, ClientPlatform, ServerOption } from "./platform.ts";
export { runClient, serverArguments } from "./run.ts";
