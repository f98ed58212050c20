// Checks what the JSON decoders accept and in which words they refuse; json_agreement_test.ts
// checks that the byte parser and the full one never differ.

import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { Args } from "../../../server/contract/args.ts";
import {
  decodeDelete,
  decodeIncr,
  decodeMget,
  decodeMput,
  decodePut,
  type JsonLimits,
  type Problem,
} from "../../../server/codecs/json_decode.ts";

type Decode = (body: Uint8Array, args: Args, limits: JsonLimits) => Problem | null;

const LIMITS: JsonLimits = {
  maxKeyChars: 256,
  maxKeyBytes: 1024,
  maxValueChars: 256,
  maxItems: 10_000,
};
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The arguments, or the message of the refusal, of which there must be no arguments left. */
function read(decode: Decode, body: string | Uint8Array, limits = LIMITS): string[] | string {
  const args = new Args();
  const problem = decode(typeof body === "string" ? encoder.encode(body) : body, args, limits);
  if (problem !== null) {
    assertEquals(args.count, 0);
    return problem.message;
  }
  return Array.from(
    { length: args.count },
    (_, i) =>
      decoder.decode(args.bytes.subarray(args.starts[i], args.starts[i]! + args.lengths[i]!)),
  );
}

function put(value: string): string {
  return `{"key":"k","value":${value}}`;
}

const accepted: [Decode, string, string[]][] = [
  [decodePut, '{"key":"k","value":"v"}', ["k", "v"]],
  [decodePut, '{"key":"k","value":""}', ["k", ""]],
  [decodePut, ' { "value" : "v" ,\n"key":\t"k" }\r\n', ["k", "v"]],
  [decodePut, '{"key":"k","value":"v","ttl":30}', ["k", "v", "PX", "30000"]],
  [decodePut, '{"key":"k","value":"v","ttl":0.0001}', ["k", "v", "PX", "1"]],
  [decodePut, '{"key":"k","value":"v","ttl":1.5e0}', ["k", "v", "PX", "1500"]],
  [decodePut, '{"key":"k","value":"v","ttl":3153600000}', ["k", "v", "PX", "3153600000000"]],
  [decodePut, '{"key":"k","value":"v","ifAbsent":true}', ["k", "v", "NX"]],
  [decodePut, '{"key":"k","value":"v","ifPresent":true,"ttl":1}', ["k", "v", "PX", "1000", "XX"]],
  [decodePut, '{"key":"k","value":"v","ifVersion":0}', ["k", "v", "IFVERSION", "0"]],
  [
    decodePut,
    '{"key":"k","value":"v","ifVersion":281474976710655,"ifAbsent":false}',
    ["k", "v", "IFVERSION", "281474976710655"],
  ],
  [decodePut, '{"key":"k","value":"v","ifAbsent":false,"ifPresent":false}', ["k", "v"]],
  [decodePut, '{"key":1,"value":"v","key":"a","key":"b"}', ["b", "v"]],
  [decodePut, '{"key":"k","value":"v","ttl":"x","ttl":1}', ["k", "v", "PX", "1000"]],
  [decodePut, '{"k\\u0065y":"\\u00e9\\ud83d\\ude00","value":"\\u0000\\/"}', ["é😀", "\0/"]],
  [decodePut, '{"key":"__proto__","value":"constructor"}', ["__proto__", "constructor"]],
  [decodePut, '{"key":"\ufeffk","value":"\u2028\u007f"}', ["\ufeffk", "\u2028\u007f"]],
  [decodeDelete, '{"key":"k"}', ["k"]],
  [decodeIncr, '{"key":"n"}', ["n", "1"]],
  [decodeIncr, '{"key":"n","by":-5}', ["n", "-5"]],
  [decodeIncr, '{"key":"n","by":-0}', ["n", "0"]],
  [decodeIncr, '{"key":"n","by":1e3}', ["n", "1000"]],
  [decodeIncr, '{"key":"n","by":9007199254740991}', ["n", "9007199254740991"]],
  [decodeIncr, '{"key":"n","by":"9223372036854775807"}', ["n", "9223372036854775807"]],
  [decodeIncr, '{"by":"-9223372036854775808","key":"n"}', ["n", "-9223372036854775808"]],
  [decodeMget, '{"keys":["a","b","a"]}', ["a", "b", "a"]],
  [decodeMget, '{"keys": ["\\u0061"]}', ["a"]],
  [decodeMput, '{"items":[{"key":"a","value":"1"},{"key":"b","value":""}]}', [
    ...["a", "1", ""],
    ...["b", "", ""],
  ]],
  [decodeMput, '{"items":[{"key":"a","value":"1","ttl":0.5},{"value":"2","key":"b"}]}', [
    ...["a", "1", "500"],
    ...["b", "2", ""],
  ]],
];

Deno.test("decoders read what the routes accept", () => {
  for (const [decode, body, expected] of accepted) assertEquals(read(decode, body), expected, body);
});

const SEND_PUT = 'Send an object such as {"key":"k","value":"v"}.';
const PUT_FIELDS = 'Valid fields are "key", "value", "ttl", "ifAbsent", "ifPresent", "ifVersion".';
const BAD_TTL = 'Field "ttl" is not valid. Send seconds, a number, above 0 and at most 3153600000.';
const BAD_VERSION =
  'Field "ifVersion" is not valid. Send an integer from 0 (absent) to 281474976710655.';
const BAD_BY =
  'Field "by" is not valid. Send an integer, or a string such as "10" for a 64-bit integer.';
const TWO = 'More than one condition is set. Send one of "ifAbsent", "ifPresent" and "ifVersion".';
const NO_KEYS = 'Field "keys" is not valid. Send an array of at least one key.';
const NO_ITEMS = 'Field "items" is not valid. Send an array of at least one item.';

const refused: [Decode, string, string][] = [
  [decodePut, "", `Request body is empty. ${SEND_PUT}`],
  [decodePut, "nope", `Request body is not valid JSON. ${SEND_PUT}`],
  [decodePut, put('"v"') + "x", `Request body is not valid JSON. ${SEND_PUT}`],
  [decodePut, "[]", `Request body is not a JSON object. ${SEND_PUT}`],
  [decodePut, "null", `Request body is not a JSON object. ${SEND_PUT}`],
  [decodePut, '"k"', `Request body is not a JSON object. ${SEND_PUT}`],
  [
    decodePut,
    "\ufeff" + put('"v"'),
    "Request body begins with a byte order mark. Send UTF-8 without one.",
  ],
  [decodePut, '{"value":"v"}', 'Field "key" is missing. Send it as a string.'],
  [decodePut, '{"key":"k"}', 'Field "value" is missing. Send it as a string.'],
  [decodePut, '{"key":1,"value":"v"}', 'Field "key" is not a string. Send it as a string.'],
  [decodePut, put("null"), 'Field "value" is not a string. Send it as a string.'],
  [
    decodePut,
    '{"key":"","value":"v"}',
    'Field "key" is empty. Send a key of at least one character.',
  ],
  [
    decodePut,
    put('"\\ud800"'),
    'Field "value" contains a lone surrogate. Send well-formed Unicode text.',
  ],
  [decodePut, '{"key":"k","value":"v","tll":1}', `Unknown field "tll". ${PUT_FIELDS}`],
  [decodePut, '{"__proto__":{},"key":"k","value":"v"}', `Unknown field "__proto__". ${PUT_FIELDS}`],
  [decodePut, '{"toString":1}', `Unknown field "toString". ${PUT_FIELDS}`],
  [
    decodePut,
    `{"\\u0000\\ud800${"x".repeat(90)}":1}`,
    `Unknown field "\\u0000\\ud800${"x".repeat(30)}...". ${PUT_FIELDS}`,
  ],
  ...["0", "-1", "1e999", '"30"', "null", "true", "3153600001"].map((ttl): typeof refused[0] => [
    decodePut,
    `{"key":"k","value":"v","ttl":${ttl}}`,
    BAD_TTL,
  ]),
  ...["-1", "0.5", '"1"', "null", "281474976710656"].map((version): typeof refused[0] => [
    decodePut,
    `{"key":"k","value":"v","ifVersion":${version}}`,
    BAD_VERSION,
  ]),
  [decodePut, '{"key":"k","value":"v","ifAbsent":true,"ifPresent":true}', TWO],
  [decodePut, '{"key":"k","value":"v","ifAbsent":true,"ifVersion":0}', TWO],
  [
    decodePut,
    '{"key":"k","value":"v","ifAbsent":1}',
    'Field "ifAbsent" is not valid. Send true or false.',
  ],
  [
    decodePut,
    '{"key":"k","value":"v","ifPresent":null}',
    'Field "ifPresent" is not valid. Send true or false.',
  ],
  [
    decodeDelete,
    '{"key":"k","value":"v"}',
    'Unknown field "value". The only valid field is "key".',
  ],
  ...["1.5", "null", "9007199254740993", '""', '"+1"', '"-0"', '"01"', '"9223372036854775808"'].map(
    (by): typeof refused[0] => [decodeIncr, `{"key":"n","by":${by}}`, BAD_BY],
  ),
  [decodeMget, '{"keys":[]}', NO_KEYS],
  [decodeMget, '{"keys":"a"}', NO_KEYS],
  [decodeMget, '{"keys":["a",1]}', "keys[1] is not a string. Send it as a string."],
  [decodeMget, '{"keys":["a",""]}', "keys[1] is empty. Send a key of at least one character."],
  [decodeMput, '{"items":{}}', NO_ITEMS],
  [decodeMput, '{"items":[]}', NO_ITEMS],
  [decodeMput, '{"items":[1]}', `items[0] is not an object. ${SEND_PUT}`],
  [
    decodeMput,
    '{"items":[{"key":"a","value":"1"},{"key":"b"}]}',
    "items[1].value is missing. Send it as a string.",
  ],
  [
    decodeMput,
    '{"items":[{"key":"a","value":"1","ifAbsent":true}]}',
    'Unknown field "ifAbsent" in items[0]. Valid fields are "key", "value", "ttl".',
  ],
  [
    decodeMput,
    '{"items":[{"key":"a","value":"1","ttl":0}]}',
    "items[0].ttl is not valid. Send seconds, a number, above 0 and at most 3153600000.",
  ],
];

Deno.test("decoders refuse the rest and say what to do", () => {
  for (const [decode, body, expected] of refused) assertEquals(read(decode, body), expected, body);
});

Deno.test("decodePut() refuses invalid UTF-8", () => {
  const sequences = ["ff", "80", "c3", "c0af", "e080af", "f08080af", "eda080", "f4908080", "e282"];
  for (const hex of sequences) {
    for (
      const [before, after] of [['{"key":"k","value":"', '"}'], ['{"key":"', '","value":"v"}']]
    ) {
      const bytes = hex.match(/../g)!.map((pair) => parseInt(pair, 16));
      const body = new Uint8Array([...encoder.encode(before), ...bytes, ...encoder.encode(after)]);
      assertEquals(
        read(decodePut, body),
        "Request body is not valid UTF-8. Send JSON encoded as UTF-8.",
      );
    }
  }
});

Deno.test("decoders count characters as code points, and bytes of the key", () => {
  const body = (key: string, value: string) => JSON.stringify({ key, value });
  for (const char of ["a", "é", "😀", '"']) {
    const full = char.repeat(256);
    assertEquals(read(decodePut, body(full, full)), [full, full]);
    assertEquals(
      read(decodePut, body(full + char, "v")),
      'Field "key" is too long. Send at most 256 characters.',
    );
    assertEquals(
      read(decodePut, body("k", full + char)),
      'Field "value" is too long. Send at most 256 characters, ' +
        "or PUT /store/{key}, or start with a larger --max-value.",
    );
  }
  const long = { ...LIMITS, maxKeyChars: 2000 };
  const message = 'Field "key" is too long. Send at most 1024 bytes.';
  assertEquals(read(decodePut, body("é".repeat(512), "v"), long), ["é".repeat(512), "v"]);
  assertEquals(read(decodePut, body("é".repeat(513), "v"), long), message);
  assertEquals(read(decodePut, body("k".repeat(1025), "v"), long), message);
});

Deno.test("decodeMget() and decodeMput() bound the number of entries", () => {
  const three = { ...LIMITS, maxItems: 3 };
  for (const item of ['{"key":"k","value":"v"}', '{"key":"k","value":"v","ttl":1}']) {
    const body = (n: number) => encoder.encode(`{"items":[${Array(n).fill(item)}]}`);
    assertEquals(decodeMput(body(3), new Args(), three), null);
    assertEquals(decodeMput(body(4), new Args(), three)?.status, 413);
  }
  assertEquals(read(decodeMget, '{"keys":["a","b","c"]}', three), ["a", "b", "c"]);
  assertEquals(
    read(decodeMget, '{"keys":["a","b","c","d"]}', three),
    'Field "keys" is too long. Send at most 3.',
  );
});

Deno.test("decoders leave the arguments of canonical bodies in the body", () => {
  for (
    const [decode, text] of [
      [decodePut, '{"key":"some key","value":"some {value}"}'],
      [decodeDelete, '{"key":"k"}'],
      [decodeIncr, '{"key":"n","by":12}'],
      [decodeMget, '{"keys":["a","b"]}'],
      [decodeMput, '{"items":[{"key":"a","value":"1"},{"key":"b","value":"2"}]}'],
    ] as [Decode, string][]
  ) {
    const args = new Args();
    const body = encoder.encode(text);
    assertEquals(decode(body, args, LIMITS), null);
    assertStrictEquals(args.bytes, body, text);
  }
});

Deno.test("decodePut() survives deep nesting", () => {
  const depth = 100_000;
  const lists = "[".repeat(depth);
  const texts = [lists, lists + "]".repeat(depth), '{"a":'.repeat(depth), put(lists)];
  for (const text of [...texts, put(lists + "]".repeat(depth))]) {
    const problem = read(decodePut, text);
    assertMatch(String(problem), /^Request body has too many arrays or objects in each other\. /);
  }
});

Deno.test("decodeMput() refuses more values than anybody sends before it parses them", () => {
  const text = `{"items":[${"[],".repeat(60_000)}[]]}`;
  assertMatch(String(read(decodeMput, text)), /^Request body has too many values\. Send at most /);
});
