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
    assertEquals(JSON.parse(reply.answer()), { result: outcome });
    reply.begin(true);
    write(reply, outcome);
    assertEquals(decoded(JSON.parse(reply.answer()).result), outcome);
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
    assertEquals(JSON.parse(reply.answer()), expected);
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
  assertEquals(reply.answer(), '[{"result":1},{"error":"ERR syntax error"},{"result":"OK"}]');
});

Deno.test("JsonCommandReply sends OK bare when alone, and encoded inside a list", () => {
  const reply = new JsonCommandReply();
  reply.begin(true);
  reply.ok();
  assertEquals(reply.answer(), '{"result":"OK"}');
  reply.next();
  reply.array(1);
  reply.ok();
  assertEquals(reply.answer(), '{"result":["T0s="]}');
});

Deno.test("JsonCommandReply refuses bytes that are not UTF-8, unless in base64", () => {
  const reply = new JsonCommandReply();
  for (const isBase64 of [false, true]) {
    reply.begin(isBase64);
    const at = reply.reserve(1);
    reply.bytes[at] = 0xff;
    reply.value(at, 1);
    assertEquals(
      reply.answer(),
      isBase64
        ? '{"result":"/w=="}'
        : '{"error":"ERR value is not UTF-8 text, send the header Upstash-Encoding: base64 or read GET /get/{key}"}',
    );
  }
});
