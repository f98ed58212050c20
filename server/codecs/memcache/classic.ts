// The classic commands of memcached's text protocol, of a line that has been read: which it is, and what it says. Where
// memcached is strict this is, in its words; where it swallows a value, too.

import type { Args } from "../../contract/args.ts";
import { Op, Style } from "../../contract/memcache/request.ts";
import { type Excess, MAX_SKIPPED_BYTES } from "../excess.ts";
import { Decoded } from "../resp_decode.ts";
import type { Reading } from "./reading.ts";
import * as limits from "./limits.ts";
import { signed32, unsigned32, unsigned64, versionNumber } from "./numbers.ts";
import type { Words } from "./words.ts";

const { BAD_DATA, BAD_DELTA, BAD_LINE, BAD_TIME, MAX_KEY_BYTES, MAX_LENGTH, TOO_LARGE, UNKNOWN } =
  limits;

const CR = 0x0d;
const LF = 0x0a;

const encoder = new TextEncoder();

/** How many words a command may have, its name included, and what it is. */
interface ClassicRow {
  readonly name: Uint8Array;
  readonly op: Op;
  readonly words: readonly [min: number, max: number];
}

function rowOf(name: string, op: Op, min: number, max: number): ClassicRow {
  return { name: encoder.encode(name), op, words: [min, max] };
}

/** Those that are asked for most often come first. */
const ROWS: readonly ClassicRow[] = [
  rowOf("set", Op.set, 5, 6),
  rowOf("add", Op.add, 5, 6),
  rowOf("cas", Op.compareAndSet, 6, 7),
  rowOf("incr", Op.increment, 3, 4),
  rowOf("decr", Op.decrement, 3, 4),
  rowOf("delete", Op.delete, 2, 4),
  rowOf("touch", Op.touch, 3, 4),
  rowOf("replace", Op.replace, 5, 6),
  rowOf("append", Op.append, 5, 6),
  rowOf("prepend", Op.prepend, 5, 6),
  rowOf("flush_all", Op.flush, 1, 3),
  rowOf("stats", Op.stats, 1, Infinity),
  rowOf("version", Op.version, 1, Infinity),
  rowOf("verbosity", Op.verbosity, 2, 3),
  rowOf("quit", Op.quit, 1, Infinity),
  rowOf("mn", Op.noop, 1, Infinity),
];
const NOREPLY = encoder.encode("noreply");
const HTTP = encoder.encode("HTTP/");
const ZERO = encoder.encode("0");
/** What memcached says to those of its commands that are turned off there. */
const TURNED_OFF: readonly (readonly [name: Uint8Array, answer: string])[] = [
  [encoder.encode("shutdown"), "ERROR: shutdown not enabled"],
  [encoder.encode("watch"), "CLIENT_ERROR watch commands not allowed"],
];

/** Whether word `index` is, or begins with, these bytes. */
function isWord(
  { starts, lengths }: Words,
  bytes: Uint8Array,
  index: number,
  word: Uint8Array,
  isStart = false,
): boolean {
  if (isStart ? lengths[index]! < word.length : lengths[index] !== word.length) return false;
  const start = starts[index]!;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

/** Whether a web page has made a browser send this: a request of HTTP, by its first line. */
export function isOfBrowser(words: Words, bytes: Uint8Array): boolean {
  return words.count > 0 && isWord(words, bytes, words.count - 1, HTTP, true);
}

/** Reads a classic command, whose line is in the decoder's words. */
export function readClassic(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { words } = decoder;
  if (words.count === 0 || words.lengths[0]! < 2) return decoder.fail(UNKNOWN);
  for (let i = 0; i < ROWS.length; i++) {
    const row = ROWS[i]!;
    if (!isWord(words, bytes, 0, row.name)) continue;
    if (words.count < row.words[0] || words.count > row.words[1]) return decoder.fail(UNKNOWN);
    return readRow(decoder, row.op, bytes, end, args, excess);
  }
  for (const [name, answer] of TURNED_OFF) {
    if (isWord(words, bytes, 0, name)) return decoder.fail(answer);
  }
  if (isOfBrowser(words, bytes)) return Decoded.browser;
  return decoder.fail(UNKNOWN);
}

function readRow(
  decoder: Reading,
  op: Op,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { request, words } = decoder;
  request.begin(op, Style.classic);
  request.isQuiet = words.count > 1 && isWord(words, bytes, words.count - 1, NOREPLY);
  if (op >= Op.set && op <= Op.compareAndSet) {
    return readStore(decoder, op, bytes, end, args, excess);
  }
  decoder.at = words.next;
  if (op === Op.increment || op === Op.decrement) readDelta(decoder, bytes, args);
  else if (op === Op.delete) readDelete(decoder, bytes, args);
  else if (op === Op.touch) readTouch(decoder, bytes, args);
  else readServerCommand(decoder, bytes, args);
  return Decoded.command;
}

/** Adds word 1, the key, to the arguments. Returns false, with the refusal in the request, if it is too long. */
function hasKey({ request, words }: Reading, args: Args): boolean {
  if (words.lengths[1]! > MAX_KEY_BYTES) {
    request.fail(BAD_LINE);
    return false;
  }
  args.push(words.starts[1]!, words.lengths[1]!);
  return true;
}

/** set, add, replace, append, prepend, cas: key, flags, time and length, and the value in lines of its own. */
function readStore(
  decoder: Reading,
  op: Op,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { request, words } = decoder;
  const { starts, lengths, next } = words;
  const at = decoder.at;
  decoder.at = next;
  if (!hasKey(decoder, args)) return Decoded.command;
  const flags = unsigned32(bytes, starts[2]!, lengths[2]!);
  const seconds = signed32(bytes, starts[3]!, lengths[3]!);
  const length = signed32(bytes, starts[4]!, lengths[4]!);
  const version = op === Op.compareAndSet ? versionNumber(bytes, starts[5]!, lengths[5]!) : 0;
  // A sum is no number if one of its parts is none.
  if (Number.isNaN(flags + seconds + length + version) || length < 0 || length > MAX_LENGTH) {
    request.fail(BAD_LINE);
    return Decoded.command;
  }
  request.clientFlags = flags;
  request.seconds = seconds;
  request.version = version;
  request.dropsOld = op === Op.set;
  return readValue(decoder, bytes, end, args, excess, length, at);
}

/** Reads the value of `length` bytes behind the line that begins at `begin`, and its line end. */
export function readValue(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
  length: number,
  begin: number,
): Decoded {
  const { request, words: { next } } = decoder;
  if (length > decoder.limits.maxValueBytes) {
    if (length > MAX_SKIPPED_BYTES) return decoder.stop(TOO_LARGE);
    request.op = Op.tooLarge;
    request.error = TOO_LARGE;
    decoder.at = next;
    excess.begin(0, length + 2);
    return Decoded.command;
  }
  const after = next + length + 2;
  if (after > end) {
    decoder.at = begin;
    decoder.needed = after;
    return Decoded.incomplete;
  }
  decoder.at = after;
  args.push(next, length);
  if (bytes[after - 2] !== CR || bytes[after - 1] !== LF) request.fail(BAD_DATA);
  return Decoded.command;
}

/** incr, decr: key and number. */
function readDelta(decoder: Reading, bytes: Uint8Array, args: Args): void {
  const { request, words: { starts, lengths } } = decoder;
  if (!hasKey(decoder, args)) return;
  const delta = unsigned64(bytes, starts[2]!, lengths[2]!);
  if (delta === undefined) return request.fail(BAD_DELTA);
  request.delta = delta;
}

/** delete: a key, and perhaps a 0, a time that old clients sent. */
function readDelete(decoder: Reading, bytes: Uint8Array, args: Args): void {
  const { request, words } = decoder;
  const { count } = words;
  if (count > 2) {
    const isZero = isWord(words, bytes, 2, ZERO);
    const { isQuiet } = request;
    if (count === 3 ? !isZero && !isQuiet : !isZero || !isQuiet) {
      return request.fail(`${BAD_LINE}.  Usage: delete <key> [noreply]`);
    }
  } else request.isQuiet = false;
  hasKey(decoder, args);
}

/** touch: key and time. */
function readTouch(decoder: Reading, bytes: Uint8Array, args: Args): void {
  const { request, words: { starts, lengths } } = decoder;
  if (!hasKey(decoder, args)) return;
  request.seconds = signed32(bytes, starts[2]!, lengths[2]!);
  if (Number.isNaN(request.seconds)) request.fail(BAD_TIME);
}

/** flush_all, stats, version, verbosity and quit. */
function readServerCommand(decoder: Reading, bytes: Uint8Array, args: Args): void {
  const { request, words: { starts, lengths, count } } = decoder;
  const { op } = request;
  if (op === Op.flush) {
    if (count === (request.isQuiet ? 2 : 1)) return;
    request.seconds = signed32(bytes, starts[1]!, lengths[1]!);
    if (Number.isNaN(request.seconds)) request.fail(BAD_TIME);
  } else if (op === Op.verbosity) {
    if (Number.isNaN(unsigned32(bytes, starts[1]!, lengths[1]!))) request.fail(BAD_LINE);
  } else {
    request.isQuiet = false;
    if (op !== Op.stats) return;
    for (let i = 1; i < count; i++) args.push(starts[i]!, lengths[i]!);
  }
}
