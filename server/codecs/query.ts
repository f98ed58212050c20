// Reads keys and options from a URL: `?key=…` of the JSON routes, and the path and `?ttl=` of the
// store routes. It knows no routes: the caller says where the key begins in the URL, and which
// parameters its route takes. Characters of a plain key are copied straight into the arguments, with
// no substring.

import type { Args } from "../contract/args.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import { hexDigit } from "./ascii_letters.ts";
import {
  badTtl,
  IN_PATH,
  IN_QUERY,
  type JsonLimits,
  maxPlainKeyBytes,
  Problem,
  pushKey,
  quoted,
  tooManyBytes,
  ttlToMs,
} from "./json_checks.ts";

/** The options that a query string held. One per worker, used for every request. */
export class QueryFound {
  /** Whether `meta=1` was there. */
  meta = false;
  /** The ttl in milliseconds, or 0 if there was none. */
  ttlMs = 0;
  /** The key as text if it had to be decoded, else null. */
  keyText: string | null = null;
}

/** The parameters that a route takes besides the key: none, or a sum of the following. */
export const TAKES_NONE = 0;
/** The route takes `meta`. */
export const TAKES_META = 1;
/** The route takes `ttl`. */
export const TAKES_TTL = 2;
/** Set by the functions here, not by their callers. */
const TAKES_KEY = 4;

const HASH = 0x23;
const PERCENT = 0x25;
const QUESTION = 0x3f;

/** 1 for characters that need no decoding in the value of a parameter. */
const QUERY_PLAIN = plainExcept("#%&+");
/** 1 for characters that need no decoding in a path segment. */
const PATH_PLAIN = plainExcept("#%/?");

const DECIMAL_SECONDS = /^[0-9]{1,10}(?:\.[0-9]{1,9})?$/;

const MALFORMED = new Problem(
  400,
  "Query is not valid. Send UTF-8, percent-encoded, such as ?key=caf%C3%A9.",
);
const KEY_MISSING = new Problem(400, 'Query parameter "key" is missing. Send it, such as ?key=k.');
const BAD_META = new Problem(400, 'Query parameter "meta" is not valid. Send 0 or 1.');
const KEYS_DIFFER = new Problem(
  400,
  'Query parameter "key" differs from the key in the body. Send the same key, or none.',
);
const PATH_MALFORMED = new Problem(
  400,
  "Key in the path is not valid. Write % as %25, and each other byte as it is or as %XX.",
);
const PATH_EMPTY = new Problem(400, "Key in the path is empty. Send it after the last slash.");
const PATH_SLASH = new Problem(400, "Key in the path contains a slash. Write it as %2F.");

const encoder = new TextEncoder();

function plainExcept(special: string): Uint8Array {
  const table = new Uint8Array(128).fill(1, 0x21, 0x7f);
  for (let i = 0; i < special.length; i++) table[special.charCodeAt(i)] = 0;
  return table;
}

/**
 * Reads the key of a query string into [key]; it is percent-encoded UTF-8, with `+` for a space. Other
 * parameters that `takes` allows go into `found`. `queryStart` is the first character of the query in
 * `url`, after the question mark, or -1 if there is none. Of a parameter that is given twice the last
 * counts. Returns why not, with no arguments, or null.
 */
export function decodeQueryKey(
  url: string,
  queryStart: number,
  args: Args,
  limits: JsonLimits,
  takes: number,
  found: QueryFound,
): Problem | null {
  args.reset();
  found.meta = false;
  found.ttlMs = 0;
  if (queryStart >= 0 && isKeyParameter(url, queryStart)) {
    const start = queryStart + 4;
    const end = copyPlain(url, start, args, maxPlainKeyBytes(limits), QUERY_PLAIN);
    if (end > start && (end === url.length || url.charCodeAt(end) === HASH)) {
      args.commit(end - start);
      return null;
    }
  }
  const problem = readQuery(url, queryStart, takes | TAKES_KEY, found);
  if (problem !== null) return problem;
  if (found.keyText === null) return KEY_MISSING;
  const keyProblem = pushKey(found.keyText, args, limits, "key", IN_QUERY);
  if (keyProblem !== null) args.reset();
  return keyProblem;
}

/**
 * Checks the query string of a request whose body holds the key, which is the first of `args`. The
 * query may repeat that key, for proxies that hash it, and hold nothing else. Overwrites `spare`, a
 * second Args. Returns why not, or null.
 */
export function checkQueryKey(
  url: string,
  queryStart: number,
  args: Args,
  limits: JsonLimits,
  spare: Args,
  found: QueryFound,
): Problem | null {
  const problem = decodeQueryKey(url, queryStart, spare, limits, TAKES_NONE, found);
  if (problem === KEY_MISSING) return null;
  if (problem !== null) return problem;
  const length = args.lengths[0]!;
  const isSame = spare.lengths[0] === length &&
    sameBytes(args.bytes, args.starts[0]!, spare.bytes, spare.starts[0]!, length);
  return isSame ? null : KEYS_DIFFER;
}

/**
 * Reads the rest of a path from `start` as the key, into [key]. Percent-encoding may stand for any
 * byte, and `+` is a plus. Parameters of the query that `takes` allows go into `found`. Returns why
 * not, with no arguments, or null.
 */
export function decodePathKey(
  url: string,
  start: number,
  args: Args,
  limits: JsonLimits,
  takes: number,
  found: QueryFound,
): Problem | null {
  args.reset();
  found.meta = false;
  found.ttlMs = 0;
  const plainEnd = copyPlain(url, start, args, limits.maxKeyBytes, PATH_PLAIN);
  const end = segmentEnd(url, plainEnd);
  if (end === start) return PATH_EMPTY;
  if (end > plainEnd) {
    const problem = decodeSegment(url, start, end, args, limits);
    if (problem !== null) return problem;
  } else {
    args.commit(end - start);
  }
  if (end === url.length) return null;
  const problem = readQuery(url, url.charCodeAt(end) === QUESTION ? end + 1 : -1, takes, found);
  if (problem !== null) args.reset();
  return problem;
}

/** Whether `key=` stands at `i`. Beyond the end charCodeAt() gives NaN, which equals nothing. */
function isKeyParameter(url: string, i: number): boolean {
  return url.charCodeAt(i) === 0x6b && url.charCodeAt(i + 1) === 0x65 &&
    url.charCodeAt(i + 2) === 0x79 && url.charCodeAt(i + 3) === 0x3d;
}

/**
 * Copies at most `max` plain characters from `from` on into the space of `args`. Returns where it
 * stopped in `url`.
 */
function copyPlain(url: string, from: number, args: Args, max: number, plain: Uint8Array): number {
  const at = args.reserve(max) - from;
  const bytes = args.bytes;
  const end = url.length - from > max ? from + max : url.length;
  let i = from;
  for (; i < end; i++) {
    const char = url.charCodeAt(i);
    if (char > 0x7f || plain[char] === 0) break;
    bytes[at + i] = char;
  }
  return i;
}

/** The end of the path that goes on at `from`: a `?`, a `#`, or the end of `url`. */
function segmentEnd(url: string, from: number): number {
  let i = from;
  for (; i < url.length; i++) {
    const char = url.charCodeAt(i);
    if (char === QUESTION || char === HASH) break;
  }
  return i;
}

/** Decodes a path segment and adds its bytes. Returns why not, or null. */
function decodeSegment(
  url: string,
  start: number,
  end: number,
  args: Args,
  limits: JsonLimits,
): Problem | null {
  // A byte takes at most three characters, so a longer segment need not be decoded.
  if (end - start > limits.maxKeyBytes * 3) return tooManyBytes(limits, "key", IN_PATH);
  const segment = url.substring(start, end);
  if (segment.indexOf("/") >= 0) return PATH_SLASH;
  if (!segment.isWellFormed()) return PATH_MALFORMED;
  const at = args.reserve(segment.length * 3);
  const written = encoder.encodeInto(segment, args.bytes.subarray(at)).written;
  const length = unescapeInPlace(args.bytes, at, at + written);
  if (length < 0) return PATH_MALFORMED;
  if (length > limits.maxKeyBytes) return tooManyBytes(limits, "key", IN_PATH);
  args.commit(length);
  return null;
}

/**
 * Replaces each %XX by its byte. Returns the new length, or -1 if a % is followed by anything else.
 */
function unescapeInPlace(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++, to++) {
    let byte = bytes[from]!;
    if (byte === PERCENT) {
      if (from + 2 >= end) return -1;
      byte = hexDigit(bytes[from + 1]!) << 4 | hexDigit(bytes[from + 2]!);
      if (byte < 0) return -1;
      from += 2;
    }
    bytes[to] = byte;
  }
  return to - start;
}

/** Reads every parameter into `found`. The key stays text. */
function readQuery(url: string, start: number, takes: number, found: QueryFound): Problem | null {
  found.keyText = null;
  if (start < 0) return null;
  const hash = url.indexOf("#", start);
  const query = url.substring(start, hash < 0 ? url.length : hash);
  let meta = "0";
  let ttl: string | null = null;
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = unescapeText(equals < 0 ? pair : pair.substring(0, equals));
    const value = unescapeText(equals < 0 ? "" : pair.substring(equals + 1));
    if (name === null || value === null) return MALFORMED;
    if (name === "key" && (takes & TAKES_KEY) !== 0) found.keyText = value;
    else if (name === "meta" && (takes & TAKES_META) !== 0) meta = value;
    else if (name === "ttl" && (takes & TAKES_TTL) !== 0) ttl = value;
    else return unknownParameter(name, takes);
  }
  if (meta !== "0" && meta !== "1") return BAD_META;
  const ttlMs = ttl !== null && DECIMAL_SECONDS.test(ttl) ? ttlToMs(Number(ttl)) : 0;
  if (ttl !== null && ttlMs === 0) return badTtl(IN_QUERY);
  found.meta = meta === "1";
  found.ttlMs = ttlMs;
  return null;
}

/** Decodes a name or a value. Returns null if it is not well-formed, percent-encoded UTF-8. */
function unescapeText(text: string): string | null {
  if (!text.isWellFormed()) return null;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

function unknownParameter(name: string, takes: number): Problem {
  const valid: string[] = [];
  if ((takes & TAKES_KEY) !== 0) valid.push("key");
  if ((takes & TAKES_META) !== 0) valid.push("meta");
  if ((takes & TAKES_TTL) !== 0) valid.push("ttl");
  const advice = valid.length === 0
    ? "This route takes none"
    : `This route takes ${valid.join(" and ")}`;
  return new Problem(400, `Unknown query parameter ${quoted(name)}. ${advice}.`);
}
