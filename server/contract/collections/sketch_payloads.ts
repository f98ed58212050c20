/**
 * Bloom filters and Count-Min sketches in the form that RedisBloom has in RDB files and payloads of DUMP: the name
 * and version of its type, then numbers and strings, each behind its kind. Here the values are bytes as this server
 * keeps them. The format: module.c of Redis, rebloom.c and rm_cms.c of RedisBloom.
 *
 * @module
 */

import {
  type FilterFacts,
  isPossible,
  ItemType,
  makeChain,
  mayHave,
  takeChain,
} from "../../../cache/mod.ts";
import type { Reading } from "../../rdb/byte_input.ts";
import { DumpType, type DumpWriter } from "../../rdb/dump_writer.ts";
import { ByteSlot, type RdbValues } from "../../rdb/rdb_values.ts";

/** What characters of a type's name stand for. */
const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VERSION_BITS = 10n;
/** Kinds of what a value is made of. */
const END = 0;
const INTEGER = 2;
const DOUBLE = 4;
const STRING = 5;
/** The version that RedisBloom writes; from 2 on there are options, from 4 on a growth. */
const BLOOM_VERSION = 4;
const MIN_BLOOM_VERSION = 2;
const MIN_GROWTH_VERSION = 4;
const USUAL_GROWTH = 2;
const CMS_HEADER_BYTES = 16;
const BLOOM = nameOf("MBbloom--");
const CMS = nameOf("CMSk-TYPE");

function nameOf(name: string): bigint {
  return [...name].reduce((id, char) => id << 6n | BigInt(CHARACTERS.indexOf(char)), 0n);
}

/** The longest string that a value may have. */
const MAX_BYTES = 2 ** 24;

/** Whether values of this type are written here. */
export function isSketch(type: ItemType): boolean {
  return type === ItemType.bloom || type === ItemType.cms;
}

/** Writes a value of one of these types: `length` bytes from `start`. Version and checksum are the caller's. */
export function writeSketch(
  writer: DumpWriter,
  type: ItemType,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  writer.begin(DumpType.module);
  if (type === ItemType.bloom) writeBloom(writer, bytes, start, length);
  else writeCms(writer, bytes, start, length);
  writer.count(END);
}

function writeBloom(writer: DumpWriter, bytes: Uint8Array, start: number, length: number): void {
  const { filters, growth, options, bitsAt } = takeChain(bytes, start, length);
  writer.bigCount(BLOOM << VERSION_BITS | BigInt(BLOOM_VERSION));
  integers(writer, filters.reduce((sum, { items }) => sum + items, 0), filters.length);
  integers(writer, options, growth);
  filters.forEach(({ bits, capacity, errorRate, hashes, items, perItem, power }, i) => {
    integers(writer, capacity);
    double(writer, errorRate);
    integers(writer, hashes);
    double(writer, perItem);
    integers(writer, bits, power);
    string(writer, bytes, bitsAt[i]!, bits / 8);
    integers(writer, items);
  });
}

function writeCms(writer: DumpWriter, bytes: Uint8Array, start: number, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, CMS_HEADER_BYTES);
  writer.bigCount(CMS << VERSION_BITS);
  integers(writer, view.getUint32(0, true), view.getUint32(4, true), view.getBigUint64(8, true));
  string(writer, bytes, start + CMS_HEADER_BYTES, length - CMS_HEADER_BYTES);
}

function integers(writer: DumpWriter, ...values: (number | bigint)[]): void {
  for (const value of values) {
    writer.count(INTEGER);
    writer.bigCount(value);
  }
}

function double(writer: DumpWriter, value: number): void {
  writer.count(DOUBLE);
  writer.score(value);
}

function string(writer: DumpWriter, bytes: Uint8Array, start: number, length: number): void {
  writer.count(STRING);
  writer.string(bytes, start, length);
}

/** A value that was read, as this server keeps it. */
export interface Sketch {
  /** Its type. */
  readonly type: ItemType;
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads a value behind the byte that says that a module's type follows. Throws FormatError where it is none of ours. */
export function* readSketch(values: RdbValues): Reading<Sketch> {
  const id = yield* bigInteger(values);
  const version = Number(id & 1023n);
  const name = id >> VERSION_BITS;
  const isBloom = name === BLOOM && version >= MIN_BLOOM_VERSION && version <= BLOOM_VERSION;
  if (!isBloom && (name !== CMS || version !== 0)) {
    throw values.error("a type of a module is not known");
  }
  const bytes = isBloom ? yield* readBloom(values, version) : yield* readCms(values);
  if ((yield* values.length()) !== END) throw values.error("a value goes on behind its end");
  return { type: isBloom ? ItemType.bloom : ItemType.cms, bytes };
}

function* readBloom(values: RdbValues, version: number): Reading<Uint8Array<ArrayBuffer>> {
  const items = yield* integer(values);
  const count = yield* integer(values);
  const options = yield* integer(values);
  const growth = version >= MIN_GROWTH_VERSION ? yield* integer(values) : USUAL_GROWTH;
  if (!mayHave(options, count)) throw values.error("a Bloom filter is none");
  const filters: FilterFacts[] = [];
  const parts: Uint8Array[] = [];
  let [sum, bytes] = [0, 0];
  for (let i = 0; i < count; i++) {
    const capacity = yield* integer(values);
    const errorRate = yield* readDouble(values);
    const hashes = yield* integer(values);
    const perItem = yield* readDouble(values);
    const bits = yield* integer(values);
    const power = yield* integer(values);
    const part = yield* readString(values);
    const facts = {
      bits,
      capacity,
      errorRate,
      hashes,
      perItem,
      power,
      items: yield* integer(values),
    };
    bytes += part.length;
    sum += facts.items;
    const isWhole = isPossible(facts) && part.length === bits / 8 && bytes <= MAX_BYTES;
    if (!isWhole) throw values.error("a Bloom filter is none");
    filters.push(facts);
    parts.push(part);
  }
  if (sum !== items) throw values.error("a Bloom filter is none");
  const all = new Uint8Array(bytes);
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return makeChain({ filters, growth, options }, all);
}

function* readCms(values: RdbValues): Reading<Uint8Array<ArrayBuffer>> {
  const width = yield* integer(values);
  const depth = yield* integer(values);
  yield* kind(values, INTEGER);
  const sum = yield* bigInteger(values);
  const counters = yield* readString(values);
  if (width < 1 || depth < 1 || counters.length !== 4 * width * depth) {
    throw values.error("a Count-Min sketch is none");
  }
  const bytes = new Uint8Array(CMS_HEADER_BYTES + counters.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width, true);
  view.setUint32(4, depth, true);
  view.setBigUint64(8, sum, true);
  bytes.set(counters, CMS_HEADER_BYTES);
  return bytes;
}

function* kind(values: RdbValues, expected: number): Reading {
  if ((yield* values.length()) !== expected) throw values.error("a value has another form");
}

function* integer(values: RdbValues): Reading<number> {
  yield* kind(values, INTEGER);
  return yield* values.length();
}

/** A number of up to 64 bits, exactly. */
function* bigInteger(values: RdbValues): Reading<bigint> {
  const { input } = values;
  yield* input.need(1);
  if (input.bytes[input.at] !== 0x81) return BigInt(yield* values.length());
  yield* input.need(9);
  let value = 0n;
  for (let i = 1; i <= 8; i++) value = value << 8n | BigInt(input.bytes[input.at + i]!);
  input.at += 9;
  return value;
}

function* readDouble(values: RdbValues): Reading<number> {
  yield* kind(values, DOUBLE);
  const { input } = values;
  yield* input.need(8);
  const value = new DataView(input.bytes.buffer, input.bytes.byteOffset).getFloat64(input.at, true);
  input.at += 8;
  return value;
}

function* readString(values: RdbValues): Reading<Uint8Array> {
  yield* kind(values, STRING);
  const slot = new ByteSlot();
  if (!(yield* values.string(slot, MAX_BYTES))) throw values.error("a value is too long");
  return slot.bytes.subarray(0, slot.length);
}
