// What a worker sets at once, inside EXEC, and how the other workers come to know of it.

import { assertEquals } from "@std/assert";
import { ControlChannel } from "../../../server/process/control.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import type { Question } from "../../../server/process/questions.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { Speaker } from "../commands/speaker.ts";
import { configOf, newCache, NOW_MS } from "../fixture.ts";

Deno.test("LocalServer.setOptionsNow() sets all or none here, and then tells the other workers", async () => {
  const { port1, port2 } = new MessageChannel();
  const server = new LocalServer(configOf(), NOW_MS);
  server.channel = new ControlChannel(port1, {});
  const other = new LocalServer(configOf(), NOW_MS);
  const asked: Question[] = [];
  const told = Promise.withResolvers<void>();
  new ControlChannel(port2, {
    askAll: (question) => {
      asked.push(question as Question);
      if ((question as Question).what === "setOptions" && asked.length > 1) told.resolve();
      return [other.answer(question as Question)];
    },
  });
  port1.start();
  port2.start();
  const length = ["slowlog-max-len", "5"] as const;
  const bad = ["slowlog-log-slower-than", "abc"] as const;
  assertEquals(server.setOptionsNow([length, bad])?.name, bad[0]);
  assertEquals(server.options()[length[0]], "128");
  assertEquals(server.setOptionsNow([length]), null);
  assertEquals(server.options()[length[0]], "5");
  // While the first message is on its way, of these only what holds in the end is sent.
  for (let i = 6; i < 1000; i++) server.setOptionsNow([[length[0], String(i)]]);
  await told.promise;
  assertEquals(asked.length, 2);
  assertEquals(other.options()[length[0]], "999");
  port1.close();
  port2.close();
});

Deno.test("LocalServer.totals() has the latencies of each command, none with --metrics off", async () => {
  const latencyOf = async (...args: string[]) => {
    const cache = newCache();
    const server = new LocalServer(configOf(...args), NOW_MS, cache);
    const speaker = new Speaker(cache, server);
    for (const line of ["SET a 1", "SET a 2", "LPUSH l a"]) await speaker.say(line);
    // Two workers with the same: main asks both.
    const { port1, port2 } = new MessageChannel();
    server.channel = new ControlChannel(port1, {});
    const answer = (question: unknown) => server.answer(question as Question);
    new ControlChannel(port2, { askAll: (question) => [answer(question), answer(question)] });
    port1.start();
    port2.start();
    const { calls, latency } = await server.totals();
    port1.close();
    port2.close();
    const named = [...latency].map(([id, counts]) =>
      `${COMMANDS[id]!.name} ${counts.reduce((sum, count) => sum + count)}`
    );
    return [calls.reduce((sum, count) => sum + count), ...named];
  };
  assertEquals(await latencyOf(), [6, "SET 4", "LPUSH 2"]);
  assertEquals(await latencyOf("--metrics", "off"), [6]);
});
