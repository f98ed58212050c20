/**
 * Passes over the values of a Redis RDB file that are no strings, exactly, in all encodings up to those of
 * Redis 7.4, in bounded memory. One table has a row for each encoding. The format: rdb.c of Redis 7.
 *
 * @module
 */

import type { Reading } from "../../server/rdb/byte_input.ts";
import type { RdbValues } from "../../server/rdb/rdb_values.ts";

/** How values of one encoding are passed over, and what people call them. */
export interface SkippedType {
  readonly name: string;
  readonly skip: (values: RdbValues) => Reading;
}

/** Kinds of the parts of a module's value. */
const MODULE_END = 0;
const MODULE_SIGNED = 1;
const MODULE_UNSIGNED = 2;
const MODULE_FLOAT = 3;
const MODULE_DOUBLE = 4;
const MODULE_STRING = 5;

/** Scores as text: from this length on they have no text. */
const FIRST_SCORE_WITHOUT_TEXT = 253;
const DOUBLE_BYTES = 8;
const TIME_BYTES = 8;
const STREAM_ID_BYTES = 16;

/** The table: by the number of the type. Strings, type 0, are not in it. */
export const SKIPPED_TYPES: Readonly<Record<number, SkippedType>> = {
  1: { name: "lists", skip: strings(1) },
  2: { name: "sets", skip: strings(1) },
  3: { name: "sorted sets", skip: scoredTexts },
  4: { name: "hashes", skip: strings(2) },
  5: { name: "sorted sets", skip: scored },
  7: { name: "values of modules", skip: moduleValue },
  9: { name: "hashes", skip: oneString },
  10: { name: "lists", skip: oneString },
  11: { name: "sets", skip: oneString },
  12: { name: "sorted sets", skip: oneString },
  13: { name: "hashes", skip: oneString },
  14: { name: "lists", skip: strings(1) },
  15: { name: "streams", skip: (values) => stream(values, 1) },
  16: { name: "hashes", skip: oneString },
  17: { name: "sorted sets", skip: oneString },
  18: { name: "lists", skip: containers },
  19: { name: "streams", skip: (values) => stream(values, 2) },
  20: { name: "sets", skip: oneString },
  21: { name: "streams", skip: (values) => stream(values, 3) },
  22: { name: "hashes", skip: fieldsWithTimes },
  23: { name: "hashes", skip: oneString },
  24: { name: "hashes", skip: afterTime(fieldsWithTimes) },
  25: { name: "hashes", skip: afterTime(oneString) },
};

function* oneString(values: RdbValues): Reading {
  yield* values.skipString();
}

/** A number, and so many times `each` strings. */
function strings(each: number): SkippedType["skip"] {
  return function* (values) {
    for (let left = each * (yield* values.length()); left > 0; left--) yield* values.skipString();
  };
}

/** Elements, each with its score as text. */
function* scoredTexts(values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    yield* values.skipString();
    const length = yield* values.input.byte();
    if (length < FIRST_SCORE_WITHOUT_TEXT) yield* values.input.skip(length);
  }
}

function* scored(values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    yield* values.skipString();
    yield* values.input.skip(DOUBLE_BYTES);
  }
}

/** The nodes of a list, each a kind and a string. */
function* containers(values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    yield* values.length();
    yield* values.skipString();
  }
}

/** The fields of a hash, each with the time until it expires. */
function* fieldsWithTimes(values: RdbValues): Reading {
  for (let left = yield* values.length(); left > 0; left--) {
    yield* values.length();
    yield* values.skipString();
    yield* values.skipString();
  }
}

function afterTime(skip: SkippedType["skip"]): SkippedType["skip"] {
  return function* (values) {
    yield* values.input.skip(TIME_BYTES);
    yield* skip(values);
  };
}

function* moduleValue(values: RdbValues): Reading {
  yield* values.length(); // which module
  yield* moduleParts(values);
}

/**
 * Passes over the parts of what a module has saved, up to their end.
 *
 * @throws {FormatError} if one is of a kind that there is not
 */
export function* moduleParts(values: RdbValues): Reading {
  for (;;) {
    const kind = yield* values.length();
    if (kind === MODULE_END) return;
    if (kind === MODULE_SIGNED || kind === MODULE_UNSIGNED) yield* values.length();
    else if (kind === MODULE_FLOAT) yield* values.input.skip(4);
    else if (kind === MODULE_DOUBLE) yield* values.input.skip(DOUBLE_BYTES);
    else if (kind === MODULE_STRING) yield* values.skipString();
    else throw values.error(`a module has saved something of kind ${kind}`);
  }
}

/** A stream: its nodes, what it has counted, its groups with their consumers. */
function* stream(values: RdbValues, version: 1 | 2 | 3): Reading {
  yield* strings(2)(values);
  // The number of entries and the last ID; from version 2 on the first and the greatest deleted one, and a count.
  for (let left = version === 1 ? 3 : 8; left > 0; left--) yield* values.length();
  for (let groups = yield* values.length(); groups > 0; groups--) {
    yield* values.skipString();
    for (let left = version === 1 ? 2 : 3; left > 0; left--) yield* values.length();
    for (let pending = yield* values.length(); pending > 0; pending--) {
      yield* values.input.skip(STREAM_ID_BYTES + TIME_BYTES);
      yield* values.length(); // how often it was delivered
    }
    for (let consumers = yield* values.length(); consumers > 0; consumers--) {
      yield* values.skipString();
      yield* values.input.skip(version === 3 ? 2 * TIME_BYTES : TIME_BYTES);
      const pending = yield* values.length();
      yield* values.input.skip(pending * STREAM_ID_BYTES);
    }
  }
}
