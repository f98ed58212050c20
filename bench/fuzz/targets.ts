// What the fuzzers hold the codecs to: no exception on any input, the same result however the input
// is cut, and the same as a second, simpler way to read it. Each target tells one codec's rules.

import { MEMCACHE_TARGET } from "./memcache_target.ts";
import { Args } from "../../server/contract/args.ts";
import { decodeCommands } from "../../server/codecs/json_command.ts";
import * as json from "../../server/codecs/json_decode.ts";
import * as slow from "../../server/codecs/json_slow.ts";
import { JsonWriter } from "../../server/codecs/json_writer.ts";
import { decodePathKey, decodeQueryKey, QueryFound } from "../../server/codecs/query.ts";
import { Excess } from "../../server/codecs/excess.ts";
import { Decoded, RespDecoder } from "../../server/codecs/resp_decode.ts";
import { LineDecoder } from "../../server/codecs/text_decode.ts";
import { Glob } from "../../server/contract/keys/glob.ts";
import { parseInteger } from "../../server/commands/integers.ts";
import { parseLongDouble } from "../../server/commands/strings/long_doubles.ts";
import { AheadCommands } from "../../server/raw/resp_ahead.ts";
import { plainMatch } from "./plain_match.ts";
import { must } from "./rules.ts";
import { READER_TARGETS } from "./reader_targets.ts";
import type { Target } from "./rules.ts";

const LIMITS = { maxKeyChars: 20, maxKeyBytes: 60, maxValueChars: 30, maxItems: 5 };
const RESP_LIMITS = { maxArguments: 20, maxBulkBytes: 200, maxCommandBytes: 300 };
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a decoder of a stream does with these bytes when they come in pieces of `step`. */
function readStream(
  decoder: RespDecoder | LineDecoder,
  input: Uint8Array<ArrayBuffer>,
  step: number,
): string {
  const bytes = input.slice();
  const [args, excess] = [new Args(), new Excess()];
  let seen = "";
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    for (;;) {
      const isSkipping = !excess.isEmpty;
      const kind = isSkipping
        ? decoder.skip(bytes, end, excess)
        : decoder.next(bytes, end, args, excess);
      if (kind === Decoded.incomplete) break;
      if (kind === Decoded.tooLarge) seen += `~${decoder.error}`;
      if (kind === Decoded.tooLarge || isSkipping && kind === Decoded.command) continue;
      if (kind !== Decoded.command) return `${seen}!${kind}${decoder.error}`;
      must(decoder.at <= end, "the decoder is past the bytes that have come");
      const parts = Array.from({ length: args.count }, (_, i) => args.bytesOf(i).join());
      const name = decoder instanceof LineDecoder
        ? decoder.verb
        : bytes.slice(decoder.nameStart, decoder.nameStart + decoder.nameLength).join();
      seen += `${name}(${parts.join(";")})`;
    }
    if (end === bytes.length) return seen;
  }
}

/** The same result whole, byte by byte and in pieces of seven. */
function agreesHoweverCut(make: () => RespDecoder | LineDecoder): Target["check"] {
  return (input) => {
    const whole = readStream(make(), input, Infinity);
    for (const step of [1, 7]) {
      const cut = readStream(make(), input, step);
      must(cut === whole, `in pieces of ${step} it is ${cut}, whole ${whole}`);
    }
  };
}

type Decode = (body: Uint8Array, args: Args, limits: json.JsonLimits) => json.Problem | null;

/** What a decoder of bodies makes of one, as text. */
function readBody(decode: Decode, body: Uint8Array): string {
  const args = new Args();
  const problem = decode(body, args, LIMITS);
  if (problem !== null) {
    must(args.count === 0, "a refused body leaves arguments");
    return `${problem.status} ${problem.message}`;
  }
  return Array.from({ length: args.count }, (_, i) => utf8.decode(args.bytesOf(i))).join("\n");
}

const BODIES: readonly (readonly [Decode, Decode])[] = [
  [json.decodePut, slow.decodePutSlow],
  [json.decodeDelete, slow.decodeDeleteSlow],
  [json.decodeIncr, slow.decodeIncrSlow],
  [json.decodeMget, slow.decodeMgetSlow],
  [json.decodeMput, slow.decodeMputSlow],
];

function checkBodies(input: Uint8Array<ArrayBuffer>): void {
  for (const [decode, decodeSlow] of BODIES) {
    const [fast, full] = [readBody(decode, input), readBody(decodeSlow, input)];
    must(fast === full, `the byte parser reads ${fast}, the full one ${full}`);
  }
}

function checkUrls(input: Uint8Array<ArrayBuffer>): void {
  const url = String.fromCharCode(...input);
  const [args, found] = [new Args(), new QueryFound()];
  const problem = decodeQueryKey(url, 0, args, LIMITS, 0, found);
  if (problem === null) {
    const key = utf8.decode(args.bytesOf(0));
    const expected = new URLSearchParams(url.split("#", 1)[0]).getAll("key").at(-1);
    must(key !== "" && key === expected, `the key is ${key}, expected ${expected}`);
  } else must(args.count === 0, "a refused URL leaves arguments");
  if (decodePathKey(url, 0, args, LIMITS, 0, found) !== null) return;
  must(args.count === 1 && args.lengths[0]! > 0, "a path without a key is accepted");
  must(args.lengths[0]! <= LIMITS.maxKeyBytes, "a key is too long");
}

function checkCommands(input: Uint8Array<ArrayBuffer>): void {
  const commands = decodeCommands(input);
  if (!Array.isArray(commands)) return;
  must(Array.isArray(JSON.parse(utf8.decode(input))), "what is no list is accepted");
}

function checkWriter(input: Uint8Array<ArrayBuffer>): void {
  const writer = new JsonWriter();
  writer.reset();
  let text: string | null = null;
  try {
    text = utf8.decode(input);
  } catch {
    // Not text: the writer has to see it too.
  }
  must(
    writer.string(input, 0, input.length) === (text !== null),
    "text or not is judged otherwise",
  );
  if (text === null) return;
  must(JSON.parse(writer.text()) === text, "what is written reads as another text");
}

function checkGlob(input: Uint8Array<ArrayBuffer>): void {
  const cut = input.indexOf(0x0a) < 0 ? input.length >> 1 : input.indexOf(0x0a);
  const [pattern, key] = [input.subarray(0, cut), input.subarray(cut)];
  const found = new Glob(pattern).matches(key, 0, key.length);
  must(found === plainMatch(pattern, key), `the pattern matches: ${found}`);
}

function checkNumbers(input: Uint8Array<ArrayBuffer>): void {
  const text = String.fromCharCode(...input);
  const isInteger = /^(0|-?[1-9]\d*)$/.test(text) && text.length <= 20 &&
    BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  const integer = parseInteger(input, 0, input.length);
  must((integer !== undefined) === isInteger, `as an integer it is ${integer}`);
  if (integer !== undefined) must(String(integer) === text, `it reads as ${integer}`);
  const found = parseLongDouble(input, 0, input.length);
  if (found === undefined || /[xi]/i.test(text)) return;
  const half = 2 ** Math.trunc(found.exponent / 2);
  const value = Number(found.mantissa) * half * 2 ** Math.ceil(found.exponent - Math.log2(half));
  const near = Math.abs(value - Number(text)) <= Math.abs(Number(text)) * 1e-9 + 1e-300;
  must(near || !Number.isFinite(value), `as a long double it is ${value}`);
}

/** Commands that are decoded ahead are those that the decoder finds, one after the other. */
function aheadAgrees(input: Uint8Array<ArrayBuffer>): void {
  const ahead = new AheadCommands(RESP_LIMITS);
  ahead.decode(input, 0, input.length);
  const decoder = new RespDecoder(RESP_LIMITS);
  const [args, excess] = [new Args(), new Excess()];
  for (let i = 0; i < ahead.count; i++) {
    const kind = decoder.next(input, input.length, args, excess);
    must(kind === Decoded.command, `the decoder does not find command ${i}`);
    const word = ahead.firsts[i]!;
    const places = [[decoder.nameStart, decoder.nameLength]];
    for (let j = 0; j < args.count; j++) places.push([args.starts[j]!, args.lengths[j]!]);
    const seen = places.map((_, j) => [ahead.starts[word + j], ahead.lengths[word + j]]);
    must(`${seen}` === `${places}`, `command ${i} lies at ${places}, not at ${seen}`);
    must(ahead.firsts[i + 1] === word + places.length, `command ${i} has ${places.length} words`);
    must(ahead.ends[i] === decoder.at, `command ${i} ends at ${decoder.at}`);
  }
}

/** Every codec that reads what clients send. */
export const TARGETS: readonly Target[] = [
  {
    name: "resp",
    samples: [
      "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n",
      "SET k \"a\\x41\\n\" 'b'\r\nPING\n",
      "*0\r\n*-1\r\nGET k\r\n",
      `*2\r\n$201\r\n${"x".repeat(201)}\r\n$1\r\nk\r\nPING\r\n`,
      `*21\r\n${"$1\r\nk\r\n".repeat(21)}*1\r\n$4\r\nPING\r\n`,
    ],
    pieces: ["\r\n", "*", "$", "-1", "0", '"', "'", "\\x", "POST ", "Host: a\r\n", "99999999999"],
    check: agreesHoweverCut(() => new RespDecoder(RESP_LIMITS)),
  },
  {
    name: "resp-ahead",
    samples: [
      "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12\r\n12 bytes here\r\n*1\r\n$4\r\nPING\r\n",
      "*1\r\n$4\r\nPING\r\n".repeat(70),
    ],
    pieces: ["\r\n", "*", "$", "0", "1", "9", "-", "\r", "\n", "*1\r\n$1\r\nk\r\n"],
    check: aheadAgrees,
  },
  {
    name: "text",
    samples: ["PUT k v w\nget k\r\n", "DEL k\nPING\nQUIT\n", "put \xc3\xa4 \xf0\x9f\x98\x80\n"],
    pieces: ["\n", "\r\n", " ", "PUT ", "GET ", "\xff", "\xc3", "POST / "],
    check: agreesHoweverCut(() => new LineDecoder({ maxKeyChars: 5, maxValueChars: 6 })),
  },
  MEMCACHE_TARGET,
  {
    name: "json bodies",
    samples: [
      '{"key":"k","value":"v"}',
      '{"key":"k","value":"v","ttl":1.5,"ifVersion":3}',
      '{"key":"n","by":-987654321012345}',
      '{"keys":["a","bc"]}',
      '{"items":[{"key":"a","value":"1","ttl":2},{"key":"b","value":""}]}',
      '{ "value":"\\u00e9\xc3\xa9\\n","key":"k" }',
    ],
    pieces: [
      '"',
      ",",
      ":",
      "[",
      "]",
      "{",
      "}",
      "\\u",
      "\\ud83d",
      "1e9",
      "null",
      "\xc3",
      "\xff",
      '"ttl":',
    ],
    check: checkBodies,
  },
  {
    name: "urls",
    samples: ["key=abc", "key=a%20b&meta=1", "key=%C3%A9+x", "a/b%2Fc?ttl=3", "key=a&key=b#x"],
    pieces: ["%", "%00", "%ff", "&", "=", "+", "#", "?", "key=", "meta=1", "ttl=", "/"],
    check: checkUrls,
  },
  {
    name: "json commands",
    samples: ['[["SET","k",1.50,null,true],["GET","k"]]', '[["PING"]]', '[[],{"a":1},[1]]'],
    pieces: ['"', ",", "[", "]", "1e400", "-0", "\\ud800", "null", "{", "}", "\xff"],
    check: checkCommands,
  },
  {
    name: "json writer",
    samples: ["plain", 'a"b\\c\n', "\xc3\xa9\xf0\x9f\x98\x80", "\x00\x1f\x7f", "\xe2\x80\xa8"],
    pieces: ["\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xef\xbb\xbf", '"', "\\"],
    check: checkWriter,
  },
  {
    name: "patterns",
    samples: [
      "user:*\nuser:12",
      "*[a-c]?\nxxb1",
      "h[^e]llo\\*\nhallo*",
      "*aaaaaaaaaaaa*b*\naaaaaaaaaaaaaab",
    ],
    pieces: ["*", "?", "[", "]", "^", "-", "\\", "a", "b", "\n"],
    check: checkGlob,
  },
  {
    name: "numbers",
    samples: ["0", "-1", "9223372036854775807", "-9223372036854775808", "1.5e3", "-.25", "1e-300"],
    pieces: ["-", "+", ".", "e", "0", "9", "00", "inf", " "],
    check: checkNumbers,
  },
  ...READER_TARGETS,
];
