// What a client may call itself, and that the list of clients stays within an answer.

import { assertEquals } from "@std/assert";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, NOW_MS } from "../../fixture.ts";
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
