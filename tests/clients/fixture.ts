// A server with the Redis protocol on a port of its own, for the clients of other people.

import { TestServer } from "../wire/server.ts";

/** Starts a server of two workers; returns it and the port of the Redis protocol. */
export async function startResp(...args: string[]): Promise<[TestServer, number]> {
  const server = await TestServer.start(["--workers", "2", "--resp-port", "0", ...args]);
  const addresses = server.event("start")!.addresses as string[];
  const resp = addresses.find((address) => address.startsWith("redis://"))!;
  return [server, Number(/:(\d+)$/.exec(resp)![1])];
}
