// Answers of both versions of the Redis protocol, byte for byte, and the lines of the text protocol.

import { assertEquals, assertMatch } from "@std/assert";
import type { OutputBuffer } from "../../../server/codecs/output_buffer.ts";
import { RespReply } from "../../../server/codecs/resp_reply.ts";
import { TextReply } from "../../../server/codecs/text_reply.ts";

function written(reply: OutputBuffer, call: (reply: OutputBuffer) => void): string {
  reply.reset();
  call(reply);
  return new TextDecoder().decode(reply.bytes.subarray(0, reply.used));
}

/** Writes a value as commands do. */
function value(reply: OutputBuffer, text: string): void {
  const bytes = new TextEncoder().encode(text);
  const at = reply.reserve(bytes.length);
  reply.bytes.set(bytes, at);
  reply.value(at, bytes.length);
}

const failure = { kind: "syntax", code: "ERR", message: "no\r\n+OK" } as const;

Deno.test("RespReply writes outcomes as versions 2 and 3 have them", () => {
  const table: [(reply: RespReply) => void, string, string?][] = [
    [(reply) => reply.ok(), "+OK\r\n"],
    [(reply) => reply.status("PONG"), "+PONG\r\n"],
    [(reply) => reply.miss(), "$-1\r\n", "_\r\n"],
    [(reply) => reply.conditionNotMet(), "$-1\r\n", "_\r\n"],
    [(reply) => reply.missArray(), "*-1\r\n", "_\r\n"],
    [(reply) => reply.integer(-1), ":-1\r\n"],
    [(reply) => reply.integer(2 ** 31 - 1), ":2147483647\r\n"],
    [(reply) => reply.integer(2n ** 63n - 1n), ":9223372036854775807\r\n"],
    [(reply) => reply.boolean(true), ":1\r\n", "#t\r\n"],
    [(reply) => reply.boolean(false), ":0\r\n", "#f\r\n"],
    [(reply) => reply.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
    [(reply) => reply.double(3.1), "$18\r\n3.1000000000000001\r\n", ",3.1000000000000001\r\n"],
    [(reply) => reply.double(-12), "$3\r\n-12\r\n", ",-12\r\n"],
    [(reply) => reply.double(1.5, "1.50"), "$4\r\n1.50\r\n", ",1.50\r\n"],
    [(reply) => reply.double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
    [(reply) => reply.text("é"), "$2\r\né\r\n"],
    [
      (reply) => reply.verbatim(new TextEncoder().encode("é")),
      "$2\r\né\r\n",
      "=6\r\ntxt:é\r\n",
    ],
    [(reply) => reply.verbatim(new Uint8Array()), "$0\r\n\r\n", "=4\r\ntxt:\r\n"],
    [(reply) => value(reply, ""), "$0\r\n\r\n"],
    [(reply) => value(reply, "a\r\nb"), "$4\r\na\r\nb\r\n"],
    [(reply) => reply.array(0), "*0\r\n"],
    [(reply) => reply.map(12), "*24\r\n", "%12\r\n"],
    [(reply) => reply.push(2), "*2\r\n", ">2\r\n"],
    [(reply) => reply.fail(failure), "-ERR no  +OK\r\n"],
  ];
  const reply = new RespReply();
  for (const [call, two, three = two] of table) {
    reply.peer = { protocol: 2, running: -1, way: 0 };
    assertEquals(written(reply, () => call(reply)), two);
    reply.peer = { protocol: 3, running: -1, way: 0 };
    assertEquals(written(reply, () => call(reply)), three);
  }
});

Deno.test("RespReply writes lengths and numbers of any size", () => {
  const reply = new RespReply();
  for (let n = 1; n < 2 ** 31; n *= 3) {
    for (const number of [n - 1, n, 10 * n, 100 * n - 1].filter((each) => each < 2 ** 31)) {
      assertEquals(written(reply, () => reply.integer(number)), `:${number}\r\n`);
    }
  }
  for (const length of [9, 10, 99, 100, 20_000, 100_000]) {
    const text = "x".repeat(length);
    assertEquals(written(reply, () => value(reply, text)), `$${length}\r\n${text}\r\n`);
  }
});

Deno.test("RespReply.value() takes a part of the space that was made", () => {
  const reply = new RespReply();
  const text = written(reply, () => {
    const at = reply.reserve(1000);
    reply.bytes.set(new TextEncoder().encode("abcdef"), at);
    reply.value(at + 2, 3);
  });
  assertEquals(text, "$3\r\ncde\r\n");
});

Deno.test("RespReply.takeBack() forgets what the command in work has answered", () => {
  const reply = new RespReply();
  const text = written(reply, () => {
    reply.ok();
    reply.begin();
    reply.array(2);
    value(reply, "a");
    reply.takeBack();
    reply.error("ERR no");
  });
  assertEquals(text, "+OK\r\n-ERR no\r\n");
});

Deno.test("TextReply writes a line for each outcome; a value of two lines is an error", () => {
  const reply = new TextReply();
  const table: [() => void, string][] = [
    [() => reply.ok(), "OK\n"],
    [() => reply.status("PONG"), "PONG\n"],
    [() => reply.miss(), "NOTFOUND\n"],
    [() => reply.integer(0), "NOTFOUND\n"],
    [() => reply.integer(1), "OK\n"],
    [() => reply.fail(failure), "ERROR\n"],
    [() => value(reply, "a b"), "a b\n"],
    [() => value(reply, ""), "\n"],
    [() => value(reply, "a\nb"), "ERROR\n"],
  ];
  for (const [call, expected] of table) assertEquals(written(reply, call), expected);
});

/** Memory of `bytes` for answers. */
class Memory {
  constructor(public bytesLeft: number) {}

  tryTake(bytes: number): boolean {
    if (bytes > this.bytesLeft) return false;
    this.take(bytes);
    return true;
  }

  take(bytes: number): void {
    this.bytesLeft -= bytes;
  }

  give(bytes: number): void {
    this.bytesLeft += bytes;
  }
}

Deno.test("RespReply takes memory before it grows, and gives it back", () => {
  const memory = new Memory(100_000);
  const reply = new RespReply(memory);
  const other = new RespReply(memory);
  assertEquals(reply.bytesLeft, 100_000 + reply.bytes.length);
  value(reply, "x".repeat(90_000));
  assertEquals(memory.bytesLeft < 30_000, true);
  assertEquals(reply.isOver, false);
  const { bytesLeft } = other;
  assertEquals(bytesLeft, memory.bytesLeft + other.bytes.length);
  other.begin();
  other.fail({ kind: "answerTooLarge", code: "ERR", message: "too large" });
  assertMatch(new TextDecoder().decode(other.bytes.subarray(0, other.used)), /^-ERR .*memory/);
  other.reset();
  value(other, "x".repeat(bytesLeft));
  assertEquals(other.isOver, true);
  assertEquals(other.bytesLeft < 40_000, true);
  reply.reset();
  other.reset();
  assertEquals([memory.bytesLeft, other.isOver], [100_000, false]);
});
