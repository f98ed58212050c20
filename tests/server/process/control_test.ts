// The control channel over a real message channel: answers, failures, time-outs, notices.

import { assertEquals, assertRejects } from "@std/assert";
import { messageOf } from "../../../server/contract/error_text.ts";
import { ControlChannel, type ControlHandler } from "../../../server/process/control.ts";

/** Two ends of a channel; what the far end can do is given. */
function connect(handlers: Record<string, ControlHandler>): Disposable & { near: ControlChannel } {
  const { port1, port2 } = new MessageChannel();
  const near = new ControlChannel(port1, {});
  new ControlChannel(port2, handlers);
  port1.start();
  port2.start();
  const close = () => {
    port1.close();
    port2.close();
  };
  return { near, [Symbol.dispose]: close };
}

Deno.test("ControlChannel.request() resolves with what the other end returns", async () => {
  using ends = connect({
    double: (body) => 2 * (body as number),
    later: (body) => Promise.resolve(`later ${body}`),
    nothing: () => {},
  });
  assertEquals(await ends.near.request("double", 21), 42);
  assertEquals(await ends.near.request("later", "x"), "later x");
  assertEquals(await ends.near.request("nothing"), undefined);
});

Deno.test("ControlChannel.request() keeps requests that overlap apart", async () => {
  const waiting: ((text: string) => void)[] = [];
  using ends = connect({
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    release: () => waiting.reverse().forEach((resolve, i) => resolve(`answer ${i}`)),
  });
  const first = ends.near.request("wait");
  const second = ends.near.request("wait");
  await ends.near.request("release");
  assertEquals([await first, await second], ["answer 1", "answer 0"]);
});

Deno.test("ControlChannel.request() rejects with the message of a failure", async () => {
  using ends = connect({
    sync: () => {
      throw new Error("Cannot do it");
    },
    async: () => Promise.reject("no"),
  });
  await assertRejects(() => ends.near.request("sync"), Error, "Cannot do it");
  await assertRejects(() => ends.near.request("async"), Error, "no");
  await assertRejects(() => ends.near.request("unknown"), Error, "Cannot unknown: not known");
  await assertRejects(() => ends.near.request("toString"), Error, "Cannot toString: not known");
});

Deno.test("ControlChannel.request() rejects when no answer comes in time, and forgets it", async () => {
  let answer: (text: string) => void = () => {};
  using ends = connect({
    hang: () => new Promise((resolve) => answer = resolve),
    ping: () => "pong",
  });
  const late = ends.near.request("hang", undefined, 10);
  await assertRejects(() => late, Error, "Cannot hang: no answer within 10 ms");
  answer("too late");
  assertEquals(await ends.near.request("ping"), "pong");
});

Deno.test("ControlChannel.notify() reaches the other end in order and has no answer", async () => {
  const heard: unknown[] = [];
  using ends = connect({ tell: (body) => heard.push(body), ping: () => "pong" });
  ends.near.notify("tell", 1);
  ends.near.notify("tell", 2);
  await ends.near.request("ping");
  assertEquals(heard, [1, 2]);
});

Deno.test("messageOf() gives the text of anything that was thrown", () => {
  assertEquals([messageOf(new TypeError("a")), messageOf("b"), messageOf(3)], ["a", "b", "3"]);
});
