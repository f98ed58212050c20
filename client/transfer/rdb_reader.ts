/**
 * Reads a Redis RDB file, versions 1 to 12 (Redis up to 7.4), as it comes: gives each string, each member of
 * lists, sets, hashes and sorted sets, and each part of a stream, with its key, database and deadline, and counts what else there is. The
 * checksum at the end is verified. The format: rdb.c of Redis 7.
 *
 * @module
 */

import { type ByteInput, FormatError, FOUND, type Reading } from "../../server/rdb/byte_input.ts";
import { moduleParts, SKIPPED_TYPES } from "./rdb_skip.ts";
import { kindOfType, RdbCollection, type RdbKind } from "../../server/rdb/rdb_collection.ts";
import { isStreamType, RdbStream } from "../../server/rdb/rdb_stream.ts";
import { ByteSlot, RdbValues } from "../../server/rdb/rdb_values.ts";

/** What a file begins with, before its version in four digits. */
export const RDB_MAGIC = "REDIS";
const MAX_VERSION = 12;
/** From this version on there is a checksum at the end. */
const FIRST_SUMMED_VERSION = 5;

/** The longest packed string: a small collection, or a node of a list. */
const MAX_PACKED_BYTES = 64 * 1024 * 1024;

const TYPE_STRING = 0;
const SLOT_INFO = 244;
const FUNCTION = 245;
const FUNCTION_EARLY = 246;
const MODULE_AUX = 247;
const IDLE = 248;
const FREQUENCY = 249;
const AUX = 250;
const RESIZE = 251;
const DEADLINE_MS = 252;
const DEADLINE_S = 253;
const SELECT = 254;
const END = 255;

/** Hears of what a reader does not give. */
export interface LeftOut {
  /** Something was left out for this reason, in the plural: "lists". */
  leftOut(reason: string): void;
  /** An item was left out that is too long, or cannot be taken for another reason. */
  refused(key: string, why: string): void;
}

/** What is too long to be given. */
export interface RdbLimits {
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
}

/** Reads one file. After each FOUND its fields have a string, a member of a collection or a part of a stream. */
export class RdbReader {
  readonly key: ByteSlot = new ByteSlot();
  /** What is under the key. */
  kind: RdbKind | "string" | "stream" = "string";
  /** Of a string. */
  readonly value: ByteSlot = new ByteSlot();
  /** The member, of a collection. */
  readonly members: RdbCollection;
  /** The part, of a stream. */
  readonly stream: RdbStream;
  /** Whether that is the first one. */
  isFirst = false;
  database = 0;
  /** Milliseconds since 1970; 0 for none. */
  deadlineMs = 0;
  readonly #input: ByteInput;
  readonly #values: RdbValues;
  readonly #limits: RdbLimits;
  readonly #others: LeftOut;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970: what has expired is left out. */
  constructor(input: ByteInput, limits: RdbLimits, others: LeftOut, now: () => number) {
    this.#input = input;
    this.#values = new RdbValues(input);
    this.#limits = limits;
    this.members = new RdbCollection(limits.maxValueBytes, MAX_PACKED_BYTES);
    this.stream = new RdbStream(limits.maxValueBytes, MAX_PACKED_BYTES);
    this.#others = others;
    this.#now = now;
  }

  /**
   * Reads the file, from its first byte to its checksum.
   *
   * @throws {FormatError} if it ends too early, is damaged, or of a version that this does not know
   */
  *read(): Reading {
    const input = this.#input;
    input.beginSum();
    const version = yield* this.#version();
    for (;;) {
      const kind = yield* input.byte();
      if (kind === END) break;
      if (kind === DEADLINE_MS) this.deadlineMs = yield* this.#values.time();
      else if (kind === DEADLINE_S) this.deadlineMs = 1000 * (yield* this.#seconds());
      else if (kind === FREQUENCY) yield* input.skip(1);
      else if (kind === IDLE) yield* this.#values.length();
      else if (kind >= SLOT_INFO) yield* this.#fact(kind);
      else {
        yield* this.#item(kind);
        this.deadlineMs = 0;
      }
    }
    const sum = input.endSum();
    if (version < FIRST_SUMMED_VERSION) return;
    yield* input.need(sum.length);
    const written = input.bytes.subarray(input.at, input.at + sum.length);
    input.at += sum.length;
    // All zeros: it was saved with "rdbchecksum no".
    if (written.every((byte) => byte === 0) || written.every((byte, i) => byte === sum[i])) return;
    throw this.#values.error("its checksum is wrong: it is damaged");
  }

  *#version(): Reading<number> {
    const input = this.#input;
    yield* input.need(RDB_MAGIC.length + 4);
    const text = String.fromCharCode(...input.bytes.subarray(input.at, input.at + 9));
    const version = /^REDIS(\d{4})$/.exec(text)?.[1];
    if (version === undefined) throw new FormatError("it is no RDB file", input.position);
    if (Number(version) < 1 || Number(version) > MAX_VERSION) {
      const why = `it has version ${Number(version)} of the RDB format, and slabkv reads 1 to 12`;
      throw new FormatError(why, input.position);
    }
    input.at += 9;
    return Number(version);
  }

  *#seconds(): Reading<number> {
    const input = this.#input;
    yield* input.need(4);
    const seconds = new DataView(input.bytes.buffer, input.at, 4).getInt32(0, true);
    input.at += 4;
    return seconds;
  }

  /** Reads what is about the file, or a database, as a whole. */
  *#fact(kind: number): Reading {
    const values = this.#values;
    if (kind === SELECT) this.database = yield* values.length();
    else if (kind === RESIZE) yield* this.#skipLengths(2);
    else if (kind === SLOT_INFO) yield* this.#skipLengths(3);
    else if (kind === AUX) {
      yield* values.skipString();
      yield* values.skipString();
    } else if (kind === MODULE_AUX) {
      yield* this.#skipLengths(3);
      yield* moduleParts(values);
      this.#others.leftOut("data of modules");
    } else if (kind === FUNCTION || kind === FUNCTION_EARLY) {
      if (kind === FUNCTION_EARLY) yield* this.#skipEarlyFunction();
      else yield* values.skipString();
      this.#others.leftOut("function libraries");
    } else throw values.error(`there is no type ${kind}`);
  }

  *#skipLengths(count: number): Reading {
    for (let left = count; left > 0; left--) yield* this.#values.length();
  }

  /** Name and engine, perhaps a description, and the text of a function, as before Redis 7.0. */
  *#skipEarlyFunction(): Reading {
    const values = this.#values;
    yield* values.skipString();
    yield* values.skipString();
    if ((yield* values.length()) !== 0) yield* values.skipString();
    yield* values.skipString();
  }

  /** Reads a key and a value of this type, and gives what is to be given. */
  *#item(type: number): Reading {
    const values = this.#values;
    const { key } = this;
    const others = this.#others;
    const skipped = SKIPPED_TYPES[type];
    if (type !== TYPE_STRING && skipped === undefined) {
      throw values.error(`there is no type ${type}`);
    }
    const { maxKeyBytes } = this.#limits;
    const isKey = values.tryString(key)
      ? key.length <= maxKeyBytes
      : yield* values.string(key, maxKeyBytes);
    const hasExpired = this.deadlineMs !== 0 && this.deadlineMs <= this.#now();
    const kind = type === TYPE_STRING ? "string" : isStreamType(type) ? "stream" : kindOfType(type);
    if (kind === "string") return yield* this.#string(isKey, hasExpired);
    if (kind !== undefined && isKey && !hasExpired) {
      this.kind = kind;
      return yield* this.#parts(kind === "stream" ? this.stream : this.members, type);
    }
    yield* skipped!.skip(values);
    if (hasExpired) others.leftOut(EXPIRED);
    else if (kind === undefined) others.leftOut(skipped!.name);
    else others.refused(key.text(), "it is too long");
  }

  *#string(isKey: boolean, hasExpired: boolean): Reading {
    const { value } = this;
    const values = this.#values;
    const { maxValueBytes } = this.#limits;
    const isValue = values.tryString(value) || (yield* values.string(value, maxValueBytes));
    this.kind = "string";
    if (hasExpired) this.#others.leftOut(EXPIRED);
    else if (isKey && isValue) yield FOUND;
    else this.#others.refused(this.key.text(), isKey ? "its value is too long" : "it is too long");
  }

  *#parts(of: RdbCollection | RdbStream, type: number): Reading {
    let hasBegun = false;
    for (const what of of.read(type, this.#values)) {
      if (what === FOUND) {
        this.isFirst = !hasBegun;
        hasBegun = true;
      }
      yield what;
    }
    if (of.wasTooLong) {
      this.#others.refused(this.key.text(), "members of it are too long, the others were taken in");
    }
  }
}

/** What items are called whose deadline has passed. */
export const EXPIRED = "expired";
