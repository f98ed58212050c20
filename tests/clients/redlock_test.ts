// The npm package redlock against the running server, unchanged: its scripts take, extend and free locks.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import Redlock from "redlock";
import { startResp } from "./fixture.ts";

Deno.test("redlock locks one or several resources, extends and frees them", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const clients = [1, 2].map(() => new Redis({ host: "127.0.0.1", port }));
  const [one, other] = clients.map((client) => new Redlock([client], { retryCount: 0 }));
  const failed = (work: () => PromiseLike<unknown>) =>
    assertRejects(() => Promise.resolve(work()), Redlock.LockError);
  try {
    const lock = await one.lock("locks:a", 60_000);
    await failed(() => other.lock("locks:a", 60_000));
    await failed(() => other.lock(["locks:b", "locks:a"], 60_000));
    const longer = await lock.extend(120_000);
    assert(await clients[0]!.pttl("locks:a") > 60_000);
    await longer.unlock();
    const both = await other.lock(["locks:a", "locks:b", "locks:c"], 60_000);
    await failed(() => one.lock("locks:c", 60_000));
    await clients[0]!.del("locks:b");
    // Who cannot extend the whole gives up what is left of it.
    await failed(() => both.extend(60_000));
    assertEquals(await clients[0]!.exists("locks:a", "locks:b", "locks:c"), 0);
  } finally {
    await Promise.all(clients.map((client) => client.quit()));
  }
});

Deno.test("redlock waits for a lock that somebody holds, and the next has it alone", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const clients = Array.from({ length: 4 }, () => new Redis({ host: "127.0.0.1", port }));
  let inside = 0;
  try {
    await Promise.all(clients.map(async (client) => {
      const redlock = new Redlock([client], { retryCount: 1000, retryDelay: 2, retryJitter: 2 });
      for (let i = 0; i < 5; i++) {
        const lock = await redlock.lock("locks:turns", 10_000);
        assertEquals(++inside, 1);
        await client.incr("turns");
        assertEquals(--inside, 0);
        await lock.unlock();
      }
    }));
    assertEquals(await clients[0]!.get("turns"), "20");
  } finally {
    await Promise.all(clients.map((client) => client.quit()));
  }
});
