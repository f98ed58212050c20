// The bodies of answers: byte for byte, escaped right, and null where a value is no text.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { CollectedReply } from "../../../server/codecs/collected_reply.ts";
import {
  type AnswerBody,
  AnswerProblem,
  countText,
  errorText,
  JsonAnswers,
} from "../../../server/codecs/json_answers.ts";
import { JsonHit } from "../../../server/codecs/json_hit.ts";
import { argsOf } from "../fixture.ts";

/** A reply of these values; null is a miss, a number an integer. */
function replyOf(...outcomes: (string | Uint8Array | number | bigint | null)[]): CollectedReply {
  const reply = new CollectedReply();
  for (const outcome of outcomes) {
    if (outcome === null) reply.miss();
    else if (typeof outcome === "number" || typeof outcome === "bigint") reply.integer(outcome);
    else {
      const bytes = typeof outcome === "string" ? new TextEncoder().encode(outcome) : outcome;
      const at = reply.reserve(bytes.length);
      reply.bytes.set(bytes, at);
      reply.value(at, bytes.length);
    }
  }
  return reply;
}

const NOT_TEXT = Uint8Array.of(0x61, 0xff);
const STRANGE = '"\\\n\u0000\u001f\u007f/é€😀\u2028';

/** An answer as text, whether it is long or short. */
function shown(body: AnswerBody): string | AnswerProblem {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
}

/** The answer to a get, composed as the route does it. */
function hit(kept: JsonHit, key: string, value: string | Uint8Array): string | AnswerProblem {
  const args = argsOf(key);
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  kept.begin(args);
  const at = kept.reserve(bytes.length);
  kept.bytes.set(bytes, at);
  kept.value(at, bytes.length);
  return shown(new JsonAnswers().hit(args, kept));
}

Deno.test("JsonAnswers.hit() writes key and value, escaped", () => {
  const kept = new JsonHit();
  assertEquals(hit(kept, "k", "v"), '{"status":"OK","key":"k","value":"v"}');
  assertEquals(hit(kept, "k", ""), '{"status":"OK","key":"k","value":""}');
  assertEquals(hit(kept, "k", NOT_TEXT), AnswerProblem.notText);
  assertEquals(hit(kept, STRANGE, NOT_TEXT), AnswerProblem.notText);
  const pairs: [string, string][] = [["k", STRANGE], [STRANGE, "v"], [STRANGE, STRANGE], [
    "aé",
    "bé",
  ]];
  for (const [key, value] of pairs) {
    const text = String(hit(kept, key, value));
    assertEquals(Object.entries(JSON.parse(text)), [["status", "OK"], ["key", key], [
      "value",
      value,
    ]]);
  }
});

Deno.test("JsonAnswers.hit() writes what JSON.stringify() does, for any text", () => {
  const kept = new JsonHit();
  const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: "binary", maxLength: 40 }));
  fc.assert(
    fc.property(text.filter((key) => key !== ""), text, (key, value) => {
      assertEquals(hit(kept, key, value), JSON.stringify({ status: "OK", key, value }));
    }),
    { numRuns: 500, seed: 7171 },
  );
});

Deno.test("JsonAnswers.hit() writes values of any length, and is whole again after a long one", () => {
  const kept = new JsonHit();
  for (const length of [100, 70_000, 1_000_000, 3, 65_000, 65_536, 1]) {
    for (const value of ["x".repeat(length), "€".repeat(length)]) {
      assertEquals(hit(kept, "key", value), `{"status":"OK","key":"key","value":"${value}"}`);
    }
  }
});

Deno.test("JsonAnswers.hitWithMeta() adds version and seconds", () => {
  const answers = new JsonAnswers();
  const meta = (ms: number) => answers.hitWithMeta(argsOf("k"), replyOf("v", 7, ms));
  const hit = '{"status":"OK","key":"k","value":"v","version":7,"ttl":';
  assertEquals([meta(-1), meta(0), meta(1500)], [`${hit}null}`, `${hit}0}`, `${hit}1.5}`]);
  assertEquals(meta(3_153_600_000_000), `${hit}3153600000}`);
  assertEquals(answers.hitWithMeta(argsOf("k"), replyOf(NOT_TEXT, 7, -1)), AnswerProblem.notText);
});

Deno.test("JsonAnswers.sum() writes numbers of 64 bits as text", () => {
  const answers = new JsonAnswers();
  const sum = (value: number | bigint) => answers.sum(argsOf("n", "1"), replyOf(value));
  assertEquals(sum(-8), '{"status":"OK","key":"n","value":"-8"}');
  assertEquals(sum(2n ** 63n - 1n), '{"status":"OK","key":"n","value":"9223372036854775807"}');
});

Deno.test("JsonAnswers.items() tells found from missing", () => {
  const answers = new JsonAnswers();
  const items = (keys: string[], ...outcomes: (string | Uint8Array | null)[]) =>
    answers.items(argsOf(...keys), replyOf(...outcomes));
  assertEquals(
    items(["a", "b", "c", "d"], "1", null, "3", null),
    '{"status":"OK","items":[{"key":"a","value":"1"},{"key":"c","value":"3"}],"missing":["b","d"]}',
  );
  assertEquals(items(["a"], null), '{"status":"OK","items":[],"missing":["a"]}');
  assertEquals(
    items(["a"], "1"),
    '{"status":"OK","items":[{"key":"a","value":"1"}],"missing":[]}',
  );
  assertEquals(items(["a", "b"], "1", NOT_TEXT), AnswerProblem.notText);
  assertEquals(JSON.parse(String(items([STRANGE], null))).missing, [STRANGE]);
  const large = "\u0001".repeat(800_000);
  assertEquals(items(["a", "b"], large, large), AnswerProblem.tooLarge);
});

Deno.test("errorText() and countText() write the small bodies", () => {
  assertEquals(errorText('a "b"\n'), '{"status":"ERROR","message":"a \\"b\\"\\n"}');
  assertEquals(countText(3), '{"status":"OK","count":3}');
});
