// Events of a stream, however it is cut into pieces.

import { assertEquals, assertThrows } from "@std/assert";
import { EventLines } from "../../../../server/observe/facts/event_lines.ts";

Deno.test("EventLines gives the same events however the stream is cut, and no comments", () => {
  const stream =
    ': hello\r\ndata: {"a":"\u00e4"}\n\n: ping\n\ndata:two\rdata: lines\r\revent: x\n\ndata: last\r\n\r\ndata: cut';
  for (let size = 1; size <= stream.length; size++) {
    const lines = new EventLines();
    const events: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      events.push(...lines.take(stream.slice(at, at + size)));
    }
    assertEquals(events, ['{"a":"\u00e4"}', "two\nlines", "last"], `pieces of ${size}`);
  }
});

Deno.test("EventLines keeps at most 1 MiB of an event that has no end", () => {
  const line = `data: ${"x".repeat(1000)}`;
  for (const piece of [line, `${line}\n`]) {
    const lines = new EventLines();
    for (let i = 0; i < 1000; i++) lines.take(piece);
    assertThrows(() => lines.take(piece.repeat(100)), Error, "Event has no end");
  }
});
