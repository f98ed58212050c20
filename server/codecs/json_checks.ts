// Checks a key, a value and a ttl for every JSON route, and how much there is in a body before anybody
// parses it; has the messages of refusals. Of a body it sees how much, and else single fields only. It
// knows neither the shape of a body nor the syntax of a query string.

import type { Args } from "../contract/args.ts";

/** Why a request was refused. `message` is for people, and says what to do. */
export class Problem {
  constructor(
    /** The HTTP status. */
    readonly status: 400 | 413,
    readonly message: string,
  ) {}
}

/** What the JSON routes accept. Characters are Unicode code points. */
export interface JsonLimits {
  readonly maxKeyChars: number;
  readonly maxKeyBytes: number;
  readonly maxValueChars: number;
  /** The most keys of one mget and items of one mput. */
  readonly maxItems: number;
}

/** The longest key of ASCII, where each byte is a character. */
export function maxPlainKeyBytes({ maxKeyChars, maxKeyBytes }: JsonLimits): number {
  return maxKeyChars < maxKeyBytes ? maxKeyChars : maxKeyBytes;
}

/** The longest ttl, in seconds: 100 years of 365 days. */
export const MAX_TTL_SECONDS = 3_153_600_000;

/** The place of a field in messages: in a body. From 0 up, a place is an index in a list. */
export const IN_BODY = -1;
/** The place of a field: in a query string. */
export const IN_QUERY = -2;
/** The place of a field: in the path of a URL. */
export const IN_PATH = -3;

/**
 * Names a field in a message: `Field "key"`, `items[3].key`, `keys[3]`, `Query parameter "key"`,
 * `Key in the path`.
 */
export function subject(field: string, place: number): string {
  if (place === IN_BODY) return `Field "${field}"`;
  if (place === IN_QUERY) return `Query parameter "${field}"`;
  if (place === IN_PATH) return "Key in the path";
  return field === "keys" ? `keys[${place}]` : `items[${place}].${field}`;
}

/**
 * Quotes a name that a client sent: at most 32 characters of it, control characters and lone
 * surrogates escaped.
 */
export function quoted(name: string): string {
  const chars = Array.from(name.slice(0, 66));
  return JSON.stringify(chars.length > 32 ? chars.slice(0, 32).join("") + "..." : name);
}

/** Checks a key and adds it to `args` as UTF-8. Returns why not, or null. */
export function pushKey(
  key: unknown,
  args: Args,
  limits: JsonLimits,
  field: string,
  place: number,
): Problem | null {
  const problem = checkText(key, limits.maxKeyChars, field, place);
  if (problem !== null) return problem;
  const text = key as string;
  if (text === "") {
    return new Problem(
      400,
      `${subject(field, place)} is empty. Send a key of at least one character.`,
    );
  }
  args.pushText(text);
  const byteCount = args.lengths[args.count - 1]!;
  return byteCount > limits.maxKeyBytes ? tooManyBytes(limits, field, place) : null;
}

/** Checks a value and adds it to `args` as UTF-8. It may be empty. Returns why not, or null. */
export function pushValue(
  value: unknown,
  args: Args,
  limits: JsonLimits,
  place: number,
): Problem | null {
  const problem = checkText(value, limits.maxValueChars, "value", place);
  if (problem === null) args.pushText(value as string);
  return problem;
}

/** Converts a ttl in seconds to whole milliseconds, rounded up. Returns 0 if it is not valid. */
export function ttlToMs(seconds: unknown): number {
  if (typeof seconds !== "number" || !(seconds > 0) || seconds > MAX_TTL_SECONDS) return 0;
  return Math.ceil(seconds * 1000);
}

/** The refusal of a ttl for which `ttlToMs()` returned 0. */
export function badTtl(place: number): Problem {
  const kind = place === IN_QUERY ? "such as 30 or 0.5" : "a number";
  return new Problem(
    400,
    `${
      subject("ttl", place)
    } is not valid. Send seconds, ${kind}, above 0 and at most ${MAX_TTL_SECONDS}.`,
  );
}

/** The refusal of a key of more than `limits.maxKeyBytes` bytes. */
export function tooManyBytes(limits: JsonLimits, field: string, place: number): Problem {
  return tooLong(field, place, `${limits.maxKeyBytes} bytes`);
}

function tooLong(field: string, place: number, bound: string): Problem {
  const ways = field === "value" ? ", or PUT /store/{key}, or start with a larger --max-value" : "";
  return new Problem(400, `${subject(field, place)} is too long. Send at most ${bound}${ways}.`);
}

function checkText(text: unknown, maxChars: number, field: string, place: number): Problem | null {
  if (typeof text !== "string") {
    return text === undefined
      ? new Problem(400, `${subject(field, place)} is missing. Send it as a string.`)
      : new Problem(400, `${subject(field, place)} is not a string. Send it as a string.`);
  }
  if (hasMoreChars(text, maxChars)) return tooLong(field, place, `${maxChars} characters`);
  if (!text.isWellFormed()) {
    return new Problem(
      400,
      `${subject(field, place)} contains a lone surrogate. Send well-formed Unicode text.`,
    );
  }
  return null;
}

/** Whether `text` has more than `max` code points; a lone surrogate counts as one. */
function hasMoreChars(text: string, max: number): boolean {
  const unitCount = text.length;
  if (unitCount <= max) return false;
  if (unitCount > max * 2) return true;
  let chars = 0;
  for (let i = 0; i < unitCount; i++, chars++) {
    if (text.codePointAt(i)! > 0xffff) i++;
  }
  return chars > max;
}

/** Most values of one body, counted by what separates and opens them. */
export const MAX_JSON_PARTS = 100_000;
/** How many lists and objects may be in each other; no request needs more than two. */
export const MAX_JSON_DEPTH = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_LIST = 0x5d;
const CLOSE_OBJECT = 0x7d;
const ZERO = 0x30;
const NINE = 0x39;

/** A body of up to so many bytes cannot become much, whatever is in it. */
const SHORT_BYTES = 4096;

const TOO_DEEP = new Problem(
  400,
  "Request body has too many arrays or objects in each other. Send JSON as the documentation shows.",
);
const TOO_MANY_PARTS = new Problem(
  413,
  `Request body has too many values. Send at most ${MAX_JSON_PARTS}.`,
);

/** What was found; where it is too much, it was looked at no further. */
export interface JsonParts {
  /** How many values there are at most. */
  readonly count: number;
  /** How many of them are lists or objects. */
  readonly lists: number;
  /** Whether some are too deep in others. */
  readonly isTooDeep: boolean;
  /** Whether there may be numbers. */
  readonly hasNumbers: boolean;
}

/** Looks at what stands outside strings. */
export function partsOf(body: Uint8Array): JsonParts {
  let [count, lists, depth, hasNumbers, isText] = [0, 0, 0, false, false];
  for (let i = 0; i < body.length && count <= MAX_JSON_PARTS && depth <= MAX_JSON_DEPTH; i++) {
    const byte = body[i]!;
    if (byte === QUOTE) isText = !isText;
    else if (isText) i += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA) count++;
    else if (byte >= ZERO && byte <= NINE) hasNumbers = true;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      count++;
      lists++;
      depth++;
    }
  }
  return { count, lists, isTooDeep: depth > MAX_JSON_DEPTH, hasNumbers };
}

/**
 * Why a body is not to be parsed, or null: JSON.parse() makes up to forty times as much of it, and takes
 * its time.
 */
export function checkParts(body: Uint8Array): Problem | null {
  if (body.length <= SHORT_BYTES) return null;
  const { count, isTooDeep } = partsOf(body);
  if (isTooDeep) return TOO_DEEP;
  return count > MAX_JSON_PARTS ? TOO_MANY_PARTS : null;
}
