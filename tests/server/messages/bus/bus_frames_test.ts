// The frames that workers send each other: what was written is read again, and nothing else is believed.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  frameLength,
  FrameReader,
  FrameWriter,
} from "../../../../server/messages/bus/bus_frames.ts";
import type { BusFrame } from "../../../../server/messages/bus/bus_frames.ts";

const bytes = fc.uint8Array({ maxLength: 5000 });
const frames = fc.array(fc.record({
  kind: fc.integer({ min: 1, max: 8 }),
  topic: fc.integer({ min: 0, max: 4 }),
  number: fc.integer({ min: 0, max: 0xffffffff }),
  name: bytes,
  body: fc.option(bytes),
}));

Deno.test("FrameReader reads what FrameWriter has written, batch after batch", () => {
  const writer = new FrameWriter();
  fc.assert(fc.property(frames, (written) => {
    let length = 0;
    for (const { kind, topic, number, name, body } of written) {
      writer.write(kind as BusFrame, topic, number, name, body);
      length += frameLength(name, body);
    }
    assertEquals(writer.used, length);
    const batch = writer.take();
    assertEquals(batch.byteLength, length);
    assertEquals(writer.used, 0);
    const reader = new FrameReader(batch);
    const read = [];
    while (reader.next()) {
      const { kind, topic, number, name, body } = reader;
      read.push({ kind, topic, number, name, body });
    }
    assertEquals(read, written);
  }));
});

Deno.test("FrameReader.next() throws for a batch that is cut off, and reads nothing behind its end", () => {
  const writer = new FrameWriter();
  writer.write(2, 0, 7, new Uint8Array(10), new Uint8Array(20));
  const batch = writer.take();
  for (let length = 1; length < batch.byteLength; length++) {
    const reader = new FrameReader(batch.slice(0, length));
    assertThrows(() => reader.next(), RangeError);
  }
});
