// What main does about a worker in trouble, end to end. One that throws is at its end and is replaced. One
// that hangs cannot be stopped: the process ends with 70, and until then no lock of that worker is freed.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../../../wire/server.ts";
import { NOTICE_MS, TroubledServer } from "./troubled.ts";

/** Waits until the lock is held, then asks until the server has ended. Returns all statuses, each once. */
async function statusesToTheEnd(server: TroubledServer): Promise<number[]> {
  await until("the lock is held", async () => await server.ask() === 503, NOTICE_MS);
  const seen = new Set<number>();
  await until("it ends", async () => {
    if (server.code !== undefined) return true;
    seen.add(await server.ask());
    return false;
  }, NOTICE_MS);
  seen.delete(0);
  return [...seen];
}

const options = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "a worker that hangs at its start ends the process with 70, its lock held",
  options,
  async () => {
    await using server = new TroubledServer("hangs at its start");
    assertEquals(await statusesToTheEnd(server), [503]);
    assertEquals(await server.ended(), 70);
    assertStringIncludes(server.text, "worker 2: Cannot start: no answer within 10000 ms");
  },
);

Deno.test("a worker that hangs at work ends the process with 70", options, async () => {
  await using server = new TroubledServer("hangs at work");
  await until("it ends", () => server.code !== undefined, NOTICE_MS);
  assertEquals(await server.ended(), 70);
  assertStringIncludes(server.text, "worker 2 has not moved for 5 s, giving up");
});

Deno.test("a worker that throws at work is replaced, and its lock is freed", options, async () => {
  await using server = new TroubledServer("throws at work");
  const again = "worker 2 failed and is started again: ";
  await until("it is replaced", () => {
    assertEquals(server.code, undefined, server.text);
    return server.text.includes(again);
  }, NOTICE_MS);
  await until("its lock is free", async () => await server.ask() === 200, NOTICE_MS);
  server.stop();
  assertEquals(await server.ended(), 0);
});
