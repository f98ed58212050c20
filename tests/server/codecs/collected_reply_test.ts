// The collected reply: keeps every outcome and value, grows when it has to, and forgets on reset.

import { assertEquals } from "@std/assert";
import { CollectedReply, OutcomeKind } from "../../../server/codecs/collected_reply.ts";
import { BUSY } from "../../../server/commands/failures.ts";

/** Writes a value as commands do. */
function putValue(reply: CollectedReply, text: string): void {
  const bytes = new TextEncoder().encode(text);
  const at = reply.reserve(bytes.length);
  reply.bytes.set(bytes, at);
  reply.value(at, bytes.length);
}

function valueAt(reply: CollectedReply, index: number): string {
  const start = reply.starts[index]!;
  return new TextDecoder().decode(reply.bytes.subarray(start, start + reply.lengths[index]!));
}

Deno.test("CollectedReply keeps outcomes of every kind in order", () => {
  const reply = new CollectedReply();
  reply.array(6);
  reply.ok();
  putValue(reply, "v");
  reply.miss();
  reply.integer(7);
  reply.conditionNotMet();
  reply.fail(BUSY);
  assertEquals([...reply.kinds.subarray(0, reply.count)], [
    OutcomeKind.ok,
    OutcomeKind.value,
    OutcomeKind.miss,
    OutcomeKind.integer,
    OutcomeKind.conditionNotMet,
    OutcomeKind.failure,
  ]);
  assertEquals([valueAt(reply, 1), reply.integers[3], reply.failure], ["v", 7, BUSY]);
});

Deno.test("CollectedReply grows for many outcomes and for large values", () => {
  const reply = new CollectedReply();
  const texts = Array.from({ length: 1000 }, (_, i) => `${i}:`.padEnd(1000, "x"));
  for (const text of texts) putValue(reply, text);
  assertEquals(reply.count, 1000);
  for (const [i, text] of texts.entries()) assertEquals(valueAt(reply, i), text);
});

Deno.test("CollectedReply.reset() forgets everything and gives memory back", () => {
  const reply = new CollectedReply();
  const usual = reply.bytes.length;
  putValue(reply, "x".repeat(2 * usual));
  reply.fail(BUSY);
  reply.reset();
  assertEquals([reply.count, reply.failure, reply.bytes.length], [0, null, usual]);
  putValue(reply, "new");
  assertEquals([reply.starts[0], valueAt(reply, 0)], [0, "new"]);
});
