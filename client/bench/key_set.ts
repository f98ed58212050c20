/**
 * Puts all keys of a load before it begins and deletes them when it is over, over the connections
 * of the load. Any answer but the expected one ends the command.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { ClientError } from "../host.ts";
import type { LoadConnection } from "./load_connection.ts";
import { type Messages, mputRequest } from "./messages.ts";
import { type StampedValues, writeDigits } from "./stamped_value.ts";
import { bodyIs, type LoadAnswer } from "./traffic.ts";

/** The keys of a load. */
export interface KeySet {
  readonly access: Access;
  readonly messages: Messages;
  readonly values: StampedValues;
  readonly keyPrefix: string;
  readonly keys: number;
  readonly routes: "json" | "raw";
}

/** Requests that are sent once each, in any order. */
interface Errand {
  readonly what: string;
  readonly count: number;
  request(index: number): Uint8Array;
  isDone(index: number, answer: LoadAnswer): boolean;
}

const MAX_BATCH_ITEMS = 100;
const MAX_BATCH_BYTES = 32 * 1024; // half of what a server accepts unless told otherwise
const ITEM_OVERHEAD_BYTES = 32;

/**
 * Puts version 1 of all keys: in batches of /mput on the JSON routes, one by one on the raw ones.
 *
 * @param set the keys
 * @param connections over which to send
 * @throws {ClientError} if one could not be put
 */
export async function putAll(set: KeySet, connections: readonly LoadConnection[]): Promise<void> {
  await sendAll(set.routes === "json" ? batchPuts(set) : singlePuts(set), connections);
}

/**
 * Deletes all keys, there or not.
 *
 * @param set the keys
 * @param connections over which to send
 * @throws {ClientError} if one could not be deleted
 */
export async function deleteAll(
  { messages, keys }: KeySet,
  connections: readonly LoadConnection[],
): Promise<void> {
  const { remove } = messages;
  await sendAll({
    what: "delete the keys",
    count: keys,
    request: (index) => filled(remove.bytes, remove.keyAt, index),
    isDone: (_, { status }) => status === 200 || status === 404,
  }, connections);
}

function batchPuts({ access, values, keyPrefix, keys }: KeySet): Errand {
  const itemBytes = values.valueBytes + keyPrefix.length + ITEM_OVERHEAD_BYTES;
  const size = Math.max(1, Math.min(MAX_BATCH_ITEMS, Math.floor(MAX_BATCH_BYTES / itemBytes)));
  const bytes = new Uint8Array(values.valueBytes);
  const item = (id: number) => {
    values.write(bytes, 0, id, 1);
    const key = keyPrefix + new TextDecoder().decode(filled(new Uint8Array(6), 0, id));
    return `{"key":"${key}","value":"${new TextDecoder().decode(bytes)}"}`;
  };
  const itemsOf = (index: number) => Math.min(size, keys - index * size);
  return {
    what: "put the keys",
    count: Math.ceil(keys / size),
    request: (index) =>
      mputRequest(
        access,
        Array.from({ length: itemsOf(index) }, (_, offset) => item(index * size + offset)),
      ),
    isDone: (index, answer) => {
      const expected = `{"status":"OK","count":${itemsOf(index)}}`;
      return answer.status === 200 && bodyIs(answer, new TextEncoder().encode(expected));
    },
  };
}

function singlePuts({ messages, values, keys }: KeySet): Errand {
  const { put, stored } = messages;
  return {
    what: "put the keys",
    count: keys,
    request: (id) => {
      const bytes = filled(put.bytes, put.keyAt, id);
      values.write(bytes, put.valueAt, id, 1);
      return bytes;
    },
    isDone: (_, answer) => answer.status === 200 && bodyIs(answer, stored),
  };
}

function filled(bytes: Uint8Array, keyAt: number, id: number): Uint8Array {
  const copy = bytes.slice();
  writeDigits(copy, keyAt, id);
  return copy;
}

async function sendAll(errand: Errand, connections: readonly LoadConnection[]): Promise<void> {
  let next = 0;
  await Promise.all(connections.map(async (connection) => {
    while (next < errand.count) {
      const index = next++;
      await connection.exchange(errand.request(index));
      if (errand.isDone(index, connection)) continue;
      next = errand.count;
      const { status } = connection;
      throw new ClientError(`Cannot ${errand.what}: answer ${status}: ${connection.bodyText()}`);
    }
  }));
}
