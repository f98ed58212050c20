/**
 * What attacks need to be in the cache before they begin: large values under "big0", "big1", and many small keys.
 * Stores them over the Redis protocol, and is sure of it.
 */

import type { Assault } from "../assault.ts";
import { command } from "../messages.ts";

/** The size of a large value, a little below the largest that the server takes. */
export const BIG_BYTES = 1_000_000;
/** Keys of one MSET. */
const MSET_KEYS = 1000;

/** Stores so many large values. */
export async function storeBig(assault: Assault, count: number, bytes = BIG_BYTES): Promise<void> {
  using connection = await assault.open("resp");
  for (let i = 0; i < count; i++) {
    await connection.send(command("SET", `big${i}`, "x".repeat(bytes)));
    expectOk(await connection.receive(5));
  }
}

/** Stores a value that no compressor makes much shorter, under "noise". */
export async function storeNoise(assault: Assault, bytes: number): Promise<void> {
  using connection = await assault.open("resp");
  const pieces = Array.from({ length: Math.ceil(bytes / 8) }, () => {
    return Math.random().toString(36).slice(2, 10).padEnd(8, "-");
  });
  await connection.send(command("SET", "noise", pieces.join("").slice(0, bytes)));
  expectOk(await connection.receive(5));
}

/** Stores so many small values under keys with this beginning. */
export async function storeKeys(assault: Assault, prefix: string, count: number): Promise<void> {
  using connection = await assault.open("resp");
  for (let from = 0; from < count; from += MSET_KEYS) {
    const keys = Array.from({ length: Math.min(MSET_KEYS, count - from) }, (_, i) => from + i);
    await connection.send(command("MSET", ...keys.flatMap((i) => [prefix + i, "v"])));
    expectOk(await connection.receive(5));
  }
}

function expectOk(answer: Uint8Array): void {
  const text = new TextDecoder().decode(answer);
  if (text !== "+OK\r\n") throw new Error(`Cannot store: ${text}`);
}
