// The npm package redis (node-redis) against the running server, unchanged, in both versions of the
// protocol; with RESP3 also its client-side cache, which is told by tracking what has changed.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createClient } from "redis";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis works with RESP${RESP}`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const client = createClient({ RESP, socket: { host: "127.0.0.1", port } });
    await client.connect();
    try {
      assertEquals(await client.set("k", "v", { expiration: { type: "EX", value: 60 } }), "OK");
      assertEquals(await client.get("k"), "v");
      assertEquals(await client.mGet(["k", "none"]), ["v", null]);
      assertEquals(await client.incrBy("n", 5), 5);
      const replies: unknown = await client.multi().set("a", "1").get("a").exec();
      assertEquals(replies, ["OK", "1"]);
      assertEquals(await client.del(["k", "none"]), 1);
      const keys: string[] = [];
      for await (const found of client.scanIterator()) keys.push(...found);
      assertEquals(keys.sort(), ["a", "n"]);
      await client.set("t", "x");
      await assertRejects(() => client.incr("t"), Error, "ERR value is not an integer");
    } finally {
      await client.close();
    }
  });
}

Deno.test("node-redis works in the database that its URL names, also after it has lost its connection", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const one = createClient({ url: `redis://127.0.0.1:${port}/1` });
  const zero = createClient({ url: `redis://127.0.0.1:${port}` });
  one.on("error", () => {});
  await Promise.all([one.connect(), zero.connect()]);
  try {
    await one.set("k", "one");
    await zero.set("k", "zero");
    const list = String(await zero.sendCommand(["CLIENT", "LIST"]));
    assertEquals(list.match(/ db=\d+ /g)?.sort(), [" db=0 ", " db=1 "]);
    const isBack = new Promise((resolve) => one.once("ready", () => resolve(true)));
    await zero.sendCommand(["CLIENT", "KILL", "ID", /id=(\d+) .* db=1 /.exec(list)![1]!]);
    assert(await isBack);
    assertEquals(await one.get("k"), "one");
    assertEquals(await zero.get("k"), "zero");
    await one.select(15);
    assertEquals(await one.dbSize(), 0);
    await one.swapDb(15, 1);
    assertEquals(await one.get("k"), "one");
    assertEquals(await one.move("k", 2), 1);
    await one.select(2);
    assertEquals(await one.get("k"), "one");
  } finally {
    await Promise.all([one.close(), zero.close()]);
  }
});

Deno.test("node-redis's client-side cache sees what others change, whichever worker serves them", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  const options = { socket: { host: "127.0.0.1", port } };
  const writers = Array.from({ length: 4 }, () => createClient({ RESP: 3, ...options }));
  const reader = createClient({ RESP: 3, ...options, clientSideCache: { ttl: 0, maxEntries: 0 } });
  const all = [reader, ...writers];
  await Promise.all(all.map((client) => client.connect()));
  try {
    for (const [i, writer] of writers.entries()) {
      await writer.set("k", `v${i}`);
      await until("the reader sees it", async () => await reader.get("k") === `v${i}`);
      assertEquals(await reader.get("k"), `v${i}`);
    }
    await writers[0]!.flushAll();
    await until("the reader sees nothing", async () => await reader.get("k") === null);
  } finally {
    await Promise.all(all.map((client) => client.close()));
  }
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis with RESP${RESP} knows clients, commands, options and the one user`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const client = createClient({ RESP, socket: { host: "127.0.0.1", port }, name: "me" });
    await client.connect();
    try {
      const [self] = (await client.clientList()).filter(({ name }) => name === "me");
      assertEquals([self!.cmd, self!.multi, self!.redir, self!.resp], [
        "client|list",
        -1,
        -1,
        RESP,
      ]);
      assertEquals(await client.clientPause(1, "WRITE"), "OK");
      assertEquals(await client.clientUnpause(), "OK");
      assertEquals(await client.clientKill({ filter: "ID", id: 999_999 }), 0);
      assertEquals(await client.commandGetKeysAndFlags(["SET", "k", "v"]), [
        { key: "k", flags: ["OW", "update"] },
      ]);
      const [get] = await client.commandInfo(["get"]);
      assertEquals([get!.arity, [...get!.flags]], [2, ["readonly", "fast"]]);
      await client.configSet({ "hash-max-listpack-entries": "7", "hz": "20" });
      assertEquals({ ...await client.configGet("hz") }, { hz: "20" });
      await client.mSet({ a: "ohmytext", b: "mynewtext" });
      assertEquals(await client.lcs("a", "b"), "mytext");
      const { len, matches } = await client.lcsIdxWithMatchLen("a", "b", { MINMATCHLEN: 4 });
      assertEquals([len, matches.length], [6, 1]);
      assertEquals([await client.aclWhoAmI(), await client.aclUsers()], ["default", ["default"]]);
      assertEquals([await client.functionList(), await client.functionFlush()], [[], "OK"]);
      assertEquals([await client.wait(0, 10), (await client.role())!.role], [0, "master"]);
    } finally {
      await client.close();
    }
  });
}
