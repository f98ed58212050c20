// What a client sends that has not shown its token yet: a set of any key, whose value is a user and the token. Anything else
// is refused.

import type { Args } from "../../contract/args.ts";
import { Op, Style } from "../../contract/memcache/request.ts";
import { Decoded } from "../resp_decode.ts";
import { isOfBrowser } from "./classic.ts";
import type { Reading } from "./reading.ts";
import { LINE_TOO_LONG, MAX_AUTH_BYTES } from "./limits.ts";
import { unsigned32 } from "./numbers.ts";
import { Words } from "./words.ts";

const CR = 0x0d;
const LF = 0x0a;
const S = 0x73;
const E = 0x65;
const T = 0x74;
/** Words of such a line. */
const AUTH_WORDS = 5;

const UNAUTHENTICATED = "CLIENT_ERROR unauthenticated";
const BAD_END = "CLIENT_ERROR bad command line termination";
const BAD_TOKEN = "CLIENT_ERROR bad authentication token format";

/** Reads the line in the decoder's words, and the value behind it. */
export function readAuth(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
): Decoded {
  const { words, request } = decoder;
  const { starts, lengths, count, next } = words;
  const start = starts[0]!;
  const isSet = count >= AUTH_WORDS && lengths[0] === 3 && bytes[start] === S &&
    bytes[start + 1] === E && bytes[start + 2] === T;
  const length = isSet ? unsigned32(bytes, starts[4]!, lengths[4]!) : NaN;
  if (isOfBrowser(words, bytes)) return Decoded.browser;
  if (Number.isNaN(length)) return decoder.fail(UNAUTHENTICATED);
  if (length > MAX_AUTH_BYTES) return decoder.stop(LINE_TOO_LONG);
  const after = next + length + 2;
  if (after > end) {
    decoder.needed = after;
    return Decoded.incomplete;
  }
  if (bytes[after - 2] !== CR || bytes[after - 1] !== LF) {
    decoder.fail(BAD_END);
  } else {
    // Its line end ends the words, wherever else there is one.
    const found = new Words();
    found.readPart(bytes, next, after - 2);
    if (found.count < 2) decoder.fail(BAD_TOKEN);
    else {
      request.begin(Op.auth, Style.classic);
      for (let i = 0; i < 2; i++) args.push(found.starts[i]!, found.lengths[i]!);
    }
  }
  decoder.at = after;
  return Decoded.command;
}
