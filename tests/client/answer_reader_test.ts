// AnswerReader: every way to delimit a body, whole and byte by byte, and answers that are none.

import { assertEquals, assertRejects } from "@std/assert";
import { AnswerReader } from "../../client/answer_reader.ts";

/** A connection that gives `step` bytes at a time. */
function connection(text: string, step: number): Pick<Deno.Conn, "read"> {
  let rest = Uint8Array.from(text, (char) => char.charCodeAt(0));
  return {
    read: (into) => {
      const chunk = rest.subarray(0, Math.min(step, into.length));
      rest = rest.subarray(chunk.length);
      into.set(chunk);
      return Promise.resolve(chunk.length === 0 ? null : chunk.length);
    },
  };
}

const steps = [1, 7, 1_000_000];

Deno.test("AnswerReader.read() reads bodies by length, in chunks and to the end", async () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  const long = "x".repeat(50_000);
  const table: [string, number, string][] = [
    [`${ok}content-length: 2\r\n\r\nhi`, 200, "hi"],
    [`${ok}Content-Length:  0 \r\n\r\n`, 200, ""],
    [`${ok}content-length: 50000\r\nx: y\r\n\r\n${long}`, 200, long],
    [
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;a=b\r\n ho\r\n0\r\nt: 1\r\n\r\n`,
      200,
      "hi ho",
    ],
    [`${ok}\r\nto the end`, 200, "to the end"],
    ["HTTP/1.0 404 No\n\nnone", 404, "none"],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503\r\ncontent-length: 1\r\n\r\n!", 503, "!"],
    ["HTTP/1.1 204 No Content\r\n\r\n", 204, ""],
  ];
  for (const [sent, status, body] of table) {
    for (const step of steps) {
      const answer = await new AnswerReader(connection(sent, step)).read();
      assertEquals([answer.status, new TextDecoder().decode(answer.body)], [status, body], sent);
    }
  }
});

Deno.test("AnswerReader.read() refuses what is no answer, too long or cut short", async () => {
  const table: [string, string][] = [
    ["SSH-2.0-x\r\n", "not HTTP/1.1"],
    ["HTTP/2 200\r\n\r\n", "not HTTP/1.1"],
    ["", "closed before"],
    ["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi", "closed before"],
    ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "no number"],
    ["HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "has over"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "no number"],
    [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(90_000)}`, "endless header"],
  ];
  for (const [sent, message] of table) {
    const reading = () => new AnswerReader(connection(sent, 10_000)).read();
    await assertRejects(reading, Error, message);
  }
});
