// How a worker ends that cannot start: main is told first, and nothing of it runs after that.

import { assertEquals } from "@std/assert";
import { runWorker } from "../../../server/mod.ts";

Deno.test("runWorker() tells main why it cannot start, and closes at once, though it was told to before its code was there", async () => {
  const seen: string[] = [];
  let hear: (event: MessageEvent) => void = () => {};
  const running = runWorker({
    postMessage: (message) => void seen.push((message as { kind: string }).kind),
    close: () => void seen.push("closed"),
    addEventListener: (_type, listener) => void (hear = listener),
  });
  const body = { buffer: new SharedArrayBuffer(4096), actor: 1 };
  hear(new MessageEvent("message", { data: { kind: "request", id: 1, name: "start", body } }));
  assertEquals(seen, []);
  await running;
  // The message is handed over, then the worker closes, each in a microtask.
  await Promise.resolve();
  assertEquals(seen, ["failure", "closed"]);
});
