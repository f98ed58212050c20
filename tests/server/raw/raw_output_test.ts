// Writing to a raw client: how slow it may be, and what its errors mean.

import { assertEquals } from "@std/assert";
import { TextReply } from "../../../server/codecs/text_reply.ts";
import { RawOutput } from "../../../server/raw/raw_output.ts";

/** A client that takes `step` bytes a second; returns when it is first seen to be slow, or -1. */
async function slowAfter(step: number): Promise<number> {
  let nowMs = 1000;
  let slowMs = -1;
  const conn = {
    write(bytes: Uint8Array): Promise<number> {
      nowMs += 1000;
      if (slowMs < 0 && output.isSlow(nowMs)) slowMs = nowMs - 1000;
      return Promise.resolve(Math.min(step, bytes.length));
    },
  };
  const output = new RawOutput(conn, () => nowMs);
  const reply = new TextReply();
  reply.text("x".repeat(300_000));
  assertEquals(await output.write(reply), true);
  assertEquals(output.isWaiting, false);
  return slowMs;
}

Deno.test("RawOutput calls a client slow that takes less than 64 KiB in two seconds", async () => {
  assertEquals(await slowAfter(40_000), -1);
  assertEquals(await slowAfter(30_000), 3000);
});

Deno.test("RawOutput.write() takes any error for a lost client", async () => {
  const conn = { write: () => Promise.reject(new Deno.errors.InvalidData("handshake")) };
  const output = new RawOutput(conn, () => 1);
  const reply = new TextReply();
  reply.ok();
  assertEquals(await output.write(reply), false);
  assertEquals(output.isWaiting, false);
});
