// Lines that ask for keys: get, gets, gat, gats. All keys are looked at before the first is answered, since one that is too
// long refuses the line; then each is a request of its own.

import type { Args } from "../../contract/args.ts";
import { Op, Style } from "../../contract/memcache/request.ts";
import { Decoded } from "../resp_decode.ts";
import type { Reading } from "./reading.ts";
import { BAD_LINE, BAD_TIME, MAX_KEY_BYTES, UNKNOWN } from "./limits.ts";
import { signed32 } from "./numbers.ts";
import { MAX_WORDS, type Words } from "./words.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const A = 0x61;
const E = 0x65;
const G = 0x67;
const S = 0x73;
const T = 0x74;

/** Whether a line that has been read is one. */
export function isKeyLine({ starts, lengths, count }: Words, bytes: Uint8Array): boolean {
  const start = starts[0]!;
  const length = lengths[0]!;
  if (count === 0 || bytes[start] !== G || length < 3 || length > 4) return false;
  if (bytes[start + 1] !== E && bytes[start + 1] !== A || bytes[start + 2] !== T) return false;
  return length === 3 || bytes[start + 3] === S;
}

/** Begins the line that has been read, with its first key. */
export function beginKeys(decoder: Reading, bytes: Uint8Array, args: Args): Decoded {
  const { words, line, request } = decoder;
  if (words.count < 2) return decoder.fail(UNKNOWN);
  const isTouch = bytes[words.starts[0]! + 1] === A;
  let seconds = 0;
  let first = 1;
  if (isTouch) {
    seconds = signed32(bytes, words.starts[1]!, words.lengths[1]!);
    if (Number.isNaN(seconds)) return decoder.fail(BAD_TIME);
    first = 2;
  }
  if (hasLongKey(words, bytes, first)) return decoder.fail(BAD_LINE);
  if (words.count === first) {
    request.begin(Op.end, Style.classic);
    decoder.at = words.next;
    return Decoded.command;
  }
  line.begin(isTouch ? Op.getAndTouch : Op.get, words.lengths[0] === 4, seconds);
  decoder.at = words.starts[first]!;
  return nextKey(decoder, bytes, args);
}

function hasLongKey(words: Words, bytes: Uint8Array, first: number): boolean {
  for (let i = first; i < words.count; i++) {
    if (words.lengths[i]! > MAX_KEY_BYTES) return true;
  }
  if (words.count < MAX_WORDS) return false;
  let start = words.end;
  for (let at = start;; at++) {
    if (bytes[at]! > SPACE || !endsKey(bytes, at)) continue;
    if (at - start > MAX_KEY_BYTES) return true;
    if (bytes[at] !== SPACE) return false;
    start = at + 1;
  }
}

/** Makes the next key of the line a request. The whole line is there. */
export function nextKey(decoder: Reading, bytes: Uint8Array, args: Args): Decoded {
  const { line, request } = decoder;
  let start = decoder.at;
  while (bytes[start] === SPACE) start++;
  let at = start + 1;
  while (bytes[at]! > SPACE || !endsKey(bytes, at)) at++;
  args.push(start, at - start);
  while (bytes[at] === SPACE) at++;
  request.begin(line.op, Style.classic);
  request.isFull = line.isFull;
  request.seconds = line.seconds;
  request.isLast = endsKey(bytes, at);
  if (request.isLast) {
    at = bytes[at] === LF ? at + 1 : bytes.indexOf(LF, at) + 1;
    line.op = Op.end;
  }
  decoder.at = at;
  return Decoded.command;
}

/** Whether the byte at `at`, which is no letter, ends a key: a space, a zero byte, or a line end. */
function endsKey(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]!;
  return byte === SPACE || byte === LF || byte === 0 || byte === CR && bytes[at + 1] === LF;
}
