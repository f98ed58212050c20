/**
 * Which items the servers of the HTTP benchmark hold: how they are called, what is in them, and how a server
 * on loopback is reached. And the one that the floor answers, whatever it is asked. Sends nothing.
 */

import { itemJson, type KeySet } from "../../client/bench/key_set.ts";
import { createMessages } from "../../client/bench/messages.ts";
import { StampedValues } from "../../client/bench/stamped_value.ts";
import type { Access } from "../../client/connection.ts";
import { parseTarget } from "../../client/target.ts";

/** How many items there are, and how long each value is. */
export interface Items {
  readonly keyCount: number;
  readonly valueBytes: number;
}

/** What each key begins with; six digits follow, so that keys have 16 bytes. */
export const KEY_PREFIX = "bench-key-";

/** How long a connection may take to open. */
const OPEN_MS = 5_000;

/** How to reach a server on a port of 127.0.0.1. */
export function accessTo(port: number): Access {
  const target = parseTarget(`http://127.0.0.1:${port}`)!;
  return { target, token: undefined, timeoutMs: OPEN_MS, caCerts: [] };
}

/**
 * Makes the items as a load and its checks take them.
 *
 * @param port where the server listens
 * @param items which
 * @param isBatched whether the server has /mput
 */
export function keySetAt(
  port: number,
  { keyCount, valueBytes }: Items,
  isBatched = true,
): KeySet {
  const access = accessTo(port);
  const messages = createMessages(access, "json", KEY_PREFIX, valueBytes);
  const values = new StampedValues(valueBytes);
  return { access, messages, values, keyPrefix: KEY_PREFIX, keys: keyCount, isBatched };
}

/** The body with which the floor answers every read: the hit of the first key. */
export function floorHit(set: KeySet): string {
  return `{"status":"OK",${itemJson(set, 0, 1).slice(1)}`;
}
