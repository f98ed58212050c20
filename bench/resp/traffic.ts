/**
 * The bytes of a load of the Redis protocol, made before it starts: requests one after another, and the answers
 * that are right. All requests have one length and so have all answers, so that any run of them is a subarray.
 */

import { Random, valueOf } from "../workload.ts";

/** The commands that are measured. */
export type Kind = "set" | "get";

/** Length of every value in bytes: redis-benchmark is told the same. */
export const VALUE_BYTES = 32;

/** Commands in order and their right answers. */
export interface Traffic {
  readonly count: number;
  readonly requests: Uint8Array<ArrayBuffer>;
  /** Length of each request. */
  readonly requestBytes: number;
  readonly replies: Uint8Array<ArrayBuffer>;
  /** Length of each answer. */
  readonly replyBytes: number;
}

/** The key with number `id`, spelled as redis-benchmark spells it. */
export function respKeyOf(id: number): string {
  return "key:" + String(id).padStart(12, "0");
}

/** A SET or GET for each number in `ids`, of the value that names the key and this version. */
export function trafficOf(kind: Kind, ids: ArrayLike<number>, version: number): Traffic {
  const count = ids.length;
  const requestBytes = requestOf(kind, 0, version).length;
  const replyBytes = replyOf(kind, 0, version).length;
  const requests = new Uint8Array(count * requestBytes);
  const replies = new Uint8Array(count * replyBytes);
  const encoder = new TextEncoder();
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    encoder.encodeInto(requestOf(kind, id, version), requests.subarray(i * requestBytes));
    encoder.encodeInto(replyOf(kind, id, version), replies.subarray(i * replyBytes));
  }
  return { count, requests, requestBytes, replies, replyBytes };
}

/** Uniform random key numbers below `keyCount`. */
export function randomIds(count: number, keyCount: number): Uint32Array<ArrayBuffer> {
  const random = new Random();
  return Uint32Array.from({ length: count }, () => random.below(keyCount));
}

function requestOf(kind: Kind, id: number, version: number): string {
  const key = bulk(respKeyOf(id));
  if (kind === "get") return `*2\r\n$3\r\nGET\r\n${key}`;
  return `*3\r\n$3\r\nSET\r\n${key}${bulk(valueOf(id, version, VALUE_BYTES))}`;
}

function replyOf(kind: Kind, id: number, version: number): string {
  return kind === "get" ? bulk(valueOf(id, version, VALUE_BYTES)) : "+OK\r\n";
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
