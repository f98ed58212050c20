// What workers have main say in the log: however often clients bring it about, it is said now and then, with a count.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Log } from "../../../../server/process/log/log.ts";
import { WorkerNews } from "../../../../server/process/log/worker_news.ts";

function setUp() {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const news = new WorkerNews(new Log({ format: "json", now: () => 0, out: say, err: say }));
  return { lines, news };
}

Deno.test("WorkerNews tells of the first bug of a worker at once, and of the others later", () => {
  const { lines, news } = setUp();
  for (let i = 0; i < 1000; i++) news.bug(1, `Error: ${i}\n  at x`);
  news.bug(2, "Error: other");
  assertEquals(lines.length, 2);
  const [first, second] = lines.map((line) => JSON.parse(line));
  assertEquals([first.event, first.worker, first.count, second.worker], ["bug", 1, 1, 2]);
  assertStringIncludes(first.message, "a request failed in worker 1: Error: 0\n");
});

Deno.test("WorkerNews tells of slow requests of all workers ten times a second, and of wrong tokens", () => {
  const { lines, news } = setUp();
  const handlers = [1, 2].map((worker) => news.handlersOf(worker));
  for (let i = 0; i < 20; i++) handlers[i % 2]!.slow!({ waitedFor: "command", ms: 5, address: "" });
  handlers[0]!.slowMore!(7);
  handlers[0]!.failedTokens!({ address: "10.0.0.7:1", count: 3 });
  handlers[1]!.warn!("no files are left");
  const events = lines.map((line) => JSON.parse(line));
  assertEquals(events.map(({ event }) => event), [...Array(10).fill("slow"), "token", "worker"]);
  assertEquals([events[0].worker, events[1].worker], [1, 2]);
  assertEquals([events[10].count, events[11].worker], [3, 2]);
});
