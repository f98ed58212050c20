/**
 * Reads the collections of RDB files and payloads, in all encodings up to those of Redis 7.4: gives their members
 * one after the other, so that one of millions needs no more memory than its largest part. One table has a row for
 * each encoding. The format: rdb.c of Redis 7.
 *
 * @module
 */

import { FOUND, type Reading } from "./byte_input.ts";
import { PackedEntries, PackedForm } from "./packed_entries.ts";
import { ByteSlot, type RdbValues } from "./rdb_values.ts";

/** What a collection is. */
export type RdbKind = "list" | "set" | "hash" | "sortedSet";

/** Scores as text: these lengths stand for scores without one. */
const SCORE_NAN = 253;
const SCORE_INFINITE = 254;
const SCORE_MINUS_INFINITE = 255;
const DOUBLE_BYTES = 8;
/** How the nodes of a list are kept. */
const NODE_PLAIN = 1;
const NODE_PACKED = 2;

/** What reads the members of one encoding. */
type ReadMembers = (to: RdbCollection, values: RdbValues) => Reading;

interface Encoding {
  readonly kind: RdbKind;
  readonly read: ReadMembers;
}

const ENCODINGS: Readonly<Record<number, Encoding>> = {
  1: { kind: "list", read: strings },
  2: { kind: "set", read: strings },
  3: { kind: "sortedSet", read: scoredByText },
  4: { kind: "hash", read: pairs },
  5: { kind: "sortedSet", read: scored },
  9: { kind: "hash", read: packed(PackedForm.zipmap) },
  10: { kind: "list", read: packed(PackedForm.ziplist) },
  11: { kind: "set", read: packed(PackedForm.intset) },
  12: { kind: "sortedSet", read: packed(PackedForm.ziplist) },
  13: { kind: "hash", read: packed(PackedForm.ziplist) },
  14: { kind: "list", read: nodes(false) },
  16: { kind: "hash", read: packed(PackedForm.listpack) },
  17: { kind: "sortedSet", read: packed(PackedForm.listpack) },
  18: { kind: "list", read: nodes(true) },
  20: { kind: "set", read: packed(PackedForm.listpack) },
  22: { kind: "hash", read: fieldsWithTimes(false) },
  23: { kind: "hash", read: packedFieldsWithTimes(false) },
  24: { kind: "hash", read: fieldsWithTimes(true) },
  25: { kind: "hash", read: packedFieldsWithTimes(true) },
};

/** What a value of this type is, or undefined where it is no collection. */
export function kindOfType(type: number): RdbKind | undefined {
  return ENCODINGS[type]?.kind;
}

/** A collection that is being read. After each FOUND its fields have a member. */
export class RdbCollection {
  /** What it is. */
  kind: RdbKind = "list";
  /** The member, element or field. */
  readonly member: ByteSlot = new ByteSlot();
  /** The value of a field. */
  readonly value: ByteSlot = new ByteSlot();
  /** The score of a member of a sorted set. */
  score = 0;
  /** When a field expires, in milliseconds since 1970; 0 for never. */
  deadlineMs = 0;
  /** Whether a member or value was too long, and has been left out. */
  wasTooLong = false;
  /** Members and values may have so many bytes. */
  readonly maxBytes: number;
  /** And packed strings, which are small collections or nodes of lists. */
  readonly maxPackedBytes: number;
  /** A packed string. */
  readonly packed: ByteSlot = new ByteSlot();

  constructor(maxBytes: number, maxPackedBytes: number) {
    this.maxBytes = maxBytes;
    this.maxPackedBytes = maxPackedBytes;
  }

  /**
   * Reads a value of type `type`, which is a collection.
   *
   * @throws {FormatError} if it is damaged
   */
  *read(type: number, values: RdbValues): Reading {
    const { kind, read } = ENCODINGS[type]!;
    this.kind = kind;
    this.score = 0;
    this.deadlineMs = 0;
    this.wasTooLong = false;
    yield* read(this, values);
  }

  /** Reads a string. Returns whether it is kept. */
  *string(slot: ByteSlot, values: RdbValues): Reading<boolean> {
    if (values.tryString(slot)) {
      if (slot.length <= this.maxBytes) return true;
    } else if (yield* values.string(slot, this.maxBytes)) return true;
    this.wasTooLong = true;
    return false;
  }

  /** Copies an entry. Returns whether it is kept. */
  take(slot: ByteSlot, { bytes, start, length }: PackedEntries): boolean {
    if (length > this.maxBytes) {
      this.wasTooLong = true;
      return false;
    }
    slot.reserve(length).set(bytes.subarray(start, start + length));
    return true;
  }
}

function* strings(to: RdbCollection, values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    if (yield* to.string(to.member, values)) yield FOUND;
  }
}

function* pairs(to: RdbCollection, values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    const isField = yield* to.string(to.member, values);
    const isValue = yield* to.string(to.value, values);
    if (isField && isValue) yield FOUND;
  }
}

function* scored(to: RdbCollection, values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    const isMember = yield* to.string(to.member, values);
    const { input } = values;
    yield* input.need(DOUBLE_BYTES);
    to.score = new DataView(input.bytes.buffer, input.at, DOUBLE_BYTES).getFloat64(0, true);
    input.at += DOUBLE_BYTES;
    if (Number.isNaN(to.score)) throw values.error("a score is no number");
    if (isMember) yield FOUND;
  }
}

function* scoredByText(to: RdbCollection, values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    const isMember = yield* to.string(to.member, values);
    const length = yield* values.input.byte();
    if (length === SCORE_NAN) throw values.error("a score is no number");
    if (length >= SCORE_INFINITE) {
      to.score = length === SCORE_MINUS_INFINITE ? -Infinity : Infinity;
    } else {
      const { input } = values;
      yield* input.need(length);
      to.score = scoreOf(values, input.bytes, input.at, length);
      input.at += length;
    }
    if (isMember) yield FOUND;
  }
}

/** The number that a text is. */
function scoreOf(values: RdbValues, bytes: Uint8Array, start: number, length: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, start + Math.min(length, 400)));
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const score = Number(text);
  if (Number.isNaN(score) || text.trim() === "") throw values.error("a score is no number");
  return score;
}

/** Reads a packed string whole. */
function* packedString(to: RdbCollection, values: RdbValues): Reading {
  const isKept = yield* values.string(to.packed, to.maxPackedBytes);
  if (!isKept) throw values.error("a packed value is too long");
}

function packed(form: PackedForm): ReadMembers {
  return function* (to, values) {
    yield* packedString(to, values);
    yield* entriesOf(form, to, values);
  };
}

/** Gives the entries of the packed string: one by one, or in pairs of a member and a score, or a field and a value. */
function* entriesOf(form: PackedForm, to: RdbCollection, values: RdbValues): Reading {
  const entries = new PackedEntries(form, to.packed.bytes, to.packed.length);
  const { kind } = to;
  while (entries.next()) {
    let isKept = to.take(to.member, entries);
    if (kind === "hash" || kind === "sortedSet") {
      if (!entries.next()) throw values.error("a packed value ends inside a pair");
      if (kind === "hash") isKept = to.take(to.value, entries) && isKept;
      else to.score = scoreOf(values, entries.bytes, entries.start, entries.length);
    }
    if (isKept) yield FOUND;
  }
  if (entries.isDamaged) throw values.error("a packed value is damaged");
}

/** The nodes of a list: packed strings, or in the newer form each with its kind. */
function nodes(hasKinds: boolean): ReadMembers {
  return function* (to, values) {
    for (let left = yield* values.length(); left > 0; left--) {
      const kind = hasKinds ? yield* values.length() : NODE_PACKED;
      if (kind === NODE_PLAIN) {
        if (yield* to.string(to.member, values)) yield FOUND;
      } else if (kind === NODE_PACKED) {
        yield* packedString(to, values);
        yield* entriesOf(hasKinds ? PackedForm.listpack : PackedForm.ziplist, to, values);
      } else throw values.error(`a list has a node of kind ${kind}`);
    }
  };
}

/** Fields with their times: from the earliest of them on, which stands in front, or in the older form since 1970. */
function fieldsWithTimes(hasEarliest: boolean): ReadMembers {
  return function* (to, values) {
    const earliestMs = hasEarliest ? yield* values.time() : 1;
    for (let left = yield* values.length(); left > 0; left--) {
      const after = yield* values.length();
      to.deadlineMs = after === 0 ? 0 : earliestMs + after - 1;
      const isField = yield* to.string(to.member, values);
      const isValue = yield* to.string(to.value, values);
      if (isField && isValue) yield FOUND;
    }
  };
}

/** Packed triples of field, value and time. */
function packedFieldsWithTimes(hasEarliest: boolean): ReadMembers {
  return function* (to, values) {
    if (hasEarliest) yield* values.time();
    yield* packedString(to, values);
    const entries = new PackedEntries(PackedForm.listpack, to.packed.bytes, to.packed.length);
    while (entries.next()) {
      let isKept = to.take(to.member, entries);
      if (!entries.next()) throw values.error("a packed value ends inside a field");
      isKept = to.take(to.value, entries) && isKept;
      if (!entries.next()) throw values.error("a packed value ends inside a field");
      to.deadlineMs = scoreOf(values, entries.bytes, entries.start, entries.length);
      if (isKept) yield FOUND;
    }
    if (entries.isDamaged) throw values.error("a packed value is damaged");
  };
}
