// Checks JsonWriter against JSON.stringify, byte for byte, and against the platform's own UTF-8
// decoder.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { JsonWriter } from "../../../server/codecs/json_writer.ts";

const RUNS = { numRuns: 1000, seed: 7171 };
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const writer = new JsonWriter();

function written(bytes: Uint8Array): Uint8Array | null {
  // The text lies in the middle of a longer buffer, as an item's value does.
  const buffer = new Uint8Array(bytes.length + 7).fill(0xff);
  buffer.set(bytes, 3);
  writer.reset();
  writer.ascii(encoder.encode("["));
  const valid = writer.string(buffer, 3, bytes.length);
  if (!valid) assertEquals(writer.length, 1);
  return valid ? writer.release().slice(1) : null;
}

function check(text: string): void {
  assertEquals(written(encoder.encode(text)), encoder.encode(JSON.stringify(text)));
}

Deno.test("JsonWriter.string() writes every character below U+0900 as JSON.stringify does", () => {
  for (let point = 0; point < 0x900; point++) check(`a${String.fromCodePoint(point)}b`);
});

Deno.test("JsonWriter.string() equals JSON.stringify for every string", () => {
  for (
    const text of ["", "\u2028\u2029", "\x7f", "\ufeff", "\ud7ff\ue000", "\u{10000}\u{10ffff}"]
  ) {
    check(text);
  }
  check("\0".repeat(10_000) + "é".repeat(10_000));
  check("x".repeat(70_000));
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\x01", "a", "é", "€", "😀") }),
  );
  fc.assert(fc.property(text, check), RUNS);
});

Deno.test("JsonWriter.string() refuses exactly what is not UTF-8", () => {
  const check = (bytes: Uint8Array) => {
    let text: string | null = null;
    try {
      text = decoder.decode(bytes);
    } catch {
      // Not UTF-8: `text` stays null.
    }
    const expected = text === null ? null : encoder.encode(JSON.stringify(text));
    const actual = written(bytes);
    if (actual === null || expected === null) assertEquals(actual, expected, String([...bytes]));
    else assertEquals(decoder.decode(actual), decoder.decode(expected));
  };
  const seconds = [0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  for (let lead = 0; lead < 256; lead++) {
    check(new Uint8Array([lead]));
    for (const second of seconds) {
      for (const tail of [[], [0x80], [0x80, 0x80], [0xbf, 0xbf, 0x61], [0x61], [0x80, 0xc0]]) {
        check(new Uint8Array([lead, second, ...tail]));
      }
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), check), RUNS);
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, fc.nat(80), fc.nat(255), (text, at, byte) => {
      const bytes = encoder.encode(text);
      bytes[at % bytes.length] = byte;
      check(bytes);
    }),
    RUNS,
  );
});

Deno.test("JsonWriter puts parts together, grows, and shrinks at the next reset", () => {
  writer.reset();
  const value = encoder.encode("é\n".repeat(600_000));
  writer.ascii(encoder.encode('{"value":'));
  assertEquals(writer.string(value, 0, value.length), true);
  writer.ascii(encoder.encode(',"version":'));
  writer.token("12");
  writer.token(',"ttl":1.5}');
  const expected = JSON.stringify({ value: decoder.decode(value), version: 12, ttl: 1.5 });
  assertEquals(writer.text() === expected, true);
  assertEquals(encoder.encode(writer.text()), encoder.encode(expected));
  const grown = writer.capacity;
  writer.reset();
  assertEquals([grown > 1 << 20, writer.capacity < 1 << 20, writer.length], [true, true, 0]);
});
