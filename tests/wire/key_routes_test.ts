// What a server of two workers tells of single keys, by whatever way they were asked for.

import { assert, assertEquals } from "@std/assert";
import type { HotFacts } from "../../server/observe/facts/key_facts.ts";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

/** The body of an answer with status 200. */
async function told<T>(server: TestServer, request: string): Promise<T> {
  const answer = await server.ask(request);
  assertEquals(answer.slice(0, 4), "200 ", answer);
  return JSON.parse(answer.slice(4)) as T;
}

Deno.test("GET /stats/hot names the keys that are asked for most, over all workers and protocols", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  for (let i = 0; i < 6; i++) {
    const client = await connectRaw(server, "redis");
    try {
      await exchange(client, command("SET", "hot", "v"), "+OK\r\n");
      await exchange(client, command("MGET", "hot", "other"), "*2\r\n$1\r\nv\r\n$-1\r\n");
      await exchange(client, command("MULTI"), "+OK\r\n");
      await exchange(client, command("GET", "\u{1f525}"), "+QUEUED\r\n");
      await exchange(client, command("EXEC"), "*1\r\n$-1\r\n");
    } finally {
      client.close();
    }
  }
  for (let i = 0; i < 3; i++) {
    await server.ask("GET /get?key=hot");
    await server.ask("GET /get/%FF");
  }
  const { requests, keys } = await told<HotFacts>(server, "GET /stats/hot?count=3");
  // Some of it may have faded a little.
  assert(requests >= 20 && requests <= 30, `${requests}`);
  assertEquals(keys.map(({ key }) => key).toSorted(), ["hot", "other", "\u{1f525}"]);
  assertEquals(keys[0]!.key, "hot");
  assert(Math.abs(keys[0]!.share - 0.5) < 0.01, `${keys[0]!.share}`);
  assertEquals(keys[0]!.writeShare, 0.4);
  const all = await told<HotFacts>(server, "GET /stats/hot");
  assertEquals(all.keys[3]!.base64, "/w==");
  for (const query of ["?count=0", "?count=101", "?count=1x", "?count", "?most=1", "?count=%FF"]) {
    assertEquals((await server.ask(`GET /stats/hot${query}`)).slice(0, 4), "400 ", query);
  }
});
