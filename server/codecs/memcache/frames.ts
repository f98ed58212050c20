// Frames of answers in memcached's binary protocol: head, status and text. Writes into a buffer that has the space; knows
// no socket.

import { Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, Op } from "../../contract/memcache/request.ts";
import { BINARY_RESPONSE, HEAD_BYTES, Status } from "./binary.ts";

/** Texts of refusals. */
const TEXTS: ReadonlyMap<number, string> = new Map<number, string>([
  [Status.notFound, "Not found"],
  [Status.exists, "Data exists for key."],
  [Status.tooLarge, "Too large."],
  [Status.invalid, "Invalid arguments"],
  [Status.notStored, "Not stored."],
  [Status.notNumber, "Non-numeric server-side value for incr or decr"],
  [Status.auth, "Auth failure."],
  [Status.unknown, "Unknown command"],
  [Status.noMemory, "Out of memory"],
]);

/** The text of a refusal. */
export function statusText(status: number): string {
  return TEXTS.get(status) ?? "";
}

/** The status that a result has. */
export function statusOf(result: Result, op: Op): number {
  switch (result) {
    case Result.notStored:
      if (op === Op.add) return Status.exists;
      return op === Op.replace ? Status.notFound : Status.notStored;
    case Result.exists:
      return Status.exists;
    case Result.notFound:
      return Status.notFound;
    case Result.notNumber:
      return Status.notNumber;
    case Result.tooLarge:
      return Status.tooLarge;
    default:
      return Status.ok;
  }
}

/** Writes a head at `at`: lengths of extras, key, and the body with both. Returns where it ends. */
export function writeHead(
  { code, opaque }: MemcacheRequest,
  status: number,
  extras: number,
  keyBytes: number,
  bodyBytes: number,
  version: number,
  bytes: Uint8Array,
  at: number,
): number {
  bytes[at] = BINARY_RESPONSE;
  bytes[at + 1] = code;
  bytes[at + 2] = keyBytes >>> 8;
  bytes[at + 3] = keyBytes;
  bytes[at + 4] = extras;
  bytes[at + 5] = 0;
  bytes[at + 6] = status >>> 8;
  bytes[at + 7] = status;
  writeWord(bodyBytes, bytes, at + 8);
  writeWord(opaque, bytes, at + 12);
  writeWord(Math.floor(version / 2 ** 32), bytes, at + 16);
  writeWord(version % 2 ** 32, bytes, at + 20);
  return at + HEAD_BYTES;
}

/** Writes a number of 32 bits. */
export function writeWord(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes one of 64 bits. */
export function writeLong(value: bigint, bytes: Uint8Array, at: number): void {
  writeWord(Number(value >> 32n), bytes, at);
  writeWord(Number(value & 0xffffffffn), bytes, at + 4);
}
