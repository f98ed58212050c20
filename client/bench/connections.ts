/**
 * Opens and closes the connections of a load together, and limits the time of the work over them. Does
 * not know what they send.
 *
 * @module
 */

import { type Access, explain, openConnection } from "../connection.ts";
import { LoadConnection } from "./load_connection.ts";

const SPARE_ANSWER_BYTES = 16 * 1024;

/**
 * Opens connections, and closes them when the work over them is done.
 *
 * @param access the server
 * @param count how many connections
 * @param valueBytes length of all values of an answer together
 * @param work the work to do over them
 * @returns what the work returns
 * @throws {ClientError} if one cannot be opened within the time limit of `access`
 */
export async function withConnections<T>(
  access: Access,
  count: number,
  valueBytes: number,
  work: (connections: readonly LoadConnection[]) => Promise<T>,
): Promise<T> {
  const connections = Array.from({ length: count }, () => {
    const open = (signal: AbortSignal) => openConnection(access, signal);
    return new LoadConnection(open, valueBytes + SPARE_ANSWER_BYTES);
  });
  const opening = Promise.all(connections.map((connection) => connection.open()));
  await within(access, access.timeoutMs, connections, opening);
  try {
    return await work(connections);
  } finally {
    closeAll(connections);
  }
}

/**
 * Does work over connections within a time limit. Closes all of them if it fails.
 *
 * @param access the server
 * @param maxMs how long it may take
 * @param connections the connections that the work uses
 * @param work the work to do
 * @throws {ClientError} if it fails or takes longer
 */
export async function within(
  access: Access,
  maxMs: number,
  connections: readonly LoadConnection[],
  work: Promise<unknown>,
): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => {
    giveUp.abort();
    closeAll(connections);
  }, maxMs);
  try {
    await work;
  } catch (error) {
    closeAll(connections);
    throw explain({ ...access, timeoutMs: maxMs }, error, giveUp.signal);
  } finally {
    clearTimeout(timer);
  }
}

function closeAll(connections: readonly LoadConnection[]): void {
  for (const connection of connections) connection.close();
}
