// What main tells the workers of what took long there: only what somebody wants to know.

import { assertEquals } from "@std/assert";
import {
  isLatency,
  LatencyNews,
  noteInMain,
} from "../../../../server/process/news/latency_news.ts";

Deno.test("noteInMain() tells a worker of what took as long as CONFIG SET says", () => {
  const told: unknown[] = [];
  const workers = (setting?: string) => ({
    askOne: (question: unknown) => Promise.resolve(void told.push(question)),
    setting: () => setting,
  });
  noteInMain(workers(), "aof-write", 1e6);
  noteInMain(workers("0"), "aof-write", 1e6);
  noteInMain(workers("10"), "aof-write", 9.9);
  noteInMain(workers("10"), "aof-fsync", 10);
  assertEquals(told, [{ what: "latencyEvent", name: "aof-fsync", tookUs: 10_000 }]);
});

Deno.test("LatencyNews joins the events of all workers, and counts each forgotten event once", async () => {
  const one = new LatencyNews(() => Promise.reject(new Error("asks nobody")));
  const other = new LatencyNews(() => Promise.reject(new Error("asks nobody")));
  const all = new LatencyNews((question) =>
    Promise.resolve([one.answer(question), other.answer(question)])
  );
  for (const news of [one, other]) {
    news.thresholdMs = 5;
    assertEquals(isLatency({ what: "latencyEvent" }), true);
    news.answer({ what: "latencyEvent", name: "expire-cycle", tookUs: 6000 });
  }
  other.note("command", 7000);
  assertEquals((await all.events()).map(({ name, maxMs }) => [name, maxMs]), [
    ["expire-cycle", 6],
    ["command", 7],
  ]);
  assertEquals([await all.reset(["EXPIRE-CYCLE"]), await all.reset([]), await all.reset([])], [
    1,
    1,
    0,
  ]);
  assertEquals(isLatency({ what: "scripts" }), false);
});
