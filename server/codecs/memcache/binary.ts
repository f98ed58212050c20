// The binary protocol of memcached's clients: frames of a head of 24 bytes, extras, key and value. What a frame says becomes
// the same request as that of a line. A frame that cannot be ends the connection, as in memcached.

import type { Args } from "../../contract/args.ts";
import { MetaFlag, Op, Style } from "../../contract/memcache/request.ts";
import { type Excess, MAX_SKIPPED_BYTES } from "../excess.ts";
import { Decoded } from "../resp_decode.ts";
import { MAX_AUTH_BYTES, MAX_KEY_BYTES, TOO_LARGE } from "./limits.ts";
import type { Reading } from "./reading.ts";

/** The first byte of a request, and of an answer. */
export const BINARY_REQUEST = 0x80;
export const BINARY_RESPONSE = 0x81;
export const HEAD_BYTES = 24;

/** How a binary request has ended. */
export const Status = {
  ok: 0x00,
  notFound: 0x01,
  exists: 0x02,
  tooLarge: 0x03,
  invalid: 0x04,
  notStored: 0x05,
  notNumber: 0x06,
  auth: 0x20,
  unknown: 0x81,
  noMemory: 0x82,
} as const;

/** Extras of each kind. */
const STORE_EXTRAS = 8;
const COUNT_EXTRAS = 20;
const TIME_EXTRAS = 4;
/** A time that says that a number is not to be made. */
const NEVER_MADE = 0xffffffff;

/** High word of the largest version that is told from others. */
const MAX_VERSION_HIGH = 2 ** 21 - 1;

/** What a code stands for. */
interface BinaryRow {
  readonly op: Op;
  /** Bytes of extras that it has, or may have none of. */
  readonly extras: number;
  readonly mayHaveNone?: boolean;
  readonly key: "none" | "some" | "any";
  readonly hasValue?: boolean;
  readonly isQuiet?: boolean;
  /** Whether the answer has the key. */
  readonly isFull?: boolean;
}

/** The rows by their code. */
const ROWS: readonly (BinaryRow | undefined)[] = rows();

function rows(): (BinaryRow | undefined)[] {
  const found: (BinaryRow | undefined)[] = [];
  const add = (code: number, quiet: number, row: BinaryRow) => {
    found[code] = row;
    if (quiet !== 0) found[quiet] = { ...row, isQuiet: true };
  };
  add(0x00, 0x09, { op: Op.get, extras: 0, key: "some" });
  add(0x0c, 0x0d, { op: Op.get, extras: 0, key: "some", isFull: true });
  add(0x01, 0x11, { op: Op.set, extras: STORE_EXTRAS, key: "some", hasValue: true });
  add(0x02, 0x12, { op: Op.add, extras: STORE_EXTRAS, key: "some", hasValue: true });
  add(0x03, 0x13, { op: Op.replace, extras: STORE_EXTRAS, key: "some", hasValue: true });
  add(0x04, 0x14, { op: Op.delete, extras: 0, key: "some" });
  add(0x05, 0x15, { op: Op.increment, extras: COUNT_EXTRAS, key: "some" });
  add(0x06, 0x16, { op: Op.decrement, extras: COUNT_EXTRAS, key: "some" });
  add(0x07, 0x17, { op: Op.quit, extras: 0, key: "none" });
  add(0x08, 0x18, { op: Op.flush, extras: TIME_EXTRAS, mayHaveNone: true, key: "none" });
  add(0x0a, 0, { op: Op.noop, extras: 0, key: "none" });
  add(0x0b, 0, { op: Op.version, extras: 0, key: "none" });
  add(0x0e, 0x19, { op: Op.append, extras: 0, key: "some", hasValue: true });
  add(0x0f, 0x1a, { op: Op.prepend, extras: 0, key: "some", hasValue: true });
  add(0x10, 0, { op: Op.stats, extras: 0, key: "any", hasValue: true });
  add(0x1c, 0, { op: Op.touch, extras: TIME_EXTRAS, key: "some", hasValue: true });
  add(0x1d, 0x1e, { op: Op.getAndTouch, extras: TIME_EXTRAS, key: "some", hasValue: true });
  add(0x23, 0x24, {
    op: Op.getAndTouch,
    extras: TIME_EXTRAS,
    key: "some",
    hasValue: true,
    isFull: true,
  });
  add(0x20, 0, { op: Op.mechanisms, extras: 0, key: "none" });
  add(0x21, 0, { op: Op.auth, extras: 0, key: "some", hasValue: true });
  add(0x22, 0, { op: Op.auth, extras: 0, key: "some", hasValue: true });
  return found;
}

/** What may be asked before the token is shown. */
const OPEN: ReadonlySet<Op> = new Set([Op.version, Op.mechanisms, Op.auth]);

/** A number of 32 bits. */
export function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>>
    0;
}

/** A number of 64 bits. */
function long(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readWord(bytes, at)) << 32n) | BigInt(readWord(bytes, at + 4));
}

/** Reads the frame at the decoder's place. */
export function readBinary(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
): Decoded {
  const { at, request } = decoder;
  decoder.needed = at + HEAD_BYTES;
  if (end < decoder.needed) return Decoded.incomplete;
  const keyBytes = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const extras = bytes[at + 4]!;
  const body = readWord(bytes, at + 8);
  const code = bytes[at + 1]!;
  const begin = at + HEAD_BYTES;
  decoder.needed = begin + keyBytes + extras;
  if (end < decoder.needed) return Decoded.incomplete;
  const row = ROWS[code];
  request.begin(row?.op ?? Op.error, Style.binary);
  request.code = code;
  request.opaque = readWord(bytes, at + 12);
  request.isQuiet = row?.isQuiet === true;
  request.isFull = row?.isFull === true;
  if (keyBytes + extras > body) return refuse(decoder, decoder.needed, Status.unknown, true);
  if (!decoder.isTrusted && !(row !== undefined && OPEN.has(row.op))) {
    return refuse(decoder, decoder.needed, Status.auth, true);
  }
  if (keyBytes > MAX_KEY_BYTES) return refuse(decoder, decoder.needed, Status.invalid, true);
  if (row === undefined) return refuseAll(decoder, end, excess, body, Status.unknown);
  if (!isOfRow(row, keyBytes, extras, body)) {
    return refuse(decoder, decoder.needed, Status.invalid, true);
  }
  return readFrame(decoder, bytes, end, args, excess, body);
}

function isOfRow(row: BinaryRow, keyBytes: number, extras: number, body: number): boolean {
  if (extras !== row.extras && !(extras === 0 && row.mayHaveNone === true)) return false;
  if (row.key === "none" ? keyBytes !== 0 : row.key === "some" && keyBytes === 0) return false;
  return row.hasValue === true || body === keyBytes + extras;
}

/** Reads extras, key and value of a frame whose head is as it should be. */
function readFrame(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
  body: number,
): Decoded {
  const { at, request } = decoder;
  const keyBytes = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const extrasAt = at + HEAD_BYTES;
  const keyAt = extrasAt + bytes[at + 4]!;
  const valueAt = keyAt + keyBytes;
  const valueBytes = extrasAt + body - valueAt;
  const most = decoder.isTrusted ? decoder.limits.maxValueBytes : MAX_AUTH_BYTES;
  if (valueBytes > most) return tooLarge(decoder, bytes, end, args, excess, body);
  decoder.needed = valueAt + valueBytes;
  if (end < decoder.needed) return Decoded.incomplete;
  decoder.at = decoder.needed;
  if (keyBytes > 0) args.push(keyAt, keyBytes);
  // No version of ours needs more than 53 bits.
  const high = readWord(bytes, at + 16);
  request.version = high > MAX_VERSION_HIGH ? Infinity : high * 2 ** 32 + readWord(bytes, at + 20);
  readExtras(decoder, bytes, extrasAt, keyAt - extrasAt);
  const { op } = request;
  if (op >= Op.set && op <= Op.compareAndSet) args.push(valueAt, valueBytes);
  else if (op === Op.auth) {
    // PLAIN: whom to act for, a user and a password, between zero bytes.
    const zero = valueBytes === 0 ? -1 : bytes.lastIndexOf(0, valueAt + valueBytes - 1);
    const start = Math.max(valueAt, zero + 1);
    args.push(start, valueAt + valueBytes - start);
  }
  return Decoded.command;
}

function readExtras({ request }: Reading, bytes: Uint8Array, at: number, length: number): void {
  const { op } = request;
  if (op >= Op.set && op <= Op.replace) {
    request.clientFlags = readWord(bytes, at);
    request.seconds = readWord(bytes, at + 4);
    request.dropsOld = op === Op.set;
    if (request.version !== 0) request.op = Op.compareAndSet;
  } else if (op === Op.increment || op === Op.decrement) {
    request.delta = long(bytes, at);
    request.initial = long(bytes, at + 8);
    request.newSeconds = readWord(bytes, at + 16);
    if (request.newSeconds !== NEVER_MADE) request.metaFlags = MetaFlag.vivify;
  } else if (length === TIME_EXTRAS) request.seconds = readWord(bytes, at);
}

/** A value is too large: it is skipped. */
function tooLarge(
  decoder: Reading,
  bytes: Uint8Array,
  end: number,
  args: Args,
  excess: Excess,
  body: number,
): Decoded {
  const { at, request } = decoder;
  const keyBytes = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (body > MAX_SKIPPED_BYTES || !decoder.isTrusted) {
    return refuse(decoder, end, Status.tooLarge, true);
  }
  request.dropsOld = request.op === Op.set;
  request.op = Op.tooLarge;
  request.error = TOO_LARGE;
  args.push(at + HEAD_BYTES + bytes[at + 4]!, keyBytes);
  skip(decoder, end, excess, body);
  return Decoded.command;
}

/** Skips the whole frame. */
function skip(decoder: Reading, end: number, excess: Excess, body: number): void {
  const after = decoder.at + HEAD_BYTES + body;
  const here = Math.min(end, after);
  decoder.at = here;
  if (here < after) excess.begin(0, after - here);
}

/** Refuses a frame of an unknown code, all of which is skipped. */
function refuseAll(
  decoder: Reading,
  end: number,
  excess: Excess,
  body: number,
  status: number,
): Decoded {
  if (body > MAX_SKIPPED_BYTES) return refuse(decoder, end, status, true);
  skip(decoder, end, excess, body);
  decoder.request.op = Op.error;
  decoder.request.status = status;
  decoder.request.ends = false;
  return Decoded.command;
}

/** Refuses a frame that ends at `after` as far as it is understood; `ends`: nothing after it can be. */
function refuse(decoder: Reading, after: number, status: number, ends: boolean): Decoded {
  decoder.at = after;
  decoder.request.op = Op.error;
  decoder.request.status = status;
  decoder.request.ends = ends;
  return Decoded.command;
}
