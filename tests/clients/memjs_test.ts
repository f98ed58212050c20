// The npm package memjs against the running server, unchanged: memcached's binary protocol.

import { assertEquals, assertRejects } from "@std/assert";
import { Client } from "memjs";
import { TestServer } from "../wire/server.ts";

/** Starts a server and a client of its port for memcached's clients. */
async function withClient(
  use: (client: MemcachedClient) => Promise<void>,
  args: readonly string[] = [],
  options: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await using server = await TestServer.start(["--memcache-port", "0", "--workers", "2", ...args]);
  const addresses = server.event("start")!.addresses as string[];
  const address = addresses.find((address) => address.startsWith("memcached://"))!;
  const client = Client.create(address.replace("memcached://", ""), {
    retries: 0,
    logger: { log: () => {} },
    ...options,
  }) as MemcachedClient;
  try {
    await use(client);
  } finally {
    client.close();
  }
}

/** What the package has no types for. */
interface MemcachedClient {
  get(key: string): Promise<{ value: Uint8Array | null; flags: Uint8Array | null }>;
  set(key: string, value: string | Uint8Array, options: { expires?: number }): Promise<boolean>;
  add(key: string, value: string, options: { expires?: number }): Promise<boolean>;
  replace(key: string, value: string, options: { expires?: number }): Promise<boolean>;
  append(key: string, value: string): Promise<boolean>;
  prepend(key: string, value: string): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  touch(key: string, expires: number): Promise<boolean>;
  increment(key: string, by: number, options: { initial?: number }): Promise<{ value: number }>;
  decrement(key: string, by: number, options: { initial?: number }): Promise<{ value: number }>;
  flush(callback: (error: Error | null, results: Record<string, boolean>) => void): void;
  stats(
    callback: (error: Error | null, server: string, stats: Record<string, string>) => void,
  ): void;
  close(): void;
}

async function textOf(client: MemcachedClient, key: string): Promise<string | null> {
  const { value } = await client.get(key);
  return value === null ? null : new TextDecoder().decode(value);
}

Deno.test("memjs stores, counts, appends, touches, deletes and empties", async () => {
  await withClient(async (client) => {
    assertEquals(await client.set("k", "é", { expires: 60 }), true);
    assertEquals([await textOf(client, "k"), await textOf(client, "none")], ["é", null]);
    assertEquals(await client.add("k", "w", {}), false);
    assertEquals([await client.replace("k", "w", {}), await client.replace("none", "w", {})], [
      true,
      false,
    ]);
    // Its prepend() sends the number of append.
    assertEquals([await client.append("k", "x"), await client.prepend("k", "y")], [true, true]);
    assertEquals(await textOf(client, "k"), "wxy");
    await assertRejects(() => client.append("none", "x"), Error, "Item not stored");
    assertEquals((await client.increment("n", 5, { initial: 10 })).value, 10);
    assertEquals((await client.increment("n", 5, {})).value, 15);
    assertEquals((await client.decrement("n", 20, {})).value, 0);
    assertEquals([await client.touch("k", 60), await client.touch("none", 60)], [true, false]);
    const large = crypto.getRandomValues(new Uint8Array(60_000));
    assertEquals(await client.set("large", large, {}), true);
    assertEquals(new Uint8Array((await client.get("large")).value!), large);
    const keys = Array.from({ length: 200 }, (_, i) => `many:${i}`);
    await Promise.all(keys.map((key) => client.set(key, key, {})));
    assertEquals(await Promise.all(keys.map((key) => textOf(client, key))), keys);
    assertEquals([await client.delete("k"), await client.delete("k")], [true, false]);
    const stats = await new Promise<Record<string, string>>((resolve, reject) =>
      client.stats((error, _, stats) => error === null ? resolve(stats) : reject(error))
    );
    assertEquals(Number(stats.curr_items) >= 200, true);
    await new Promise((resolve) => client.flush(resolve));
    assertEquals(await textOf(client, "n"), null);
  });
});

Deno.test("memjs shows the token by SASL, and is refused without", async () => {
  const args = ["--token", "sesame"];
  await withClient(
    async (client) => assertEquals(await client.set("k", "v", {}), true),
    args,
    { username: "any", password: "sesame" },
  );
  await withClient(
    async (client) => void await assertRejects(() => client.set("k", "v", {})),
    args,
    { username: "any", password: "wrong" },
  );
});
