// Consumers that wait, in two workers over one region: an entry goes to one of them, to who waits longest, whatever other
// groups wait for; and who waits is told when there is nothing left to wait for.

import { assertEquals } from "@std/assert";
import { newRegion } from "../../fixture.ts";
import { waiting, Worker } from "../blocking/worker.ts";

function workers(): [Worker, Worker] {
  const region = newRegion();
  return [new Worker(region, 1), new Worker(region, 2)];
}

function entry(id: string): string {
  return `[["k", [["${id}", ["f", "v"]]]]]`;
}

Deno.test("an entry goes to the consumer of the group that waits longest, in whichever worker", async () => {
  const [one, two] = workers();
  const speaker = one.client();
  await speaker.say("XGROUP CREATE k g $ MKSTREAM");
  const clients = [one.client(), two.client(), one.client(), two.client()];
  const states = clients.map((client, i) =>
    waiting(client, `XREADGROUP GROUP g c${i} COUNT 1 BLOCK 0 STREAMS k >`)
  );
  for (let i = 0; i < clients.length; i++) {
    await speaker.say(`XADD k 1-${i} f v`);
    for (const worker of [one, two, one, two]) worker.watch.slice();
    await states[i]!.promise;
    assertEquals(clients[i]!.answer(), entry(`1-${i}`));
    assertEquals(states.map(({ isDone }) => isDone), clients.map((_, j) => j <= i));
  }
  assertEquals(
    await speaker.say("XPENDING k g"),
    '[:4, "1-0", "1-3", [["c0", "1"], ["c1", "1"], ["c2", "1"], ["c3", "1"]]]',
  );
});

Deno.test("who waits for another group, or reads without one, is served beside", async () => {
  const [one] = workers();
  const speaker = one.client();
  for (const group of ["g", "h", "later"]) await speaker.say(`XGROUP CREATE k ${group} $ MKSTREAM`);
  await speaker.say("XGROUP SETID k later 5-0");
  const [a, b, c, d] = [one.client(), one.client(), one.client(), one.client()];
  const states = [
    waiting(a, "XREADGROUP GROUP later x BLOCK 0 STREAMS k >"),
    waiting(b, "XREADGROUP GROUP g x BLOCK 0 STREAMS k k > >"),
    waiting(c, "XREADGROUP GROUP h x BLOCK 0 STREAMS k >"),
    waiting(d, "XREAD BLOCK 0 STREAMS k $"),
  ];
  await speaker.say("XADD k 1-1 f v");
  for (const state of states.slice(1)) await state.promise;
  for (const client of [b, c, d]) assertEquals(client.answer(), entry("1-1"));
  assertEquals(states[0]!.isDone, false);
  await speaker.say("XADD k 5-1 f v");
  await states[0]!.promise;
  assertEquals(a.answer(), entry("5-1"));
});

Deno.test("who waits for a group is told that it, or its stream, is gone, in all workers", async () => {
  const gone = "-UNBLOCKED the stream key no longer exists";
  const cases = [
    [
      "XGROUP DESTROY k g",
      "-NOGROUP the consumer group this client was blocked on no longer exists",
    ],
    ["DEL k", gone],
    ["SET k v", gone],
    ["RENAME k other", gone],
    ["FLUSHALL", gone],
  ];
  for (const [line, told] of cases) {
    const [one, two] = workers();
    const speaker = one.client();
    await speaker.say("XGROUP CREATE k g $ MKSTREAM");
    await speaker.say("XGROUP CREATE k rest $");
    const clients = [one.client(), two.client(), one.client()];
    const states = clients.map((client) =>
      waiting(client, "XREADGROUP GROUP g c BLOCK 0 STREAMS k >")
    );
    await speaker.say(line!);
    for (const worker of [one, two, one, two]) worker.watch.slice();
    for (const { promise } of states) await promise;
    assertEquals(clients.map((client) => client.answer()), clients.map(() => told!), line);
    assertEquals([one.waits.isEmpty, two.waits.isEmpty], [true, true]);
  }
});

Deno.test("a consumer that waits is made when it is served, and with NOACK nothing is pending then", async () => {
  const [one] = workers();
  const speaker = one.client();
  await speaker.say("XGROUP CREATE k g $ MKSTREAM");
  const client = one.client();
  const { promise } = waiting(client, "XREADGROUP GROUP g c BLOCK 0 NOACK STREAMS k >");
  assertEquals(await speaker.say("XINFO CONSUMERS k g"), "[]");
  await speaker.say("XADD k 1-1 f v");
  await promise;
  assertEquals(client.answer(), entry("1-1"));
  assertEquals(await speaker.say("XPENDING k g"), "[:0, nil, nil, nil list]");
  assertEquals((await speaker.say("XINFO CONSUMERS k g")).slice(0, 14), '[["name", "c",');
  // In a transaction nobody waits.
  for (const line of ["MULTI", "XREADGROUP GROUP g c BLOCK 0 STREAMS k >"]) await speaker.say(line);
  assertEquals(await speaker.say("EXEC"), "[nil list]");
});

Deno.test("a script may read streams, but not wait for them", async () => {
  const [one] = workers();
  const speaker = one.client();
  await speaker.say("XGROUP CREATE k g 0 MKSTREAM");
  await speaker.say("XADD k 1-1 f v");
  const called = async (call: string) => {
    const script = `return redis.pcall(${call})`;
    await speaker.runWords(
      ["EVAL", script, "1", "k"].map((word) => new TextEncoder().encode(word)),
    );
    return speaker.answer();
  };
  const group = "'XREADGROUP','GROUP','g','c'";
  assertEquals(await called(`${group},'STREAMS',KEYS[1],'>'`), entry("1-1"));
  assertEquals(await called(`${group},'STREAMS',KEYS[1],'>'`), "nil");
  assertEquals(
    await called(`${group},'BLOCK','0','STREAMS',KEYS[1],'>'`),
    "-ERR XREADGROUP command is not allowed with BLOCK option from scripts",
  );
  assertEquals(
    await called("'xread','BLOCK','0','STREAMS',KEYS[1],'5'"),
    "-ERR xread command is not allowed with BLOCK option from scripts",
  );
});
