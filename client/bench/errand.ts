/**
 * Requests that are sent once each, in any order, over the connections of a load. They put its keys,
 * delete them, or look whether they are there. A wrong answer ends the command.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { ClientError } from "../platform.ts";
import { within } from "./connections.ts";
import type { LoadConnection } from "./load_connection.ts";
import type { LoadAnswer } from "./traffic.ts";

/** Requests that are sent once each. */
export interface Errand {
  /** The words after "Cannot" in the message of a failure. */
  readonly what: string;
  /** How many requests there are. */
  readonly count: number;
  /** The bytes of the request with a number from 0 on. */
  request(index: number): Uint8Array;
  /** Whether the answer to that request is right. */
  isDone(index: number, answer: LoadAnswer): boolean;
}

/** How long an errand may take. */
const MAX_ERRAND_MS = 60_000;

/**
 * Sends all requests of an errand.
 *
 * @param access the server
 * @param errand what to send
 * @param connections the connections to send over, one request at a time on each
 * @throws {ClientError} if an answer is wrong, or the errand takes longer than a minute
 */
export async function runErrand(
  access: Access,
  errand: Errand,
  connections: readonly LoadConnection[],
): Promise<void> {
  await within(access, MAX_ERRAND_MS, connections, sendAll(errand, connections));
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
