// Checks that each decoder's byte parser never differs from the full parser, neither in what it
// reads nor in what it leaves to be refused: on a corpus of JSON texts, on damaged bodies, and on
// arbitrary ones.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Args } from "../../../server/contract/args.ts";
import * as door from "../../../server/codecs/json_decode.ts";
import * as slow from "../../../server/codecs/json_slow.ts";

type Decode = (body: Uint8Array, args: Args, limits: door.JsonLimits) => door.Problem | null;

const ROUTES: readonly [Decode, Decode][] = [
  [door.decodePut, slow.decodePutSlow],
  [door.decodeDelete, slow.decodeDeleteSlow],
  [door.decodeIncr, slow.decodeIncrSlow],
  [door.decodeMget, slow.decodeMgetSlow],
  [door.decodeMput, slow.decodeMputSlow],
];
const WIDE = { maxKeyChars: 256, maxKeyBytes: 1024, maxValueChars: 256, maxItems: 10_000 };
const NARROW = { maxKeyChars: 5, maxKeyBytes: 8, maxValueChars: 6, maxItems: 2 };
const NARROW_BYTES = { ...NARROW, maxKeyBytes: 4 };
const RUNS = { numRuns: 1000, seed: 7171 };
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const args = new Args();

/** All that a caller can see of a decode, as one string. */
function outcome(decode: Decode, body: Uint8Array, limits: door.JsonLimits): string {
  const problem = decode(body, args, limits);
  if (problem !== null) return `${problem.status} ${problem.message} ${args.count}`;
  let seen = "ok";
  for (let i = 0; i < args.count; i++) {
    const start = args.starts[i]!;
    seen += "\n" + JSON.stringify(
      decoder.decode(args.bytes.subarray(start, start + args.lengths[i]!)),
    );
  }
  return seen;
}

/** Asserts that every route's decoders agree on a body; returns how many routes accept it. */
function agree(body: Uint8Array): number {
  let acceptedCount = 0;
  for (const [decode, decodeSlow] of ROUTES) {
    for (const limits of [WIDE, NARROW, NARROW_BYTES]) {
      const expected = outcome(decodeSlow, body, limits);
      const actual = outcome(decode, body, limits);
      if (actual !== expected) assertEquals(actual, expected, JSON.stringify([...body]));
      if (limits === WIDE && actual.startsWith("ok")) acceptedCount++;
    }
  }
  return acceptedCount;
}

const SAMPLES = [
  '{"key":"k","value":"v"}',
  '{"key":"key 1","value":""}',
  '{"key":"n"}',
  '{"key":"n","by":10}',
  '{"key":"n","by":-987654321012345}',
  '{"keys":["a"]}',
  '{"keys":["a","bc","d"]}',
  '{"items":[{"key":"a","value":"1"}]}',
  '{"items":[{"key":"a","value":"1"},{"key":"b","value":""}]}',
  '{"key":"k","value":"v","ttl":1.5,"ifVersion":3}',
  '{ "value":"\\u00e9é😀\\n","key":"k" }',
];

/** Bytes that mean something to JSON or to UTF-8, and the neighbours of such. */
const TELLING = encoder.encode('\0\t\n\x1f !"+,-./019:AEe[\\]bknuvy{}~\x7f');
const TELLING_BYTES = [...TELLING, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xf5, 0xff];

Deno.test("decoders agree on every prefix of a body", () => {
  for (const sample of SAMPLES) {
    const body = encoder.encode(sample);
    for (let length = 0; length <= body.length; length++) {
      assertEquals(agree(body.slice(0, length)) > 0, length === body.length);
    }
  }
});

Deno.test("decoders agree on every body with one byte changed, added or removed", () => {
  for (const sample of SAMPLES.slice(0, 9)) {
    const body = encoder.encode(sample);
    for (let at = 0; at <= body.length; at++) {
      const before = body.subarray(0, at);
      agree(new Uint8Array([...before, ...body.subarray(at + 1)]));
      for (const byte of TELLING_BYTES) {
        agree(new Uint8Array([...before, byte, ...body.subarray(at + 1)]));
        agree(new Uint8Array([...before, byte, ...body.subarray(at)]));
      }
    }
  }
});

const VALID = [
  ...['""', '"\\u0000"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\ud83d\\ude00"', '"\x7f"', '"\u2028"'],
  ...['"a/b"', '"\\u00E9"', "0", "-0", "-0.0e+0", "1E400", "1e-400", "123456789012345678901"],
  ...["0.1", "1e1", "true", "false", "null", "[]", "{}", "[[[]]]", '{"a":1,"a":2}', '{"":0}'],
  ...['{"__proto__":1}', " 1 ", "\t\n\r 1", '"\\ud800"', '"\\udc00\\ud800"', '"\u{10ffff}"'],
];
const INVALID = [
  ...['"', '"\\', '"\\"', '"\\x"', '"\\u12"', '"\\u123g"', '"\n"', '"\t"', '"\0"', "'a'", "a"],
  ...["01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "-Infinity"],
  ...["--1", "True", "nul", "undefined", "[", "]", "[1,]", "[,1]", "[1 2]", "{", "}", '{"a"}'],
  ...['{"a":}', '{"a":1,}', "{a:1}", '{"a" 1}', "{,}", "1 1", "/**/1", "1//", "\f1", "\u00a01"],
  ...["\ufeff1", "", " ", ",", ":", '"a" "b"', '"\\U0041"', '"\x1f"', '"a\rb"'],
];

Deno.test("decoders agree on a corpus of JSON texts, wherever one stands", () => {
  const frames = [
    (text: string) => text,
    (text: string) => `{"key":"k","value":${text}}`,
    (text: string) => `{"key":${text},"value":"v"}`,
    (text: string) => `{"key":"k","value":"v","ttl":${text}}`,
    (text: string) => `{"key":"n","by":${text}}`,
    (text: string) => `{"keys":["a",${text}]}`,
    (text: string) => `{"items":[{"key":"k","value":"v","ttl":1},${text}]}`,
    (text: string) => `{"items":[{"key":"a","value":${text}}]}`,
  ];
  for (const frame of frames) {
    for (const text of VALID) {
      const body = encoder.encode(frame(text));
      agree(body);
      assertEquals(outcome(door.decodePut, body, WIDE).includes("not valid JSON"), false, text);
    }
    for (const text of INVALID) assertEquals(agree(encoder.encode(frame(text))), 0, text);
  }
});

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("\ud800", "a\udc00", "", "__proto__", "k"),
);
const field = fc.constantFrom("key", "value", "ttl", "by", "keys", "items", "ifAbsent", "x");
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const item = fc.record({ key: text, value: text, ttl: fc.option(fc.double(), { nil: undefined }) });
const request = fc.oneof(
  fc.record({ key: text, value: text }),
  fc.record({ key: text, by: fc.oneof(fc.maxSafeInteger(), text) }),
  fc.record({ keys: fc.array(text, { maxLength: 4 }) }),
  fc.record({ items: fc.array(item, { maxLength: 4 }) }),
  fc.dictionary(field, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 4 }),
);

Deno.test("decoders agree on arbitrary requests, compact and spread out", () => {
  fc.assert(
    fc.property(request, fc.constantFrom(0, 1), (fields, indent) => {
      agree(encoder.encode(JSON.stringify(fields, null, indent)));
    }),
    RUNS,
  );
});

Deno.test("decoders agree on arbitrary JSON and on arbitrary bytes", () => {
  fc.assert(fc.property(fc.json(), (json) => void agree(encoder.encode(json))), RUNS);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (body) => void agree(body)), RUNS);
});

Deno.test("decoders agree on damaged bodies", () => {
  const edit = fc.record({
    at: fc.nat(80),
    removed: fc.nat(3),
    added: fc.array(fc.oneof(fc.constantFrom(...TELLING_BYTES), fc.nat(255)), { maxLength: 3 }),
  });
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...SAMPLES), edits, (sample, list) => {
      const bytes = [...encoder.encode(sample)];
      for (const { at, removed, added } of list) bytes.splice(at % bytes.length, removed, ...added);
      agree(new Uint8Array(bytes));
    }),
    { ...RUNS, numRuns: 4000 },
  );
});

Deno.test("decoders give back what JSON.stringify wrote", () => {
  const word = fc.oneof(
    fc.string({ minLength: 1, maxLength: 64 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 64 }),
  );
  const ttlMs = fc.option(fc.integer({ min: 1, max: 1e9 }).map((n) => n * 1000));
  const entries = fc.array(fc.tuple(word, word, ttlMs), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(entries, (list) => {
      const items = list.map(([key, value, ms]) => ({
        key,
        value,
        ttl: ms ? ms / 1000 : undefined,
      }));
      const body = encoder.encode(JSON.stringify({ items }));
      const expected = list.flatMap(([key, value, ms]) => [key, value, String(ms ?? "")]);
      assertEquals(
        outcome(door.decodeMput, body, WIDE),
        ["ok", ...expected.map((one) => JSON.stringify(one))].join("\n"),
      );
      agree(encoder.encode(JSON.stringify({ key: list[0]![0]!, value: list[0]![1]! })));
    }),
    RUNS,
  );
});
