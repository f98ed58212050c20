// Checks keys and options read from URLs, against URLSearchParams where that is strict enough.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Args } from "../../../server/contract/args.ts";
import {
  checkQueryKey,
  decodePathKey,
  decodeQueryKey,
  QueryFound,
  TAKES_META,
  TAKES_NONE,
  TAKES_TTL,
} from "../../../server/codecs/query.ts";

const LIMITS = { maxKeyChars: 256, maxKeyBytes: 1024, maxValueChars: 256, maxItems: 10 };
const RUNS = { numRuns: 1000, seed: 7171 };
const ORIGIN = "http://127.0.0.1:7171";
const encoder = new TextEncoder();
const args = new Args();
const found = new QueryFound();

function keyBytes(): Uint8Array {
  assertEquals(args.count, 1);
  return args.bytes.slice(args.starts[0], args.starts[0]! + args.lengths[0]!);
}

function keyText(): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(keyBytes());
}

/** The key, with ` meta` where that was asked for; or the message of the refusal. */
function query(search: string, takes = TAKES_META, limits = LIMITS): string {
  const url = `${ORIGIN}/get${search}`;
  const start = search === "" ? -1 : ORIGIN.length + 5;
  const problem = decodeQueryKey(url, start, args, limits, takes, found);
  if (problem === null) return keyText() + (found.meta ? " meta" : "");
  assertEquals([args.count, problem.status], [0, 400]);
  return problem.message;
}

/**
 * The key as hexadecimal digits, with the ttl where there is one; or the message of the refusal.
 */
function path(rest: string, takes = TAKES_TTL): string {
  const url = `${ORIGIN}/store/${rest}`;
  const problem = decodePathKey(url, ORIGIN.length + 7, args, LIMITS, takes, found);
  if (problem === null) return keyBytes().toHex() + (found.ttlMs === 0 ? "" : ` ${found.ttlMs}`);
  assertEquals([args.count, problem.status], [0, 400]);
  return problem.message;
}

const MISSING = 'Query parameter "key" is missing. Send it, such as ?key=k.';
const EMPTY = 'Query parameter "key" is empty. Send a key of at least one character.';
const MALFORMED = "Query is not valid. Send UTF-8, percent-encoded, such as ?key=caf%C3%A9.";
const TOO_LONG = 'Query parameter "key" is too long. Send at most 256 characters.';
const BAD_TTL = 'Query parameter "ttl" is not valid. ' +
  "Send seconds, such as 30 or 0.5, above 0 and at most 3153600000.";
const BAD_META = 'Query parameter "meta" is not valid. Send 0 or 1.';

Deno.test("decodeQueryKey() reads keys and refuses what is no key", () => {
  const cases: [string, string][] = [
    ["?key=k", "k"],
    ["?key=user:1/2?x=(y)", "user:1/2?x=(y)"],
    ["?key=k#key=x", "k"],
    ["?key=a+b%20c%2B", "a b c+"],
    ["?key=caf%C3%A9%F0%9F%98%80", "café😀"],
    ["?key=café", "café"],
    ["?key=%EF%BB%BFk", "\ufeffk"],
    ["?key=a&key=b", "b"],
    ["?key=%00", "\0"],
    ["?&key=k&", "k"],
    ["?k%65y=k", "k"],
    ["?key=k&meta=1", "k meta"],
    ["?meta=1&key=k", "k meta"],
    ["?key=k&meta=1&meta=0", "k"],
    ["?key=k&meta=yes", BAD_META],
    ["?key=k&meta", BAD_META],
    ["?key=" + "k".repeat(256), "k".repeat(256)],
    ["?key=" + "%F0%9F%98%80".repeat(256), "😀".repeat(256)],
    ["?key=" + "k".repeat(257), TOO_LONG],
    ["?key=" + "%C3%A9".repeat(257), TOO_LONG],
    ["", MISSING],
    ["?", MISSING],
    ["?#key=k", MISSING],
    ["?key", EMPTY],
    ["?key=", EMPTY],
    ["?key=#k", EMPTY],
    ["?key=k&key=", EMPTY],
    ["?k", 'Unknown query parameter "k". This route takes key and meta.'],
    ["?key=k&ttl=1", 'Unknown query parameter "ttl". This route takes key and meta.'],
    ...["%", "%4", "%zz", "%FF", "%C3", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "\ud800"].map(
      (bad): [string, string] => [`?key=k${bad}`, MALFORMED],
    ),
  ];
  for (const [search, expected] of cases) assertEquals(query(search), expected, search);
  const bytes = { ...LIMITS, maxKeyChars: 2000 };
  assertEquals(
    query("?key=" + "k".repeat(1025), TAKES_NONE, bytes),
    'Query parameter "key" is too long. Send at most 1024 bytes.',
  );
});

Deno.test("decodeQueryKey() reads every key that the platform's own encoders wrote", () => {
  const key = fc.oneof(
    fc.string({ minLength: 1, maxLength: 40 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  );
  fc.assert(
    fc.property(key, (key) => {
      assertEquals(query(`?${new URLSearchParams({ key })}`), key);
      assertEquals(query(`?key=${encodeURIComponent(key)}&meta=1`), `${key} meta`);
    }),
    RUNS,
  );
});

Deno.test("decodeQueryKey() and decodePathKey() never throw", () => {
  const piece = fc.constantFrom(
    "key=",
    "k",
    "%",
    "%4",
    "1",
    "&",
    "#",
    "?",
    "+",
    "/",
    "=",
    "é",
    "😀",
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (pieces) => {
      query(`?${pieces.join("")}`);
      path(pieces.join(""));
    }),
    RUNS,
  );
});

Deno.test("decodePathKey() reads bytes of any kind and the ttl", () => {
  const cases: [string, string][] = [
    ["k", "6b"],
    ["a+b", "612b62"],
    ["%00%ff%2F%2f", "00ff2f2f"],
    ["é", "c3a9"],
    ["k?ttl=30", "6b 30000"],
    ["k?ttl=0.0005", "6b 1"],
    ["%41?ttl=1&ttl=2", "41 2000"],
    ["k?", "6b"],
    ["k#x", "6b"],
    ["k".repeat(1024), "6b".repeat(1024)],
    ["%FF".repeat(1024), "ff".repeat(1024)],
    ["", "Key in the path is empty. Send it after the last slash."],
    ["?ttl=1", "Key in the path is empty. Send it after the last slash."],
    ["a/b", "Key in the path contains a slash. Write it as %2F."],
    ["k".repeat(1025), "Key in the path is too long. Send at most 1024 bytes."],
    ["k".repeat(5000), "Key in the path is too long. Send at most 1024 bytes."],
    ["é".repeat(513), "Key in the path is too long. Send at most 1024 bytes."],
    ["k?x=1", 'Unknown query parameter "x". This route takes ttl.'],
    ...["%", "a%4", "%zz", "%4g", "\ud800"].map((bad): [string, string] => [
      bad,
      "Key in the path is not valid. Write % as %25, and each other byte as it is or as %XX.",
    ]),
    ...["", "0", "-1", "1e3", "x", "9999999999", ".5", "1."].map((ttl): [string, string] => [
      `k?ttl=${ttl}`,
      BAD_TTL,
    ]),
  ];
  for (const [rest, expected] of cases) assertEquals(path(rest), expected, rest);
  assertEquals(
    path("k?ttl=1", TAKES_NONE),
    'Unknown query parameter "ttl". This route takes none.',
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      const escaped = Array.from(bytes, (byte) => "%" + byte.toString(16).padStart(2, "0"));
      assertEquals(path(escaped.join("")), bytes.toHex());
    }),
    RUNS,
  );
});

Deno.test("checkQueryKey() lets a query repeat the key of the body and nothing else", () => {
  const differ =
    'Query parameter "key" differs from the key in the body. Send the same key, or none.';
  const cases: [string, string | null][] = [
    ["?key=caf%C3%A9", null],
    ["?", null],
    ["?key=cafe%CC%81", differ],
    ["?key=caf%C3%A8", differ],
    ["?key=caf", differ],
    ["?key=", EMPTY],
    ["?ttl=1", 'Unknown query parameter "ttl". This route takes key.'],
  ];
  const body = encoder.encode('{"key":"café"}');
  for (const [search, expected] of cases) {
    args.over(body);
    args.push(8, 5);
    const problem = checkQueryKey(`/put${search}`, 5, args, LIMITS, new Args(), found);
    assertEquals(problem?.message ?? null, expected, search);
    assertEquals([args.bytes, args.count], [body, 1]);
  }
});
