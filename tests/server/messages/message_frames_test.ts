// Messages as bytes: the two versions of the Redis protocol, and events that no text can break out of.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { frameBytes, type FrameKind, writeFrame } from "../../../server/messages/message_frames.ts";
import { bytesOf } from "./fixture.ts";

const decoder = new TextDecoder();

function written(format: 2 | 3 | "events", kind: FrameKind, ...parts: (string | null)[]): string {
  const all = parts.map((part) => part === null ? null : bytesOf(part));
  const bytes = new Uint8Array(frameBytes(format, all));
  return decoder.decode(bytes.subarray(0, writeFrame(format, kind, all, bytes, 0)));
}

Deno.test("writeFrame() writes each kind of message as Redis does", () => {
  const message = "3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$3\r\né!\r\n";
  assertEquals(written(2, "message", "c", "é!"), `*${message}`);
  assertEquals(written(3, "message", "c", "é!"), `>${message}`);
  const pattern = "*4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$1\r\nc\r\n$0\r\n\r\n";
  assertEquals(written(2, "pmessage", "c*", "c", ""), pattern);
  assertEquals(written(3, "monitor", '1.5 [0 :1] "PING"'), '+1.5 [0 :1] "PING"\r\n');
  const invalidate = "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n";
  assertEquals(written(2, "invalidate", "k"), `${invalidate}*1\r\n$1\r\nk\r\n`);
  assertEquals(written(3, "invalidate", "k"), ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n");
  assertEquals(written(3, "invalidate", null), ">2\r\n$10\r\ninvalidate\r\n_\r\n");
  assertEquals(written("events", "message", "c", "a,b"), "data: message,c,a,b\n\n");
});

/** The events in a text, by the rules of the HTML standard for text/event-stream. */
function eventsOf(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data.length > 0) events.push(data.join("\n"));
      data = [];
    } else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return events;
}

Deno.test("an event has the text of its message, and is one, also for clients that take each line by itself", () => {
  const unit = fc.constantFrom("a", " ", ",", "\n", "\r", "data: ", "data:", "message", ":");
  fc.assert(fc.property(fc.string({ unit, maxLength: 20 }), (message) => {
    const event = written("events", "message", "c", message);
    assertEquals(eventsOf(event), [`message,c,${message.replace(/\r\n|\r|\n/g, "\n")}`]);
    const others = event.split("\n").slice(1).filter((line) => line.startsWith("data: "));
    const taken = others.map((line) => line.slice(6).replace(/^data:\s*/, ""));
    assertEquals(taken.filter((line) => /^p?message,/.test(line)), []);
  }));
});
