// Messages that come to a thread before its code is there are kept for it.

import { assertEquals } from "@std/assert";
import { EarlyMessages } from "../../server/early_messages.ts";

Deno.test("EarlyMessages hands over what came before there was a listener, in its order", async () => {
  const sent: unknown[] = [];
  let deliver: (event: MessageEvent) => void = () => {};
  const early = new EarlyMessages({
    postMessage: (message) => void sent.push(message),
    close: () => void sent.push("closed"),
    addEventListener: (_type, listener) => deliver = listener,
  });
  const say = (data: number) => deliver(new MessageEvent("message", { data }));
  say(1);
  say(2);
  const heard: number[] = [];
  early.addEventListener("message", ({ data }) => {
    heard.push(data);
  });
  // Who listens need not be ready yet.
  assertEquals(heard, []);
  say(3);
  await Promise.resolve();
  say(4);
  assertEquals(heard, [1, 2, 3, 4]);
  early.postMessage("answer");
  early.close();
  assertEquals(sent, ["answer", "closed"]);
});
