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

Deno.test("CLIENT LIST ID picks the lines of those clients, also of the last one without an end", async () => {
  const server = new LocalServer(configOf(), NOW_MS);
  const lines = [1, 12, 2, 20, 120].map((id) => `id=${id} addr=id=2 name=n${id}`);
  server.clients = () => Promise.resolve(new TextEncoder().encode(lines.join("\n")));
  const speaker = new Speaker(newCache(), server);
  const expected = JSON.stringify([lines[1], lines[2], lines[4]].join("\n"));
  assertEquals(
    await speaker.say("CLIENT LIST ID 120 2 3 12 2 99999999999999999999"),
    "-ERR Invalid client ID",
  );
  assertEquals(await speaker.say("CLIENT LIST ID 120 2 3 12 2 -5"), expected);
  assertEquals(await speaker.say("CLIENT LIST ID 3"), '""');
});

Deno.test("CLIENT KILL and CONFIG SET keep no long texts while they wait", async () => {
  const server = new LocalServer(configOf(), NOW_MS);
  const lengths: number[] = [];
  server.killClients = ({ address, localAddress }) => {
    lengths.push((address ?? localAddress)!.length);
    return Promise.resolve(0);
  };
  server.setOptions = ([pair]) => {
    lengths.push(pair![1].length);
    return Promise.resolve(null);
  };
  const speaker = new Speaker(newCache(), server);
  const long = "x".repeat(100_000);
  for (const line of ["CLIENT KILL", "CLIENT KILL ADDR", "CLIENT KILL LADDR", "CONFIG SET hz"]) {
    await speaker.say(`${line} ${long}`);
  }
  assertEquals(lengths, [1024, 1024, 1024, 1024]);
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
