// Raw connections of tests: finds the addresses that a server has printed, sends bytes, and compares
// what comes back byte by byte.

import { assertEquals } from "@std/assert";
import { RawClient } from "./raw_client.ts";
import type { TestServer } from "./server.ts";

/** A connection to the port of a server for Redis's clients, the text protocol ("tcp") or memcached's clients. */
export function connectRaw(
  server: TestServer,
  scheme: "redis" | "tcp" | "memcached",
): Promise<RawClient> {
  const addresses = server.event("start")!.addresses as string[];
  const address = addresses.find((each) => each.startsWith(`${scheme}://`))!;
  return RawClient.connect({ hostname: "127.0.0.1", port: Number(/\d+$/.exec(address)![0]) });
}

/** Sends bytes and expects exactly these bytes back. */
export async function exchange(client: RawClient, send: string, expect: string): Promise<void> {
  await client.send(send);
  const found = await client.receiveText(new TextEncoder().encode(expect).length);
  assertEquals(found, expect, JSON.stringify(send.slice(0, 60)));
}

/** A command as clients send it. */
export function command(...words: string[]): string {
  const encoder = new TextEncoder();
  const bulks = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}
