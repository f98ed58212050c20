// Several workers are one cache: what one stores the others read, and what each has done adds up.

import { assertEquals } from "@std/assert";
import { PUT_OK } from "./conversation.ts";
import type { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

/** Opens connections until every worker has answered on one; returns one connection per worker. */
async function onePerWorker(server: TestServer, workers: number): Promise<RawClient[]> {
  const found = new Map<number, RawClient>();
  await until("every worker has a connection", async () => {
    const client = await server.connect();
    const before = (await server.stats()).workers.map(({ puts }) => puts);
    await client.ask('POST /put {"key":"who","value":"answers"}');
    const after = (await server.stats()).workers.map(({ puts }) => puts);
    const worker = after.findIndex((puts, i) => puts > before[i]!);
    if (found.has(worker)) client.close();
    else found.set(worker, client);
    return found.size === workers;
  });
  return [...found.values()];
}

Deno.test("what one worker stores, deletes or counts the other one sees at once", async () => {
  await using server = await TestServer.start(["--workers", "2"]);
  const [a, b] = await onePerWorker(server, 2) as [RawClient, RawClient];
  try {
    for (let i = 0; i < 100; i++) {
      const put = await a.ask(`POST /put {"key":"k${i}","value":"${i}"}`);
      assertEquals(`${put.status} ${put.text}`, PUT_OK);
      const hit = `{"status":"OK","key":"k${i}","value":"${i}"}`;
      assertEquals((await b.ask(`GET /get?key=k${i}`)).text, hit);
    }
    await b.ask("DELETE /delete?key=k0");
    assertEquals((await a.ask("GET /get/k0")).status, 404);
    const sums = [a, b].map(async (client) => {
      for (let n = 0; n < 200; n++) await client.ask('POST /incr {"key":"n"}');
    });
    await Promise.all(sums);
    assertEquals((await a.ask("GET /get/n")).text, "400");
  } finally {
    a.close();
    b.close();
  }
});

Deno.test("/stats of several workers sums what each of them counts", async () => {
  await using server = await TestServer.start(["--workers", "2"]);
  const clients = await onePerWorker(server, 2);
  for (const client of clients) {
    for (let i = 0; i < 10; i++) await client.ask(`GET /get?key=${i}`);
  }
  const { total, workers } = await server.stats();
  assertEquals(workers.map(({ worker }) => worker), [1, 2]);
  for (
    const name of [
      "requests",
      "hits",
      "misses",
      "puts",
      "deletes",
      "errors",
      "lockTimeouts",
    ] as const
  ) {
    const sum = workers.reduce((sum, counters) => sum + counters[name], 0);
    assertEquals(total[name], sum, name);
  }
  assertEquals(total.misses, 20);
  assertEquals(workers.every(({ misses }) => misses === 10), true);
  clients.forEach((client) => client.close());
});
