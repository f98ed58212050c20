// Reads any JSON body: a fatal UTF-8 decode, JSON.parse, and a check of every field. It decides what
// is valid; json_fast.ts may only be quicker. The read… functions take fields that are parsed already,
// for requests inside another message. It knows neither HTTP nor the cache.

import type { Args } from "../contract/args.ts";
import {
  badTtl,
  checkParts,
  IN_BODY,
  type JsonLimits,
  Problem,
  pushKey,
  pushValue,
  quoted,
  subject,
  ttlToMs,
} from "./json_checks.ts";

/** An object that JSON.parse has made. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields that a body may have, and the refusals of other bodies. */
interface Shape {
  readonly fields: readonly string[];
  readonly empty: Problem;
  readonly notJson: Problem;
  readonly notObject: Problem;
}

/** The highest version that an item can have: versions are 48 bits wide. */
const MAX_VERSION = 2 ** 48 - 1;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|-?[1-9][0-9]{0,18})$/;

const PUT = shape(
  '{"key":"k","value":"v"}',
  ["key", "value", "ttl", "ifAbsent", "ifPresent", "ifVersion"],
);
const DELETE = shape('{"key":"k"}', ["key"]);
const INCR = shape('{"key":"n","by":1}', ["key", "by"]);
const MGET = shape('{"keys":["a","b"]}', ["keys"]);
const MPUT = shape('{"items":[{"key":"k","value":"v"}]}', ["items"]);
const ITEM_FIELDS = ["key", "value", "ttl"];

const NOT_UTF8 = new Problem(400, "Request body is not valid UTF-8. Send JSON encoded as UTF-8.");
const BYTE_ORDER_MARK = new Problem(
  400,
  "Request body begins with a byte order mark. Send UTF-8 without one.",
);
const BAD_IF_ABSENT = new Problem(400, 'Field "ifAbsent" is not valid. Send true or false.');
const BAD_IF_PRESENT = new Problem(400, 'Field "ifPresent" is not valid. Send true or false.');
const BAD_IF_VERSION = new Problem(
  400,
  `Field "ifVersion" is not valid. Send an integer from 0 (absent) to ${MAX_VERSION}.`,
);
const TWO_CONDITIONS = new Problem(
  400,
  'More than one condition is set. Send one of "ifAbsent", "ifPresent" and "ifVersion".',
);
const BAD_BY = new Problem(
  400,
  'Field "by" is not valid. Send an integer, or a string such as "10" for a 64-bit integer.',
);
const KEYS_NOT_LIST = new Problem(
  400,
  'Field "keys" is not valid. Send an array of at least one key.',
);
const ITEMS_NOT_LIST = new Problem(
  400,
  'Field "items" is not valid. Send an array of at least one item.',
);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function shape(example: string, fields: readonly string[]): Shape {
  const advice = `Send an object such as ${example}.`;
  return {
    fields,
    empty: new Problem(400, `Request body is empty. ${advice}`),
    notJson: new Problem(400, `Request body is not valid JSON. ${advice}`),
    notObject: new Problem(400, `Request body is not a JSON object. ${advice}`),
  };
}

/** Reads a body of /put, see `readPut()`. */
export function decodePutSlow(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  const fields = parse(body, PUT);
  return fields instanceof Problem ? refuse(fields, args) : readPut(fields, args, limits);
}

/** Reads a body of /delete, see `readDelete()`. */
export function decodeDeleteSlow(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  const fields = parse(body, DELETE);
  return fields instanceof Problem ? refuse(fields, args) : readDelete(fields, args, limits);
}

/** Reads a body of /incr, see `readIncr()`. */
export function decodeIncrSlow(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  const fields = parse(body, INCR);
  return fields instanceof Problem ? refuse(fields, args) : readIncr(fields, args, limits);
}

/** Reads a body of /mget, see `readMget()`. */
export function decodeMgetSlow(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  const fields = parse(body, MGET);
  return fields instanceof Problem ? refuse(fields, args) : readMget(fields, args, limits);
}

/** Reads a body of /mput, see `readMput()`. */
export function decodeMputSlow(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  const fields = parse(body, MPUT);
  return fields instanceof Problem ? refuse(fields, args) : readMput(fields, args, limits);
}

/**
 * Fills `args` with [key, value], then "PX" and milliseconds where there is a ttl, then "NX", "XX"
 * or "IFVERSION" and a version where there is a condition. Returns why not, with no arguments, or
 * null.
 */
export function readPut(fields: Fields, args: Args, limits: JsonLimits): Problem | null {
  args.reset();
  const problem = unknownField(fields, PUT.fields, IN_BODY) ??
    pushKey(fields.key, args, limits, "key", IN_BODY) ??
    pushValue(fields.value, args, limits, IN_BODY) ??
    pushTtlOption(fields, args) ??
    pushCondition(fields, args);
  return refuse(problem, args);
}

/** Fills `args` with [key]. `valid` names all fields. Returns why not, with no arguments, or null. */
export function readDelete(
  fields: Fields,
  args: Args,
  limits: JsonLimits,
  valid = DELETE.fields,
): Problem | null {
  args.reset();
  const problem = unknownField(fields, valid, IN_BODY) ??
    pushKey(fields.key, args, limits, "key", IN_BODY);
  return refuse(problem, args);
}

/**
 * Fills `args` with [key, by], where `by` is a decimal 64-bit integer. Returns why not, with no
 * arguments, or null.
 */
export function readIncr(fields: Fields, args: Args, limits: JsonLimits): Problem | null {
  args.reset();
  const problem = unknownField(fields, INCR.fields, IN_BODY) ??
    pushKey(fields.key, args, limits, "key", IN_BODY) ??
    pushBy(fields.by, args);
  return refuse(problem, args);
}

/** Fills `args` with the keys. Returns why not, with no arguments, or null. */
export function readMget(fields: Fields, args: Args, limits: JsonLimits): Problem | null {
  args.reset();
  let problem = unknownField(fields, MGET.fields, IN_BODY) ??
    checkList(fields.keys, "keys", KEYS_NOT_LIST, limits);
  if (problem !== null) return problem;
  const keys = fields.keys as readonly unknown[];
  for (let i = 0; i < keys.length && problem === null; i++) {
    problem = pushKey(keys[i], args, limits, "keys", i);
  }
  return refuse(problem, args);
}

/**
 * Fills `args` with [key, value, ttl] of each item, where the ttl is in milliseconds or an empty
 * argument. Returns why not, with no arguments, or null.
 */
export function readMput(fields: Fields, args: Args, limits: JsonLimits): Problem | null {
  args.reset();
  let problem = unknownField(fields, MPUT.fields, IN_BODY) ??
    checkList(fields.items, "items", ITEMS_NOT_LIST, limits);
  if (problem !== null) return problem;
  const items = fields.items as readonly unknown[];
  for (let i = 0; i < items.length && problem === null; i++) {
    problem = pushItem(items[i], args, limits, i);
  }
  return refuse(problem, args);
}

function parse(body: Uint8Array, expected: Shape): Fields | Problem {
  if (body.length === 0) return expected.empty;
  const problem = checkParts(body);
  if (problem !== null) return problem;
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return NOT_UTF8;
  }
  if (text.charCodeAt(0) === 0xfeff) return BYTE_ORDER_MARK;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return expected.notJson;
  }
  return isObject(parsed) ? parsed : expected.notObject;
}

function refuse(problem: Problem | null, args: Args): Problem | null {
  if (problem !== null) args.reset();
  return problem;
}

function isObject(parsed: unknown): parsed is Fields {
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
}

function unknownField(fields: Fields, valid: readonly string[], place: number): Problem | null {
  // Object.keys() also lists a "__proto__" that JSON.parse made: it is an ordinary field there.
  for (const name of Object.keys(fields)) {
    if (valid.includes(name)) continue;
    const where = place === IN_BODY ? "" : ` in items[${place}]`;
    const list = valid.map((field) => `"${field}"`).join(", ");
    const advice = valid.length === 1
      ? `The only valid field is ${list}.`
      : `Valid fields are ${list}.`;
    return new Problem(400, `Unknown field ${quoted(name)}${where}. ${advice}`);
  }
  return null;
}

function pushTtlOption(fields: Fields, args: Args): Problem | null {
  if (fields.ttl === undefined) return null;
  const ttlMs = ttlToMs(fields.ttl);
  if (ttlMs === 0) return badTtl(IN_BODY);
  args.pushAscii("PX");
  args.pushAscii(String(ttlMs));
  return null;
}

function pushCondition(fields: Fields, args: Args): Problem | null {
  const { ifAbsent = false, ifPresent = false, ifVersion } = fields;
  if (typeof ifAbsent !== "boolean") return BAD_IF_ABSENT;
  if (typeof ifPresent !== "boolean") return BAD_IF_PRESENT;
  if (ifVersion !== undefined && !isVersion(ifVersion)) return BAD_IF_VERSION;
  if (Number(ifAbsent) + Number(ifPresent) + Number(ifVersion !== undefined) > 1) {
    return TWO_CONDITIONS;
  }
  if (ifAbsent) args.pushAscii("NX");
  if (ifPresent) args.pushAscii("XX");
  if (ifVersion !== undefined) {
    args.pushAscii("IFVERSION");
    args.pushAscii(String(ifVersion));
  }
  return null;
}

function isVersion(version: unknown): version is number {
  return Number.isInteger(version) && version as number >= 0 && version as number <= MAX_VERSION;
}

function pushBy(by: unknown = 1, args: Args): Problem | null {
  if (typeof by === "string") {
    if (!DECIMAL.test(by) || BigInt(by) < MIN_INT64 || BigInt(by) > MAX_INT64) return BAD_BY;
    args.pushAscii(by);
    return null;
  }
  if (!Number.isSafeInteger(by)) return BAD_BY;
  args.pushAscii(String(by));
  return null;
}

function checkList(
  list: unknown,
  field: string,
  notList: Problem,
  limits: JsonLimits,
): Problem | null {
  if (!Array.isArray(list) || list.length === 0) return notList;
  if (list.length <= limits.maxItems) return null;
  return new Problem(
    413,
    `${subject(field, IN_BODY)} is too long. Send at most ${limits.maxItems}.`,
  );
}

function pushItem(item: unknown, args: Args, limits: JsonLimits, index: number): Problem | null {
  if (!isObject(item)) {
    return new Problem(
      400,
      `items[${index}] is not an object. Send an object such as {"key":"k","value":"v"}.`,
    );
  }
  const problem = unknownField(item, ITEM_FIELDS, index) ??
    pushKey(item.key, args, limits, "key", index) ??
    pushValue(item.value, args, limits, index);
  if (problem !== null) return problem;
  const ttlMs = ttlToMs(item.ttl);
  if (item.ttl !== undefined && ttlMs === 0) return badTtl(index);
  args.pushAscii(ttlMs === 0 ? "" : String(ttlMs));
  return null;
}
