// The meta commands of memcached's text protocol: mg, ms, md, ma, me, of a line that has been read. Their flags are looked at
// once here, each at most once in a line, and stay in the request in their order: answers go by it.

import type { Args } from "../../contract/args.ts";
import { MAX_META_FLAGS, MetaFlag, Op, Style } from "../../contract/memcache/request.ts";
import type { Excess } from "../excess.ts";
import { Decoded } from "../resp_decode.ts";
import { decodeBase64 } from "./base64.ts";
import { readValue } from "./classic.ts";
import { BAD_LINE, MAX_KEY_BYTES, MAX_LENGTH, UNKNOWN } from "./limits.ts";
import { signed32, unsigned32, unsigned64, versionNumber } from "./numbers.ts";
import type { Reading } from "./reading.ts";

const M = 0x6d;
/** Flags are bytes below this. */
const FLAG_END = 127;
const BAD_FLAG = "CLIENT_ERROR invalid or duplicate flag";
const BAD_TOKEN = "CLIENT_ERROR bad token in command line format";
const LONG_OPAQUE = "CLIENT_ERROR opaque token too long";
/** Longest flag that is sent back, its letter included. */
const MAX_OPAQUE_BYTES = 32;

/** The letters. */
const Letter = {
  b: 0x62,
  g: 0x67,
  s: 0x73,
  d: 0x64,
  a: 0x61,
  e: 0x65,
} as const;

/** What each letter sets besides what it stands for in the answer. */
const FLAG_BITS: Uint16Array = flagBits({
  v: MetaFlag.value,
  u: MetaFlag.untouched,
  I: MetaFlag.stale,
});

/** Letters that need no more to be said of them here. */
const KNOWN: Uint8Array = known("lOPLkstcfvhuqI");

function flagBits(bits: Readonly<Record<string, number>>): Uint16Array {
  const found = new Uint16Array(FLAG_END);
  for (const [letter, bit] of Object.entries(bits)) found[letter.charCodeAt(0)] = bit;
  return found;
}

function known(letters: string): Uint8Array {
  const found = new Uint8Array(FLAG_END);
  for (const letter of letters) found[letter.charCodeAt(0)] = 1;
  return found;
}

/** Whether the line in the words is a meta command. */
export function isMeta({ words: { starts, lengths, count } }: Reading, bytes: Uint8Array): boolean {
  if (count === 0 || lengths[0] !== 2 || bytes[starts[0]!] !== M) return false;
  const letter = bytes[starts[0]! + 1]!;
  return letter === Letter.g || letter === Letter.s || letter === Letter.d ||
    letter === Letter.a || letter === Letter.e;
}

/** Reads such a line, and the value behind it. */
export function readMeta(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { words, request } = decoder;
  const letter = bytes[words.starts[0]! + 1]!;
  if (letter === Letter.e) return readDebug(decoder, bytes, args);
  if (words.count < 2) return decoder.fail(UNKNOWN, Style.meta);
  if (words.lengths[1]! > MAX_KEY_BYTES) return decoder.fail(BAD_LINE, Style.meta);
  if (letter === Letter.s) return readSet(decoder, bytes, end, args, excess);
  if (words.count >= MAX_META_FLAGS) {
    const are = letter === Letter.g ? "are " : "";
    return decoder.fail(`CLIENT_ERROR options flags ${are}too long`, Style.meta);
  }
  const op = letter === Letter.g
    ? Op.metaGet
    : letter === Letter.d
    ? Op.metaDelete
    : Op.metaArithmetic;
  request.begin(op, Style.meta);
  request.delta = 1n;
  request.initial = 0n;
  const problem = readFlags(decoder, bytes, args, 2);
  if (problem !== "") return decoder.fail(op === Op.metaGet ? problem : BAD_FLAG, Style.meta);
  decoder.at = words.next;
  if (hasLongOpaque(decoder, bytes)) return decoder.fail(LONG_OPAQUE, Style.meta);
  if (op === Op.metaArithmetic && !setArithmetic(decoder)) {
    return decoder.fail("CLIENT_ERROR invalid mode for ma M token", Style.meta);
  }
  const changes = MetaFlag.vivify | MetaFlag.ttl;
  if (op === Op.metaGet && (request.metaFlags & changes) !== 0) request.op = Op.metaTouch;
  return Decoded.command;
}

/** me: a key, in base64 where the next word is b. */
function readDebug(decoder: Reading, bytes: Uint8Array, args: Args): Decoded {
  const { words: { starts, lengths, count, next }, request } = decoder;
  if (count < 2 || lengths[1]! > MAX_KEY_BYTES) return decoder.fail(BAD_LINE, Style.meta);
  request.begin(Op.metaDebug, Style.meta);
  decoder.at = next;
  if (count > 2 && lengths[2] === 1 && bytes[starts[2]!] === Letter.b) {
    request.metaFlags = MetaFlag.base64;
  }
  return hasKey(decoder, bytes, args) ? Decoded.command : decoder.fail(BAD_LINE, Style.meta);
}

/** Adds the key to the arguments. Returns false where it is no base64 and ought to be. */
function hasKey(decoder: Reading, bytes: Uint8Array, args: Args): boolean {
  const { words: { starts, lengths }, request } = decoder;
  const start = starts[1]!;
  let length = lengths[1]!;
  if (request.has(MetaFlag.base64) && !decoder.isAhead) length = decodeBase64(bytes, start, length);
  args.push(start, length);
  return length > 0;
}

/** ms: key, length, flags, and the value in lines of its own. */
function readSet(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { words, request } = decoder;
  if (words.count === 2) return decoder.fail(BAD_LINE, Style.meta);
  if (words.count >= MAX_META_FLAGS) {
    return decoder.fail("CLIENT_ERROR options flags too long", Style.meta);
  }
  const length = signed32(bytes, words.starts[2]!, words.lengths[2]!);
  if (!(length >= 0 && length <= MAX_LENGTH)) return decoder.fail(BAD_LINE, Style.meta);
  const after = words.next + length + 2;
  // A key in base64 is decoded where it stands, so nothing is read of the line before all of it is there.
  if (length <= decoder.limits.maxValueBytes && after > end) {
    decoder.needed = after;
    return Decoded.incomplete;
  }
  request.begin(Op.set, Style.meta);
  request.dropsOld = true;
  let problem = readFlags(decoder, bytes, args, 3);
  if (problem === "" && hasLongOpaque(decoder, bytes)) problem = LONG_OPAQUE;
  if (problem === "" || problem === LONG_OPAQUE) problem = setMode(decoder) || problem;
  const found = readValue(decoder, bytes, end, args, excess, length, decoder.at);
  if (problem !== "" && found === Decoded.command) request.fail(problem);
  return found;
}

/** The operation of an ms, by its mode and its version. Returns why there is none, or "". */
function setMode({ request }: Reading): string {
  switch (request.mode) {
    case "":
    case "S":
      break;
    case "E":
      request.op = Op.add;
      break;
    case "A":
      request.op = Op.append;
      break;
    case "P":
      request.op = Op.prepend;
      break;
    case "R":
      request.op = Op.replace;
      break;
    default:
      return "CLIENT_ERROR invalid mode for ms M token";
  }
  const isSet = request.op === Op.set || request.op === Op.replace;
  if (isSet && request.has(MetaFlag.version)) request.op = Op.compareAndSet;
  return "";
}

/** Whether an ma adds or takes. Returns false where its mode says neither. */
function setArithmetic({ request }: Reading): boolean {
  const { mode } = request;
  request.isDecrement = mode === "D" || mode === "-";
  return request.isDecrement || mode === "" || mode === "I" || mode === "+";
}

function hasLongOpaque({ request }: Reading, bytes: Uint8Array): boolean {
  for (let i = 0; i < request.flagCount; i++) {
    if (bytes[request.flagStarts[i]!] === 0x4f && request.flagLengths[i]! > MAX_OPAQUE_BYTES) {
      return true;
    }
  }
  return false;
}

/** Reads the flags from word `from` on, and adds the key to the arguments. Returns why they are wrong, or "". */
function readFlags(decoder: Reading, bytes: Uint8Array, args: Args, from: number): string {
  const { words: { starts, lengths, count }, request } = decoder;
  let problem = "";
  request.mode = "";
  for (let i = from; i < count; i++) {
    const letter = bytes[starts[i]!]!;
    if (letter >= FLAG_END || isSeen(decoder, bytes, letter)) return "CLIENT_ERROR duplicate flag";
    request.addFlag(letter, starts[i]!, lengths[i]!);
    const found = readFlag(decoder, bytes, letter, starts[i]! + 1, lengths[i]! - 1);
    if (found === null) return "CLIENT_ERROR invalid flag";
    // Wrong flags of a client have no text of their own.
    if (found !== "" && !(found === BAD_LINE && problem !== "")) problem = found;
  }
  if (!hasKey(decoder, bytes, args) && problem === "") problem = "CLIENT_ERROR error decoding key";
  return problem;
}

function isSeen({ request }: Reading, bytes: Uint8Array, letter: number): boolean {
  for (let i = 0; i < request.flagCount; i++) {
    if (bytes[request.flagStarts[i]!] === letter) return true;
  }
  return false;
}

/** Reads one flag and its token. Returns why it is wrong, "" where it is not, and null where there is none of its letter. */
function readFlag(
  { request }: Reading,
  bytes: Uint8Array,
  letter: number,
  start: number,
  length: number,
): string | null {
  switch (String.fromCharCode(letter)) {
    case "b":
      request.metaFlags |= MetaFlag.base64;
      return "";
    case "q":
      request.isQuiet = true;
      return "";
    case "N":
      request.metaFlags |= MetaFlag.vivify;
      request.newSeconds = signed32(bytes, start, length);
      return Number.isNaN(request.newSeconds) ? BAD_TOKEN : "";
    case "T":
      request.metaFlags |= MetaFlag.ttl;
      request.seconds = signed32(bytes, start, length);
      return Number.isNaN(request.seconds) ? BAD_TOKEN : "";
    case "R":
      request.metaFlags |= MetaFlag.recache;
      request.recacheSeconds = signed32(bytes, start, length);
      return Number.isNaN(request.recacheSeconds) ? BAD_TOKEN : "";
    case "F":
      request.clientFlags = unsigned32(bytes, start, length);
      return Number.isNaN(request.clientFlags) ? BAD_LINE : "";
    case "C":
      request.metaFlags |= MetaFlag.version;
      request.version = versionNumber(bytes, start, length);
      return Number.isNaN(request.version) ? BAD_TOKEN : "";
    case "M":
      if (length !== 1) return "CLIENT_ERROR incorrect length for M token";
      request.mode = String.fromCharCode(bytes[start]!);
      return "";
    case "J":
      return readNumber(bytes, start, length, (number) => request.initial = number, "initial");
    case "D":
      return readNumber(bytes, start, length, (number) => request.delta = number, "delta");
    default:
      request.metaFlags |= FLAG_BITS[letter]!;
      return KNOWN[letter] === 1 ? "" : null;
  }
}

function readNumber(
  bytes: Uint8Array,
  start: number,
  length: number,
  set: (number: bigint) => void,
  what: string,
): string {
  const number = unsigned64(bytes, start, length);
  if (number === undefined) return `CLIENT_ERROR invalid numeric ${what} value`;
  set(number);
  return "";
}
