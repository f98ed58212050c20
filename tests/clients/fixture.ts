// Servers for the clients of other people: with the Redis protocol on a port of its own, and with REST commands.

import { Redis } from "@upstash/redis";
import { respPort, TestServer } from "../wire/server.ts";

/** Starts a server of two workers; returns it and the port of the Redis protocol. */
export async function startResp(...args: string[]): Promise<[TestServer, number]> {
  const server = await TestServer.start(["--workers", "2", "--resp-port", "0", ...args]);
  return [server, respPort(server)];
}

/** The token of servers for clients of the REST commands. */
export const TOKEN = "sesame";

/** Starts a server of two workers, and has a client of its REST commands use it. */
export async function withUpstash(
  use: (redis: Redis) => Promise<void>,
  responseEncoding: "base64" | false = "base64",
): Promise<void> {
  await using server = await TestServer.start(["--token", TOKEN, "--workers", "2"]);
  const url = `http://127.0.0.1:${server.port}`;
  const options = { url, token: TOKEN, enableTelemetry: false, retry: false as const };
  await use(new Redis({ ...options, responseEncoding }));
}
