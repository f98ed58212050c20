// The npm packages connect-redis and express-session against the running server, unchanged.

import { assert, assertEquals } from "@std/assert";
import { RedisStore } from "connect-redis";
import session from "express-session";
import { createServer, type Server } from "node:http";
import { createClient } from "redis";
import { startResp } from "./fixture.ts";

/** A web server that counts in the session how often somebody came; "/bye" ends the session. */
async function startCounting(store: session.Store): Promise<[Server, number]> {
  const use = session({ store, secret: "s", resave: false, saveUninitialized: false });
  const server = createServer((request, response) => {
    // deno-lint-ignore no-explicit-any
    const come = request as any;
    // deno-lint-ignore no-explicit-any
    use(come, response as any, () => {
      if (request.url === "/bye") return come.session.destroy(() => response.end("bye"));
      come.session.visits = (come.session.visits ?? 0) + 1;
      response.end(String(come.session.visits));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return [server, (server.address() as { port: number }).port];
}

Deno.test("connect-redis keeps the sessions of express-session", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  const store = new RedisStore({ client, prefix: "sessions:", ttl: 600 });
  const [web, webPort] = await startCounting(store);
  const visit = async (cookie: string, path = "/"): Promise<[string, string]> => {
    const headers = { cookie, connection: "close" };
    const answer = await fetch(`http://127.0.0.1:${webPort}${path}`, { headers });
    const given = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return [await answer.text(), given];
  };
  try {
    const [first, cookie] = await visit("");
    const [second] = await visit(cookie);
    const [stranger, other] = await visit("");
    assertEquals([first, second, stranger], ["1", "2", "1"]);
    const [id] = (await store.ids() as string[]).filter((id) => cookie.includes(id));
    const ttl = await client.ttl(`sessions:${id}`);
    assert(ttl > 590 && ttl <= 600, `${ttl}`);
    assertEquals(await store.length(), 2);
    const all = await store.all() as { id: string; visits: number }[];
    assertEquals(all.map(({ visits }) => visits).sort(), [1, 2]);
    assertEquals((await visit(cookie, "/bye"))[0], "bye");
    assertEquals((await visit(cookie))[0], "1");
    await store.clear();
    assertEquals(await store.length(), 0);
    assertEquals((await visit(other))[0], "1");
  } finally {
    web.close();
    await client.quit();
  }
});
