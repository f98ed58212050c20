// A server with the Redis protocol on a port of its own, for the clients of other people.

import { respPort, TestServer } from "../wire/server.ts";

/** Starts a server of two workers; returns it and the port of the Redis protocol. */
export async function startResp(...args: string[]): Promise<[TestServer, number]> {
  const server = await TestServer.start(["--workers", "2", "--resp-port", "0", ...args]);
  return [server, respPort(server)];
}
