/**
 * Fills a server with the benchmark's keys and checks that what it answers is right, byte for byte, before
 * and after a measured load. Wrong answers throw.
 */

import { keyOf, Random, valueOf, VERSION_DIGITS, VERSION_OFFSET } from "../workload.ts";
import { HttpConnection } from "./connection.ts";
import {
  encode,
  getRequest,
  hitBody,
  mputBody,
  mputRequestBody,
  postRequest,
  PUT_BODY,
  putRequestBody,
} from "./messages.ts";
import type { Server } from "./servers.ts";
import { BATCH_KEYS, bodyIs } from "./traffic.ts";

/** Which items a server is filled with and checked for. */
export interface Items {
  readonly keyCount: number;
  readonly valueBytes: number;
}

const CONNECTION_COUNT = 16;

/** Stores version 1 of every key, through /mput where the server has it. */
export async function fill(server: Server, items: Items): Promise<void> {
  const step = server.hasBatches ? BATCH_KEYS : 1;
  await forAll(server, Math.ceil(items.keyCount / step), async (connection, index) => {
    const first = index * step;
    const count = Math.min(step, items.keyCount - first);
    const batch = Array.from({ length: count }, (_, i) => {
      return [keyOf(first + i), valueOf(first + i, 1, items.valueBytes)] as const;
    });
    const request = server.hasBatches
      ? postRequest(server.port, "/mput", mputRequestBody(batch))
      : postRequest(server.port, "/put", putRequestBody(...batch[0]!));
    await connection.exchange(request);
    expectBody(connection, server.hasBatches ? mputBody(count) : PUT_BODY);
  });
}

/** Stores a new version of a sample of keys and reads each back; then puts version 1 there again. */
export async function verifyWrites(
  server: Server,
  items: Items,
  sampleCount: number,
  version: number,
): Promise<void> {
  const ids = sample(items, sampleCount, version);
  await forAll(server, ids.length, async (connection, index) => {
    const id = ids[index]!;
    const key = keyOf(id);
    for (const written of [version, 1]) {
      const value = valueOf(id, written, items.valueBytes);
      await connection.exchange(postRequest(server.port, "/put", putRequestBody(key, value)));
      expectBody(connection, PUT_BODY);
      await connection.exchange(getRequest(server.port, `/get?key=${key}`));
      expectBody(connection, hitBody(key, value));
    }
  });
}

/** Checks that a sample of keys hits, each with a whole value of its own. */
export async function verifyHits(
  server: Server,
  items: Items,
  sampleCount: number,
  seed: number,
): Promise<void> {
  const ids = sample(items, sampleCount, seed);
  const at = hitBody(keyOf(0), "").length - 2 + VERSION_OFFSET;
  await forAll(server, ids.length, async (connection, index) => {
    const id = ids[index]!;
    await connection.exchange(getRequest(server.port, `/get?key=${keyOf(id)}`));
    const version = Number(connection.body().slice(at, at + VERSION_DIGITS)) || 0;
    expectBody(connection, hitBody(keyOf(id), valueOf(id, version, items.valueBytes)));
  });
}

function sample(items: Items, count: number, seed: number): Uint32Array {
  const random = new Random(seed);
  const ids = new Set<number>();
  while (ids.size < Math.min(count, items.keyCount)) ids.add(random.below(items.keyCount));
  return Uint32Array.from(ids);
}

function expectBody(connection: HttpConnection, expected: string): void {
  if (connection.status === 200 && bodyIs(connection, encode(expected))) return;
  throw new Error(
    `Wrong answer: status ${connection.status}, body ${connection.body()}; expected ${expected}`,
  );
}

/** Calls `work` for 0 to count - 1, spread over a few connections. */
async function forAll(
  server: Server,
  count: number,
  work: (connection: HttpConnection, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(CONNECTION_COUNT, count) }, async () => {
      const connection = await HttpConnection.open(server.port);
      try {
        while (next < count) await work(connection, next++);
      } finally {
        connection.close();
      }
    }),
  );
}
