// What a client may call itself, and that the list of clients stays within an answer.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, NOW_MS } from "../../fixture.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

Deno.test("names of clients have at most 256 characters", async () => {
  const speaker = new Speaker(newCache());
  const tooLong = "-ERR Client names cannot be longer than 256 characters";
  const [longest, more] = ["x".repeat(256), "x".repeat(257)];
  for (const words of ["CLIENT SETNAME", "CLIENT SETINFO LIB-NAME", "CLIENT SETINFO LIB-VER"]) {
    assertEquals(await speaker.say(`${words} ${longest}`), "+OK");
    assertEquals(await speaker.say(`${words} ${more}`), tooLong);
  }
  assertEquals(await speaker.say(`HELLO 2 SETNAME ${more}`), tooLong);
  assertEquals(await speaker.say("CLIENT GETNAME"), JSON.stringify(longest));
});

Deno.test("CLIENT LIST refuses an answer that would be too large", async () => {
  const server = new LocalServer(configOf(), NOW_MS);
  server.clients = () => Promise.resolve(new Uint8Array(10_000_000));
  const speaker = new Speaker(newCache(), server);
  const tooLarge = "-ERR answer would be too large, ask for less at a time";
  assertEquals(await speaker.say("CLIENT LIST"), tooLarge);
});

Deno.test({
  name: "CLIENT LIST has the fields of redis-server in their order, and lib-name and lib-ver",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    const namesOf = (line: string) => [...line.matchAll(/([a-z-]+)=/g)].map(([, name]) => name);
    const expected = namesOf(await redis.say("CLIENT INFO"));
    const speaker = new Speaker(newCache());
    const found = namesOf(await speaker.say("CLIENT INFO"));
    assertEquals(found, [...expected, "lib-name", "lib-ver"]);
  },
});

Deno.test("CLIENT INFO says what its client does: the subcommand, flags, tracking, what is queued", async () => {
  const speaker = new Speaker(newCache());
  const fact = async (name: string) =>
    new RegExp(`\\b${name}=(\\S*)`).exec(await speaker.say("CLIENT INFO"))![1];
  assertEquals([await fact("cmd"), await fact("flags"), await fact("redir")], [
    "client|info",
    "N",
    "-1",
  ]);
  for (const line of ["NO-EVICT ON", "NO-TOUCH ON", "TRACKING ON BCAST"]) {
    await speaker.say(`CLIENT ${line}`);
  }
  assertEquals([await fact("flags"), await fact("redir")], ["tBeT", "0"]);
  await speaker.say("MULTI");
  await speaker.say("SET k v");
  await speaker.say("CLIENT INFO");
  const answer = await speaker.say("EXEC");
  assertStringIncludes(answer, "flags=tBeT ");
});
