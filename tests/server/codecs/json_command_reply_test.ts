// Answers of the REST interface: whatever outcomes a command makes, the text is JSON of that shape.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { JsonCommandReply } from "../../../server/codecs/json_command_reply.ts";

const FAILURE = { kind: "syntax", code: "ERR", message: "syntax error" } as const;

type Outcome = null | number | string | Outcome[];

const { outcome } = fc.letrec<{ outcome: Outcome }>((tie) => ({
  outcome: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.integer(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("outcome")),
  ),
}));

function write(reply: JsonCommandReply, outcome: Outcome): void {
  if (outcome === null) reply.miss();
  else if (typeof outcome === "number") reply.integer(outcome);
  else if (typeof outcome === "string") {
    const bytes = new TextEncoder().encode(outcome);
    const at = reply.reserve(bytes.length);
    reply.bytes.set(bytes, at);
    reply.value(at, bytes.length);
  } else {
    reply.array(outcome.length);
    for (const element of outcome) write(reply, element);
  }
}

function answered(reply: JsonCommandReply): string {
  reply.finish();
  return reply.answer();
}

function decodeBase64(text: string): string {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function decoded(outcome: unknown): unknown {
  if (Array.isArray(outcome)) return outcome.map(decoded);
  return typeof outcome === "string" ? decodeBase64(outcome) : outcome;
}

Deno.test("JsonCommandReply writes any outcomes as JSON, plain and in base64", () => {
  const reply = new JsonCommandReply();
  fc.assert(fc.property(outcome, (outcome) => {
    reply.begin(false);
    write(reply, outcome);
    assertEquals(JSON.parse(answered(reply)), { result: outcome });
    reply.begin(true);
    write(reply, outcome);
    assertEquals(decoded(JSON.parse(answered(reply)).result), outcome);
  }));
});

Deno.test("JsonCommandReply gives each element of a transaction an answer of its own", () => {
  const reply = new JsonCommandReply();
  const element = fc.oneof(outcome, fc.constant(FAILURE));
  fc.assert(fc.property(fc.array(element), (elements) => {
    reply.begin(false);
    reply.next(true);
    reply.array(elements.length);
    for (const element of elements) {
      if (element === FAILURE) reply.fail(FAILURE);
      else write(reply, element as Outcome);
    }
    const expected = elements.map((element) =>
      element === FAILURE ? { error: "ERR syntax error" } : { result: element }
    );
    assertEquals(JSON.parse(answered(reply)), expected);
  }));
});

Deno.test("JsonCommandReply takes back what a failed element has written", () => {
  const reply = new JsonCommandReply();
  reply.begin(false);
  reply.next(true);
  reply.array(3);
  reply.integer(1);
  reply.array(2);
  reply.integer(2);
  reply.fail(FAILURE);
  reply.ok();
  assertEquals(answered(reply), '[{"result":1},{"error":"ERR syntax error"},{"result":"OK"}]');
});

Deno.test("JsonCommandReply counts what follows a failed item of a list that goes on", () => {
  const reply = new JsonCommandReply();
  reply.begin(false);
  reply.next(true);
  reply.array(2);
  reply.array(3);
  reply.integer(2);
  reply.fail(FAILURE, true);
  reply.boolean(true);
  reply.boolean(true);
  assertEquals(answered(reply), '[{"error":"ERR syntax error"},{"result":1}]');
});

Deno.test("JsonCommandReply sends OK bare when alone, and encoded inside a list", () => {
  const reply = new JsonCommandReply();
  reply.begin(true);
  reply.ok();
  assertEquals(answered(reply), '{"result":"OK"}');
  reply.next();
  reply.array(1);
  reply.ok();
  assertEquals(answered(reply), '{"result":["T0s="]}');
});

Deno.test("JsonCommandReply refuses bytes that are not UTF-8, unless in base64", () => {
  const reply = new JsonCommandReply();
  for (const isBase64 of [false, true]) {
    reply.begin(isBase64);
    const at = reply.reserve(1);
    reply.bytes[at] = 0xff;
    reply.value(at, 1);
    assertEquals(
      answered(reply),
      isBase64
        ? '{"result":"/w=="}'
        : '{"error":"ERR value is not UTF-8 text, send the header Upstash-Encoding: base64 or read GET /get/{key}"}',
    );
  }
});

const TOO_LARGE = '{"error":"ERR answer would be too large, ask for less at a time"}';
const MIB = 2 ** 20;

/** A reply to a pipeline, one command after the other. */
function list(...commands: ((reply: JsonCommandReply) => void)[]): string {
  const reply = new JsonCommandReply();
  reply.begin(false);
  reply.beginList();
  for (const command of commands) {
    reply.next();
    command(reply);
    reply.keep();
  }
  reply.finishList();
  return reply.answer();
}

Deno.test("JsonCommandReply keeps the answers of a list of commands", () => {
  assertEquals(list(), "[]");
  const failed = (
    reply: JsonCommandReply,
  ) => (reply.array(2), reply.integer(1), reply.fail(FAILURE));
  assertEquals(
    list((reply) => reply.ok(), failed, (reply) => reply.array(0)),
    '[{"result":"OK"},{"error":"ERR syntax error"},{"result":[]}]',
  );
});

Deno.test("JsonCommandReply bounds the answers of a list together, whatever they consist of", () => {
  const value = (reply: JsonCommandReply) => write(reply, "v".repeat(MIB));
  const escaped = (reply: JsonCommandReply) => write(reply, "\u0001".repeat(MIB));
  const text = (reply: JsonCommandReply) => reply.text("t".repeat(MIB));
  const names = (reply: JsonCommandReply) => {
    reply.map(20_000);
    for (let i = 0; i < 40_000; i++) reply.status("twenty bytes of a name");
  };
  for (const command of [value, escaped, text, names]) {
    const answer = list(...Array(100).fill(command), (reply) => reply.ok(), text);
    assertEquals(answer.length < 16 * MIB, true);
    const answers = JSON.parse(answer).map((one: unknown) => JSON.stringify(one));
    assertEquals(answers.slice(-3, -1), [TOO_LARGE, '{"result":"OK"}']);
    assertEquals([answers[0] === TOO_LARGE, answers.at(-1)], [false, TOO_LARGE]);
  }
});

Deno.test("JsonCommandReply bounds one list, and the elements of a transaction together", () => {
  const reply = new JsonCommandReply();
  reply.begin(false);
  reply.array(100_000);
  for (let i = 0; i < 100_000; i++) reply.text("x".repeat(100));
  assertEquals([answered(reply), reply.isFailed], [TOO_LARGE, true]);
  reply.begin(false);
  reply.next(true);
  reply.array(12);
  for (let i = 0; i < 10; i++) {
    reply.array(2);
    write(reply, "v".repeat(MIB));
    reply.integer(i);
  }
  reply.fail(FAILURE);
  reply.ok();
  const answers = JSON.parse(answered(reply)).map((one: unknown) => JSON.stringify(one));
  assertEquals([answers.length, answers[0].length > MIB], [12, true]);
  assertEquals(answers.slice(-4), [
    TOO_LARGE,
    TOO_LARGE,
    '{"error":"ERR syntax error"}',
    '{"result":"OK"}',
  ]);
});
