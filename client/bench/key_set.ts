/**
 * The keys of a load, with their names and values. Puts all of them before the load and deletes them
 * after it, over the connections of the load.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { type Errand, runErrand } from "./errand.ts";
import type { LoadConnection } from "./load_connection.ts";
import { type Messages, mputAnswer, mputRequest, type Template } from "./messages.ts";
import { DIGITS, type StampedValues, writeDigits } from "./stamped_value.ts";
import { bodyIs } from "./traffic.ts";

/** The keys of a load. */
export interface KeySet {
  readonly access: Access;
  readonly messages: Messages;
  readonly values: StampedValues;
  /** The beginning of each key, before its digits. */
  readonly keyPrefix: string;
  /** How many keys there are. */
  readonly keys: number;
  /** Whether they are put in batches, over /mput. */
  readonly isBatched: boolean;
}

const MAX_BATCH_ITEMS = 100;
const MAX_BATCH_BYTES = 32 * 1024; // half of what a server accepts unless told otherwise
const ITEM_OVERHEAD_BYTES = 32;

/** The name of a key. */
export function keyName(keyPrefix: string, id: number): string {
  return keyPrefix + id.toString(36).padStart(DIGITS, "0");
}

/**
 * Writes a key and a version of its value, as in an /mput and in the answer to an /mget.
 *
 * @param set the keys
 * @param id the number of the key
 * @param version which value
 * @returns JSON: {"key":"k","value":"v"}
 */
export function itemJson(
  { keyPrefix, values }: Pick<KeySet, "keyPrefix" | "values">,
  id: number,
  version: number,
): string {
  const bytes = new Uint8Array(values.valueBytes);
  values.write(bytes, 0, id, version);
  return `{"key":"${keyName(keyPrefix, id)}","value":"${new TextDecoder().decode(bytes)}"}`;
}

/**
 * Puts version 1 of all keys: in batches, or one by one.
 *
 * @param set the keys
 * @param connections the connections to send over
 * @throws {ClientError} if one could not be put
 */
export async function putAll(set: KeySet, connections: readonly LoadConnection[]): Promise<void> {
  const errand = set.isBatched
    ? batchPuts(set)
    : singlePuts(set, Uint32Array.from({ length: set.keys }, (_, id) => id), 1);
  await runErrand(set.access, errand, connections);
}

/**
 * Deletes all keys, whether they are there or not.
 *
 * @param set the keys
 * @param connections the connections to send over
 * @throws {ClientError} if one could not be deleted
 */
export async function deleteAll(
  { access, messages, keys }: KeySet,
  connections: readonly LoadConnection[],
): Promise<void> {
  const { remove } = messages;
  await runErrand(access, {
    what: "delete the keys",
    count: keys,
    request: (index) => requestOf(remove, index),
    isDone: (_, { status }) => status === 200 || status === 404,
  }, connections);
}

/**
 * Makes the puts of some keys, one by one.
 *
 * @param set the keys
 * @param ids the numbers of the keys to put
 * @param version the version of their values
 * @returns an errand for runErrand()
 */
export function singlePuts(
  { messages, values }: KeySet,
  ids: ArrayLike<number>,
  version: number,
): Errand {
  const { put, stored } = messages;
  return {
    what: "put the keys",
    count: ids.length,
    request: (index) => {
      const bytes = requestOf(put, ids[index]!);
      values.write(bytes, put.valueAt, ids[index]!, version);
      return bytes;
    },
    isDone: (_, answer) => answer.status === 200 && bodyIs(answer, stored),
  };
}

/** A request for one key, in bytes of its own. Its value is not written yet. */
export function requestOf({ bytes, keyAt }: Template, id: number): Uint8Array {
  const copy = bytes.slice();
  writeDigits(copy, keyAt, id);
  return copy;
}

function batchPuts(set: KeySet): Errand {
  const { access, values, keyPrefix, keys } = set;
  const itemBytes = values.valueBytes + keyPrefix.length + ITEM_OVERHEAD_BYTES;
  const size = Math.max(1, Math.min(MAX_BATCH_ITEMS, Math.floor(MAX_BATCH_BYTES / itemBytes)));
  const countOf = (index: number) => Math.min(size, keys - index * size);
  const itemsOf = (index: number) =>
    Array.from({ length: countOf(index) }, (_, i) => itemJson(set, index * size + i, 1));
  return {
    what: "put the keys",
    count: Math.ceil(keys / size),
    request: (index) => mputRequest(access, itemsOf(index)),
    isDone: (index, answer) => answer.status === 200 && bodyIs(answer, mputAnswer(countOf(index))),
  };
}
